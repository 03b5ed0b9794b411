//! What a need must hold: always, to be submitted, to be published.

use chrono::NaiveDate;

use super::model::{NeedFields, Requirement};
use crate::error::Result;
use crate::money::Money;
use crate::records::rules as shared;
pub use crate::records::rules::Stage;
use crate::reference::Reference;
use crate::validation::Checker;

/// Years that a need can be valid for at most, from the day it is published or renewed.
pub const VALID_YEARS: u32 = 2;

/// Checks the fields for a stage, whatever the day, and names everything wrong at once. `town` is
/// where the need is placed: its own town, or that of its organisation.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(
    fields: &NeedFields,
    town: Option<&str>,
    stage: Stage,
    reference: &Reference,
) -> Result<()> {
    gather(fields, town, stage, reference).finish()
}

/// Checks the fields for a stage on a day: dates must lie ahead. For a need that is open already
/// its fields `before` are given: dates that stay as they are may have passed meanwhile.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check_on(
    fields: &NeedFields,
    town: Option<&str>,
    stage: Stage,
    reference: &Reference,
    today: NaiveDate,
    before: Option<&NeedFields>,
) -> Result<()> {
    let mut checker = gather(fields, town, stage, reference);
    let changed = |of: fn(&NeedFields) -> Option<NaiveDate>| {
        of(fields).filter(|_| before.is_none_or(|before| of(before) != of(fields)))
    };
    let deadline = changed(|fields| fields.deadline);
    checker.ensure(deadline.is_none_or(|day| day > today), "/deadline", "field.past_date");
    let until = changed(|fields| fields.valid_until);
    shared::validity(&mut checker, until, today, VALID_YEARS);
    if before.is_some_and(|before| before.valid_until.is_some()) {
        checker.present("/valid_until", fields.valid_until.as_ref());
    }
    checker.finish()
}

fn gather(fields: &NeedFields, town: Option<&str>, stage: Stage, reference: &Reference) -> Checker {
    let mut checker = Checker::default();
    check_form(&mut checker, fields);
    check_amounts(&mut checker, fields);
    check_codes(&mut checker, fields, reference);
    if stage >= Stage::Draft {
        checker.name("/title", fields.title.as_deref());
        checker.text("/need_kind", fields.need_kind.as_deref());
    }
    if stage >= Stage::Submit {
        check_submit(&mut checker, fields);
    }
    if stage >= Stage::Publish {
        checker.present("/town_code", town.as_ref());
        check_publish(&mut checker, fields);
    }
    checker
}

fn check_form(checker: &mut Checker, fields: &NeedFields) {
    checker.line("/title", fields.title.as_deref(), 0, 60);
    let texts = [
        ("/background", &fields.background),
        ("/problem", &fields.problem),
        ("/conditions_offered", &fields.conditions_offered),
        ("/public_summary", &fields.public_summary),
        ("/restricted_detail", &fields.restricted_detail),
    ];
    for (pointer, text) in texts {
        checker.length(pointer, text.as_deref(), 0, 10_000);
    }
    checker.range("/current_trl", fields.current_trl, 1, 9);
    checker.range("/target_trl", fields.target_trl, 1, 9);
    let backwards = fields.target_trl.zip(fields.current_trl).is_some_and(|(to, from)| to < from);
    checker.ensure(!backwards, "/target_trl", "field.trl_order");
    shared::words(checker, "/keywords", &fields.keywords, 8, 60);
    shared::words(checker, "/tags", &fields.tags, 20, 30);
    shared::elements(checker, fields.elements.as_ref());
    shared::contact(checker, fields.contact.as_ref());
    checker.count("/requirements", &fields.requirements, 0, 10);
    let musts = fields.requirements.iter().filter(|r| r.must).count();
    checker.ensure(musts <= 5, "/requirements", "field.too_many_musts");
    for (at, requirement) in fields.requirements.iter().enumerate() {
        check_requirement(checker, at, requirement);
    }
}

/// Amounts must be more than nothing, in order, and agree with each other.
fn check_amounts(checker: &mut Checker, fields: &NeedFields) {
    if let (Some(min), Some(max)) = (fields.budget_min, fields.budget_max) {
        checker.ensure(min <= max, "/budget_max", "field.budget_order");
    }
    let amounts = [("/budget_max", fields.budget_max), ("/reward_amount", fields.reward_amount)];
    for (pointer, amount) in amounts {
        checker.ensure(amount != Some(Money(0)), pointer, "field.amount_zero");
    }
    let firm = fields.budget_max.filter(|_| fields.budget_negotiable != Some(true));
    if let (Some(reward), Some(max)) = (fields.reward_amount, firm) {
        checker.ensure(reward <= max, "/reward_amount", "field.reward_over_budget");
    }
}

