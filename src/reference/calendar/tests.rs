use std::path::Path;
use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::Calendar;
use crate::reference::Reference;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The calendar of the built-in file, read once.
fn calendar() -> &'static Calendar {
    static REFERENCE: LazyLock<Reference> =
        LazyLock::new(|| crate::reference::load(Path::new("/nonexistent")).unwrap());
    REFERENCE.calendar()
}

#[test]
fn a_make_up_sunday_is_worked_and_a_holiday_on_a_weekday_is_not() {
    let calendar = calendar();
    for worked in ["2026-02-14", "2026-02-28", "2026-09-20", "2026-10-10", "2025-01-26"] {
        assert!(calendar.is_workday(day(worked)), "{worked}");
    }
    for off in ["2026-02-16", "2026-02-23", "2026-10-01", "2026-10-07", "2025-01-28"] {
        assert!(!calendar.is_workday(day(off)), "{off}");
    }
    assert!(!calendar.is_workday(day("2026-11-22")) && calendar.is_workday(day("2026-11-23")));
}

#[test]
fn days_are_counted_around_spring_festival_and_national_day() {
    let calendar = calendar();
    let cases = [
        // Friday, then a Saturday that is worked, nine days off, and Tuesday.
        ("2026-02-13", "2026-02-14", 1),
        ("2026-02-14", "2026-02-23", 0),
        ("2026-02-13", "2026-02-24", 2),
        // The week ends on a Saturday that is worked.
        ("2026-02-23", "2026-03-01", 5),
        // Friday; Sunday is worked for National Day.
        ("2026-09-18", "2026-09-21", 2),
        ("2026-09-30", "2026-10-08", 1),
        ("2026-09-30", "2026-10-11", 3),
        ("2026-10-11", "2026-09-30", -3),
        ("2026-10-03", "2026-10-03", 0),
    ];
    for (from, to, days) in cases {
        assert_eq!(calendar.workdays_between(day(from), day(to)), days, "{from} to {to}");
    }
    let moves = [
        ("2026-02-13", 1, "2026-02-14"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-18", 1, "2026-02-24"),
        ("2026-02-24", -1, "2026-02-14"),
        // Saturday the 14th is the working day that lies between.
        ("2026-02-18", -1, "2026-02-13"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-03", 0, "2026-10-03"),
    ];
    for (from, days, to) in moves {
        assert_eq!(calendar.add_workdays(day(from), days), day(to), "{from} and {days}");
    }
}

#[test]
fn a_year_without_rows_knows_weekends_alone_and_says_so() {
    let calendar = calendar();
    assert!((2020..=2026).all(|year| calendar.covers(year)));
    assert!(!calendar.covers(2019) && !calendar.covers(2027));
    assert_eq!(calendar.last_year(), Some(2026));
    // A Friday.
    assert!(calendar.is_workday(day("2027-10-01")) && !calendar.is_workday(day("2027-10-02")));
    assert_eq!(calendar.missing_year(day("2026-11-30")), None);
    assert_eq!(calendar.missing_year(day("2026-12-01")), Some(2027));
    assert_eq!(calendar.missing_year(day("2027-03-01")), Some(2027));
    assert_eq!(Calendar::default().last_year(), None);
}

#[test]
fn days_beyond_what_a_date_can_be_end_there() {
    let calendar = calendar();
    assert_eq!(calendar.add_workdays(day("2026-01-01"), i64::MAX), NaiveDate::MAX);
    assert_eq!(calendar.add_workdays(day("2026-01-01"), i64::MIN), NaiveDate::MIN);
}

/// A day in the years of the file and some on either side.
fn any_day() -> impl Strategy<Value = NaiveDate> {
    (0_u64..4_500).prop_map(|days| day("2018-01-01") + chrono::Days::new(days))
}

proptest! {
    #[test]
    fn counting_agrees_with_looking_at_every_day(from in any_day(), span in 0_u64..500) {
        let to = from + chrono::Days::new(span);
        let calendar = calendar();
        let days = from.iter_days().skip(1).take_while(|day| *day <= to);
        let worked = days.filter(|day| calendar.is_workday(*day)).count();
        prop_assert_eq!(calendar.workdays_between(from, to), i64::try_from(worked).unwrap());
    }

    #[test]
    fn counts_add_up_and_turn_round(a in any_day(), b in any_day(), c in any_day()) {
        let calendar = calendar();
        let count = |from, to| calendar.workdays_between(from, to);
        prop_assert_eq!(count(a, b) + count(b, c), count(a, c));
        prop_assert_eq!(count(a, b), -count(b, a));
    }

    #[test]
    fn a_later_day_never_counts_less(from in any_day(), to in any_day()) {
        let calendar = calendar();
        let next = to.succ_opt().unwrap();
        let step = calendar.workdays_between(from, next) - calendar.workdays_between(from, to);
        prop_assert_eq!(step, i64::from(calendar.is_workday(next)));
    }

    #[test]
    fn moving_by_what_was_counted_and_counting_what_was_moved_are_inverse(
        from in any_day(),
        days in -700_i64..700,
    ) {
        let calendar = calendar();
        let to = calendar.add_workdays(from, days);
        prop_assert_eq!(calendar.workdays_between(from, to), days);
        prop_assert!(days == 0 || calendar.is_workday(to));
        if calendar.is_workday(from) {
            prop_assert_eq!(calendar.add_workdays(to, -days), from);
        }
    }

    #[test]
    fn moves_add_up_and_keep_their_order(
        from in any_day(),
        first in 0_i64..300,
        second in 0_i64..300,
    ) {
        let calendar = calendar();
        let there = calendar.add_workdays(calendar.add_workdays(from, first), second);
        prop_assert_eq!(there, calendar.add_workdays(from, first + second));
        prop_assert!(calendar.add_workdays(from, first + 1) > calendar.add_workdays(from, first));
        let next = from.succ_opt().unwrap();
        prop_assert!(calendar.add_workdays(next, first) >= calendar.add_workdays(from, first));
    }
}
