//! Finds the unit behind a number in the list `dict/units.txt`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::super::normalize::Folded;
use super::parse::Amount;
use crate::dictionary::{UNITS, entries};

/// A unit name's canonical unit and the factor to it.
type Scale = (&'static str, f64);

static UNITS_BY_NAME: LazyLock<HashMap<&'static str, Scale>> = LazyLock::new(|| {
    let mut table = HashMap::new();
    for line in entries(UNITS) {
        let mut parts = line.split_whitespace();
        let (Some(canonical), Some(factor)) = (parts.next(), parts.next()) else { continue };
        let Ok(factor) = factor.parse() else { continue };
        table.extend(parts.map(|name| (name, (canonical, factor))));
    }
    table
});

/// In characters, so that the longest name can be tried first.
static LONGEST_NAME: LazyLock<usize> =
    LazyLock::new(|| UNITS_BY_NAME.keys().map(|name| name.chars().count()).max().unwrap_or(0));

/// Whether a run of letters is a unit that cannot be the tail of a name: `mm`, not the g of 5G.
pub(in super::super) fn is_long_unit(letters: &str) -> bool {
    letters == "℃" || (letters.chars().count() > 1 && UNITS_BY_NAME.contains_key(letters))
}

/// The unit behind an amount: canonical name, factor, and where it ends in the folded text.
pub(super) fn unit(
    text: &str,
    folded: &Folded,
    amount: &Amount,
) -> Option<(&'static str, f64, usize)> {
    let plain = folded.text();
    let start = plain.len() - plain[amount.end..].trim_start_matches(' ').len();
    let ends: Vec<usize> = plain[start..]
        .char_indices()
        .take(*LONGEST_NAME)
        .map(|(at, character)| start + at + character.len_utf8())
        .collect();
    let (end, (canonical, factor)) = ends.into_iter().rev().find_map(|end| {
        let scale = UNITS_BY_NAME.get(&plain[start..end])?;
        ends_word(plain, end).then_some((end, *scale))
    })?;
    let (from, to) = folded.origin(start, end);
    let factor = by_case(&text[from..to], factor)?;
    let date = canonical == "年" && (1900.0..2100.0).contains(&amount.value);
    (!date).then_some((canonical, factor, end))
}

/// Letters must not go on: the m of 5model is no metre.
fn ends_word(text: &str, end: usize) -> bool {
    let last = text[..end].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric());
    let next = text[end..].chars().next().is_some_and(|c| c.is_ascii_alphanumeric());
    !(last && next)
}

/// Where case decides: M is mega before W, and a capital G, M, T, H or S is no unit here.
fn by_case(written: &str, factor: f64) -> Option<f64> {
    match written {
        "MW" | "ＭＷ" => Some(1e6),
        "G" | "M" | "T" | "H" | "S" | "Ｇ" | "Ｍ" | "Ｔ" | "Ｈ" | "Ｓ" => None,
        _ => Some(factor),
    }
}
