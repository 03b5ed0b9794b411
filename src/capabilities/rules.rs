//! What a capability must hold: always, to be submitted, to be published. What is asked depends on
//! its kind: a person has research areas instead of a readiness level, an instrument a model.

use chrono::NaiveDate;

use super::model::{CapabilityFields, EXPERT, INSTRUMENT, TEAM};
use crate::error::Result;
use crate::money::Money;
use crate::records::rules as shared;
pub use crate::records::rules::Stage;
use crate::reference::Reference;
use crate::validation::Checker;

/// Years that a capability can be valid for at most, from the day it is published or renewed.
pub const VALID_YEARS: u32 = 3;

/// Checks the fields for a stage, whatever the day, and names everything wrong at once.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &CapabilityFields, stage: Stage, reference: &Reference) -> Result<()> {
    gather(fields, stage, reference).finish()
}

/// Checks the fields for a stage on a day: the end of validity must lie ahead. For a capability
/// that has been published its fields `before` are given: what stays as it is may have passed.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check_on(
    fields: &CapabilityFields,
    stage: Stage,
    reference: &Reference,
    today: NaiveDate,
    before: Option<&CapabilityFields>,
) -> Result<()> {
    let mut checker = gather(fields, stage, reference);
    let kept = before.is_some_and(|before| before.valid_until == fields.valid_until);
    let until = fields.valid_until.filter(|_| !kept);
    shared::validity(&mut checker, until, today, VALID_YEARS);
    if before.is_some_and(|before| before.valid_until.is_some()) {
        checker.present("/valid_until", fields.valid_until.as_ref());
    }
    let registered = fields.registered_on;
    checker.ensure(
        registered.is_none_or(|day| day <= today),
        "/registered_on",
        "field.future_date",
    );
    checker.finish()
}

fn gather(fields: &CapabilityFields, stage: Stage, reference: &Reference) -> Checker {
    let mut checker = Checker::default();
    check_form(&mut checker, fields);
    check_lists(&mut checker, fields);
    check_prices(&mut checker, fields);
    check_codes(&mut checker, fields, reference);
    check_kind(&mut checker, fields);
    check_expert(&mut checker, fields, reference);
    if stage >= Stage::Draft {
        checker.name("/title", fields.title.as_deref());
        checker.text("/asset_kind", fields.asset_kind.as_deref());
    }
    if stage >= Stage::Submit {
        check_submit(&mut checker, fields);
    }
    if stage >= Stage::Publish {
        check_publish(&mut checker, fields);
    }
    checker
}

fn check_form(checker: &mut Checker, fields: &CapabilityFields) {
    checker.line("/title", fields.title.as_deref(), 0, 200);
    let texts = [
        ("/lead_expert", &fields.lead_expert, 60),
        ("/registration_no", &fields.registration_no, 60),
        ("/summary", &fields.summary, 10_000),
        ("/problem_solved", &fields.problem_solved, 10_000),
        ("/advantage_over_existing", &fields.advantage_over_existing, 10_000),
        ("/economic_comparison", &fields.economic_comparison, 10_000),
        ("/preferred_partner", &fields.preferred_partner, 1_000),
        ("/restricted_detail", &fields.restricted_detail, 10_000),
    ];
    for (pointer, text, most) in texts {
        checker.length(pointer, text.as_deref(), 0, most);
    }
    checker.range("/trl", fields.trl, 1, 9);
    checker.range("/capacity_per_year", fields.capacity_per_year, 0, 100_000);
    shared::elements(checker, fields.elements.as_ref());
    shared::contact(checker, fields.contact.as_ref());
    let good = fields.orcid.as_deref().is_none_or(is_orcid);
    checker.ensure(good, "/orcid", "field.orcid");
}

fn check_lists(checker: &mut Checker, fields: &CapabilityFields) {
    shared::words(checker, "/keywords", &fields.keywords, 10, 60);
    shared::words(checker, "/tags", &fields.tags, 20, 30);
    shared::words(checker, "/applications", &fields.applications, 20, 60);
    shared::words(checker, "/evidence", &fields.evidence, 50, 500);
    shared::words(checker, "/papers", &fields.papers, 200, 1_000);
    shared::words(checker, "/grants", &fields.grants, 200, 1_000);
    checker.count("/performance", &fields.performance, 0, 30);
    for (at, figure) in fields.performance.iter().enumerate() {
        checker.text(&format!("/performance/{at}/name"), Some(&figure.name));
        checker.text(&format!("/performance/{at}/value"), Some(&figure.value));
        checker.length(&format!("/performance/{at}/name"), Some(&figure.name), 0, 60);
        checker.length(&format!("/performance/{at}/value"), Some(&figure.value), 0, 200);
    }
    checker.count("/ip_list", &fields.ip_list, 0, 200);
    for (at, item) in fields.ip_list.iter().enumerate() {
        checker.text(&format!("/ip_list/{at}/title"), Some(&item.title));
        checker.text(&format!("/ip_list/{at}/kind"), Some(&item.kind));
    }
    checker.count("/cases", &fields.cases, 0, 100);
    for (at, case) in fields.cases.iter().enumerate() {
        checker.text(&format!("/cases/{at}/text"), Some(&case.text));
        checker.range(&format!("/cases/{at}/year"), case.year, 1949, 2100);
    }
    for (at, class) in fields.ipc.iter().enumerate() {
        checker.ensure(is_ipc(class), &format!("/ipc/{at}"), "field.ipc");
    }
}

