//! The form of a platform: fields to what was typed, and what was typed to fields.

use serde_json::{Map, Value, json};

use crate::accounts::principal::OrgId;
use crate::error::{Error, FieldError, Result};
use crate::http::html::Posted;
use crate::http::html::typed::Typed;
use crate::platforms::model::PlatformFields;
use crate::platforms::share::Share;
use crate::search::names::Names;

/// Inputs of the lists, by list.
pub const LISTS: [(&str, &[&str]); 2] =
    [("founders", &["name", "share", "amount"]), ("firms", &["name", "entered_on", "left_on"])];
/// Rows of a list in an empty form, and at most.
pub const ROWS: (usize, usize) = (3, 500);

const TEXTS: [&str; 8] =
    ["name", "kind", "level", "summary", "address", "phone", "website", "close_reason"];

/// The form of stored fields.
///
/// # Errors
/// Fields that JSON cannot write.
pub fn filled(fields: &PlatformFields, names: Names<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = crate::http::html::typed::filled(&serde_json::to_value(fields)?, names);
    pairs.retain(|(name, _)| !["town_code", "services", "instruments"].contains(&name.as_str()));
    if let Some(code) = &fields.town_code {
        pairs.push(("town_code".to_owned(), names.region_label(code)));
    }
    for (name, texts) in [("services", &fields.services), ("instruments", &fields.instruments)] {
        pairs.push((name.to_owned(), texts.join("\n")));
    }
    Ok(pairs)
}

/// Who stands in a list by name, with the organisation it is known to be.
type Listed = Vec<(Option<String>, Option<OrgId>)>;

/// The organisation of a name that was typed: of an entry that had the name before the one that was
/// stored, for it may be known to the service under another or to several; of others what is `known`.
fn org_of(
    stored: &mut Listed,
    name: Option<&str>,
    known: &mut impl FnMut(&str) -> Result<Option<OrgId>>,
) -> Result<Option<OrgId>> {
    match stored.iter().position(|(listed, _)| listed.as_deref() == name) {
        Some(at) => Ok(stored.remove(at).1),
        None => name.map_or(Ok(None), known),
    }
}

/// What was typed as a merge patch of what is stored. `known` gives the organisation of a name.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read; database faults.
pub fn patch(
    form: &Posted,
    names: Names<'_>,
    stored: &PlatformFields,
    mut known: impl FnMut(&str) -> Result<Option<OrgId>>,
) -> Result<Value> {
    let mut typed = Typed::new(form, names);
    let mut wrong = Vec::new();
    typed.texts(&TEXTS);
    typed.days(&["opened_on", "closed_on"]);
    let town = typed.region("town_code");
    typed.put("town_code", town);
    typed.put("modes", json!(form.all("modes")));
    for name in ["services", "instruments"] {
        let lines: Vec<&str> =
            form.raw(name).lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        typed.put(name, json!(lines));
    }
    let mut fault = None;
    let mut org = |stored: &mut Listed, name: Option<&str>| {
        org_of(stored, name, &mut known).unwrap_or_else(|error| {
            fault = Some(error);
            None
        })
    };
    let mut founders: Listed =
        stored.founders.iter().map(|one| (one.name.clone(), one.org_id)).collect();
    let mut firms: Listed = stored.firms.iter().map(|one| (one.name.clone(), one.org_id)).collect();
    typed.rows("founders", LISTS[0].1, ROWS.1, |typed, row, _| {
        let name = form.filled(&format!("{row}/name"));
        let share = form.filled(&format!("{row}/share")).map(|text| Share::parse(&text));
        if matches!(share, Some(Err(_))) {
            wrong.push(FieldError::new(format!("/{row}/share"), "field.number"));
        }
        let mut map = Map::new();
        map.insert("org_id".to_owned(), json!(org(&mut founders, name.as_deref())));
        map.insert("name".to_owned(), json!(name));
        map.insert("share".to_owned(), json!(share.and_then(std::result::Result::ok)));
        map.insert("amount".to_owned(), typed.amount(&format!("{row}/amount")));
        map
    });
    typed.rows("firms", LISTS[1].1, ROWS.1, |typed, row, _| {
        let name = form.filled(&format!("{row}/name"));
        let mut map = Map::new();
        map.insert("org_id".to_owned(), json!(org(&mut firms, name.as_deref())));
        map.insert("name".to_owned(), json!(name));
        map.insert("entered_on".to_owned(), typed.day(&format!("{row}/entered_on")));
        map.insert("left_on".to_owned(), typed.day(&format!("{row}/left_on")));
        map
    });
    match (fault, typed.patch(), wrong.is_empty()) {
        (Some(error), ..) => Err(error),
        (None, done, true) => done,
        (None, Err(Error::Invalid(errors)), false) => {
            wrong.extend(errors);
            Err(Error::Invalid(wrong))
        }
        (None, _, false) => Err(Error::Invalid(wrong)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;
    use crate::http::html::typed;

    #[test]
    fn a_stored_platform_comes_back_from_its_form_unchanged() {
        let stored: PlatformFields = serde_json::from_value(json!({
            "name": "大学科技园古镇分园", "kind": "science_park_branch", "level": "city",
            "town_code": "442000105", "modes": ["government_guided"],
            "founders": [
                { "name": "镇政府", "share": 33.3333, "amount": 100.5 },
                { "name": "试样大学", "share": 66 }
            ],
            "services": ["孵化", "检测"], "instruments": ["光谱仪"], "summary": "一\n二",
            "phone": "0760-5550177", "opened_on": "2025-01-01",
            "firms": [{ "name": "晨舟", "entered_on": "2025-02-01", "left_on": "2026-02-01" }]
        }))
        .unwrap();
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        let names = Names::of(&reference, Language::Chinese);
        let form = Posted::new(filled(&stored, names).unwrap());
        let patch = patch(&form, names, &PlatformFields::default(), |_| Ok(None)).unwrap();
        assert_eq!(typed::document::<PlatformFields>(&patch).unwrap(), stored);
    }
}
