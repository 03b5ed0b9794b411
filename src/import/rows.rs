//! From a row of a file to the fields of a record.

use serde_json::{Map, Value};

use super::cells;
use super::columns::{Column, FileKind, REASONS};
use super::destination::{Checked, Parsed};
use super::foreign;
use super::rejects::original;
use super::source::{Content, Header, Row, letters};
use crate::error::{Error, FieldError, Message};
use crate::reference::Reference;

/// Reads a row.
///
/// # Errors
/// Every cell that cannot be read.
pub fn parse(
    row: &Row,
    header: Option<&Header>,
    kind: FileKind,
    reference: &Reference,
) -> Checked<Parsed> {
    match &row.content {
        Content::Cells(cells) => {
            let columns = header.map(|header| header.columns.as_slice()).unwrap_or_default();
            let fields = assemble(columns, cells, reference)?;
            Ok(canonical(kind, fields))
        }
        Content::TooWide(cells) => {
            let column = letters(cells.len().saturating_sub(1));
            Err(vec![FieldError::new("", Message::new("import.too_wide").with("column", column))])
        }
        Content::Line(line) => match crate::reading::from_slice(original(line).as_bytes()) {
            Ok(Value::Object(map)) => {
                Ok(foreign::map(kind, map).unwrap_or_else(|map| canonical(kind, map)))
            }
            Ok(_) => Err(whole_row("import.not_an_object", String::new())),
            Err(Error::Invalid(errors)) => Err(errors),
            Err(Error::BadRequest(message)) => Err(vec![FieldError::new("", message)]),
            Err(other) => Err(whole_row("import.unreadable_row", other.to_string())),
        },
        Content::Unreadable(reason) => Err(whole_row("import.unreadable_row", reason.clone())),
    }
}

fn whole_row(key: &'static str, reason: String) -> Vec<FieldError> {
    vec![FieldError::new("", Message::new(key).with("reason", reason))]
}

/// Takes apart what is a field and what is not.
fn canonical(kind: FileKind, mut fields: Map<String, Value>) -> Parsed {
    for column in kind.columns().iter().filter(|column| column.shape.is_shown_only()) {
        fields.remove(column.field);
    }
    fields.remove(REASONS);
    let mut take = |name: &str| match fields.remove(name) {
        Some(Value::String(text)) => Some(text).filter(|text| !text.trim().is_empty()),
        // Of any other type it stays, and the types of the record refuse it.
        Some(Value::Null) | None => None,
        Some(other) => {
            fields.insert(name.to_owned(), other);
            None
        }
    };
    let (org, source_ref) = (take("org"), take("source_ref"));
    Parsed { fields, org, source_ref, lenient: false }
}

fn assemble(
    columns: &[Option<&'static Column>],
    texts: &[String],
    reference: &Reference,
) -> Checked<Map<String, Value>> {
    let mut fields = Map::new();
    let mut errors = Vec::new();
    for (column, text) in columns.iter().zip(texts) {
        let Some(column) = column.filter(|column| !column.shape.is_shown_only()) else { continue };
        if text.trim().is_empty() {
            continue;
        }
        // PostgreSQL cannot store it, and no text needs it.
        let read = match text.contains('\0') {
            true => Err(Message::new("cell.nul")),
            false => cells::read(column.shape, text, reference),
        };
        match read {
            Ok(value) => set(&mut fields, column.field, value),
            Err(message) => {
                let pointer = format!("/{}", column.field.replace('.', "/"));
                errors.push(FieldError::new(pointer, message));
            }
        }
    }
    if errors.is_empty() { Ok(fields) } else { Err(errors) }
}

/// Sets a field by its path.
fn set(fields: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            fields.insert(path.to_owned(), value);
        }
        Some((outer, inner)) => {
            let slot = fields.entry(outer.to_owned()).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(map) = slot {
                map.insert(inner.to_owned(), value);
            }
        }
    }
}

/// The fields of a record as cells of a row, by columns.
pub fn flatten(
    columns: &[&Column],
    record: &Map<String, Value>,
    reference: &Reference,
) -> Vec<String> {
    let cell = |column: &&Column| {
        let value = match column.field.split_once('.') {
            None => record.get(column.field),
            Some((outer, inner)) => record.get(outer).and_then(|value| value.get(inner)),
        };
        value.map_or_else(String::new, |value| cells::write(column.shape, value, reference))
    };
    columns.iter().map(cell).collect()
}

/// Where a field stands in the file, for the person who corrects it: header and letter of the
/// column in a table, the path in JSON.
pub fn place(pointer: &str, header: Option<&Header>) -> String {
    let path = pointer.trim_start_matches('/');
    let Some(header) = header else { return path.to_owned() };
    let (field, rest) = path.split_once('/').unwrap_or((path, ""));
    let dotted = format!("{field}.{rest}");
    let found = header.place(&dotted).map(|place| (place, ""));
    match found.or_else(|| header.place(field).map(|place| (place, rest))) {
        Some((place, "")) => place,
        Some((place, rest)) => match rest.split('/').next().and_then(|at| at.parse::<usize>().ok())
        {
            Some(at) => format!("{place} #{}", at + 1),
            None => format!("{place} {rest}"),
        },
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    fn table(fields: &[&str], texts: &[&str]) -> (Header, Row) {
        let header = Header {
            names: fields.iter().map(|field| FileKind::Needs.header_of(field).to_owned()).collect(),
            columns: fields.iter().map(|field| FileKind::Needs.column(field)).collect(),
        };
        let cells = texts.iter().map(|text| (*text).to_owned()).collect();
        (header, Row { number: 2, content: Content::Cells(cells) })
    }

    #[test]
    fn cells_become_nested_fields() {
        let fields = ["org", "title", "contact.name", "contact.mail", "target_trl", "status"];
        let (header, row) = table(&fields, &["某单位", "甲", "乙", "y@z.example", "8", "已发布"]);
        let parsed = parse(&row, Some(&header), FileKind::Needs, &reference()).unwrap();
        assert_eq!(parsed.org.as_deref(), Some("某单位"));
        let expected = json!({ "title": "甲", "target_trl": 8,
            "contact": { "name": "乙", "mail": "y@z.example" } });
        assert_eq!(Value::Object(parsed.fields), expected);
    }

    #[test]
    fn every_bad_cell_is_named_by_header_and_letter() {
        let (header, row) = table(&["title", "deadline", "target_trl"], &["甲", "明年", "高"]);
        let errors = parse(&row, Some(&header), FileKind::Needs, &reference()).err().unwrap();
        let places: Vec<String> =
            errors.iter().map(|error| place(&error.pointer, Some(&header))).collect();
        assert_eq!(places, ["期望解决期限 (B)", "目标技术就绪水平 (C)"]);
    }

    #[test]
    fn places_inside_a_cell_count_from_one() {
        let (header, _) = table(&["requirements", "contact.mail"], &[]);
        assert_eq!(place("/requirements/1/value", Some(&header)), "主要技术指标 (A) #2");
        assert_eq!(place("/contact/mail", Some(&header)), "联系人邮箱 (B)");
        assert_eq!(place("/requirements/1/value", None), "requirements/1/value");
    }
}
