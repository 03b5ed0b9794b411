//! A month, and what is in it.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::db::Timestamp;

/// The years that can be looked at.
const YEARS: std::ops::RangeInclusive<i32> = 2000..=2100;

/// A month of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    first: NaiveDate,
}

impl Month {
    /// The month that a day is in.
    pub fn of(day: NaiveDate) -> Self {
        Self { first: day.with_day(1).unwrap_or(day) }
    }

    /// The month of a code such as `2026-11`.
    pub fn parse(code: &str) -> Option<Self> {
        let first = NaiveDate::parse_from_str(&format!("{code}-01"), "%Y-%m-%d").ok()?;
        let month = Self { first };
        (YEARS.contains(&first.year()) && month.code() == code).then_some(month)
    }

    /// Its code.
    pub fn code(self) -> String {
        self.first.format("%Y-%m").to_string()
    }

    /// Its first day.
    pub fn first(self) -> NaiveDate {
        self.first
    }

    /// The first day after it.
    pub fn end(self) -> NaiveDate {
        self.first.checked_add_months(Months::new(1)).unwrap_or(self.first)
    }

    /// The month after it; none beyond the years that can be looked at.
    pub fn next(self) -> Option<Self> {
        Self::parse(&Self::of(self.end()).code())
    }

    /// The month before it; none beyond the years that can be looked at.
    pub fn previous(self) -> Option<Self> {
        let day = self.first.checked_sub_months(Months::new(1))?;
        Self::parse(&Self::of(day).code())
    }

    /// Its days with those around them that complete the weeks, from Monday on.
    pub fn weeks(self) -> Vec<Vec<NaiveDate>> {
        let before = u64::from(self.first.weekday().num_days_from_monday());
        let mut day = self.first.checked_sub_days(Days::new(before)).unwrap_or(self.first);
        let mut weeks = Vec::new();
        while day < self.end() {
            let week: Vec<NaiveDate> = day.iter_days().take(7).collect();
            day = day.checked_add_days(Days::new(7)).unwrap_or(NaiveDate::MAX);
            weeks.push(week);
        }
        weeks
    }
}

/// What an entry of the calendar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ItemKind {
    /// An event.
    Event,
    /// A visit to a firm.
    Visit,
    /// The next action of a case.
    Case,
    /// A milestone of a project.
    Milestone,
    /// A payment under a contract.
    Payment,
    /// The registration of a contract.
    Registration,
}

impl ItemKind {
    /// The code under which it has its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "event",
            Self::Visit => "visit",
            Self::Case => "case",
            Self::Milestone => "milestone",
            Self::Payment => "payment",
            Self::Registration => "registration",
        }
    }
}

/// An entry of the calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// What it is.
    pub kind: ItemKind,
    /// What tells it from all others of its kind.
    pub id: String,
    /// The day, in China.
    pub day: NaiveDate,
    /// From when to when, where that is known to the hour.
    pub span: Option<(Timestamp, Timestamp)>,
    /// What it is called.
    pub title: String,
    /// What is to be done, or where it is; may be empty.
    pub detail: String,
    /// Address of its page.
    pub href: String,
    /// Whether the reader has a part in it that others have not.
    pub own: bool,
    /// Whether it was due and has not been done.
    pub late: bool,
    /// Whether it does not take place.
    pub cancelled: bool,
    /// How often it has been changed.
    pub version: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(code: &str) -> Month {
        Month::parse(code).unwrap()
    }

    #[test]
    fn months_follow_each_other_to_the_ends() {
        assert_eq!(month("2026-12").next(), Some(month("2027-01")));
        assert_eq!(month("2026-01").previous(), Some(month("2025-12")));
        assert_eq!((month("2100-12").next(), month("2000-01").previous()), (None, None));
        for bad in ["", "2026", "2026-13", "2026-1", "1999-12", "2101-01", "2026-11-03", "x"] {
            assert_eq!(Month::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn weeks_begin_on_monday_and_hold_every_day_once() {
        for code in ["2026-02", "2026-11", "2027-02", "2028-02"] {
            let weeks = month(code).weeks();
            assert!(weeks.iter().all(|week| week.len() == 7));
            assert!(weeks.iter().all(|week| week[0].weekday() == chrono::Weekday::Mon));
            let inside = weeks.iter().flatten().filter(|day| Month::of(**day) == month(code));
            let days = (month(code).end() - month(code).first()).num_days();
            assert_eq!(i64::try_from(inside.count()).unwrap(), days, "{code}");
        }
    }
}
