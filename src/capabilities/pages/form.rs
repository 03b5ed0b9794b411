//! The form of a capability: fields to what was typed, and what was typed to changes. Only what a
//! form shows and somebody has changed is written, so that whatever it does not show stays.

use serde_json::{Map, Value, json};

use crate::capabilities::model::CapabilityFields;
use crate::error::{Error, Result};
use crate::http::html::Posted;
use crate::http::html::typed::{self, Typed};
use crate::records::patch::merge;
use crate::search::names::Names;

/// Inputs of the lists, by list.
pub const LISTS: [(&str, &[&str]); 4] = [
    ("performance", &["name", "value", "unit", "test_basis"]),
    ("ip_list", &["kind", "title", "number", "status", "owner", "expires"]),
    ("cases", &["year", "text"]),
    ("team/members", &["name", "professional_title", "field"]),
];
/// Rows of a list in an empty form, and at most.
pub const ROWS: (usize, usize) = (2, 500);

/// Fields that are objects of their own.
const PARTS: [&str; 5] = ["elements", "expert", "instrument", "team", "contact"];
const TEXTS: [&str; 36] = [
    "title",
    "asset_kind",
    "lead_expert",
    "ownership_type",
    "registration_no",
    "attribute",
    "stage",
    "summary",
    "problem_solved",
    "advantage_over_existing",
    "economic_comparison",
    "elements/material",
    "elements/method",
    "elements/efficacy",
    "elements/product",
    "elements/application",
    "tech_field",
    "level",
    "price_mode",
    "preferred_partner",
    "orcid",
    "expert/gender",
    "expert/professional_title",
    "expert/degree",
    "expert/position",
    "expert/bio",
    "expert/consent_scope",
    "instrument/model",
    "instrument/charge_standard",
    "instrument/open_status",
    "confidentiality",
    "restricted_detail",
    "contact/name",
    "contact/phone",
    "contact/mail",
    "contact/position",
];
const AMOUNTS: [&str; 4] = ["price", "price_max", "min_budget", "instrument/original_value"];
const NUMBERS: [(&str, u32); 4] = [
    ("trl", 9),
    ("capacity_per_year", 100_000),
    ("expert/availability_days", 366),
    ("instrument/hours_per_year", 8_784),
];
/// Boxes to tick and choices of the same name.
const CODES: [&str; 4] =
    ["transfer_modes", "industry_codes", "expert/service_types", "expert/roles"];
/// Lists of texts, one in a line.
const LINES: [&str; 7] = [
    "applications",
    "ipc",
    "evidence",
    "papers",
    "grants",
    "expert/research_areas",
    "expert/conflict_orgs",
];
/// Lists of short words, one in a line or parted by commas.
const WORDS: [&str; 2] = ["keywords", "expert/disciplines"];
/// Lists of regions, one in a line.
const REGIONS: [&str; 2] = ["excluded_regions", "expert/regions_served"];

/// The form of stored fields.
///
/// # Errors
/// Fields that JSON cannot write.
pub fn filled(fields: &CapabilityFields, names: Names<'_>) -> Result<Posted> {
    let mut pairs = typed::filled(&serde_json::to_value(fields)?, names);
    let lists = |name: &str| [&LINES[..], &WORDS, &REGIONS].concat().contains(&name);
    let (listed, mut pairs): (Vec<_>, Vec<_>) = pairs.drain(..).partition(|(name, _)| lists(name));
    for name in [&LINES[..], &WORDS, &REGIONS].concat() {
        let texts = listed.iter().filter(|(listed, _)| listed == name).map(|(_, text)| {
            if REGIONS.contains(&name) { names.region_label(text) } else { text.clone() }
        });
        let texts: Vec<String> = texts.collect();
        if !texts.is_empty() {
            pairs.push((name.to_owned(), texts.join("\n")));
        }
    }
    for (_, text) in pairs.iter_mut().filter(|(name, _)| name == "town_code") {
        *text = names.region_label(text);
    }
    Ok(Posted::new(pairs))
}

/// Whether a form shows a field, be it empty.
fn shows(form: &Posted, field: &str) -> bool {
    let inside = format!("{field}/");
    form.pairs().any(|(name, _)| name == field || name.starts_with(&inside))
}

/// Whether a form showed a field: one within a list when it showed the list.
pub fn showed(form: &Posted, name: &str) -> bool {
    let list = LISTS.iter().map(|(list, _)| *list).find(|list| name.starts_with(*list));
    shows(form, list.unwrap_or(name))
}

