//! What has been typed into a form of many fields, read field by field into a JSON document, and the
//! other way round. The name of an input is the pointer of its field without the first slash.

use std::fmt::Display;

use serde_json::{Map, Value, json};

use super::Posted;
use super::form::money;
use crate::error::{Error, FieldError, Message, Result};
use crate::reading::narrow_digits;
use crate::search::names::Names;

/// A document that is being read from a form, and what of it cannot be read.
pub struct Typed<'a> {
    form: &'a Posted,
    names: Names<'a>,
    fields: Map<String, Value>,
    errors: Vec<FieldError>,
}

impl<'a> Typed<'a> {
    /// Nothing read yet.
    pub fn new(form: &'a Posted, names: Names<'a>) -> Self {
        Self { form, names, fields: Map::new(), errors: Vec::new() }
    }

    /// Sets a field.
    pub fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.fields.insert(name.to_owned(), value.into());
    }

    /// Reads fields with texts and codes.
    pub fn texts(&mut self, names: &[&str]) {
        for name in names {
            let text = self.text(name);
            self.put(name, text);
        }
    }

    /// Reads fields with days.
    pub fn days(&mut self, names: &[&str]) {
        for name in names {
            let day = self.day(name);
            self.put(name, day);
        }
    }

    /// Reads fields with amounts.
    pub fn amounts(&mut self, names: &[&str]) {
        for name in names {
            let amount = self.amount(name);
            self.put(name, amount);
        }
    }

    /// What was typed into an input; null for nothing.
    pub fn text(&self, name: &str) -> Value {
        json!(self.form.filled(name))
    }

    /// The day in an input.
    pub fn day(&mut self, name: &str) -> Value {
        let typed = self.form.filled(name);
        if typed.as_ref().is_some_and(|text| text.parse::<chrono::NaiveDate>().is_err()) {
            self.fail(name, "field.date");
            return Value::Null;
        }
        json!(typed)
    }

    /// The amount in an input, in ten thousand yuan.
    pub fn amount(&mut self, name: &str) -> Value {
        match money(self.form, name) {
            Ok(amount) => json!(amount),
            Err(_) => {
                self.fail(name, "field.number");
                Value::Null
            }
        }
    }

    /// The code of the region that was typed: by code, by name, or as it was offered.
    pub fn region(&mut self, name: &str) -> Value {
        let Some(typed) = self.form.filled(name) else { return Value::Null };
        match region(self.names, &typed) {
            Ok(code) => json!(code),
            Err(message) => {
                self.fail(name, message);
                Value::Null
            }
        }
    }

    /// The rows of a list of objects in which something was typed.
    pub fn rows(
        &mut self,
        list: &str,
        cells: &[&str],
        most: usize,
        mut read: impl FnMut(&mut Self, &str, usize) -> Map<String, Value>,
    ) {
        let mut rows = Vec::new();
        for at in used(self.form, list, cells, most) {
            let mut row = read(self, &format!("{list}/{at}"), at);
            row.retain(|_, value| !value.is_null());
            rows.push(Value::Object(row));
        }
        self.put(list, rows);
    }

    /// The whole number in an input.
    pub fn whole(&mut self, name: &str, most: u32) -> Value {
        let Some(typed) = self.form.filled(name) else { return Value::Null };
        match narrow_digits(&typed).parse::<u32>() {
            Ok(number) if number <= most => json!(number),
            _ => {
                self.fail(name, "field.number");
                Value::Null
            }
        }
    }

    /// Says what is wrong with an input.
    pub fn fail(&mut self, name: &str, message: impl Into<Message>) {
        self.errors.push(FieldError::new(format!("/{name}"), message));
    }

    /// The document as a merge patch: what is empty is taken away, what the form does not have stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field that cannot be read.
    pub fn patch(self) -> Result<Value> {
        if self.errors.is_empty() {
            Ok(Value::Object(self.fields))
        } else {
            Err(Error::Invalid(self.errors))
        }
    }
}

/// The document that a patch makes of nothing.
///
/// # Errors
/// [`Error::Invalid`] when it does not fit the type.
pub fn document<T: serde::de::DeserializeOwned + Default + serde::Serialize>(
    patch: &Value,
) -> Result<T> {
    crate::records::patch::merged(serde_json::to_value(T::default())?, patch)
}

/// The region that a text means.
///
/// # Errors
/// What is to be told when there is none or there are several.
pub fn region(names: Names<'_>, typed: &str) -> std::result::Result<String, Message> {
    match names.regions_meant(typed).as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(Message::new("field.unknown_region").with("text", typed)),
        several => {
            let labels = several.iter().map(|code| names.region_label(code));
            let choices = labels.collect::<Vec<_>>().join("; ");
            Err(Message::new("field.several_towns").with("text", typed).with("choices", choices))
        }
    }
}

