//! Reads JSON into types, with errors that name the place: malformed text by line and column, a
//! field that does not fit by its JSON pointer.

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Error as _, IntoDeserializer, MapAccess};
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use crate::accounts::principal::OrgId;
use crate::error::{Error, FieldError, Message, Result};

/// Reads a body.
///
/// # Errors
/// [`Error::BadRequest`] when it is not JSON, [`Error::Invalid`] when it does not fit the type.
pub fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    refuse_nul(body)?;
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| describe(error.path(), error.inner()))?;
    json.end().map_err(|error| malformed(&error))?;
    Ok(value)
}

/// Reads a JSON value, for instance one that a patch has been merged into.
///
/// # Errors
/// [`Error::Invalid`] when it does not fit the type.
pub fn from_value<T: DeserializeOwned>(value: Value) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| describe(error.path(), error.inner()))
}

/// Reads the query of an address.
///
/// # Errors
/// [`Error::Invalid`] naming the parameter that does not fit the type.
pub fn from_query<T: DeserializeOwned>(query: &str) -> Result<T> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs = serde_urlencoded::Deserializer::new(pairs);
    serde_path_to_error::deserialize(pairs).map_err(|error| {
        Error::Invalid(vec![explain(pointer(error.path()), &error.inner().to_string())])
    })
}

/// Digits, points and minus signs as a Chinese keyboard types them, as plain ones.
pub fn narrow_digits(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | '．' | '－' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrow).collect()
}

fn malformed(error: &serde_json::Error) -> Error {
    let message = Message::new("error.malformed_json")
        .with("line", error.line())
        .with("column", error.column());
    Error::BadRequest(message)
}

fn describe(path: &Path, error: &serde_json::Error) -> Error {
    if !error.is_data() {
        return malformed(error);
    }
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(text.as_str(), |(reason, _)| reason);
    Error::Invalid(vec![explain(pointer(path), text)])
}

/// What a message of serde means for the field at `pointer`; also for query parameters.
pub fn explain(pointer: String, text: &str) -> FieldError {
    if let Some(name) = quoted_after(text, "missing field ") {
        return FieldError::new(format!("{pointer}/{}", escape(name)), "field.required");
    }
    if let Some(name) = quoted_after(text, "unknown field ") {
        let own = format!("/{}", escape(name));
        let pointer = if pointer.ends_with(&own) { pointer } else { pointer + &own };
        return FieldError::new(pointer, "field.unknown_field");
    }
    if let Some(name) = quoted_after(text, "duplicate field ") {
        let own = format!("/{}", escape(name));
        let pointer = if pointer.ends_with(&own) { pointer } else { pointer + &own };
        return FieldError::new(pointer, "field.duplicate_field");
    }
    match text.split_once("expected ") {
        Some((_, expected)) => {
            FieldError::new(pointer, Message::new("field.wrong_type").with("expected", expected))
        }
        None => FieldError::new(pointer, Message::new("field.unreadable").with("reason", text)),
    }
}

fn quoted_after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    text.strip_prefix(start)?.strip_prefix('`')?.split('`').next()
}

fn pointer(path: &Path) -> String {
    path.iter()
        .filter_map(|segment| match segment {
            Segment::Seq { index } => Some(format!("/{index}")),
            Segment::Map { key } => Some(format!("/{}", escape(key))),
            Segment::Enum { .. } | Segment::Unknown => None,
        })
        .collect()
}

/// Escapes a name for a JSON pointer (RFC 6901).
fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// PostgreSQL keeps no NUL in a text, so none is taken, whichever the database.
fn refuse_nul(body: &[u8]) -> Result<()> {
    const ESCAPED: &[u8] = br"\u0000";
    if !body.windows(ESCAPED.len()).any(|part| part == ESCAPED) {
        return Ok(());
    }
    let found = serde_json::from_slice::<Value>(body).ok().and_then(|value| nul_in(&value));
    match found {
        Some(pointer) => Err(Error::field(pointer, "field.nul")),
        None => Ok(()),
    }
}

fn nul_in(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(at, item)| nul_in(item).map(|rest| format!("/{at}{rest}"))),
        Value::Object(map) => map.iter().find_map(|(name, item)| {
            if name.contains('\0') {
                return Some(String::new());
            }
            nul_in(item).map(|rest| format!("/{}{rest}", escape(name)))
        }),
        _ => None,
    }
}

/// Fields with an `org_id` beside them, as bodies that create a record have.
///
/// `serde(flatten)` would let unknown fields pass and lose the place of an error; this hands the
/// object to the fields member by member and keeps `org_id` back.
#[derive(Debug, Clone)]
pub struct WithOrg<F> {
    /// The organisation, if one is named.
    pub org_id: Option<OrgId>,
    /// The fields.
    pub fields: F,
}

