//! Reports on both databases: facts of every kind, races of those who lock, tampering, and what a
//! migration makes of records that were there before.

use serde_json::json;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::contracts::model::{Contract, ContractFields, ContractStatus};
use townbridge::db::{Json, Timestamp};
use townbridge::error::Error;
use townbridge::money::Money;
use townbridge::organizations::model::OrgStatus;
use townbridge::reports::fact::{Fact, FactKind};
use townbridge::reports::locks::{self, LockPeriod};
use townbridge::reports::ops;
use townbridge::reports::query::{RecordsQuery, ReportQuery};
use townbridge::visits::model::{Visit, VisitFields};
use townbridge::{contracts, visits};

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    contracts_become_facts_by_their_days,
    of_threads_that_lock_one_wins,
    tampering_with_what_was_locked_is_seen,
    moments_count_by_the_day_in_china
);

const GUZHEN: &str = "442000105";

fn day(text: &str) -> chrono::NaiveDate {
    text.parse().unwrap()
}

fn facts(db: &TestDatabase, caller: &Caller, period: &str) -> Vec<Fact> {
    let query = RecordsQuery { period: Some(period.to_owned()), ..RecordsQuery::default() };
    ops::records(db.service(), caller, &query).unwrap().items
}

/// Makes a contract with two instalments, one paid.
fn contract(db: &TestDatabase) -> Contract {
    let fields = json!({
        "project_name": "散热结构委托开发", "contract_type": "development", "region_code": GUZHEN,
        "amount": 50.5, "tech_amount": 40.1234,
        "instalments": [
            { "due_on": "2026-04-01", "planned": 20.25 },
            { "due_on": "2026-05-01", "planned": 30.25 }
        ],
    });
    let fields: ContractFields = serde_json::from_value(fields).unwrap();
    let view = contracts::ops::create(db.service(), &Caller::system("test"), &fields).unwrap();
    let id = view.value.id;
    let write = |db: &mut townbridge::db::Db| {
        let mut row = contracts::store::find_unscoped(db, id)?.unwrap();
        let mut fields = row.doc.0.clone();
        fields.signed_on = Some(day("2026-03-31"));
        fields.registered_on = Some(day("2026-04-01"));
        fields.instalments[1].paid_on = Some(day("2026-05-02"));
        fields.instalments[1].paid = Some(Money(30_000_700));
        row.set_fields(fields);
        row.status = ContractStatus::Registered;
        row.version += 1;
        contracts::store::update(db, &row)?;
        Ok(row)
    };
    db.db.write(write).unwrap()
}

fn contracts_become_facts_by_their_days(db: &TestDatabase) {
    contract(db);
    let liaison = caller(Role::Liaison, None, Some(GUZHEN));
    let told = |period: &str| -> Vec<(FactKind, i32, String)> {
        let facts = facts(db, &liaison, period);
        facts.into_iter().map(|one| (one.key.kind, one.key.part, one.amount.to_wan())).collect()
    };
    assert_eq!(told("2026-Q1"), [(FactKind::Contract, 0, "50.5".to_owned())]);
    let second = [
        (FactKind::Registration, 0, "40.1234".to_owned()),
        (FactKind::Payment, 2, "30.0007".to_owned()),
    ];
    assert_eq!(told("2026-Q2"), second);
    assert_eq!(facts(db, &caller(Role::Liaison, None, Some("442000118")), "2026").len(), 0);
    assert_eq!(facts(db, &caller(Role::Officer, None, Some("44")), "2026").len(), 3);
}

fn lock(db: &TestDatabase, period: &str) -> townbridge::error::Result<locks::LockView> {
    let command =
        LockPeriod { period: period.to_owned(), region_code: "4420".to_owned(), note: None };
    locks::lock(db.service(), &caller(Role::Officer, None, Some("4420")), &command)
}

fn of_threads_that_lock_one_wins(db: &TestDatabase) {
    contract(db);
    for periods in [["2026-Q1"; 4], ["2026-Q2", "2026-04", "2026-Q2", "2026-05"]] {
        let made: Vec<_> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                periods.iter().map(|period| scope.spawn(|| lock(db, period))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let mut held = 0;
        let mut names = std::collections::HashSet::new();
        for one in made {
            match one {
                Ok(view) => {
                    assert!(names.insert(view.period));
                    held += view.facts;
                }
                Err(error) => assert!(matches!(error, Error::Conflict { .. }), "{error}"),
            }
        }
        let officer = caller(Role::Officer, None, Some("4420"));
        let known = locks::list(db.service(), &officer, &locks::ListLocks::default()).unwrap();
        for lock in known.items {
            let report = locks::show(db.service(), &officer, lock.id).unwrap();
            assert_eq!((report.differences.len(), report.intact), (0, true));
        }
        // Whoever comes first takes a fact down; nobody takes it down again.
        assert_eq!(held, if periods[0] == "2026-Q1" { 1 } else { 2 });
    }
    let query = ReportQuery { period: Some("2026".to_owned()), ..ReportQuery::default() };
    let asked = query.asked(db.service()).unwrap();
    let report = ops::report(db.service(), &Caller::system("test"), asked).unwrap();
    assert_eq!(
        (&report.total["contracts"], &report.total["paid_amount"]),
        (&json!(1), &json!(30.0007))
    );
}

fn tampering_with_what_was_locked_is_seen(db: &TestDatabase) {
    use diesel::prelude::*;
    use townbridge::db::schema::report_facts;
    contract(db);
    let made = lock(db, "2026-Q1").unwrap();
    let officer = caller(Role::Officer, None, Some("4420"));
    assert!(locks::show(db.service(), &officer, made.id).unwrap().intact);
    db.db
        .write(|conn| {
            townbridge::on!(conn, conn => diesel::update(report_facts::table)
                .set(report_facts::amount.eq(1_i64))
                .execute(conn))?;
            Ok(())
        })
        .unwrap();
    let report = locks::show(db.service(), &officer, made.id).unwrap();
    assert!(!report.intact);
    assert_eq!(report.differences.len(), 1);
}

fn moments_count_by_the_day_in_china(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let need = db.need(&org, townbridge::needs::life::NeedStatus::Published, "镀层");
    let at = |text: &str| Timestamp::new(text.parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    let publish = |moment: &str| {
        use diesel::prelude::*;
        use townbridge::db::schema::needs;
        let moment = at(moment);
        let set = |conn: &mut townbridge::db::Db| {
            townbridge::on!(conn, conn => diesel::update(needs::table.find(need.id))
                .set(needs::published_at.eq(Some(moment)))
                .execute(conn))?;
            Ok(())
        };
        db.db.write(set).unwrap();
        let found = |period| facts(db, &Caller::system("test"), period).len();
        (found("2025-12"), found("2026-01"))
    };
    assert_eq!(publish("2025-12-31T15:59:59.999999Z"), (1, 0));
    assert_eq!(publish("2025-12-31T16:00:00Z"), (0, 1));
    let fields = VisitFields { town_code: Some(GUZHEN.to_owned()), ..VisitFields::default() };
    let mut visit = Visit::new(fields, None, at("2026-01-01T00:00:00Z"));
    visit.visited_on = day("2025-12-31");
    visit.doc = Json(VisitFields { org_name: Some("甲厂".to_owned()), ..visit.doc.0 });
    db.db.write(|conn| visits::store::insert(conn, std::slice::from_ref(&visit))).unwrap();
    assert_eq!(facts(db, &Caller::system("test"), "2025-12").len(), 1);
}
