//! Spans of days that reports are made for: a year, a quarter, a month, or any.

use std::str::FromStr;

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::error::{Error, Result};

/// Days from the first to the last, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub to: NaiveDate,
}

impl Span {
    /// Whether a day lies in it.
    pub fn holds(&self, day: NaiveDate) -> bool {
        (self.from..=self.to).contains(&day)
    }

    /// The days that lie in both.
    #[must_use]
    pub fn within(self, other: Self) -> Self {
        Self { from: self.from.max(other.from), to: self.to.min(other.to) }
    }

    /// The days from the first of both to the last of both.
    #[must_use]
    pub fn around(self, other: Self) -> Self {
        Self { from: self.from.min(other.from), to: self.to.max(other.to) }
    }

    /// The year of a day.
    pub fn year_of(day: NaiveDate) -> Self {
        let first = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(day);
        Self { from: first(day.year()), to: before(first(day.year() + 1)) }
    }
}

fn before(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

/// A part of the calendar by its name: `2026`, `2026-Q3` or `2026-09`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its name.
    pub name: String,
    /// Its days.
    pub span: Span,
}

impl FromStr for Period {
    type Err = ();

    fn from_str(name: &str) -> std::result::Result<Self, ()> {
        let digits = |text: &str, length: usize| {
            let right = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
            if right { text.parse::<u32>().map_err(|_| ()) } else { Err(()) }
        };
        let (year, part) = match name.split_once('-') {
            Some((year, part)) => (year, Some(part)),
            None => (name, None),
        };
        let year = i32::try_from(digits(year, 4)?).map_err(|_| ())?;
        if year < 1 {
            return Err(());
        }
        let (month, months) = match part {
            None => (1, 12),
            Some(part) => match part.strip_prefix('Q') {
                Some(quarter) => {
                    let quarter = digits(quarter, 1)?;
                    if !(1..=4).contains(&quarter) {
                        return Err(());
                    }
                    (3 * quarter - 2, 3)
                }
                None => (digits(part, 2)?, 1),
            },
        };
        let from = NaiveDate::from_ymd_opt(year, month, 1).ok_or(())?;
        let after = from.checked_add_months(Months::new(months)).ok_or(())?;
        Ok(Self { name: name.to_owned(), span: Span { from, to: before(after) } })
    }
}

impl Period {
    /// Reads a name that was sent under a pointer.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none.
    pub fn read(name: &str, pointer: &str) -> Result<Self> {
        name.parse().map_err(|()| Error::field(pointer, "field.period"))
    }
}

/// Name of the month of a day.
pub fn month(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}

/// Name of the quarter of a day.
pub fn quarter(day: NaiveDate) -> String {
    format!("{:04}-Q{}", day.year(), day.month0() / 3 + 1)
}

/// Name of the year of a day.
pub fn year(day: NaiveDate) -> String {
    format!("{:04}", day.year())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn names_stand_for_days() {
        for (name, from, to) in [
            ("2026", "2026-01-01", "2026-12-31"),
            ("2026-Q1", "2026-01-01", "2026-03-31"),
            ("2026-Q4", "2026-10-01", "2026-12-31"),
            ("2024-02", "2024-02-01", "2024-02-29"),
        ] {
            let period: Period = name.parse().unwrap();
            assert_eq!(period.span, Span { from: day(from), to: day(to) }, "{name}");
        }
        for wrong in
            ["", "26", "2026-", "2026-Q0", "2026-Q5", "2026-13", "2026-1", "2026-00", "0000"]
        {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }

    proptest! {
        /// Every day lies in the month, the quarter and the year that are named after it.
        #[test]
        fn a_day_lies_in_its_periods(offset in 0_i64..20_000) {
            let day = day("1990-01-01") + chrono::TimeDelta::days(offset);
            for name in [month(day), quarter(day), year(day)] {
                let period: Period = name.parse().unwrap();
                prop_assert!(period.span.holds(day), "{} in {}", day, name);
            }
        }
    }
}