impl<'de, F: Deserialize<'de>> Deserialize<'de> for WithOrg<F> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserializer.deserialize_map(Split(std::marker::PhantomData))
    }
}

struct Split<F>(std::marker::PhantomData<F>);

impl<'de, F: Deserialize<'de>> serde::de::Visitor<'de> for Split<F> {
    type Value = WithOrg<F>;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> std::result::Result<Self::Value, A::Error> {
        let mut org_id = None;
        let rest = KeepBack { access, org_id: &mut org_id };
        let fields = F::deserialize(MapAccessDeserializer::new(rest))?;
        Ok(WithOrg { org_id: org_id.flatten(), fields })
    }
}

struct KeepBack<'a, A> {
    access: A,
    org_id: &'a mut Option<Option<OrgId>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for KeepBack<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> std::result::Result<Option<K::Value>, A::Error> {
        while let Some(name) = self.access.next_key::<String>()? {
            if name != "org_id" {
                return seed.deserialize(name.into_deserializer()).map(Some);
            }
            if self.org_id.replace(self.access.next_value()?).is_some() {
                return Err(A::Error::duplicate_field("org_id"));
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> std::result::Result<V::Value, A::Error> {
        self.access.next_value_seed(seed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Part {
        name: String,
    }

    #[derive(Debug, Default, Deserialize, PartialEq)]
    #[serde(default, deny_unknown_fields)]
    struct Fields {
        count: Option<u8>,
        parts: Vec<Part>,
    }

    fn fields_error(body: &str) -> (String, &'static str) {
        match from_slice::<WithOrg<Fields>>(body.as_bytes()) {
            Err(Error::Invalid(mut fields)) => {
                let field = fields.remove(0);
                (field.pointer, field.message.key)
            }
            other => panic!("{body}: {other:?}"),
        }
    }

    #[test]
    fn names_the_field_that_does_not_fit() {
        let cases = [
            (r#"{"count":"x"}"#, "/count", "field.wrong_type"),
            (r#"{"count":300}"#, "/count", "field.wrong_type"),
            (r#"{"parts":[{"name":"a"},{}]}"#, "/parts/1/name", "field.required"),
            (r#"{"parts":[{"name":"a","b":1}]}"#, "/parts/0/b", "field.unknown_field"),
            (r#"{"other":1}"#, "/other", "field.unknown_field"),
            (r#"{"a/b~":1}"#, "/a~1b~0", "field.unknown_field"),
            (r#"{"count":1,"count":2}"#, "/count", "field.duplicate_field"),
            (r#"{"org_id":"x"}"#, "/org_id", "field.unreadable"),
            (r#"{"parts":[{"name":"a\u0000b"}]}"#, "/parts/0/name", "field.nul"),
            ("[]", "", "field.wrong_type"),
        ];
        for (body, pointer, key) in cases {
            assert_eq!(fields_error(body), (pointer.to_owned(), key), "{body}");
        }
    }

    #[test]
    fn keeps_the_organisation_apart_from_the_fields() {
        let id = OrgId::new();
        let body = format!(r#"{{"count":3,"org_id":"{id}","parts":[]}}"#);
        let read: WithOrg<Fields> = from_slice(body.as_bytes()).unwrap();
        assert_eq!(read.org_id, Some(id));
        assert_eq!(read.fields, Fields { count: Some(3), parts: vec![] });
        let read: WithOrg<Fields> = from_slice(br#"{"org_id":null}"#).unwrap();
        assert_eq!((read.org_id, read.fields), (None, Fields::default()));
    }

    #[test]
    fn an_escaped_backslash_is_not_a_nul() {
        let read: Part = from_slice(br#"{"name":"\\u0000"}"#).unwrap();
        assert_eq!(read.name, r"\u0000");
    }

    #[test]
    fn malformed_text_is_placed() {
        for body in ["{\n \"count\": }", "{\n \"count\": 1 1", "{}\n{} x", "", "{\"coun\u{1}t\":1}"]
        {
            let error = from_slice::<WithOrg<Fields>>(body.as_bytes()).unwrap_err();
            assert!(matches!(error, Error::BadRequest(_)), "{body:?}: {error:?}");
        }
        let Error::BadRequest(message) = from_slice::<Fields>(b"{\n \"count\": }").unwrap_err()
        else {
            panic!()
        };
        assert_eq!(message.params, [("line", "2".to_owned()), ("column", "11".to_owned())]);
    }

    #[test]
    fn values_are_read_alike() {
        let error = from_value::<Fields>(serde_json::json!({ "parts": [{ "name": 3 }] }));
        let Err(Error::Invalid(fields)) = error else { panic!("{error:?}") };
        assert_eq!(fields[0].pointer, "/parts/0/name");
    }
}
