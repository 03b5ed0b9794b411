//! What lists have in common: cursors by the last change, and filters by region.

use std::fmt::Display;
use std::str::FromStr;

use crate::db::Timestamp;
use crate::error::{Error, Message, Result};
use crate::http::pagination::{decode_cursor, encode_cursor};

/// The cursor that stands for a row.
pub fn cursor(changed_at: Timestamp, id: impl Display) -> String {
    encode_cursor(&changed_at.0.timestamp_micros().to_string(), &id.to_string())
}

/// Takes a cursor apart.
///
/// # Errors
/// [`Error::Invalid`] when it was not made by [`cursor`].
pub fn parse<Id: FromStr>(text: &str) -> Result<(Timestamp, Id)> {
    let (at, id) = decode_cursor(text)?;
    let bad = || Error::field("/after", "field.cursor");
    let micros = at.parse().map_err(|_| bad())?;
    let time = chrono::DateTime::from_timestamp_micros(micros).ok_or_else(bad)?;
    Ok((Timestamp::new(time), id.parse().map_err(|_| bad())?))
}

/// A region to filter by, at any level of the code.
///
/// # Errors
/// [`Error::Invalid`] when it is no code: anything else would be a pattern of the query.
pub fn region(code: Option<&str>) -> Result<Option<String>> {
    match code {
        Some(code) if code.is_empty() || !code.bytes().all(|b| b.is_ascii_digit()) => {
            Err(Error::field("/region", "field.region_code"))
        }
        code => Ok(code.map(str::to_owned)),
    }
}

/// A text to filter by; none when it is empty.
///
/// # Errors
/// [`Error::Invalid`] when it is longer than anything that could be found.
pub fn text(pointer: &str, given: Option<&str>) -> Result<Option<String>> {
    const LONGEST: usize = 100;
    let given = given.map(str::trim).filter(|text| !text.is_empty());
    if given.is_some_and(|text| text.chars().count() > LONGEST) {
        return Err(Error::field(pointer, Message::new("field.too_long").with("max", LONGEST)));
    }
    Ok(given.map(str::to_owned))
}

/// States to filter by, separated by commas.
///
/// # Errors
/// [`Error::Invalid`] when one of them does not exist.
pub fn statuses<S: FromStr>(text: Option<&str>) -> Result<Vec<S>> {
    codes(text)
        .map(|code| code.parse().map_err(|_| Error::field("/status", "field.unknown_status")))
        .collect()
}

/// Codes separated by commas.
pub fn codes(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty())
}
