//! One span and one line in the log for each request: method, route, status, request id, person
//! and time. Never the query, a body, a token, or a path with its values: they hold what is
//! nobody's business.

use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::{HttpMessage, HttpRequest};
use tracing::Span;
use tracing_actix_web::RootSpanBuilder;

use super::extract::{AppData, facts};
use super::operations::route;

/// Makes the span.
pub struct RequestSpan;

/// When the request came, kept with it.
struct Started(Instant);

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        request.extensions_mut().insert(Started(Instant::now()));
        tracing::info_span!(
            "request",
            method = %request.method(),
            route = %route(request.request()),
            request_id = %facts(request.request()).request_id,
            status = tracing::field::Empty,
            user_id = tracing::field::Empty,
        )
    }

    fn on_request_end<B: MessageBody>(
        span: Span,
        outcome: &Result<ServiceResponse<B>, actix_web::Error>,
    ) {
        let (status, request) = match outcome {
            Ok(response) => (response.status(), Some(response.request())),
            Err(error) => (error.as_response_error().status_code(), None),
        };
        span.record("status", status.as_u16());
        span.in_scope(|| report(request));
    }
}

fn report(request: Option<&HttpRequest>) {
    let Some((elapsed, limit)) = request.and_then(times) else {
        tracing::info!("answered");
        return;
    };
    let elapsed_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    if elapsed >= limit {
        tracing::warn!(elapsed_ms, "slow request");
    } else {
        tracing::info!(elapsed_ms, "answered");
    }
}

fn times(request: &HttpRequest) -> Option<(Duration, Duration)> {
    let elapsed = request.extensions().get::<Started>()?.0.elapsed();
    let limit = request.app_data::<AppData>()?.config.server.slow_request_ms;
    Some((elapsed, Duration::from_millis(limit)))
}

/// Adds the person to the span of the request.
pub fn record_user(id: impl std::fmt::Display) {
    Span::current().record("user_id", tracing::field::display(id));
}
