//! How near a patent's classes are to an industry, for capabilities whose owner has named none.
//!
//! `dict/ipc_industries.txt` says which industries make or use what a class is about; its format is
//! described in `dict/README.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::codes::industry_levels;
use crate::dictionary::{PATENTS, entries};

/// The industries of each class, by its symbol.
static INDUSTRIES: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let lines = entries(PATENTS).map(|line| {
        let mut words = line.split_whitespace();
        (words.next().unwrap_or_default(), words.collect())
    });
    lines.collect()
});

/// A group in common.
const SAME_GROUP: f32 = 0.8;
/// A division in common. A class is used in more than one trade, so it tells less than an industry
/// that the owner has named.
const SAME_DIVISION: f32 = 0.6;
/// Nothing in common that the list knows of, which is no proof.
const OTHER: f32 = 0.25;

/// The industries of a patent class such as `H05B45/00` or `A47J`; those of its class where its
/// subclass is not listed.
fn industries(class: &str) -> &'static [&'static str] {
    let listed = |length: usize| class.get(..length).and_then(|symbol| INDUSTRIES.get(symbol));
    listed(4).or_else(|| listed(3)).map_or(&[], Vec::as_slice)
}

/// How near patent classes are to industries, 0 to 1; none where a side names none that is known.
pub(crate) fn nearness(industry_codes: &[String], classes: &[String]) -> Option<f32> {
    let made: Vec<_> = classes.iter().flat_map(|class| industries(class)).collect();
    let wanted = industry_codes.iter().map(|code| industry_levels(code));
    let of = |levels: Vec<String>| {
        let division = levels.get(1)?.clone();
        let group = levels.get(2).cloned();
        let nearness = |industry: &&&str| {
            if group.as_deref() == Some(**industry) {
                SAME_GROUP
            } else if industry.starts_with(division.as_str()) {
                SAME_DIVISION
            } else {
                OTHER
            }
        };
        made.iter().map(nearness).reduce(f32::max)
    };
    wanted.filter_map(of).reduce(f32::max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(industry: &str, class: &str) -> Option<f32> {
        nearness(&[industry.to_owned()], &[class.to_owned()])
    }

    #[test]
    fn a_class_is_near_the_trades_that_live_by_it() {
        assert_eq!(near("C3854", "A47J27/08"), Some(SAME_GROUP), "cooking vessels");
        assert_eq!(near("3872", "F21V 29/50"), Some(SAME_GROUP), "lamps");
        assert_eq!(near("C38", "F21V"), Some(SAME_DIVISION));
        assert_eq!(near("C3073", "C04B33/13"), Some(SAME_DIVISION), "ceramics");
        assert_eq!(near("C3073", "F21V"), Some(OTHER));
        assert_eq!(near("C", "F21V"), None, "a section says too little");
        assert_eq!(near("C38", "Z99Z"), None);
        assert_eq!(nearness(&[], &["F21V".to_owned()]), None);
        let both = ["C04B".to_owned(), "H01M10/05".to_owned()];
        assert_eq!(nearness(&["C3841".to_owned()], &both), Some(SAME_GROUP), "the nearest counts");
    }

    #[test]
    fn every_line_names_a_class_and_industries() {
        let lines: Vec<_> = entries(PATENTS).collect();
        assert_eq!(lines.len(), INDUSTRIES.len(), "a class is listed twice");
        for (class, industries) in INDUSTRIES.iter() {
            let shape: String = class
                .chars()
                .map(|c| {
                    if c.is_ascii_uppercase() {
                        'A'
                    } else if c.is_ascii_digit() {
                        '0'
                    } else {
                        '?'
                    }
                })
                .collect();
            assert!(shape == "A00" || shape == "A00A", "{class}");
            assert!(!industries.is_empty(), "{class}");
            for industry in industries {
                let levels = industry_levels(industry);
                assert!(matches!(levels.len(), 2 | 3), "{class} {industry}");
                // The letter is that of the division.
                let digits = industry.trim_start_matches(|c: char| c.is_ascii_uppercase());
                assert_eq!(industry_levels(digits).last().map(String::as_str), Some(*industry));
            }
        }
    }
}