/// A price agrees with its mode.
fn check_prices(checker: &mut Checker, fields: &CapabilityFields) {
    let amounts = [("/price", fields.price), ("/price_max", fields.price_max)];
    for (pointer, amount) in amounts {
        checker.ensure(amount != Some(Money(0)), pointer, "field.amount_zero");
    }
    if let (Some(price), Some(max)) = (fields.price, fields.price_max) {
        checker.ensure(price <= max, "/price_max", "field.budget_order");
    }
    match fields.price_mode.as_deref() {
        Some("fixed") => {
            checker.present("/price", fields.price.as_ref());
            checker.ensure(fields.price_max.is_none(), "/price_max", "field.only_for_price_ranges");
        }
        Some("range") => {
            checker.present("/price", fields.price.as_ref());
            checker.present("/price_max", fields.price_max.as_ref());
        }
        _ => {}
    }
}

fn check_codes(checker: &mut Checker, fields: &CapabilityFields, reference: &Reference) {
    let single = [
        ("/asset_kind", "asset_kind", &fields.asset_kind),
        ("/ownership_type", "ownership_type", &fields.ownership_type),
        ("/attribute", "attribute", &fields.attribute),
        ("/stage", "stage", &fields.stage),
        ("/level", "level", &fields.level),
        ("/tech_field", "tech_field", &fields.tech_field),
        ("/price_mode", "price_mode", &fields.price_mode),
        ("/lang", "lang", &fields.lang),
    ];
    for (pointer, table, code) in single {
        let code = code.as_deref().filter(|code| !code.trim().is_empty());
        checker.code(reference, pointer, table, code);
    }
    checker.codes(reference, "/transfer_modes", "cooperation_mode", &fields.transfer_modes);
    for (at, code) in fields.industry_codes.iter().enumerate() {
        checker.industry(reference, &format!("/industry_codes/{at}"), Some(code));
    }
    for (at, code) in fields.excluded_regions.iter().enumerate() {
        checker.region(reference, &format!("/excluded_regions/{at}"), Some(code));
    }
    for (at, item) in fields.ip_list.iter().enumerate().filter(|(_, item)| !item.kind.is_empty()) {
        checker.code(reference, &format!("/ip_list/{at}/kind"), "ip_kind", Some(&item.kind));
    }
    let open_status = fields.instrument.as_ref().and_then(|i| i.open_status.as_deref());
    checker.code(reference, "/instrument/open_status", "open_status", open_status);
    shared::town(checker, reference, fields.town_code.as_deref());
}

/// Parts that belong to one kind only.
fn check_kind(checker: &mut Checker, fields: &CapabilityFields) {
    let kind = fields.asset_kind.as_deref().unwrap_or_default();
    let parts = [
        ("/expert", EXPERT, fields.expert.is_some()),
        ("/instrument", INSTRUMENT, fields.instrument.is_some()),
        ("/team", TEAM, fields.team.is_some()),
    ];
    for (pointer, owner, there) in parts {
        checker.ensure(!there || kind == owner, pointer, "field.not_for_this_kind");
    }
    let members = fields.team.iter().flat_map(|team| &team.members);
    for (at, member) in members.enumerate() {
        checker.text(&format!("/team/members/{at}/name"), Some(&member.name));
        checker.length(&format!("/team/members/{at}/name"), Some(&member.name), 0, 60);
    }
    if let Some(instrument) = &fields.instrument {
        checker.length("/instrument/model", instrument.model.as_deref(), 0, 100);
        checker.length(
            "/instrument/charge_standard",
            instrument.charge_standard.as_deref(),
            0,
            2_000,
        );
        checker.range("/instrument/hours_per_year", instrument.hours_per_year, 0, 8_784);
    }
}