/// The region that a list is narrowed to; none for an empty text.
///
/// # Errors
/// What is wrong at the field `region`.
pub fn region_filter(
    names: Names<'_>,
    typed: &str,
) -> std::result::Result<Option<String>, Vec<FieldError>> {
    match typed.trim() {
        "" => Ok(None),
        text => match region(names, text) {
            Ok(code) => Ok(Some(code)),
            Err(message) => Err(vec![FieldError::new("/region", message)]),
        },
    }
}

/// Numbers of the rows of a list in which something was typed.
fn used(form: &Posted, list: &str, cells: &[&str], most: usize) -> Vec<usize> {
    let typed =
        |at: &usize| cells.iter().any(|cell| !form.text(format!("{list}/{at}/{cell}")).is_empty());
    (0..most).filter(typed).collect()
}

/// How many rows a list has in the form: always an empty one, as long as more may come.
pub fn rows(form: &Posted, list: &str, cells: &[&str], (least, most): (usize, usize)) -> usize {
    let last = used(form, list, cells, most).pop();
    last.map_or(least, |last| (last + 2).max(least)).min(most)
}

/// The inputs that a stored document fills: objects and lists of objects by their place, lists of
/// texts as an input of the same name for each, regions with their names.
pub fn filled(document: &Value, names: Names<'_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    fill(&mut pairs, "", document, names);
    pairs
}

fn fill(pairs: &mut Vec<(String, String)>, place: &str, value: &Value, names: Names<'_>) {
    let below = |key: &dyn Display| {
        if place.is_empty() { key.to_string() } else { format!("{place}/{key}") }
    };
    match value {
        Value::Null => {}
        Value::Object(map) => {
            map.iter().for_each(|(key, one)| fill(pairs, &below(key), one, names))
        }
        Value::Array(all) => {
            for (at, one) in all.iter().enumerate() {
                let inside = if one.is_object() { below(&at) } else { place.to_owned() };
                fill(pairs, &inside, one, names);
            }
        }
        Value::String(text) => {
            let region = ["region_code", "town_codes"];
            let is_region = region.iter().any(|name| place.rsplit('/').next() == Some(name));
            let text = if is_region { names.region_label(text) } else { text.clone() };
            pairs.push((place.to_owned(), text));
        }
        other => pairs.push((place.to_owned(), other.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    #[test]
    fn a_document_comes_back_from_its_form() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let stored = json!({
            "name": "A", "amount": 12.0001, "day": "2026-01-02", "region_code": "442000105",
            "kinds": ["a", "b"],
            "party": { "name": "B", "region_code": "4420" },
            "rows": [{ "due_on": "2026-02-01", "planned": 3 }, { "due_on": "2026-03-01", "planned": 4.5 }],
        });
        let form = Posted::new(filled(&stored, names));
        assert_eq!(form.all("kinds"), ["a", "b"]);
        assert_eq!(rows(&form, "rows", &["due_on", "planned"], (4, 60)), 4);
        let mut typed = Typed::new(&form, names);
        typed.texts(&["name"]);
        typed.amounts(&["amount"]);
        typed.days(&["day"]);
        let region = typed.region("region_code");
        typed.put("region_code", region);
        typed.put("kinds", json!(form.all("kinds")));
        let party = json!({ "name": typed.text("party/name"), "region_code": typed.region("party/region_code") });
        typed.put("party", party);
        typed.rows("rows", &["due_on", "planned"], 60, |typed, row, _| {
            let mut map = Map::new();
            map.insert("due_on".to_owned(), typed.day(&format!("{row}/due_on")));
            map.insert("planned".to_owned(), typed.amount(&format!("{row}/planned")));
            map
        });
        assert_eq!(typed.patch().unwrap(), stored);
    }

    #[test]
    fn everything_that_cannot_be_read_is_named_at_once() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::English);
        let pairs =
            [("amount", "many"), ("day", "soon"), ("region_code", "Nowhere"), ("name", " ")];
        let pairs = pairs.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let form = Posted::new(pairs.to_vec());
        let mut typed = Typed::new(&form, names);
        typed.texts(&["name"]);
        typed.amounts(&["amount"]);
        typed.days(&["day"]);
        let region = typed.region("region_code");
        typed.put("region_code", region);
        let Err(Error::Invalid(errors)) = typed.patch() else { panic!("accepted") };
        let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, ["/amount", "/day", "/region_code"]);
    }
}
