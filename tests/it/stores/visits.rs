//! Rows of visits.

use chrono::NaiveDate;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::error::Error;
use townbridge::needs::life::NeedStatus;
use townbridge::organizations::model::OrgStatus;
use townbridge::records::scope::Reach;
use townbridge::visits::model::{Visit, VisitFields, VisitId};
use townbridge::visits::store::{self, VisitFilter};

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    the_list_keeps_to_regions_and_filters,
    a_visit_is_replaced_by_version_and_forgets_a_need_that_goes,
);

fn visit(db: &TestDatabase, town: &str, day: u32) -> Visit {
    let fields = VisitFields {
        town_code: Some(town.to_owned()),
        org_name: Some("“晨舟”配件厂".to_owned()),
        visited_on: NaiveDate::from_ymd_opt(2026, 3, day),
        people: vec!["周晨".to_owned()],
        findings: Some("毛刺多。".to_owned()),
        ..VisitFields::default()
    };
    Visit::new(fields, None, db.clock.now())
}

fn the_list_keeps_to_regions_and_filters(db: &TestDatabase) {
    let rows = [("442000105", 1), ("442000105", 2), ("442000118", 2), ("440604100", 3)]
        .map(|(town, day)| visit(db, town, day));
    db.db.write(|db| store::insert(db, &rows)).unwrap();
    let list = |caller: &Caller, filter: VisitFilter, before| -> Vec<VisitId> {
        let reach = Reach::of(caller);
        let found = db.db.read(|db| store::list(db, &reach, &filter, before, 10)).unwrap();
        found.into_iter().map(|visit| visit.id).collect()
    };
    let all = VisitFilter::default;
    let liaison = caller(Role::Liaison, None, Some("442000105"));
    assert_eq!(list(&liaison, all(), None), [rows[1].id, rows[0].id]);
    let city = caller(Role::Officer, None, Some("4420"));
    assert_eq!(list(&city, all(), None), [rows[2].id, rows[1].id, rows[0].id]);
    assert_eq!(list(&Caller::anonymous(), all(), None), []);
    let admin = Caller::system("test");
    assert_eq!(list(&admin, all(), None).len(), 4);
    let after = Some((rows[2].visited_on, rows[2].id));
    assert_eq!(list(&admin, all(), after), [rows[1].id, rows[0].id]);
    let town = VisitFilter { town: Some("4406".to_owned()), ..all() };
    assert_eq!(list(&admin, town, None), [rows[3].id]);
    let day = NaiveDate::from_ymd_opt(2026, 3, 2);
    assert_eq!(list(&admin, VisitFilter { from: day, to: day, ..all() }, None).len(), 2);
    let found = db.db.read(|db| store::find_unscoped(db, rows[0].id)).unwrap();
    assert_eq!(found, Some(rows[0].clone()));
}

fn a_visit_is_replaced_by_version_and_forgets_a_need_that_goes(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, "442000105");
    let need = db.need(&org, NeedStatus::Draft, "气孔");
    let mut row = visit(db, "442000105", 1);
    row.org_id = Some(org.id);
    db.db.write(|db| store::insert(db, std::slice::from_ref(&row))).unwrap();
    row.need_id = Some(need.id);
    row.version = 2;
    db.db.write(|db| store::update(db, &row)).unwrap();
    let again = db.db.write(|db| store::update(db, &row));
    assert!(matches!(again, Err(Error::PreconditionFailed)));
    let found = |db: &TestDatabase| db.db.read(|db| store::find_unscoped(db, row.id)).unwrap();
    assert_eq!(found(db), Some(row.clone()));
    db.db.write(|db| townbridge::needs::store::delete(db, &need)).unwrap();
    assert_eq!(found(db).unwrap().need_id, None);
    let stale = Visit { version: 1, ..row.clone() };
    let removed = db.db.write(|db| store::delete(db, &stale));
    assert!(matches!(removed, Err(Error::PreconditionFailed)));
    db.db.write(|db| store::delete(db, &row)).unwrap();
    assert_eq!(found(db), None);
}
