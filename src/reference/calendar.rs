//! Working days in China. Weekends are off, public holidays are off, and the weekend days that make
//! up for them are worked; the last two stand in `holidays.csv`. In a year that the file does not
//! cover only weekends are off.

#[cfg(test)]
mod tests;

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};

/// Whether a day of `holidays.csv` is off or worked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DayKind {
    /// A public holiday.
    Holiday,
    /// A weekend day that is worked in exchange.
    Workday,
}

/// One row of `holidays.csv`.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Holiday {
    /// The day.
    pub date: NaiveDate,
    /// Off or worked.
    pub kind: DayKind,
    /// Chinese name of the holiday that it belongs to.
    pub name_zh: String,
    /// English name of that holiday.
    pub name_en: String,
}

/// Tells working days from days off, and counts them.
#[derive(Debug, Default)]
pub struct Calendar {
    /// What differs from the rule of weekends, ordered by date: working days by the file that lie on
    /// a weekend, and days off that do not.
    exceptions: Vec<(NaiveDate, DayKind)>,
    /// The years that the file covers, in order.
    years: Vec<i32>,
}

impl Calendar {
    /// Reads the rows, each date of which stands in them once.
    pub(super) fn new(rows: &[Holiday]) -> Self {
        let differs = |row: &&Holiday| is_weekend(row.date) == (row.kind == DayKind::Workday);
        let mut exceptions: Vec<_> =
            rows.iter().filter(differs).map(|row| (row.date, row.kind)).collect();
        exceptions.sort_unstable_by_key(|(date, _)| *date);
        // National Day is in the notice of every year; a holiday at the turn of the year may also
        // stand in that of the year after.
        let national_day = |row: &&Holiday| (row.date.month(), row.date.day()) == (10, 1);
        let mut years: Vec<i32> =
            rows.iter().filter(national_day).map(|row| row.date.year()).collect();
        years.sort_unstable();
        Self { exceptions, years }
    }

    /// Whether the holidays of a year are known. Where they are not, only weekends are off.
    pub fn covers(&self, year: i32) -> bool {
        self.years.binary_search(&year).is_ok()
    }

    /// The last year whose holidays are known.
    pub fn last_year(&self) -> Option<i32> {
        self.years.last().copied()
    }

    /// The year that should be known on a day and is not: that of the day, and in December, when the
    /// notice for it has been out for weeks, the next one.
    pub fn missing_year(&self, today: NaiveDate) -> Option<i32> {
        let next = (today.month() == 12).then_some(today.year() + 1);
        [Some(today.year()), next].into_iter().flatten().find(|year| !self.covers(*year))
    }

    /// Whether a day is worked.
    pub fn is_workday(&self, date: NaiveDate) -> bool {
        match self.exceptions.binary_search_by_key(&date, |(day, _)| *day) {
            Ok(at) => self.exceptions[at].1 == DayKind::Workday,
            Err(_) => !is_weekend(date),
        }
    }

    /// The number of working days after `from`, up to and including `to`. Backwards it is the same
    /// number below zero, so that the days from A to B and from B to C add up to those from A to C.
    pub fn workdays_between(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        self.workdays_until(to) - self.workdays_until(from)
    }

    /// The working day to which there are `days` working days from `date`, as counted by
    /// [`Calendar::workdays_between`]; with `days` below zero it lies before, and with zero it is
    /// `date` itself, worked or not. Ends at the last (or first) day that a date can be.
    pub fn add_workdays(&self, date: NaiveDate, days: i64) -> NaiveDate {
        if days == 0 {
            return date;
        }
        // The count never falls and rises by one at most, so the first day that reaches the number
        // has it exactly and is worked. Twice the days and all exceptions is farther than needed.
        let aim = days.unsigned_abs().saturating_mul(2).saturating_add(SPARE_DAYS);
        let reach = i64::try_from(aim).unwrap_or(i64::MAX).saturating_add(self.exception_days());
        let reached = |day: NaiveDate| match days > 0 {
            true => self.workdays_between(date, day) >= days,
            // The first such day: the count grows with the next one back, so it is worked.
            false => self.workdays_between(day, date) <= days.saturating_neg(),
        };
        let (mut low, mut high) = match days > 0 {
            true => (date, moved(date, reach)),
            false => (moved(date, -reach), date),
        };
        while low < high {
            let middle = moved(low, (high - low).num_days() / 2);
            if reached(middle) {
                high = middle;
            } else {
                low = moved(middle, 1);
            }
        }
        low
    }

    fn exception_days(&self) -> i64 {
        i64::try_from(self.exceptions.len()).unwrap_or(i64::MAX)
    }

    /// Working days from the beginning of time (Monday, 1 January of the year 1) to a day, itself
    /// included.
    fn workdays_until(&self, date: NaiveDate) -> i64 {
        // Day 1 of the common era was a Monday.
        let day = i64::from(date.num_days_from_ce());
        let weekdays = day.div_euclid(7) * 5 + day.rem_euclid(7).min(5);
        let passed = self.exceptions.partition_point(|(day, _)| *day <= date);
        let passed = &self.exceptions[..passed];
        let worked = passed.iter().filter(|(_, kind)| *kind == DayKind::Workday).count();
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        weekdays + count(worked) - count(passed.len() - worked)
    }
}

/// Room for a weekend at either end of a short span.
const SPARE_DAYS: u64 = 7;

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// A date moved by days, held within what a date can be.
fn moved(date: NaiveDate, days: i64) -> NaiveDate {
    let end = if days < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    TimeDelta::try_days(days).and_then(|by| date.checked_add_signed(by)).unwrap_or(end)
}

impl Holiday {
    /// A make-up day lies on a weekend: one that does not is a slip of the pen.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        match self.kind == DayKind::Workday && !is_weekend(self.date) {
            true => Err("is a working day anyway: only days of a weekend make up".to_owned()),
            false => Ok(()),
        }
    }
}
