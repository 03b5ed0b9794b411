//! The failures that operations share, each described once.

use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use crate::accounts::principal::Language;
use crate::error::{Error, FieldError, Message};
use crate::http::problem::describe;
use crate::http::text;

/// One example of every failure, under the name of its component.
fn examples() -> Vec<(&'static str, Error)> {
    let illegal = Message::new("error.illegal_step").with("from", "draft").with("to", "published");
    vec![
        ("BadRequest", Error::BadRequest(malformed())),
        ("Unauthenticated", Error::Unauthenticated("error.sign_in_first".into())),
        ("Forbidden", Error::forbidden("error.not_your_record")),
        ("NotFound", Error::NotFound),
        ("Conflict", Error::Conflict { message: illegal, legal: Some(vec!["submitted".into()]) }),
        ("PreconditionFailed", Error::PreconditionFailed),
        ("TooLarge", Error::TooLarge),
        ("UnsupportedMediaType", Error::UnsupportedMediaType),
        ("Invalid", Error::Invalid(vec![FieldError::new("/title", "field.required")])),
        ("PreconditionRequired", Error::PreconditionRequired),
        ("RateLimited", Error::RateLimited { retry_after: 30 }),
        ("Internal", Error::internal("an example")),
        ("Unavailable", Error::unavailable("an example")),
    ]
}

fn malformed() -> Message {
    Message::new("error.malformed_json").with("line", 1).with("column", 12)
}

/// The failures as components of the document.
pub(super) fn all() -> impl Iterator<Item = (String, RefOr<Response>)> {
    examples().into_iter().map(|(name, error)| (name.to_owned(), RefOr::T(response(&error))))
}

fn response(error: &Error) -> Response {
    let id = "0192f0c1-7a5e-7c3b-9d4e-2f1a6b8c0d3e".to_owned();
    let problem = describe(error, Language::English, Some("/api/v1/needs".to_owned()), Some(id));
    let content = ContentBuilder::new()
        .schema(Some(Ref::from_schema_name("Problem")))
        .example(serde_json::to_value(&problem).ok())
        .build();
    let mut response = ResponseBuilder::new()
        .description(text::text(&format!("error.{}", error.code()), Language::English))
        .content("application/problem+json", content)
        .build();
    if matches!(error, Error::RateLimited { .. } | Error::Unavailable(_)) {
        let header = super::header("Seconds after which another try may succeed.");
        response.headers.insert("Retry-After".to_owned(), RefOr::T(header));
    }
    response
}

/// A reference to the component for a status.
pub(super) fn reference(status: u16) -> RefOr<Response> {
    let known = examples().into_iter().find(|(_, error)| error.status() == status);
    let name = known.map_or("Internal", |(name, _)| name);
    RefOr::Ref(Ref::new(format!("#/components/responses/{name}")))
}