/// What was sent, with what is stored in the place of what the form did not show.
pub fn completed(form: &Posted, stored: &Posted) -> Posted {
    let sent = form.pairs();
    let rest = stored.pairs().filter(|(name, _)| !showed(form, name));
    Posted::new(sent.chain(rest).map(|(name, text)| (name.to_owned(), text.to_owned())).collect())
}

/// The form with the rows of its lists counted without gaps, as the fields will have them: what is
/// wrong is told of the row of that number.
pub fn compact(form: &Posted) -> Posted {
    let mut kept: Vec<(&str, Vec<String>)> = Vec::new();
    for (list, cells) in LISTS {
        let filled = |at: &usize| {
            cells.iter().any(|cell| !form.text(format!("{list}/{at}/{cell}")).is_empty())
        };
        kept.push((list, (0..ROWS.1).filter(filled).map(|at| at.to_string()).collect()));
    }
    let place = |name: &str| {
        let (list, rows) = kept.iter().find(|(list, _)| name.starts_with(&format!("{list}/")))?;
        let (row, cell) = name[list.len() + 1..].split_once('/')?;
        let at = rows.iter().position(|kept| kept == row);
        // An empty row still says that the list was shown.
        Some(at.map_or(name.to_owned(), |at| format!("{list}/{at}/{cell}")))
    };
    let mut pairs: Vec<(String, String)> = Vec::new();
    // What is filled comes first, so that it counts where an empty row had the same number.
    for (name, text) in form.pairs() {
        pairs.push((place(name).unwrap_or_else(|| name.to_owned()), text.to_owned()));
    }
    let in_list = |name: &str| LISTS.iter().any(|(list, _)| name.starts_with(&format!("{list}/")));
    pairs.sort_by_key(|(name, text)| in_list(name) && text.trim().is_empty());
    let mut done: Vec<(String, String)> = Vec::with_capacity(pairs.len());
    for (name, text) in pairs {
        if !in_list(&name) || !text.trim().is_empty() || !done.iter().any(|(n, _)| *n == name) {
            done.push((name, text));
        }
    }
    Posted::new(done)
}

/// What was typed as a merge patch of what is stored.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read.
pub fn patch(form: &Posted, names: Names<'_>, stored: &CapabilityFields) -> Result<Value> {
    let Value::Object(mut typed) = read(form, names)? else { return Ok(json!({})) };
    let before = match read(&filled(stored, names)?, names) {
        Ok(before) => before,
        // What is stored and cannot be read here counts as something else than was typed.
        Err(Error::Invalid(_)) => json!({}),
        Err(other) => return Err(other),
    };
    let nothing = |value: &Value| value.is_null() || value.as_array().is_some_and(Vec::is_empty);
    typed.retain(|name, value| {
        let old = before.get(name).unwrap_or(&Value::Null);
        shows(form, name) && old != value && !(nothing(old) && nothing(value))
    });
    let document = serde_json::to_value(stored)?;
    for part in PARTS {
        place(&mut typed, part, document.get(part));
    }
    Ok(Value::Object(typed))
}

/// Puts the changes within a part of the fields into the part; one with nothing left is taken away.
fn place(typed: &mut Map<String, Value>, part: &str, stored: Option<&Value>) {
    let inside = format!("{part}/");
    let names: Vec<String> =
        typed.keys().filter(|name| name.starts_with(&inside)).cloned().collect();
    if names.is_empty() {
        return;
    }
    let mut changes = Map::new();
    for name in names {
        let value = typed.remove(&name).unwrap_or(Value::Null);
        changes.insert(name[inside.len()..].to_owned(), value);
    }
    let mut merged = stored.cloned().unwrap_or_else(|| json!({}));
    merge(&mut merged, &Value::Object(changes.clone()));
    let left = merged
        .as_object()
        .is_some_and(|map| map.values().any(|value| !value.as_array().is_some_and(Vec::is_empty)));
    // A contact without a name is told so, instead of being unreadable.
    if part == "contact" && left && merged.get("name").is_none() {
        changes.insert("name".to_owned(), json!(""));
    }
    typed.insert(part.to_owned(), if left { Value::Object(changes) } else { Value::Null });
}

