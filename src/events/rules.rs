//! What an event must hold.

use std::ops::RangeInclusive;

use chrono::{Datelike, TimeDelta};

use super::model::EventFields;
use super::slots::SlotPlan;
use crate::accounts::principal::Principal;
use crate::db::Timestamp;
use crate::error::{Message, Result};
use crate::reference::Reference;
use crate::validation::Checker;
use crate::visits::rules::only_town;

/// Longest event, in days.
const LONGEST_DAYS: i64 = 14;
/// Most codes of a list.
const MAX_CODES: usize = 20;
/// Most breaks.
const MAX_BREAKS: usize = 10;
/// Years in which events take place.
const YEARS: RangeInclusive<i32> = 2000..=2100;

/// Fills in what goes without saying, and takes away what is empty.
pub fn complete(fields: &mut EventFields, principal: &Principal) {
    if fields.town_code.is_none() {
        fields.town_code = only_town(principal);
    }
    fields.public.get_or_insert(true);
    fields.self_booking.get_or_insert(false);
    let texts = [
        &mut fields.title,
        &mut fields.title_en,
        &mut fields.place,
        &mut fields.online_url,
        &mut fields.organiser,
        &mut fields.description,
    ];
    for text in texts {
        *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    }
}

/// Checks complete fields.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &EventFields, reference: &Reference) -> Result<()> {
    let mut checker = Checker::default();
    checker.present("/kind", fields.kind.as_ref());
    checker.code(reference, "/kind", "event_kind", fields.kind.as_deref());
    checker.name("/title", fields.title.as_deref());
    checker.line("/title", fields.title.as_deref(), 0, 100);
    checker.line("/title_en", fields.title_en.as_deref(), 0, 200);
    match fields.town_code.as_deref() {
        None => checker.present::<()>("/town_code", None),
        Some(code) => {
            let is_town = reference.region(code).is_some_and(|region| region.level == "town");
            let unknown = Message::new("field.unknown_town").with("text", code);
            checker.ensure(is_town, "/town_code", unknown);
        }
    }
    let anywhere = fields.place.is_some() || fields.online_url.is_some();
    checker.ensure(anywhere, "/place", "field.place_or_address");
    checker.line("/place", fields.place.as_deref(), 0, 200);
    let url = fields.online_url.as_deref();
    checker.line("/online_url", url, 0, 500);
    let is_address = url.is_none_or(|url| {
        let rest = url.strip_prefix("https://").unwrap_or_default();
        !rest.is_empty() && !url.contains(char::is_whitespace)
    });
    checker.ensure(is_address, "/online_url", "field.https_address");
    checker.line("/organiser", fields.organiser.as_deref(), 0, 200);
    checker.length("/description", fields.description.as_deref(), 0, 5_000);
    checker.range("/capacity", fields.capacity, 1, 10_000);
    checker.count("/industry_codes", &fields.industry_codes, 0, MAX_CODES);
    for (at, code) in fields.industry_codes.iter().enumerate() {
        checker.industry(reference, &format!("/industry_codes/{at}"), Some(code));
    }
    checker.count("/tech_fields", &fields.tech_fields, 0, MAX_CODES);
    checker.codes(reference, "/tech_fields", "tech_field", &fields.tech_fields);
    check_times(&mut checker, fields);
    checker.finish()
}

fn check_times(checker: &mut Checker, fields: &EventFields) {
    checker.present("/starts_at", fields.starts_at.as_ref());
    checker.present("/ends_at", fields.ends_at.as_ref());
    let (Some(start), Some(end)) = (fields.starts_at, fields.ends_at) else { return };
    for (pointer, at) in [("/starts_at", start), ("/ends_at", end)] {
        checker.ensure(YEARS.contains(&at.0.year()), pointer, "field.date");
    }
    checker.ensure(start < end, "/ends_at", "field.ends_before_start");
    let short = end.0.signed_duration_since(start.0) <= TimeDelta::days(LONGEST_DAYS);
    checker.ensure(
        short,
        "/ends_at",
        Message::new("field.too_long_event").with("max", LONGEST_DAYS),
    );
    if let Some(plan) = &fields.slots {
        check_plan(checker, plan, (start, end));
    }
}

fn check_plan(checker: &mut Checker, plan: &SlotPlan, (start, end): (Timestamp, Timestamp)) {
    checker.range("/slots/tables", Some(plan.tables), 1, 50);
    checker.range("/slots/minutes", Some(plan.minutes), 5, 120);
    checker.range("/slots/pause_minutes", Some(plan.pause_minutes), 0, 60);
    let inside = |at: Timestamp| start <= at && at <= end;
    checker.ensure(plan.from.is_none_or(inside), "/slots/from", "field.outside_event");
    checker.ensure(plan.until.is_none_or(inside), "/slots/until", "field.outside_event");
    checker.count("/slots/breaks", &plan.breaks, 0, MAX_BREAKS);
    for (at, one) in plan.breaks.iter().enumerate() {
        let ordered = one.from < one.to;
        checker.ensure(ordered, &format!("/slots/breaks/{at}/to"), "field.ends_before_start");
    }
    let some = !plan.times(start, end).is_empty();
    checker.ensure(some, "/slots/minutes", "field.no_slot_fits");
}
