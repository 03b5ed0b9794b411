//! JSON merge patch (RFC 7396).

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::Result;

/// Fields after a patch, as far as they can be read.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) when the patch makes something of them that does
/// not fit.
pub fn merged<T: DeserializeOwned>(mut fields: Value, patch: &Value) -> Result<T> {
    merge(&mut fields, patch);
    crate::reading::from_value(fields)
}

/// Applies a patch: objects are merged, null removes, anything else replaces.
pub fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(changes) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Value::Object(map) = target else { return };
    for (name, value) in changes {
        if value.is_null() {
            map.remove(name);
        } else {
            merge(map.entry(name.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn follows_the_examples_of_the_rfc() {
        let cases = [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b","b":"c"}"#, r#"{"a":null}"#, r#"{"b":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[1]}"#, r#"{"a":[2,3]}"#, r#"{"a":[2,3]}"#),
            ("{}", r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ];
        for (target, patch, expected) in cases {
            let mut value: Value = serde_json::from_str(target).unwrap();
            merge(&mut value, &serde_json::from_str(patch).unwrap());
            assert_eq!(value, serde_json::from_str::<Value>(expected).unwrap());
        }
    }
}
