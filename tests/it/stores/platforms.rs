//! Rows of platforms.

use chrono::NaiveDate;
use townbridge::error::Error;
use townbridge::platforms::model::{IncubatedFirm, Platform, PlatformFields, PlatformId};
use townbridge::platforms::store::{self, PlatformFilter};

use super::databases::TestDatabase;
use super::on_both;

on_both!(what_counts_on_a_day_is_found_and_firms_are_counted_once);

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn platform(db: &TestDatabase, town: &str, firms: &[&str]) -> Platform {
    let firm = |name: &&str| IncubatedFirm {
        name: Some((*name).to_owned()),
        entered_on: Some(day("2025-06-01")),
        ..IncubatedFirm::default()
    };
    let fields = PlatformFields {
        name: Some("100% 孵化器".to_owned()),
        kind: Some("incubator".to_owned()),
        town_code: Some(town.to_owned()),
        opened_on: Some(day("2025-01-01")),
        firms: firms.iter().map(firm).collect(),
        ..PlatformFields::default()
    };
    let row = Platform::new(fields, None, db.clock.now());
    db.db.write(|db| store::insert(db, &row)).unwrap();
    row
}

fn what_counts_on_a_day_is_found_and_firms_are_counted_once(db: &TestDatabase) {
    let first = platform(db, "442000105", &["甲", "乙"]);
    let mut second = platform(db, "442000118", &["乙", "丙"]);
    let ids = |filter: &PlatformFilter| -> Vec<PlatformId> {
        let rows = db.db.read(|db| store::list(db, filter, None, 10)).unwrap();
        let mut ids: Vec<PlatformId> = rows.into_iter().map(|row| row.id).collect();
        ids.sort_unstable();
        ids
    };
    let on =
        |text: &str| PlatformFilter { active_on: Some(day(text)), ..PlatformFilter::default() };
    assert_eq!(ids(&on("2024-12-31")), []);
    assert_eq!(ids(&on("2025-01-01")), [first.id, second.id]);
    let all = PlatformFilter::default();
    let housed = |towns: &[&str], on: &str| {
        let towns: Vec<String> = towns.iter().map(|&code| code.to_owned()).collect();
        db.db.read(|db| store::firms_housed(db, &all, &towns, day(on))).unwrap()
    };
    let both = ["442000105", "442000118"];
    assert_eq!((housed(&both, "2025-05-31"), housed(&both, "2025-06-01")), (0, 3));
    assert_eq!(housed(&both[..1], "2026-01-01"), 2);
    let text = |text: &str| PlatformFilter { text: Some(text.to_owned()), ..all.clone() };
    assert_eq!((ids(&text("100%")).len(), ids(&text("_")).len()), (2, 0));

    let mut fields = second.doc.0.clone();
    fields.closed_on = Some(day("2026-01-01"));
    second.set_fields(fields);
    second.version = 2;
    db.db.write(|db| store::update(db, &second)).unwrap();
    assert_eq!(db.db.read(|db| store::find(db, second.id)).unwrap(), Some(second.clone()));
    assert_eq!(ids(&on("2026-01-01")), [first.id]);
    assert_eq!(housed(&both, "2026-01-01"), 2);
    let again = db.db.write(|db| store::update(db, &second));
    assert!(matches!(again, Err(Error::PreconditionFailed)));
    db.db.write(|db| store::remove(db, &second)).unwrap();
    assert_eq!(ids(&all), [first.id]);
}
