//! The form of a contract: fields to what was typed, and what was typed to fields.

use serde_json::{Map, Value, json};

use crate::accounts::principal::OrgId;
use crate::contracts::model::ContractFields;
use crate::error::Result;
use crate::http::html::Posted;
use crate::http::html::typed::{self, Typed};
use crate::search::names::Names;

/// The two sides.
pub const SIDES: [&str; 2] = ["buyer", "seller"];
/// Inputs of one instalment.
pub const INSTALMENT: [&str; 2] = ["due_on", "planned"];
/// Rows for instalments in an empty form, and at most.
pub const ROWS: (usize, usize) = (3, 60);

const TEXTS: [&str; 10] = [
    "project_name",
    "contract_type",
    "subtype",
    "payment_mode",
    "tech_field",
    "industry_code",
    "socio_economic_goal",
    "plan_source",
    "broker_org",
    "broker_person",
];
const AMOUNTS: [&str; 4] = ["amount", "tech_amount", "est_new_input", "est_new_output"];
const DAYS: [&str; 2] = ["valid_from", "valid_to"];
/// Where it comes from: said once, when it is drafted.
const LINKS: [&str; 3] = ["need_id", "capability_id", "case_id"];

/// The form of stored or suggested fields.
///
/// # Errors
/// Fields that JSON cannot write.
pub fn filled(fields: &ContractFields, names: Names<'_>) -> Result<Vec<(String, String)>> {
    let mut pairs = typed::filled(&serde_json::to_value(fields)?, names);
    let orgs = [fields.buyer_org_id, fields.seller_org_id];
    for (side, org) in SIDES.iter().zip(orgs) {
        if org.is_some() {
            pairs.push((format!("{side}_linked"), "yes".to_owned()));
        }
    }
    Ok(pairs)
}

/// What was typed as a merge patch on the fields as they were. `known` are the organisations that
/// have the names typed for the two sides.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field that cannot be read.
pub fn patch(
    form: &Posted,
    names: Names<'_>,
    before: &ContractFields,
    known: [Option<OrgId>; 2],
) -> Result<Value> {
    let mut typed = Typed::new(form, names);
    typed.texts(&TEXTS);
    typed.amounts(&AMOUNTS);
    typed.days(&DAYS);
    let region = typed.region("region_code");
    typed.put("region_code", region);
    for (side, known) in SIDES.iter().zip(known) {
        let linked = form.has(format!("{side}_linked"), "yes");
        let linked = form.filled(&format!("{side}_org_id")).filter(|_| linked);
        typed.put(&format!("{side}_org_id"), json!(known.map(|id| id.to_string()).or(linked)));
        let party = party(&mut typed, side);
        typed.put(side, party);
    }
    typed.put("ip_kinds", json!(form.all("ip_kinds")));
    typed.rows("instalments", &INSTALMENT, ROWS.1, |typed, row, at| {
        let mut map = Map::new();
        map.insert("due_on".to_owned(), typed.day(&format!("{row}/due_on")));
        map.insert("planned".to_owned(), typed.amount(&format!("{row}/planned")));
        // What has been paid is recorded apart and goes with its place in the plan.
        if let Some(old) = before.instalments.get(at) {
            map.insert("paid".to_owned(), json!(old.paid));
            map.insert("paid_on".to_owned(), json!(old.paid_on));
        }
        map
    });
    for link in LINKS {
        if let Some(id) = form.filled(link) {
            typed.put(link, id);
        }
    }
    typed.patch()
}

/// How a side is described; null when nothing is said.
fn party(typed: &mut Typed<'_>, side: &str) -> Value {
    let mut map = Map::new();
    for field in ["name", "uscc", "country", "legal_nature"] {
        map.insert(field.to_owned(), typed.text(&format!("{side}/{field}")));
    }
    map.insert("region_code".to_owned(), typed.region(&format!("{side}/region_code")));
    if map.values().all(Value::is_null) { Value::Null } else { Value::Object(map) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::principal::Language;

    #[test]
    fn a_stored_contract_comes_back_from_its_form_unchanged() {
        let stored: ContractFields = serde_json::from_value(json!({
            "project_name": "A name",
            "contract_type": "transfer",
            "subtype": "transfer_patent",
            "buyer_org_id": OrgId::new(),
            "buyer": { "name": "B", "country": "156", "region_code": "442000105" },
            "seller": { "name": "S", "uscc": "91350100M000100Y43", "legal_nature": "natural_person" },
            "region_code": "442000105",
            "valid_from": "2026-01-01",
            "amount": 50.0001,
            "tech_amount": 40,
            "instalments": [
                { "due_on": "2026-02-01", "planned": 20.5, "paid": 20.5, "paid_on": "2026-02-03" },
                { "due_on": "2026-03-01", "planned": 29.5 },
            ],
            "ip_kinds": ["know_how", "design"],
            "broker_person": "P.",
        }))
        .unwrap();
        let reference = crate::reference::load(std::path::Path::new("/nonexistent")).unwrap();
        for language in [Language::Chinese, Language::English] {
            let names = Names::of(&reference, language);
            let form = Posted::new(filled(&stored, names).unwrap());
            let patch = patch(&form, names, &stored, [None, None]).unwrap();
            let read: ContractFields = typed::document(&patch).unwrap();
            assert_eq!(read, stored);
            let onto = serde_json::to_value(&stored).unwrap();
            let onto: ContractFields = crate::records::patch::merged(onto, &patch).unwrap();
            assert_eq!(onto, stored);
        }
    }
}
