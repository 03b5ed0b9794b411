//! What differs between a need as somebody typed it and as somebody else has stored it meanwhile.

use super::form;
use crate::http::html::differing::{Difference, differing};
use crate::http::html::{Frame, Posted};
use crate::needs::model::NeedFields;
use crate::search::names::Names;

/// Fields with codes, and the tables of these.
const CODED: [(&str, &str); 5] = [
    ("need_kind", "need_kind"),
    ("tech_field", "tech_field"),
    ("cooperation_modes", "cooperation_mode"),
    ("confidentiality", "disclosure_level"),
    ("target_trl", "trl"),
];

/// Every field of the form in which the two differ.
pub fn differences(
    page: &Frame,
    names: Names<'_>,
    stored: &NeedFields,
    typed: &Posted,
) -> Vec<Difference> {
    let stored = form::filled(stored, names);
    let operator =
        |name: &&str| !name.ends_with("_operator") || differs_in_row(&stored, typed, name);
    differing(&stored, typed)
        .into_iter()
        .filter(operator)
        .map(|name| Difference {
            label: label(page, name),
            stored: said(page, name, &stored),
            typed: said(page, name, typed),
        })
        .collect()
}

/// Whether the row of a comparison says anything: an empty row has one, too.
fn differs_in_row(stored: &Posted, typed: &Posted, name: &str) -> bool {
    let cell = name.replace("_operator", "_name");
    !stored.text(&cell).is_empty() || !typed.text(&cell).is_empty()
}

fn label(page: &Frame, name: &str) -> String {
    if let Some(rest) = name.strip_prefix("requirement_") {
        let row: usize =
            rest.split('_').next().and_then(|row| row.parse().ok()).unwrap_or_default();
        return page.fill("form.requirement", "number", row + 1);
    }
    match name.starts_with("contact_") {
        true => page.t(format!("record.{name}")),
        false => page.field(name),
    }
}

fn said(page: &Frame, name: &str, form: &Posted) -> String {
    let values = form.all(name);
    match CODED.iter().find(|(field, _)| *field == name) {
        Some((_, table)) => page.codes(table, &values),
        None if name == "industry_code" => {
            page.list(&values.iter().map(|code| page.industry(code)).collect::<Vec<_>>())
        }
        None => page.list(&values),
    }
}
