//! What a visit must hold.

use chrono::NaiveDate;

use super::model::VisitFields;
use crate::accounts::principal::Principal;
use crate::error::{Message, Result};
use crate::reference::{Reference, uscc};
use crate::validation::Checker;

/// People met at most.
const MAX_PEOPLE: usize = 20;

/// Fills in what goes without saying: today, in person, in the caller's only town.
pub fn complete(fields: &mut VisitFields, principal: &Principal, today: NaiveDate) {
    fields.visited_on.get_or_insert(today);
    fields.channel.get_or_insert_with(|| "offline".to_owned());
    if fields.town_code.is_none() {
        fields.town_code = only_town(principal);
    }
    for text in [&mut fields.org_name, &mut fields.findings, &mut fields.programme] {
        *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    }
}

/// The town of a caller who looks after one alone.
pub fn only_town(principal: &Principal) -> Option<String> {
    let mut towns = principal.regions();
    towns.retain(|code| code.len() == 9);
    towns.dedup();
    if towns.len() == 1 { towns.pop() } else { None }
}

/// Checks complete fields.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &VisitFields, reference: &Reference, today: NaiveDate) -> Result<()> {
    let mut checker = Checker::default();
    let town = fields.town_code.as_deref();
    checker.present("/town_code", town.as_ref());
    if let Some(code) = town {
        let is_town = reference.region(code).is_some_and(|region| region.level == "town");
        let unknown = Message::new("field.unknown_town").with("text", code);
        checker.ensure(is_town, "/town_code", unknown);
    }
    match (fields.org_id, fields.org_name.as_deref()) {
        (Some(_), Some(_)) => checker.fail("/org_name", "field.org_or_name"),
        (Some(_), None) => {}
        (None, name) => {
            checker.name("/org_name", name);
            checker.line("/org_name", name, 2, 100);
        }
    }
    if let Some(code) = fields.org_uscc.as_deref() {
        checker.ensure(fields.org_id.is_none(), "/org_uscc", "field.org_or_name");
        checker.ensure(uscc::is_valid(code), "/org_uscc", "field.uscc");
    }
    checker.present("/visited_on", fields.visited_on.as_ref());
    checker.not_future("/visited_on", fields.visited_on, today);
    checker.present("/channel", fields.channel.as_ref());
    checker.code(reference, "/channel", "channel", fields.channel.as_deref());
    checker.code(reference, "/programme", "programme", fields.programme.as_deref());
    checker.count("/people", &fields.people, 0, MAX_PEOPLE);
    for (at, name) in fields.people.iter().enumerate() {
        checker.name(&format!("/people/{at}"), Some(name));
        checker.line(&format!("/people/{at}"), Some(name), 1, 60);
    }
    checker.text("/findings", fields.findings.as_deref());
    checker.length("/findings", fields.findings.as_deref(), 0, 5_000);
    checker.finish()
}
