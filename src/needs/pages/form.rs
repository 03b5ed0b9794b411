//! The form of a need: fields to what was typed, and what was typed to fields.

use serde_json::{Map, Value, json};

use crate::error::{Error, FieldError, Message, Result};
use crate::http::html::Posted;
use crate::http::html::form::money;
use crate::needs::model::{NeedFields, Requirement};
use crate::reading::narrow_digits;
use crate::search::names::Names;

/// Rows for requirements in an empty form, and at most.
const ROWS: usize = 4;
const MAX_ROWS: usize = 10;

/// Texts that go from the form into the field of the same name.
const TEXTS: [&str; 9] = [
    "title",
    "need_kind",
    "industry_code",
    "tech_field",
    "background",
    "problem",
    "confidentiality",
    "public_summary",
    "deadline",
];

/// The form of a stored need.
pub fn filled(fields: &NeedFields, names: Names<'_>) -> Posted {
    let mut pairs = Vec::new();
    let mut push = |name: &str, value: &str| pairs.push((name.to_owned(), value.to_owned()));
    if let Ok(Value::Object(map)) = serde_json::to_value(fields) {
        for name in TEXTS {
            push(name, map.get(name).and_then(Value::as_str).unwrap_or_default());
        }
    }
    for mode in &fields.cooperation_modes {
        push("cooperation_modes", mode);
    }
    let town = fields.town_code.as_deref().map(|code| names.region_label(code));
    push("town_code", &town.unwrap_or_default());
    push("keywords", &fields.keywords.join(" "));
    push("target_trl", &fields.target_trl.map(|level| level.to_string()).unwrap_or_default());
    push("budget_min", &fields.budget_min.map(|money| money.to_wan()).unwrap_or_default());
    push("budget_max", &fields.budget_max.map(|money| money.to_wan()).unwrap_or_default());
    push("budget_negotiable", if fields.budget_negotiable == Some(true) { "yes" } else { "" });
    for (at, requirement) in fields.requirements.iter().enumerate() {
        let mut cell = |field: &str, value: &str| push(&cell_name(at, field), value);
        cell("name", &requirement.name);
        cell("operator", &requirement.operator);
        cell("value", &requirement.value);
        cell("value_max", requirement.value_max.as_deref().unwrap_or_default());
        cell("unit", requirement.unit.as_deref().unwrap_or_default());
        cell("tolerance", requirement.tolerance.as_deref().unwrap_or_default());
        cell("must", if requirement.must { "yes" } else { "" });
    }
    if let Some(contact) = &fields.contact {
        push("contact_name", &contact.name);
        push("contact_phone", contact.phone.as_deref().unwrap_or_default());
        push("contact_mail", contact.mail.as_deref().unwrap_or_default());
        push("contact_position", contact.position.as_deref().unwrap_or_default());
    }
    Posted::new(pairs)
}

/// Name of one input of the table of requirements.
pub fn cell_name(row: usize, field: &str) -> String {
    format!("requirement_{row}_{field}")
}

/// How many rows for requirements the form has: always an empty one, as long as more may come.
pub fn rows(form: &Posted) -> usize {
    let used = (0..MAX_ROWS).rev().find(|row| !form.text(cell_name(*row, "name")).is_empty());
    used.map_or(ROWS, |last| (last + 2).max(ROWS)).min(MAX_ROWS)
}

/// What was typed as a merge patch: what is empty is taken away, what the form does not have
/// stays as it is.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read.
pub fn patch(form: &Posted, names: Names<'_>) -> Result<Value> {
    let (map, errors) = read(form, names)?;
    if errors.is_empty() { Ok(Value::Object(map)) } else { Err(Error::Invalid(errors)) }
}

/// What has been typed so far, as far as it can be read: for the need doctor.
///
/// # Errors
/// Never for what is typed by a person.
pub fn sketch(form: &Posted, names: Names<'_>) -> Result<NeedFields> {
    let (mut map, errors) = read(form, names)?;
    let unread = |name: &String| errors.iter().any(|e| e.pointer.strip_prefix('/') == Some(name));
    // Who may see it and whom to turn to are nothing that is diagnosed.
    let apart = |name: &String| ["confidentiality", "contact"].contains(&name.as_str());
    map.retain(|name, _| !unread(name) && !apart(name));
    of_map(map)
}

/// What the form says field by field, and which of it cannot be read.
fn read(form: &Posted, names: Names<'_>) -> Result<(Map<String, Value>, Vec<FieldError>)> {
    let mut errors = Vec::new();
    let mut map = Map::new();
    for name in TEXTS {
        map.insert(name.to_owned(), json!(form.filled(name)));
    }
    match town(form, names) {
        Ok(code) => drop(map.insert("town_code".to_owned(), json!(code))),
        Err(message) => errors.push(FieldError::new("/town_code", message)),
    }
    if let Some(day) = form.filled("deadline")
        && day.parse::<chrono::NaiveDate>().is_err()
    {
        errors.push(FieldError::new("/deadline", "field.date"));
    }
    for name in ["budget_min", "budget_max"] {
        match money(form, name) {
            Ok(amount) => drop(map.insert(name.to_owned(), json!(amount))),
            Err(Error::Invalid(found)) => errors.extend(found),
            Err(other) => return Err(other),
        }
    }
    map.insert("budget_negotiable".to_owned(), json!(form.has("budget_negotiable", "yes")));
    map.insert("target_trl".to_owned(), json!(form.text("target_trl").parse::<u8>().ok()));
    map.insert("cooperation_modes".to_owned(), json!(form.all("cooperation_modes")));
    map.insert("keywords".to_owned(), json!(words(form.text("keywords"))));
    map.insert("requirements".to_owned(), json!(requirements(form)));
    map.insert("contact".to_owned(), contact(form));
    Ok((map, errors))
}

