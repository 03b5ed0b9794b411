//! Figures for a monitoring system, in the text format of Prometheus.

use std::sync::Arc;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, get};
use prometheus::{
    HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry, TextEncoder,
};
use ring::digest::{SHA256, digest};

use super::extract::AppData;
use super::operations::route;
use super::problem::{ApiResult, Problem};
use crate::app::App;
use crate::error::{Error, Result};
use crate::{embeddings, records};

/// Bounds of the latency histogram in seconds.
const BUCKETS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// Everything that is measured.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: IntCounterVec,
    seconds: HistogramVec,
    index_position: IntGauge,
    index_lag: IntGauge,
    index_documents: IntGauge,
    index_bytes: IntGauge,
    connections: IntGauge,
    idle_connections: IntGauge,
    texts_waiting: IntGauge,
    texts_failed: IntGauge,
    model_server_up: IntGauge,
    vectors: IntCounter,
    vector_failures: IntCounter,
}

impl Metrics {
    /// Figures at zero.
    ///
    /// # Errors
    /// When a name is given twice.
    pub fn new() -> Result<Self> {
        Self::registered().map_err(|error| Error::internal(format!("metrics: {error}")))
    }

    fn registered() -> prometheus::Result<Self> {
        let registry = Registry::new();
        let gauge = |name: &str, help: &str| -> prometheus::Result<IntGauge> {
            let gauge = IntGauge::new(name, help)?;
            registry.register(Box::new(gauge.clone()))?;
            Ok(gauge)
        };
        let counter = |name: &str, help: &str| -> prometheus::Result<IntCounter> {
            let counter = IntCounter::new(name, help)?;
            registry.register(Box::new(counter.clone()))?;
            Ok(counter)
        };
        let requests = IntCounterVec::new(
            Opts::new("townbridge_http_requests_total", "Requests answered"),
            &["method", "route", "status"],
        )?;
        registry.register(Box::new(requests.clone()))?;
        let seconds = HistogramVec::new(
            HistogramOpts::new("townbridge_http_request_seconds", "Time until the answer's head")
                .buckets(BUCKETS.to_vec()),
            &["method", "route"],
        )?;
        registry.register(Box::new(seconds.clone()))?;
        Ok(Self {
            requests,
            seconds,
            index_position: gauge("townbridge_index_position", "Last change that searches see")?,
            index_lag: gauge("townbridge_index_lag", "Changes that searches do not see yet")?,
            index_documents: gauge("townbridge_index_documents", "Documents that can be found")?,
            index_bytes: gauge("townbridge_index_bytes", "Size of the index")?,
            connections: gauge("townbridge_db_connections", "Open database connections")?,
            idle_connections: gauge("townbridge_db_connections_idle", "Of these, unused ones")?,
            texts_waiting: gauge("townbridge_texts_waiting", "Texts that wait for their vector")?,
            texts_failed: gauge(
                "townbridge_texts_failed",
                "Texts that the model server failed at time and again",
            )?,
            model_server_up: gauge(
                "townbridge_model_server_up",
                "1 while the model server answers, 0 when it does not or there is none",
            )?,
            vectors: counter("townbridge_vectors_total", "Vectors made for this node")?,
            vector_failures: counter(
                "townbridge_vector_failures_total",
                "Texts in attempts of this node that failed",
            )?,
            registry,
        })
    }

    fn count(&self, method: &str, route: &str, status: u16, started: Instant) {
        self.requests.with_label_values(&[method, route, &status.to_string()]).inc();
        let elapsed = started.elapsed().as_secs_f64();
        self.seconds.with_label_values(&[method, route]).observe(elapsed);
    }

    /// Counts texts made into vectors, and texts in attempts that failed.
    pub fn count_vectors(&self, made: usize, failed: usize) {
        self.vectors.inc_by(made as u64);
        self.vector_failures.inc_by(failed as u64);
    }

    /// The figures now, as text.
    fn text(&self, app: &App) -> Result<String> {
        let position = app.index.position();
        // The database may be away: that must not hide the other figures.
        if let Ok(last) = app.db.read(records::store::last_change) {
            self.index_lag.set(last - i64::try_from(position).unwrap_or(i64::MAX));
        }
        if let Some(server) = &app.model_server {
            self.model_server_up.set(i64::from(server.is_up()));
            let name = server.recipe.name();
            if let Ok((waiting, failed)) = app.db.read(|db| embeddings::ops::queue(db, &name)) {
                self.texts_waiting.set(waiting);
                self.texts_failed.set(failed);
            }
        }
        let stats = app.index.stats();
        let pool = app.db.connections();
        set(&self.index_position, position);
        set(&self.index_documents, stats.documents);
        set(&self.index_bytes, stats.bytes);
        set(&self.connections, pool.open);
        set(&self.idle_connections, pool.idle);
        TextEncoder::new()
            .encode_to_string(&self.registry.gather())
            .map_err(|error| Error::internal(format!("metrics: {error}")))
    }
}

fn set(gauge: &IntGauge, value: impl TryInto<i64>) {
    gauge.set(value.try_into().unwrap_or(i64::MAX));
}

/// Counts every answer by method, route and status.
///
/// # Errors
/// Passes on what inner services return.
pub async fn measured(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let started = Instant::now();
    let app: Option<Arc<App>> = request.app_data::<AppData>().map(|data| data.clone().into_inner());
    let route = route(request.request());
    let method = request.method().clone();
    let outcome = next.call(request).await;
    let status = match &outcome {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    if let Some(app) = app {
        app.metrics.count(method_label(&method), &route, status.as_u16(), started);
    }
    Ok(outcome?.map_into_boxed_body())
}

/// Methods are anybody's invention, labels must be few.
fn method_label(method: &Method) -> &str {
    const KNOWN: [Method; 7] = [
        Method::GET,
        Method::HEAD,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::OPTIONS,
    ];
    if KNOWN.contains(method) { method.as_str() } else { "other" }
}

/// Show figures of the running service for a monitoring system (Prometheus text format).
///
/// When `server.metrics_token` is set, it must be sent as a bearer token.
#[utoipa::path(tag = "service", responses(
    (status = 200, body = String, content_type = "text/plain"), (status = 401, body = Problem)))]
#[get("/metrics")]
async fn show_metrics(app: AppData, request: HttpRequest) -> ApiResult {
    if !is_welcome(&app.config.server.metrics_token, &request) {
        return Err(Error::Unauthenticated("error.token_invalid".into()).into());
    }
    let text = app.run(|app| app.metrics.text(app)).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

fn is_welcome(token: &str, request: &HttpRequest) -> bool {
    if token.is_empty() {
        return true;
    }
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    // Of hashes, how far two agree tells nothing about the token.
    let hash = |text: &str| digest(&SHA256, text.as_bytes());
    hash(given).as_ref() == hash(token).as_ref()
}

/// Adds the operation.
pub fn configure(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config.service(show_metrics);
}
