//! From a row of a file to the fields of a record.

use serde_json::{Map, Value};

use super::cells;
use super::columns::{Column, FileKind, REASONS};
use super::destination::{Checked, Parsed};
use super::foreign;
use super::rejects::original;
use super::source::{Content, Flaw, Header, Row, letters};
use crate::error::{Error, FieldError, Message};
use crate::reference::Reference;
use crate::validation::is_break;

/// Reads a row. Cells that cannot be read are told beside those that can, so that the rules name
/// the rest of what is wrong.
///
/// # Errors
/// When there is nothing to read the fields from.
pub fn parse(
    row: &Row,
    header: Option<&Header>,
    kind: FileKind,
    reference: &Reference,
) -> Checked<Parsed> {
    match &row.content {
        Content::Cells(cells) => {
            let columns = header.map(|header| header.columns.as_slice()).unwrap_or_default();
            let (fields, wrong) = assemble(columns, cells, &row.flaws, reference);
            Ok(Parsed { wrong, ..canonical(kind, fields) })
        }
        Content::TooWide(cells) => {
            let column = letters(cells.len().saturating_sub(1));
            let mut errors: Vec<FieldError> = row.flaws.iter().map(whole_row).collect();
            errors
                .push(FieldError::new("", Message::new("import.too_wide").with("column", column)));
            Err(errors)
        }
        Content::Line(line) => match crate::reading::from_slice(original(line).as_bytes()) {
            Ok(Value::Object(map)) => {
                Ok(foreign::map(kind, map).unwrap_or_else(|map| canonical(kind, map)))
            }
            Ok(_) => Err(vec![FieldError::new("", "import.not_an_object")]),
            Err(Error::Invalid(errors)) => Err(errors),
            Err(Error::BadRequest(message)) => Err(vec![FieldError::new("", message)]),
            Err(other) => {
                let message = Message::new("import.unreadable_row").with("reason", other);
                Err(vec![FieldError::new("", message)])
            }
        },
        Content::Unreadable(message) => Err(vec![FieldError::new("", message.clone())]),
    }
}

fn whole_row(flaw: &Flaw) -> FieldError {
    FieldError::new("", flaw.message.clone())
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
    Parsed { kind, fields, org, source_ref, lenient: false, wrong: Vec::new() }
}

/// The fields of a row, and what is wrong with the cells that are none.
fn assemble(
    columns: &[Option<&'static Column>],
    texts: &[String],
    flaws: &[Flaw],
    reference: &Reference,
) -> (Map<String, Value>, Vec<FieldError>) {
    let mut fields = Map::new();
    let whole = flaws.iter().filter(|flaw| flaw.column.is_none());
    let mut errors: Vec<FieldError> = whole.map(whole_row).collect();
    for (at, (column, text)) in columns.iter().zip(texts).enumerate() {
        let Some(column) = column.filter(|column| !column.shape.is_shown_only()) else { continue };
        let flaw = flaws.iter().find(|flaw| flaw.column == Some(at));
        let read = match flaw {
            Some(flaw) => Err(flaw.message.clone()),
            None if text.trim().is_empty() => continue,
            // PostgreSQL cannot store it, and no text needs it.
            None if text.contains('\0') => Err(Message::new("cell.nul")),
            None if SHEET_ERRORS.contains(&text.as_str()) => {
                Err(Message::new("cell.sheet_error").with("text", text))
            }
            // Sheets break long titles to fit their columns.
            None if ["title", "name"].contains(&column.field) && text.contains(is_break) => {
                Ok(one_line(text).into())
            }
            None => cells::read(column.shape, text, reference),
        };
        match read {
            Ok(value) => set(&mut fields, column.field, value),
            Err(message) => {
                let pointer = format!("/{}", column.field.replace('.', "/"));
                errors.push(FieldError::new(pointer, message));
            }
        }
    }
    (fields, errors)
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a spreadsheet shows where a formula fails.
const SHEET_ERRORS: [&str; 8] =
    ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#DATA!"];

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
/// column in a table (the header alone when the table lacks it), the path in JSON.
pub fn place(pointer: &str, header: Option<&Header>, kind: FileKind) -> String {
    let path = pointer.trim_start_matches('/');
    let Some(header) = header else { return path.to_owned() };
    let (field, rest) = path.split_once('/').unwrap_or((path, ""));
    let dotted = format!("{field}.{rest}");
    let named = kind.header_of(&dotted);
    let named = (named != dotted).then(|| named.to_owned());
    let own = header.place(&dotted).or(named);
    let (place, rest) = match own {
        Some(place) => (place, ""),
        None => (header.place(field).unwrap_or_else(|| kind.header_of(field).to_owned()), rest),
    };
    match rest.split('/').next().unwrap_or_default() {
        "" => place,
        item => match item.parse::<usize>() {
            Ok(at) => format!("{place} #{}", at + 1),
            Err(_) => format!("{place} {rest}"),
        },
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
        (header, Row::new(2, Content::Cells(cells)))
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
    fn a_title_that_a_sheet_has_broken_is_one_line_again() {
        let (header, row) = table(&["title", "problem"], &["灯具\n散热\t结构 ", "甲\n乙"]);
        let parsed = parse(&row, Some(&header), FileKind::Needs, &reference()).unwrap();
        let expected = json!({ "title": "灯具 散热 结构", "problem": "甲\n乙" });
        assert_eq!(Value::Object(parsed.fields), expected);
    }

    #[test]
    fn every_bad_cell_is_named_by_header_and_letter() {
        let (header, row) = table(&["title", "deadline", "target_trl"], &["甲", "明年", "高"]);
        let errors = parse(&row, Some(&header), FileKind::Needs, &reference()).unwrap().wrong;
        let place = |error: &FieldError| place(&error.pointer, Some(&header), FileKind::Needs);
        let places: Vec<String> = errors.iter().map(place).collect();
        assert_eq!(places, ["期望解决期限 (B)", "目标技术就绪水平 (C)"]);
    }

    #[test]
    fn places_inside_a_cell_count_from_one() {
        let (header, _) = table(&["requirements", "contact.mail"], &[]);
        let place = |pointer, header| place(pointer, header, FileKind::Needs);
        assert_eq!(place("/requirements/1/value", Some(&header)), "主要技术指标 (A) #2");
        assert_eq!(place("/contact/mail", Some(&header)), "联系人邮箱 (B)");
        assert_eq!(place("/requirements/1/value", None), "requirements/1/value");
        // A column that must be there and is not has no letter.
        assert_eq!(place("/deadline", Some(&header)), "期望解决期限");
        assert_eq!(place("/contact/phone", Some(&header)), "联系人电话");
    }
}