/// What the form says, field by field.
fn read(form: &Posted, names: Names<'_>) -> Result<Value> {
    let mut typed = Typed::new(form, names);
    typed.texts(&TEXTS);
    typed.amounts(&AMOUNTS);
    for (name, most) in NUMBERS {
        let number = typed.whole(name, most);
        typed.put(name, number);
    }
    let town = typed.region("town_code");
    typed.put("town_code", town);
    let day = typed.day("registered_on");
    typed.put("registered_on", day);
    let reviewer = form.filled("expert/is_reviewer").map(|said| said == "true");
    typed.put("expert/is_reviewer", json!(reviewer));
    for name in CODES {
        typed.put(name, json!(form.all(name)));
    }
    for name in LINES {
        typed.put(name, json!(lines(form.raw(name))));
    }
    for name in WORDS {
        typed.put(name, json!(words(form.raw(name))));
    }
    for name in REGIONS {
        let mut codes = Vec::new();
        for text in lines(form.raw(name)) {
            match typed::region(names, text) {
                Ok(code) => codes.push(code),
                Err(message) => typed.fail(name, message),
            }
        }
        typed.put(name, codes);
    }
    for (list, cells) in LISTS {
        typed.rows(list, cells, ROWS.1, |typed, row, _| {
            let cell = |cell: &&str| {
                let name = format!("{row}/{cell}");
                let value = match *cell {
                    "year" => typed.whole(&name, u32::from(u16::MAX)),
                    "expires" => typed.day(&name),
                    _ => typed.text(&name),
                };
                ((*cell).to_owned(), value)
            };
            cells.iter().map(cell).collect()
        });
    }
    typed.patch()
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Words parted by commas or lines; they may hold spaces, as English ones do.
fn words(text: &str) -> Vec<&str> {
    let separates = |c: char| matches!(c, '\n' | ',' | ';' | '\u{ff0c}' | '\u{3001}' | '\u{ff1b}');
    text.split(separates).map(str::trim).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    fn stored() -> CapabilityFields {
        serde_json::from_value(json!({
            "title": "A", "asset_kind": "expert", "town_code": "442000105", "trl": 7,
            "registered_on": "2025-01-02", "price": 12.0001, "capacity_per_year": 3,
            "performance": [{ "name": "a", "value": "1", "unit": "K", "test_basis": "b" }],
            "keywords": ["heat pipe", "b"], "applications": ["x", "y"], "tags": ["kept"],
            "industry_codes": ["C3872", "C38"], "transfer_modes": ["service"],
            "excluded_regions": ["4420"], "cases": [{ "year": 2020, "text": "c" }],
            "ip_list": [{ "kind": "invention", "title": "p", "owner": "o", "expires": "2030-01-01" }],
            "elements": { "method": "m" }, "lang": "zh", "valid_until": "2028-01-01",
            "expert": { "bio": "Two\nlines", "is_reviewer": false, "roles": ["tech_leader"],
                "disciplines": ["140"], "consent_scope": "members", "regions_served": ["442000105"] },
            "team": { "members": [{ "name": "n", "field": "f" }] },
            "contact": { "name": "N.", "mail": "n@a.example" }
        }))
        .unwrap()
    }

    #[test]
    fn a_stored_capability_comes_back_from_its_form_unchanged() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for language in [Language::Chinese, Language::English] {
            let names = Names::of(&reference, language);
            let form = filled(&stored(), names).unwrap();
            assert_eq!(patch(&form, names, &stored()).unwrap(), json!({}));
            let patch = patch(&form, names, &CapabilityFields::default()).unwrap();
            let mut shown = stored();
            (shown.tags, shown.lang, shown.valid_until) = (Vec::new(), None, None);
            assert_eq!(typed::document::<CapabilityFields>(&patch).unwrap(), shown);
        }
    }

    #[test]
    fn only_what_was_shown_and_changed_is_written() {
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let typed = [("title", "B"), ("contact/name", ""), ("contact/mail", ""), ("keywords", "")];
        let typed = typed.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let found = patch(&Posted::new(typed.to_vec()), names, &stored()).unwrap();
        assert_eq!(found, json!({ "title": "B", "contact": null, "keywords": [] }));
    }

    #[test]
    fn rows_are_counted_without_gaps() {
        let typed = [
            ("cases/0/text", ""),
            ("cases/1/text", "one"),
            ("cases/1/year", ""),
            ("cases/3/text", "two"),
        ];
        let typed = typed.map(|(name, text)| (name.to_owned(), text.to_owned()));
        let form = compact(&Posted::new(typed.to_vec()));
        assert_eq!((form.text("cases/0/text"), form.text("cases/1/text")), ("one", "two"));
        assert_eq!(form.text("cases/3/text"), "");
    }
}
