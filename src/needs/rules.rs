//! What a need must hold: always, to be submitted, to be published.

use super::model::{NeedFields, Requirement};
use crate::error::Result;
use crate::reference::Reference;
use crate::validation::Checker;

/// How far the need is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Saved as a draft: what is there must be right, little must be there.
    Draft,
    /// Put forward for review.
    Submit,
    /// Open to others.
    Publish,
}

/// Checks the fields for a stage and names everything wrong at once.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &NeedFields, stage: Stage, reference: &Reference) -> Result<()> {
    let mut checker = Checker::default();
    check_form(&mut checker, fields);
    check_codes(&mut checker, fields, reference);
    checker.text("/title", fields.title.as_deref());
    checker.text("/need_kind", fields.need_kind.as_deref());
    if stage >= Stage::Submit {
        check_submit(&mut checker, fields);
    }
    if stage >= Stage::Publish {
        check_publish(&mut checker, fields);
    }
    checker.finish()
}

fn check_form(checker: &mut Checker, fields: &NeedFields) {
    checker.length("/title", fields.title.as_deref(), 1, 60);
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
    checker.count("/keywords", &fields.keywords, 0, 8);
    checker.count("/tags", &fields.tags, 0, 20);
    for (at, keyword) in fields.keywords.iter().enumerate() {
        checker.length(&format!("/keywords/{at}"), Some(keyword), 1, 30);
    }
    checker.count("/requirements", &fields.requirements, 0, 10);
    let musts = fields.requirements.iter().filter(|r| r.must).count();
    checker.ensure(musts <= 5, "/requirements", "field.too_many_musts");
    for (at, requirement) in fields.requirements.iter().enumerate() {
        check_requirement(checker, at, requirement);
    }
    if let (Some(min), Some(max)) = (fields.budget_min, fields.budget_max) {
        checker.ensure(min <= max, "/budget_max", "field.budget_order");
    }
    if let Some(contact) = &fields.contact {
        checker.length("/contact/name", Some(&contact.name), 1, 60);
        checker.mail("/contact/mail", contact.mail.as_deref());
    }
}

fn check_requirement(checker: &mut Checker, at: usize, requirement: &Requirement) {
    let pointer = |field: &str| format!("/requirements/{at}/{field}");
    checker.length(&pointer("name"), Some(&requirement.name), 1, 60);
    checker.length(&pointer("value"), Some(&requirement.value), 1, 200);
    let number = |text: &str| text.trim().parse::<f64>().is_ok_and(f64::is_finite);
    if requirement.operator != "text" {
        checker.ensure(number(&requirement.value), &pointer("value"), "field.number");
    }
    if requirement.operator == "range" {
        let good = requirement.value_max.as_deref().is_some_and(number);
        checker.ensure(good, &pointer("value_max"), "field.number");
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
    checker.region(reference, "/town_code", fields.town_code.as_deref());
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
    if fields.problem.as_deref().is_some_and(|text| !text.trim().is_empty()) {
        checker.length("/problem", fields.problem.as_deref(), 50, 10_000);
    }
    checker.some("/cooperation_modes", &fields.cooperation_modes);
    checker.present("/confidentiality", fields.confidentiality.as_ref());
    checker.present("/contact", fields.contact.as_ref());
}

/// Mandatory to publish (m in the field list).
fn check_publish(checker: &mut Checker, fields: &NeedFields) {
    checker.text("/background", fields.background.as_deref());
    checker.some("/requirements", &fields.requirements);
    if fields.keywords.is_empty() {
        checker.fail("/keywords", "field.required");
    } else {
        checker.count("/keywords", &fields.keywords, 3, 8);
    }
    checker.present("/target_trl", fields.target_trl.as_ref());
    let priced = fields.budget_max.is_some() || fields.budget_negotiable == Some(true);
    checker.ensure(priced, "/budget_max", "field.budget_or_negotiable");
    checker.present("/deadline", fields.deadline.as_ref());
    checker.text("/public_summary", fields.public_summary.as_deref());
}
