use std::path::Path;
use std::sync::LazyLock;

use chrono::{Days, TimeDelta};
use proptest::prelude::*;

use super::*;
use crate::config::{Config, Overrides};
use crate::reference::Reference;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn settings() -> BrokeringConfig {
    Config::load(None, &Overrides::default()).unwrap().brokering
}

/// The calendar of the built-in file, read once.
fn calendar() -> &'static Calendar {
    static REFERENCE: LazyLock<Reference> =
        LazyLock::new(|| crate::reference::load(Path::new("/nonexistent")).unwrap());
    REFERENCE.calendar()
}

fn at(since: &str, limit: Option<u32>, due_on: Option<&str>, today: &str) -> ClockView {
    let waiting = Waiting { since: day(since), limit, due_on: due_on.map(day) };
    clock(calendar(), &settings(), waiting, day(today))
}

#[test]
fn days_off_do_not_count() {
    // National Day of 2026: the first seven days of October are off, the tenth is worked.
    let before = at("2026-09-30", Some(1), None, "2026-10-07");
    assert_eq!((before.days, before.overdue), (0, false));
    let after = at("2026-09-30", Some(1), None, "2026-10-09");
    assert_eq!((after.days, after.overdue), (2, true));
}

#[test]
fn a_clock_is_overdue_stalled_and_escalated_in_turn() {
    let seen: Vec<(i64, bool, bool, bool)> =
        ["2026-03-03", "2026-03-05", "2026-03-10", "2026-03-11"]
            .iter()
            .map(|today| at("2026-03-02", Some(2), None, today))
            .map(|clock| (clock.days, clock.overdue, clock.stalled, clock.escalated))
            .collect();
    let expected = [
        (1, false, false, false),
        (3, true, false, false),
        (6, true, true, true),
        (7, true, true, true),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn the_brokers_own_day_counts_too() {
    assert!(!at("2026-03-02", None, Some("2026-03-06"), "2026-03-06").overdue);
    // A Saturday: past the day, though no working day has gone by.
    let after = at("2026-03-02", None, Some("2026-03-06"), "2026-03-07");
    assert_eq!((after.overdue, after.escalated), (true, false));
    assert!(at("2026-03-02", None, Some("2026-03-06"), "2026-03-13").escalated);
}

#[test]
fn chances_rise_along_the_way() {
    let way = [
        S::Suggested,
        S::Reviewed,
        S::NeedInterested,
        S::Mutual,
        S::Introduced,
        S::Met,
        S::Nda,
        S::Proposal,
        S::Assessed,
        S::Negotiating,
        S::Agreed,
        S::Signed,
        S::Accepted,
    ];
    assert!(way.windows(2).all(|pair| chance(Some(pair[0])) < chance(Some(pair[1]))));
}

proptest! {
    #[test]
    fn a_clock_never_goes_back(since in 0_u64..2000, one in 0_u64..400, more in 0_u64..400) {
        let (calendar, settings) = (calendar(), settings());
        let since = day("2023-01-01") + Days::new(since);
        let waiting = Waiting { since, limit: Some(3), due_on: Some(since + TimeDelta::days(9)) };
        let early = clock(calendar, &settings, waiting, since + Days::new(one));
        let late = clock(calendar, &settings, waiting, since + Days::new(one + more));
        prop_assert!(early.days <= late.days);
        prop_assert!(!early.overdue || late.overdue);
        prop_assert!(!early.stalled || late.stalled);
        prop_assert!(!early.escalated || late.escalated);
        prop_assert!(!early.escalated || early.overdue);
        prop_assert!(!early.stalled || early.overdue);
    }

    #[test]
    fn more_value_more_age_and_a_later_stage_never_matter_less(
        value in 1.0_f64..1e6,
        days in 0_i64..100,
    ) {
        let here = priority(value, Some(S::Met), days);
        prop_assert!(priority(value * 2.0, Some(S::Met), days) > here);
        prop_assert!(priority(value, Some(S::Met), days + 1) >= here);
        prop_assert!(priority(value, Some(S::Agreed), days) > here);
        prop_assert!(priority(value, None, days) < here);
    }
}
