//! Examples of what is sent and answered, from `examples.json`. A test sends every one of them to
//! the service, so that none of them grows old.

use std::sync::LazyLock;

use serde_json::Value;
use utoipa::openapi::path::Operation;
use utoipa::openapi::{Content, RefOr};

/// By operation id: `request` and `response`.
static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("examples.json")).expect("examples.json is read by the tests")
});

/// Adds the examples of an operation, if it has any.
pub(super) fn add(operation: &mut Operation) {
    let Some(examples) = operation.operation_id.as_ref().and_then(|id| EXAMPLES.get(id)) else {
        return;
    };
    let request = examples.get("request").zip(operation.request_body.as_mut());
    if let Some((example, RefOr::T(body))) = request {
        body.content.values_mut().for_each(|content| set(content, example));
    }
    let Some(example) = examples.get("response") else { return };
    for status in ["200", "201", "202"] {
        if let Some(RefOr::T(response)) = operation.responses.responses.get_mut(status) {
            response.content.values_mut().for_each(|content| set(content, example));
        }
    }
}

fn set(content: &mut RefOr<Content>, example: &Value) {
    if let RefOr::T(content) = content {
        content.example = Some(example.clone());
    }
}