/// The fields of a new need.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read.
pub fn fields(form: &Posted, names: Names<'_>) -> Result<NeedFields> {
    let Value::Object(map) = patch(form, names)? else { return Ok(NeedFields::default()) };
    of_map(map)
}

fn of_map(mut map: Map<String, Value>) -> Result<NeedFields> {
    map.retain(|_, value| !value.is_null());
    serde_json::from_value(Value::Object(map))
        .map_err(|error| Error::BadRequest(Message::new("error.unreadable").with("reason", error)))
}

/// The code of the town that was typed: by code, by name, or as it was offered.
fn town(form: &Posted, names: Names<'_>) -> std::result::Result<Option<String>, Message> {
    let Some(typed) = form.filled("town_code") else { return Ok(None) };
    let found = names.towns_meant(&typed);
    match found.as_slice() {
        [only] => Ok(Some((*only).to_owned())),
        [] => Err(Message::new("field.unknown_town").with("text", typed)),
        several => {
            let labels = several.iter().map(|code| names.region_label(code));
            let choices = labels.collect::<Vec<_>>().join("; ");
            Err(Message::new("field.several_towns").with("text", typed).with("choices", choices))
        }
    }
}

/// Words separated by white space or any comma.
fn words(text: &str) -> Vec<String> {
    let separates = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '\u{ff0c}' | '\u{3001}');
    text.split(separates).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn requirements(form: &Posted) -> Vec<Requirement> {
    (0..MAX_ROWS)
        .filter_map(|row| {
            let cell = |field: &str| form.filled(&cell_name(row, field));
            let (name, value) = (cell("name"), cell("value"));
            if name.is_none() && value.is_none() {
                return None;
            }
            let operator = cell("operator").unwrap_or_else(|| "text".to_owned());
            let number = |typed: String| {
                if operator == "text" { typed } else { narrow_digits(&typed) }
            };
            Some(Requirement {
                name: name.unwrap_or_default(),
                value: value.map(number).unwrap_or_default(),
                value_max: cell("value_max").map(number),
                operator: operator.clone(),
                unit: cell("unit"),
                must: cell("must").is_some(),
                tolerance: cell("tolerance"),
            })
        })
        .collect()
}

fn contact(form: &Posted) -> Value {
    let field = |name: &str| form.filled(&format!("contact_{name}"));
    match field("name") {
        None => Value::Null,
        Some(name) => json!({
            "name": name,
            "phone": field("phone"),
            "mail": field("mail"),
            "position": field("position"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;
    use crate::money::Money;
    use crate::records::parts::Contact;
    use crate::reference::Reference;

    fn reference() -> Reference {
        crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
    }

    fn posted(typed: &[(&str, &str)]) -> Posted {
        Posted::new(typed.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect())
    }

    #[test]
    fn a_stored_need_comes_back_from_its_form_unchanged() {
        let requirement = |operator: &str, value: &str, max: Option<&str>| Requirement {
            name: "roughness".to_owned(),
            operator: operator.to_owned(),
            value: value.to_owned(),
            value_max: max.map(str::to_owned),
            unit: Some("um".to_owned()),
            must: max.is_none(),
            tolerance: max.map(|_| "at 55 degrees".to_owned()),
        };
        let stored = NeedFields {
            title: Some("A title".to_owned()),
            need_kind: Some("tech_problem".to_owned()),
            town_code: Some("442000105".to_owned()),
            problem: Some("Two\nlines".to_owned()),
            requirements: vec![
                requirement("le", "0.8", None),
                requirement("range", "1", Some("2")),
            ],
            keywords: vec!["one".to_owned(), "two".to_owned()],
            target_trl: Some(7),
            budget_max: Some(Money::parse_wan("12.5").unwrap()),
            budget_negotiable: Some(true),
            deadline: chrono::NaiveDate::from_ymd_opt(2027, 5, 31),
            cooperation_modes: vec!["joint_dev".to_owned(), "service".to_owned()],
            contact: Some(Contact {
                name: "N.".to_owned(),
                phone: None,
                mail: Some("n@a.example".to_owned()),
                position: None,
            }),
            ..NeedFields::default()
        };
        let reference = reference();
        for language in [Language::Chinese, Language::English] {
            let names = Names::of(&reference, language);
            let form = filled(&stored, names);
            assert_eq!(fields(&form, names).unwrap(), stored);
            assert_eq!(rows(&form), 4);
        }
    }

    #[test]
    fn a_sketch_leaves_out_what_cannot_be_read_yet() {
        let typed =
            [("problem", "针孔"), ("budget_max", "3o"), ("deadline", "2099-"), ("town_code", "古")];
        let reference = reference();
        let fields = sketch(&posted(&typed), Names::of(&reference, Language::Chinese)).unwrap();
        assert_eq!(fields.problem.as_deref(), Some("针孔"));
        assert_eq!((fields.budget_max, fields.deadline, fields.town_code), (None, None, None));
    }

    #[test]
    fn every_unreadable_field_is_named() {
        let typed = [
            ("budget_min", "many"),
            ("budget_max", "-1"),
            ("deadline", "soon"),
            ("town_code", "某镇"),
        ];
        let reference = reference();
        let read = patch(&posted(&typed), Names::of(&reference, Language::Chinese));
        let Err(Error::Invalid(errors)) = read else { panic!("accepted") };
        let mut pointers: Vec<&str> = errors.iter().map(|e| e.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/budget_max", "/budget_min", "/deadline", "/town_code"]);
    }
}