fn check_expert(checker: &mut Checker, fields: &CapabilityFields, reference: &Reference) {
    let Some(expert) = &fields.expert else { return };
    let texts = [
        ("/expert/gender", &expert.gender, 10),
        ("/expert/professional_title", &expert.professional_title, 60),
        ("/expert/degree", &expert.degree, 60),
        ("/expert/position", &expert.position, 100),
        ("/expert/bio", &expert.bio, 10_000),
    ];
    for (pointer, text, most) in texts {
        checker.length(pointer, text.as_deref(), 0, most);
    }
    shared::words(checker, "/expert/research_areas", &expert.research_areas, 20, 60);
    shared::words(checker, "/expert/conflict_orgs", &expert.conflict_orgs, 100, 120);
    checker.codes(reference, "/expert/service_types", "service_type", &expert.service_types);
    checker.codes(reference, "/expert/roles", "expert_role", &expert.roles);
    checker.range("/expert/availability_days", expert.availability_days, 0, 366);
    for (at, code) in expert.regions_served.iter().enumerate() {
        checker.region(reference, &format!("/expert/regions_served/{at}"), Some(code));
    }
    for (at, code) in expert.disciplines.iter().enumerate() {
        let good = matches!(code.len(), 3 | 5 | 7) && code.bytes().all(|b| b.is_ascii_digit());
        checker.ensure(good, &format!("/expert/disciplines/{at}"), "field.discipline");
    }
}

/// Mandatory to submit (M in the field lists).
fn check_submit(checker: &mut Checker, fields: &CapabilityFields) {
    checker.text("/summary", fields.summary.as_deref());
    let summary = fields.summary.as_deref().filter(|text| !text.trim().is_empty());
    checker.length("/summary", summary, 100, usize::MAX);
    checker.present("/confidentiality", fields.confidentiality.as_ref());
    shared::reachable(checker, fields.contact.as_ref());
    match fields.asset_kind.as_deref() {
        Some(EXPERT) => {
            let expert = fields.expert.clone().unwrap_or_default();
            checker.present("/tech_field", fields.tech_field.as_ref());
            checker.text("/expert/professional_title", expert.professional_title.as_deref());
            checker.some("/expert/research_areas", &expert.research_areas);
            checker.some("/expert/service_types", &expert.service_types);
            checker.present("/expert/is_reviewer", expert.is_reviewer.as_ref());
            checker.present("/expert/consent_scope", expert.consent_scope.as_ref());
        }
        Some(INSTRUMENT) => {
            let instrument = fields.instrument.clone().unwrap_or_default();
            checker.some("/transfer_modes", &fields.transfer_modes);
            checker.text("/instrument/model", instrument.model.as_deref());
            checker.text("/instrument/charge_standard", instrument.charge_standard.as_deref());
            checker.present("/instrument/open_status", instrument.open_status.as_ref());
        }
        Some(TEAM) => {
            let members = fields.team.as_ref().map_or(&[][..], |team| &team.members);
            checker.some("/transfer_modes", &fields.transfer_modes);
            checker.some("/team/members", members);
        }
        _ => checker.some("/transfer_modes", &fields.transfer_modes),
    }
}

/// Mandatory to publish (m in the field lists).
fn check_publish(checker: &mut Checker, fields: &CapabilityFields) {
    let kind = fields.asset_kind.as_deref().unwrap_or_default();
    checker.some("/keywords", &fields.keywords);
    if kind == EXPERT {
        return;
    }
    checker.present("/tech_field", fields.tech_field.as_ref());
    checker.some("/applications", &fields.applications);
    checker.some("/industry_codes", &fields.industry_codes);
    if kind == INSTRUMENT {
        return;
    }
    checker.text("/lead_expert", fields.lead_expert.as_deref());
    checker.text("/problem_solved", fields.problem_solved.as_deref());
    checker.present("/price_mode", fields.price_mode.as_ref());
    if kind == TEAM {
        return;
    }
    checker.present("/ownership_type", fields.ownership_type.as_ref());
    checker.present("/stage", fields.stage.as_ref());
    checker.present("/trl", fields.trl.as_ref());
    checker.text("/advantage_over_existing", fields.advantage_over_existing.as_deref());
    checker.some("/performance", &fields.performance);
}

/// A class of the international patent classification: `H05B`, `H05B45/00`.
pub fn is_ipc(class: &str) -> bool {
    let (subclass, group) = class.split_at_checked(4).unwrap_or((class, ""));
    let bytes = subclass.as_bytes();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    bytes.len() == 4
        && (b'A'..=b'H').contains(&bytes[0])
        && bytes[1].is_ascii_digit()
        && bytes[2].is_ascii_digit()
        && bytes[3].is_ascii_uppercase()
        && (group.is_empty()
            || group.trim_start().split_once('/').is_some_and(|(a, b)| digits(a) && digits(b)))
}

/// An ORCID with the check character of ISO 7064 MOD 11-2.
fn is_orcid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    if groups.len() != 4 || groups.iter().any(|group| group.len() != 4 || !group.is_ascii()) {
        return false;
    }
    let characters = groups.concat();
    let (digits, check) = characters.split_at(15);
    let mut total = 0_u32;
    for digit in digits.chars() {
        let Some(value) = digit.to_digit(10) else { return false };
        total = (total + value) * 2;
    }
    let expected = (12 - total % 11) % 11;
    if expected == 10 { check == "X" } else { check == expected.to_string() }
}

#[cfg(test)]
mod tests;
