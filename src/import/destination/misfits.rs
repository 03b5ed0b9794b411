//! Values of lines that do not fit their field, told like the cells of tables that do not.

use serde_json::Value;

use crate::error::{FieldError, Message};
use crate::import::columns::{FileKind, Shape};

/// An error of reading in the words of the import; `value` is what stood there.
pub(super) fn explain(kind: FileKind, error: FieldError, value: Option<&Value>) -> FieldError {
    let expected = error.message.params.iter().find(|(name, _)| *name == "expected");
    let key = match (error.message.key, expected) {
        ("field.wrong_type", Some((_, expected))) => expected_key(expected),
        ("field.unreadable", _) => shape_key(kind, &error.pointer),
        _ => return error,
    };
    let text = match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    FieldError::new(error.pointer, Message::new(key).with("text", text))
}

/// By what serde says that it expected.
fn expected_key(expected: &str) -> &'static str {
    let integer = ["u8", "u16", "u32", "u64", "usize", "i8", "i16", "i32", "i64", "isize"];
    match expected {
        "a boolean" => "cell.no_boolean",
        _ if expected.contains("string") => "cell.no_text",
        _ if integer.contains(&expected) || expected.contains("integer") => "cell.no_integer_here",
        "f32" | "f64" => "cell.not_a_number",
        _ if expected.contains("sequence") => "cell.no_list",
        _ if expected.contains("date") => "cell.not_a_date",
        _ if expected.contains("map") || expected.contains("struct") => "cell.no_object",
        _ => "cell.no_value_here",
    }
}

/// By the shape of the field.
fn shape_key(kind: FileKind, pointer: &str) -> &'static str {
    let field = pointer.trim_start_matches('/').replace('/', ".");
    let column = kind.columns().iter().find(|column| column.field == field);
    match column.map(|column| column.shape) {
        Some(Shape::Date) => "cell.not_a_date",
        Some(Shape::Money) => "cell.not_an_amount",
        _ => "cell.no_value_here",
    }
}
