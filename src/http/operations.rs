//! What the OpenAPI document says of each operation, for use while serving, and the pages beside
//! them: which methods a path knows, what needs a signed-in caller, what takes a key.

use std::sync::LazyLock;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest};
use serde_json::Value;

use super::html;
use super::idempotency::IDEMPOTENCY_KEY;
use super::problem::ApiError;
use crate::error::Error;

/// One operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    /// Method.
    pub method: Method,
    /// Path with its variables in braces.
    pub pattern: String,
    /// Whether a caller must be signed in.
    pub needs_sign_in: bool,
    /// Whether a client may name a key under which it is done once (the header is documented).
    pub takes_key: bool,
    /// Whether it takes a form that brings files, and so a larger body than others.
    pub takes_files: bool,
}

impl Operation {
    fn fits(&self, path: &str) -> bool {
        let (mut pattern, mut path) = (self.pattern.split('/'), path.split('/'));
        loop {
            match (pattern.next(), path.next()) {
                (None, None) => return true,
                (Some(part), Some(given)) if part == given => {}
                (Some(part), Some(given)) if part.starts_with('{') && !given.is_empty() => {}
                _ => return false,
            }
        }
    }

    /// Parts of the path that vary: of two patterns that fit, the one with fewer is meant.
    fn variables(&self) -> usize {
        self.pattern.matches('{').count()
    }
}

/// Media type of forms that bring files.
const FORM: &str = "multipart/form-data";

/// All operations.
#[derive(Debug)]
pub struct Operations(Vec<Operation>);

static OPERATIONS: LazyLock<Operations> =
    LazyLock::new(|| Operations::read(&super::server::openapi()));

/// The operations of this service.
pub fn operations() -> &'static Operations {
    &OPERATIONS
}

impl Operations {
    fn read(document: &utoipa::openapi::OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut operations: Vec<Operation> = Vec::new();
        for (pattern, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                let Ok(method) = method.to_ascii_uppercase().parse() else { continue };
                operations.push(Operation {
                    method,
                    pattern: pattern.clone(),
                    needs_sign_in: needs_sign_in(&operation["security"]),
                    takes_key: takes_key(&operation["parameters"]),
                    takes_files: !operation["requestBody"]["content"][FORM].is_null(),
                });
            }
        }
        let plain = ["/openapi.json", "/docs/errors"].map(|path| (Method::GET, path));
        for (method, path) in plain.into_iter().chain(html::paths::PAGES) {
            operations.push(Operation {
                method,
                pattern: path.to_owned(),
                needs_sign_in: false,
                takes_key: false,
                takes_files: false,
            });
        }
        operations.sort_by_key(Operation::variables);
        Self(operations)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Operation> {
        self.0.iter()
    }

    /// The operation that a request means.
    pub fn find(&self, method: &Method, path: &str) -> Option<&Operation> {
        // HEAD is answered like GET, without the body.
        let method = if method == Method::HEAD { &Method::GET } else { method };
        self.0.iter().find(|operation| operation.method == *method && operation.fits(path))
    }

    /// The methods that a path knows, for `Allow`; none when there is no such path.
    pub fn allowed(&self, path: &str) -> Option<String> {
        let mut methods: Vec<&str> =
            self.0.iter().filter(|o| o.fits(path)).map(|o| o.method.as_str()).collect();
        if methods.is_empty() {
            return None;
        }
        if methods.contains(&"GET") {
            methods.push("HEAD");
        }
        methods.push("OPTIONS");
        methods.sort_unstable();
        methods.dedup();
        Some(methods.join(", "))
    }
}

/// The route of a request: a pattern, so that there are few of them and they tell nothing.
pub fn route(request: &HttpRequest) -> String {
    // The measuring layers see the path before its trailing slash has been cut off.
    let path = request.path().trim_end_matches('/');
    match operations().find(request.method(), path) {
        Some(operation) => operation.pattern.clone(),
        None => request.match_pattern().unwrap_or_else(|| "unmatched".to_owned()),
    }
}

fn takes_key(parameters: &Value) -> bool {
    let mut parameters = parameters.as_array().into_iter().flatten();
    parameters.any(|parameter| parameter["name"] == IDEMPOTENCY_KEY.as_str())
}

/// An empty requirement among several makes signing in optional.
pub(super) fn needs_sign_in(security: &Value) -> bool {
    let requirements = security.as_array().map(Vec::as_slice).unwrap_or_default();
    let optional = |one: &Value| one.as_object().is_none_or(serde_json::Map::is_empty);
    !requirements.is_empty() && !requirements.iter().any(optional)
}

/// Refuses a request that brings no credentials to an operation that needs a signed-in caller,
/// before anything else is looked at.
///
/// # Errors
/// Passes on what inner services return.
pub async fn sign_in_first(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let operation = operations().find(request.method(), request.path());
    let needed = operation.is_some_and(|operation| operation.needs_sign_in);
    if needed && !request.headers().contains_key(header::AUTHORIZATION) {
        let error = ApiError(Error::Unauthenticated("error.sign_in_first".into()));
        return Ok(request.error_response(error));
    }
    if let Some(operation) = operation {
        request.extensions_mut().insert(operation);
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_method_and_path() {
        let operations = operations();
        let found = operations.find(&Method::POST, "/api/v1/needs").unwrap();
        assert!(found.needs_sign_in && found.takes_key);
        let found = operations.find(&Method::HEAD, "/api/v1/needs/x").unwrap();
        assert_eq!(found.pattern, "/api/v1/needs/{id}");
        assert!(!found.needs_sign_in && !found.takes_key);
        assert_eq!(operations.find(&Method::GET, "/api/v1/needs/"), None);
        assert_eq!(operations.find(&Method::GET, "/api/v1"), None);
    }

    #[test]
    fn lists_the_methods_of_a_path() {
        let allowed = operations().allowed("/api/v1/needs").unwrap();
        assert_eq!(allowed, "GET, HEAD, OPTIONS, POST");
        assert_eq!(operations().allowed("/api/v1/nothing"), None);
        assert_eq!(operations().allowed("/").unwrap(), "GET, HEAD, OPTIONS");
        assert_eq!(operations().allowed("/needs/new").unwrap(), "GET, HEAD, OPTIONS, POST");
        assert_eq!(operations().allowed("/needs/x/step").unwrap(), "OPTIONS, POST");
        assert_eq!(operations().allowed("/nothing"), None);
    }

    #[test]
    fn an_empty_requirement_makes_signing_in_optional() {
        let of = |text: &str| needs_sign_in(&serde_json::from_str(text).unwrap());
        assert!(of(r#"[{"bearer":[]}]"#));
        assert!(!of(r#"[{},{"bearer":[]}]"#));
        assert!(!of("[]"));
        assert!(!of("null"));
    }
}
