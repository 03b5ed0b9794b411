//! Rules on the parts that needs and capabilities have in common.

use chrono::{Days, Months, NaiveDate};

use super::parts::{Contact, Elements};
use crate::error::Result;
use crate::reference::Reference;
use crate::validation::{Checker, is_seen};

/// How far a record is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Being written and only looked at: what is there must be right, nothing must be there.
    Sketch,
    /// Saved as a draft: what is there must be right, little must be there.
    Draft,
    /// Put forward for review.
    Submit,
    /// Open to others.
    Publish,
}

/// Longest comment of a step, in characters.
const LONGEST_COMMENT: usize = 2_000;

/// The comment of a step, without white space around it.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) when it is too long, or missing where the step
/// needs one.
pub fn step_comment(comment: Option<&str>, needed: bool) -> Result<Option<&str>> {
    let comment = filled(comment);
    let mut checker = Checker::default();
    if needed {
        checker.present("/comment", comment.as_ref());
    }
    checker.length("/comment", comment, 0, LONGEST_COMMENT);
    checker.finish()?;
    Ok(comment)
}

/// The form of a contact that is there.
pub fn contact(checker: &mut Checker, contact: Option<&Contact>) {
    let Some(contact) = contact else { return };
    checker.line("/contact/name", Some(&contact.name), 1, 60);
    checker.length("/contact/position", contact.position.as_deref(), 0, 60);
    checker.mail("/contact/mail", contact.mail.as_deref().filter(|mail| !mail.is_empty()));
    if let Some(phone) = filled(contact.phone.as_deref()) {
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        let plain = phone.chars().all(|c| c.is_ascii_digit() || " +-()（）转".contains(c));
        checker.ensure(plain && (5..=20).contains(&digits), "/contact/phone", "field.phone");
    }
}

/// A contact that somebody can be reached by.
pub fn reachable(checker: &mut Checker, contact: Option<&Contact>) {
    checker.present("/contact", contact);
    if let Some(contact) = contact {
        let by = filled(contact.phone.as_deref()).or_else(|| filled(contact.mail.as_deref()));
        checker.ensure(by.is_some(), "/contact/phone", "field.phone_or_mail");
    }
}

fn filled(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// The lengths of the five elements.
pub fn elements(checker: &mut Checker, elements: Option<&Elements>) {
    let Some(elements) = elements else { return };
    let texts = [
        ("/elements/material", &elements.material),
        ("/elements/method", &elements.method),
        ("/elements/efficacy", &elements.efficacy),
        ("/elements/product", &elements.product),
        ("/elements/application", &elements.application),
    ];
    for (pointer, text) in texts {
        checker.length(pointer, text.as_deref(), 0, 2_000);
    }
}

/// A town, when there, must be one: 9 digits.
pub fn town(checker: &mut Checker, reference: &Reference, code: Option<&str>) {
    let is_town = |code: &str| code.len() == 9 && reference.region(code).is_some();
    checker.ensure(code.is_none_or(is_town), "/town_code", "field.town_code");
}

/// A list of short words: how many at most, how long each, and none twice.
pub fn words(checker: &mut Checker, pointer: &str, words: &[String], most: usize, length: usize) {
    checker.count(pointer, words, 0, most);
    for (at, word) in words.iter().enumerate() {
        let pointer = format!("{pointer}/{at}");
        if !is_seen(word) {
            checker.fail(pointer, "field.required");
            continue;
        }
        checker.line(&pointer, Some(word), 1, length);
        let before = words[..at].iter().any(|other| other.trim() == word.trim());
        checker.ensure(!before, &pointer, "field.duplicate");
    }
}

/// The last day that a record published on a day may be valid.
pub fn latest_validity(today: NaiveDate, years: u32) -> NaiveDate {
    today.checked_add_months(Months::new(12 * years)).unwrap_or(NaiveDate::MAX)
}

/// The end of validity must lie after today and not too far away.
pub fn validity(checker: &mut Checker, until: Option<NaiveDate>, today: NaiveDate, years: u32) {
    let Some(until) = until else { return };
    checker.ensure(until > today, "/valid_until", "field.past_date");
    if until > latest_validity(today, years) {
        let message = crate::error::Message::new("field.valid_too_long").with("years", years);
        checker.fail("/valid_until", message);
    }
}

/// The end of validity that publishing sets: the one asked for, the present one if it has not
/// passed, or the usual number of days.
pub fn validity_on_publishing(
    asked: Option<NaiveDate>,
    present: Option<NaiveDate>,
    today: NaiveDate,
    (days, years): (u32, u32),
) -> Option<NaiveDate> {
    let usual = today.checked_add_days(Days::new(u64::from(days)));
    asked
        .or(present.filter(|day| *day > today))
        .or(usual.map(|day| day.min(latest_validity(today, years))))
}
