//! What differs between a capability as somebody typed it and as somebody else has stored it meanwhile.

use super::form;
use crate::http::html::differing::{Difference, differing};
use crate::http::html::{Frame, Posted};

/// Fields with codes, and the tables of these; within lists by the last part of the name.
const CODED: [(&str, &str); 15] = [
    ("asset_kind", "asset_kind"),
    ("tech_field", "tech_field"),
    ("stage", "stage"),
    ("trl", "trl"),
    ("ownership_type", "ownership_type"),
    ("attribute", "attribute"),
    ("level", "level"),
    ("kind", "ip_kind"),
    ("transfer_modes", "cooperation_mode"),
    ("price_mode", "price_mode"),
    ("open_status", "open_status"),
    ("service_types", "service_type"),
    ("roles", "expert_role"),
    ("consent_scope", "consent_scope"),
    ("confidentiality", "disclosure_level"),
];

/// Every field that the form showed and in which it differs from what is stored.
pub fn differences(page: &Frame, stored: &Posted, typed: &Posted) -> Vec<Difference> {
    let names = differing(stored, typed).into_iter().filter(|name| form::showed(typed, name));
    names
        .map(|name| Difference {
            label: page.pointed(&format!("/{name}")),
            stored: said(page, name, stored),
            typed: said(page, name, typed),
        })
        .collect()
}

fn said(page: &Frame, name: &str, form: &Posted) -> String {
    let values: Vec<String> =
        form.all(name).into_iter().filter(|text| !text.trim().is_empty()).collect();
    let last = name.rsplit('/').next().unwrap_or(name);
    let words = |named: &dyn Fn(&str) -> String| {
        page.list(&values.iter().map(|value| named(value)).collect::<Vec<_>>())
    };
    match (last, CODED.iter().find(|(field, _)| *field == last)) {
        ("industry_codes", _) => words(&|code| page.industry(code)),
        ("is_reviewer", _) => words(&|code| page.t(if code == "true" { "yes" } else { "no" })),
        (_, Some((_, table))) => page.codes(table, &values),
        (_, None) => page.list(&values),
    }
}
