//! Errors as problem+json (RFC 9457). Every failure of the API leaves through here, those of
//! actix's own extractors and routing included.

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_LANGUAGE, HeaderValue, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError, error, web};
use serde::Serialize;

use super::{finish, text};
use crate::accounts::principal::Language;
use crate::error::{Error, Message};

/// An error body (RFC 9457).
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// Path of the documentation of this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short title in the caller's language.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What is wrong in this case, in the caller's language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Path of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Stable code.
    pub code: &'static str,
    /// Id of the request, for asking the operator.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    /// For a step that is not legal: the steps that are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal: Option<Vec<String>>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// JSON pointer into the request body.
    pub pointer: String,
    /// Reason in the caller's language.
    pub detail: String,
    /// Stable code of the reason.
    pub code: &'static str,
}

/// Wraps [`Error`] for actix. Language, path and request id are added by
/// [`middleware`](super::middleware), because actix's error trait does not see the request.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct ApiError(#[from] pub Error);

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    fn error_response(&self) -> HttpResponse {
        log(&self.0);
        respond(&self.0, Language::Chinese, None, None)
    }
}

/// Result of an API handler.
pub type ApiResult<T = HttpResponse> = std::result::Result<T, ApiError>;

/// Logs faults once, at the edge. Client errors are visible in the request line already.
pub fn log(error: &Error) {
    match error {
        Error::Internal { text, .. } => tracing::error!(error = %text, "internal error"),
        Error::Unavailable(text) => tracing::warn!(error = %text, "unavailable"),
        other => tracing::debug!(error = %other, "request refused"),
    }
}

/// The problem that describes an error.
pub fn describe(
    error: &Error,
    language: Language,
    instance: Option<String>,
    request_id: Option<String>,
) -> Problem {
    let code = error.code();
    let (detail, legal) = match error {
        Error::BadRequest(m) | Error::Unauthenticated(m) | Error::Forbidden(m) => {
            (text::render(m, language), None)
        }
        Error::Conflict { message, legal } => (text::render(message, language), legal.clone()),
        Error::RateLimited { retry_after } => {
            let message = Message::new("error.rate_limited_detail").with("seconds", retry_after);
            (text::render(&message, language), None)
        }
        other => (text::text(&format!("error.{}_detail", other.code()), language), None),
    };
    let errors = match error {
        Error::Invalid(fields) => fields
            .iter()
            .map(|field| FieldProblem {
                pointer: field.pointer.clone(),
                detail: text::render(&field.message, language),
                code: field.message.key.rsplit('.').next().unwrap_or("invalid"),
            })
            .collect(),
        _ => Vec::new(),
    };
    Problem {
        kind: format!("/docs/errors#{code}"),
        title: text::text(&format!("error.{code}"), language),
        status: error.status(),
        detail: Some(detail),
        instance,
        code,
        request_id,
        errors,
        legal,
    }
}

/// The response for an error.
pub fn respond(
    error: &Error,
    language: Language,
    instance: Option<String>,
    request_id: Option<String>,
) -> HttpResponse {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut builder = HttpResponse::build(status);
    if let Error::RateLimited { retry_after } = error {
        builder.insert_header((RETRY_AFTER, retry_after.to_string()));
    }
    if let Error::MethodNotAllowed { allow } = error {
        builder.insert_header((ALLOW, allow.as_str()));
    }
    if let Error::Unauthenticated(_) = error {
        builder.insert_header(("www-authenticate", "Bearer"));
    }
    builder.insert_header((CONTENT_LANGUAGE, HeaderValue::from_static(language.tag())));
    // RFC 9457 registers application/problem+json.
    let mut response = builder.content_type("application/problem+json").body(
        serde_json::to_string(&describe(error, language, instance, request_id)).unwrap_or_default(),
    );
    finish::retry_after(status, response.headers_mut());
    response
}

/// Turns actix's plain-text extractor errors into problems.
pub fn configure_extractors(config: &mut web::ServiceConfig, max_body_bytes: usize) {
    config
        .app_data(web::PathConfig::default().error_handler(|_, _| ApiError(Error::NotFound).into()))
        .app_data(web::FormConfig::default().limit(max_body_bytes).error_handler(form_error))
        .app_data(web::PayloadConfig::new(max_body_bytes));
}

fn unreadable(error: &dyn std::fmt::Display) -> Error {
    Error::BadRequest(Message::new("error.unreadable").with("reason", error))
}

fn form_error(error: error::UrlencodedError, _: &HttpRequest) -> error::Error {
    use error::UrlencodedError as E;
    let error = match error {
        E::Overflow { .. } => Error::TooLarge,
        E::ContentType => Error::UnsupportedMediaType,
        other => unreadable(&other),
    };
    ApiError(error).into()
}
