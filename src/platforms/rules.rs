//! What a platform must hold.

use chrono::NaiveDate;

use super::model::PlatformFields;
use super::share::Share;
use crate::accounts::principal::Principal;
use crate::error::{Message, Result};
use crate::reference::Reference;
use crate::validation::Checker;
use crate::visits::rules::only_town;

/// Most founders, services or instruments.
const MAX_ENTRIES: usize = 60;
/// Most firms.
const MAX_FIRMS: usize = 500;
/// Kinds that house firms.
const HOUSES: [&str; 2] = ["incubator", "science_park_branch"];

/// Whether firms are housed by platforms of this kind.
pub fn houses_firms(kind: Option<&str>) -> bool {
    kind.is_some_and(|kind| HOUSES.contains(&kind))
}

/// Fills in what goes without saying, and takes away what is empty.
pub fn complete(fields: &mut PlatformFields, principal: &Principal) {
    if fields.town_code.is_none() {
        fields.town_code = only_town(principal);
    }
    let texts = [
        &mut fields.name,
        &mut fields.summary,
        &mut fields.address,
        &mut fields.phone,
        &mut fields.website,
        &mut fields.close_reason,
    ];
    for text in texts {
        *text = text.take().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    }
}

/// Checks complete fields.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field.
pub fn check(fields: &PlatformFields, reference: &Reference, today: NaiveDate) -> Result<()> {
    let mut checker = Checker::default();
    checker.name("/name", fields.name.as_deref());
    checker.line("/name", fields.name.as_deref(), 2, 100);
    for (pointer, table, code) in
        [("/kind", "platform_kind", &fields.kind), ("/level", "platform_level", &fields.level)]
    {
        checker.present(pointer, code.as_ref());
        checker.code(reference, pointer, table, code.as_deref());
    }
    checker.codes(reference, "/modes", "platform_mode", &fields.modes);
    let town = fields.town_code.as_deref();
    checker.present("/town_code", town.as_ref());
    if let Some(code) = town {
        let is_town = reference.region(code).is_some_and(|region| region.level == "town");
        checker.ensure(
            is_town,
            "/town_code",
            Message::new("field.unknown_town").with("text", code),
        );
    }
    checker.length("/summary", fields.summary.as_deref(), 0, 5_000);
    for (pointer, text, max) in [
        ("/address", &fields.address, 200),
        ("/phone", &fields.phone, 60),
        ("/website", &fields.website, 300),
    ] {
        checker.line(pointer, text.as_deref(), 0, max);
    }
    let web = fields.website.as_deref();
    let is_web = web.is_none_or(|url| {
        let rest = url.strip_prefix("https://").or(url.strip_prefix("http://"));
        rest.is_some_and(|rest| !rest.is_empty()) && !url.contains(char::is_whitespace)
    });
    checker.ensure(is_web, "/website", "field.web_address");
    for (list, texts) in [("services", &fields.services), ("instruments", &fields.instruments)] {
        checker.count(&format!("/{list}"), texts, 0, MAX_ENTRIES);
        for (at, text) in texts.iter().enumerate() {
            checker.name(&format!("/{list}/{at}"), Some(text));
            checker.line(&format!("/{list}/{at}"), Some(text), 0, 100);
        }
    }
    check_days(&mut checker, fields, today);
    check_founders(&mut checker, fields);
    check_firms(&mut checker, fields);
    checker.finish()
}

fn check_days(checker: &mut Checker, fields: &PlatformFields, today: NaiveDate) {
    checker.present("/opened_on", fields.opened_on.as_ref());
    checker.not_future("/opened_on", fields.opened_on, today);
    if let (Some(from), Some(to)) = (fields.opened_on, fields.closed_on) {
        checker.ensure(from <= to, "/closed_on", "field.ends_before_start");
    }
    match fields.closed_on {
        Some(_) => checker.text("/close_reason", fields.close_reason.as_deref()),
        None => {
            let none = fields.close_reason.is_none();
            checker.ensure(none, "/close_reason", "field.only_when_closed");
        }
    }
    checker.length("/close_reason", fields.close_reason.as_deref(), 0, 500);
}

fn check_founders(checker: &mut Checker, fields: &PlatformFields) {
    checker.count("/founders", &fields.founders, 1, MAX_ENTRIES);
    for (at, founder) in fields.founders.iter().enumerate() {
        let name = format!("/founders/{at}/name");
        checker.text(&name, founder.name.as_deref());
        checker.line(&name, founder.name.as_deref(), 0, 100);
        let same =
            |one: &super::model::Founder| one.name == founder.name && one.org_id == founder.org_id;
        let repeated = fields.founders[..at].iter().any(same);
        checker.ensure(!repeated, &name, "field.repeated");
    }
    let sum: Share = fields.founders.iter().filter_map(|one| one.share).sum();
    let message = Message::new("field.shares_over_whole").with("sum", sum.to_percent());
    checker.ensure(sum <= Share::WHOLE, "/founders", message);
}

fn check_firms(checker: &mut Checker, fields: &PlatformFields) {
    let housed = fields.firms.is_empty() || houses_firms(fields.kind.as_deref());
    checker.ensure(housed, "/firms", "field.houses_no_firms");
    checker.count("/firms", &fields.firms, 0, MAX_FIRMS);
    for (at, firm) in fields.firms.iter().enumerate() {
        let name = format!("/firms/{at}/name");
        checker.text(&name, firm.name.as_deref());
        checker.line(&name, firm.name.as_deref(), 0, 100);
        if let (Some(from), Some(to)) = (firm.entered_on, firm.left_on) {
            let ordered = from <= to;
            checker.ensure(ordered, &format!("/firms/{at}/left_on"), "field.ends_before_start");
        }
    }
}
