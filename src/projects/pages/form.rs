//! The form of a project: fields to what was typed, and what was typed to fields.

use serde_json::{Map, Value, json};

use crate::accounts::principal::OrgId;
use crate::error::{Error, FieldError, Result};
use crate::http::html::Posted;
use crate::http::html::typed::{self, Typed};
use crate::projects::model::ProjectFields;
use crate::search::names::Names;

/// Inputs of the lists, by list.
pub const LISTS: [(&str, &[&str]); 3] = [
    ("parties", &["name"]),
    ("milestones", &["title", "due_on", "done_on"]),
    ("funds", &["source", "planned", "paid"]),
];
/// Rows of a list in an empty form, and at most.
pub const ROWS: (usize, usize) = (3, 60);
/// Inputs for towns.
pub const TOWNS: usize = 3;

const TEXTS: [&str; 5] = ["title", "programme", "channel", "activity_kind", "summary"];
const DAYS: [&str; 2] = ["starts_on", "ends_on"];
/// Where it comes from: said once, when it is drawn up.
const LINKS: [&str; 3] = ["need_id", "capability_id", "case_id"];

/// The form of stored or suggested fields.
///
/// # Errors
/// Fields that JSON cannot write.
pub fn filled(fields: &ProjectFields, names: Names<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = typed::filled(&serde_json::to_value(fields)?, names);
    for (at, party) in fields.parties.iter().enumerate() {
        if party.org_id.is_some() {
            pairs.push((linked(at), "yes".to_owned()));
        }
    }
    Ok(pairs)
}

/// Name of the box that keeps a party linked to its organisation.
pub fn linked(at: usize) -> String {
    format!("parties/{at}/linked")
}

/// What was typed as a merge patch. `known` gives the organisation of a name.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be read; database faults.
pub fn patch(
    form: &Posted,
    names: Names<'_>,
    mut known: impl FnMut(&str) -> Result<Option<OrgId>>,
) -> Result<Value> {
    let mut typed = Typed::new(form, names);
    typed.texts(&TEXTS);
    typed.days(&DAYS);
    let mut fault = None;
    typed.rows("parties", LISTS[0].1, ROWS.1, |typed, row, _| {
        let name = form.filled(&format!("{row}/name"));
        let own = name.as_deref().map_or(Ok(None), &mut known).unwrap_or_else(|error| {
            fault = Some(error);
            None
        });
        let kept = form.has(format!("{row}/linked"), "yes");
        let kept = form.filled(&format!("{row}/org_id")).filter(|_| kept);
        let mut map = Map::new();
        map.insert("name".to_owned(), json!(name));
        map.insert("role".to_owned(), typed.text(&format!("{row}/role")));
        map.insert("org_id".to_owned(), json!(own.map(|id| id.to_string()).or(kept)));
        map
    });
    if let Some(error) = fault {
        return Err(error);
    }
    typed.rows("milestones", LISTS[1].1, ROWS.1, |typed, row, _| {
        let mut map = Map::new();
        map.insert("title".to_owned(), typed.text(&format!("{row}/title")));
        map.insert("due_on".to_owned(), typed.day(&format!("{row}/due_on")));
        map.insert("done_on".to_owned(), typed.day(&format!("{row}/done_on")));
        map
    });
    typed.rows("funds", LISTS[2].1, ROWS.1, |typed, row, _| {
        let mut map = Map::new();
        map.insert("source".to_owned(), typed.text(&format!("{row}/source")));
        map.insert("planned".to_owned(), typed.amount(&format!("{row}/planned")));
        map.insert("paid".to_owned(), typed.amount(&format!("{row}/paid")));
        map
    });
    let towns = towns(form, names)?;
    typed.put("town_codes", json!(towns));
    if form.filled("contracts_shown").is_some() {
        typed.put("contract_ids", json!(form.all("contract_ids")));
    }
    for link in LINKS {
        if let Some(id) = form.filled(link) {
            typed.put(link, id);
        }
    }
    typed.patch()
}

/// The towns that were typed, one an input.
fn towns(form: &Posted, names: Names<'_>) -> Result<Vec<String>> {
    let read = |(at, text): (usize, String)| {
        typed::region(names, &text)
            .map_err(|message| FieldError::new(format!("/town_codes/{at}"), message))
    };
    let all = form.all("town_codes").into_iter().enumerate();
    let codes: std::result::Result<Vec<String>, FieldError> = all.map(read).collect();
    codes.map_err(|error| Error::Invalid(vec![error]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    #[test]
    fn a_stored_project_comes_back_from_its_form_unchanged() {
        let stored: ProjectFields = serde_json::from_value(json!({
            "title": "A title",
            "programme": "university_town",
            "channel": "mixed",
            "activity_kind": "joint_research",
            "town_codes": ["442000105", "440604100"],
            "parties": [
                { "org_id": OrgId::new(), "name": "B", "role": "need" },
                { "name": "S", "role": "provider" },
            ],
            "starts_on": "2026-01-01",
            "ends_on": "2026-12-31",
            "summary": "Two\nlines",
            "milestones": [
                { "title": "One", "due_on": "2026-04-01", "done_on": "2026-04-02" },
                { "title": "Two", "due_on": "2026-10-01" },
            ],
            "funds": [{ "source": "town", "planned": 10.0001, "paid": 3 }],
        }))
        .unwrap();
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for language in [Language::Chinese, Language::English] {
            let names = Names::of(&reference, language);
            let form = Posted::new(filled(&stored, names).unwrap());
            let patch = patch(&form, names, |_| Ok(None)).unwrap();
            assert_eq!(typed::document::<ProjectFields>(&patch).unwrap(), stored);
        }
    }
}