fn check_requirement(checker: &mut Checker, at: usize, requirement: &Requirement) {
    let pointer = |field: &str| format!("/requirements/{at}/{field}");
    checker.text(&pointer("name"), Some(&requirement.name));
    checker.length(&pointer("name"), Some(&requirement.name), 0, 60);
    checker.text(&pointer("value"), Some(&requirement.value));
    checker.length(&pointer("value"), Some(&requirement.value), 0, 200);
    checker.length(&pointer("unit"), requirement.unit.as_deref(), 0, 30);
    checker.length(&pointer("tolerance"), requirement.tolerance.as_deref(), 0, 100);
    let number =
        |text: &str| text.trim().parse::<f64>().ok().filter(|number: &f64| number.is_finite());
    let value = number(&requirement.value);
    let filled = !requirement.value.trim().is_empty();
    if filled && requirement.operator != "text" {
        checker.ensure(value.is_some(), &pointer("value"), "field.number");
    }
    if requirement.operator == "range" {
        let upper = requirement.value_max.as_deref().and_then(number);
        checker.ensure(upper.is_some(), &pointer("value_max"), "field.number");
        let backwards = value.zip(upper).is_some_and(|(low, high)| low > high);
        checker.ensure(!backwards, &pointer("value_max"), "field.range_order");
    } else {
        checker.ensure(
            requirement.value_max.is_none(),
            &pointer("value_max"),
            "field.only_for_ranges",
        );
    }
}

fn check_codes(checker: &mut Checker, fields: &NeedFields, reference: &Reference) {
    let single = [
        ("/need_kind", "need_kind", &fields.need_kind),
        ("/tech_field", "tech_field", &fields.tech_field),
        ("/urgency", "urgency", &fields.urgency),
        ("/ip_requirement", "ip_arrangement", &fields.ip_requirement),
        ("/lang", "lang", &fields.lang),
    ];
    for (pointer, table, code) in single {
        checker.code(reference, pointer, table, code.as_deref());
    }
    checker.codes(reference, "/cooperation_modes", "cooperation_mode", &fields.cooperation_modes);
    checker.codes(reference, "/partner_types", "org_type", &fields.partner_types);
    checker.industry(reference, "/industry_code", fields.industry_code.as_deref());
    shared::town(checker, reference, fields.town_code.as_deref());
    for (at, code) in fields.preferred_regions.iter().enumerate() {
        checker.region(reference, &format!("/preferred_regions/{at}"), Some(code));
    }
    for (at, requirement) in fields.requirements.iter().enumerate() {
        let pointer = format!("/requirements/{at}/operator");
        checker.code(reference, &pointer, "operator", Some(&requirement.operator));
    }
}

/// Mandatory to submit (M in the field list).
fn check_submit(checker: &mut Checker, fields: &NeedFields) {
    checker.present("/industry_code", fields.industry_code.as_ref());
    checker.present("/tech_field", fields.tech_field.as_ref());
    checker.text("/problem", fields.problem.as_deref());
    let problem = fields.problem.as_deref().filter(|text| !text.trim().is_empty());
    checker.length("/problem", problem, 50, usize::MAX);
    checker.some("/cooperation_modes", &fields.cooperation_modes);
    checker.present("/confidentiality", fields.confidentiality.as_ref());
    shared::reachable(checker, fields.contact.as_ref());
}

/// Mandatory to publish (m in the field list).
fn check_publish(checker: &mut Checker, fields: &NeedFields) {
    checker.text("/background", fields.background.as_deref());
    checker.some("/requirements", &fields.requirements);
    if fields.keywords.is_empty() {
        checker.fail("/keywords", "field.required");
    } else {
        checker.count("/keywords", &fields.keywords, 3, usize::MAX);
    }
    checker.present("/target_trl", fields.target_trl.as_ref());
    let priced = fields.budget_max.is_some() || fields.budget_negotiable == Some(true);
    checker.ensure(priced, "/budget_max", "field.budget_or_negotiable");
    checker.present("/deadline", fields.deadline.as_ref());
    checker.text("/public_summary", fields.public_summary.as_deref());
}

#[cfg(test)]
mod tests;
