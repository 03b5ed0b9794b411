//! Technology contracts.

use chrono::NaiveDate;
use serde_json::json;
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::contracts::model::{Contract, ContractStatus};
use townbridge::contracts::ops::{self, ListContracts};
use townbridge::contracts::{payments, store};
use townbridge::error::Error;
use townbridge::organizations::model::{OrgStatus, Organization};
use townbridge::records::scope::{BrokeredBy, Reach};

use super::databases::{TestDatabase, caller};
use super::on_both;

on_both!(
    contract_is_stored_whole_and_replaced_by_version,
    registration_number_is_given_once,
    contracts_are_listed_to_those_who_take_part,
    contracts_are_filtered,
    overdue_ones_come_longest_due_first,
);

const GUZHEN: &str = "442000105";
const GAOPO: &str = "441422102";

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn enter(
    db: &TestDatabase,
    name: &str,
    parties: (Option<&Organization>, Option<&Organization>),
    change: impl Fn(&mut Contract),
) -> Contract {
    let fields = json!({
        "project_name": name,
        "contract_type": "service",
        "buyer_org_id": parties.0.map(|org| org.id),
        "seller_org_id": parties.1.map(|org| org.id),
        "region_code": GAOPO,
        "amount": 12.3456,
        "instalments": [
            { "due_on": "2026-02-01", "planned": 2.3456 },
            { "due_on": "2026-05-01", "planned": 10 }
        ],
    });
    let fields = serde_json::from_value(fields).unwrap();
    let view = ops::create(db, &Caller::system("test"), &fields).unwrap().value;
    let mut row = db.db.read(|db| store::find_unscoped(db, view.id)).unwrap().unwrap();
    change(&mut row);
    row.version += 1;
    db.db.write(|db| store::update(db, &row)).unwrap();
    row
}

fn contract_is_stored_whole_and_replaced_by_version(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let row = enter(db, "检测服务", (Some(&org), None), |_| {});
    assert_eq!(row.amount, Some(12_345_600));
    assert_eq!(row.next_payment_on, Some(day("2026-02-01")));
    assert_eq!(row.doc.0.totals().0.to_wan(), "12.3456");
    let found = db.db.read(|db| store::find_unscoped(db, row.id)).unwrap();
    assert_eq!(found, Some(row.clone()));
    // Of two who have read the same version, the second is told so.
    let again = db.db.write(|db| store::update(db, &row)).unwrap_err();
    assert!(matches!(again, Error::PreconditionFailed), "{again}");
    let stale = Contract { version: 1, ..row.clone() };
    let error = db.db.write(|db| store::remove(db, &stale)).unwrap_err();
    assert!(matches!(error, Error::PreconditionFailed), "{error}");
    db.db.write(|db| store::remove(db, &row)).unwrap();
    assert_eq!(db.db.read(|db| store::find_unscoped(db, row.id)).unwrap(), None);
}

fn registration_number_is_given_once(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let number = |row: &mut Contract| row.registration_no = Some("2026440000000001".to_owned());
    enter(db, "第一", (Some(&org), None), number);
    let mut second = enter(db, "第二", (Some(&org), None), |_| {});
    number(&mut second);
    second.version += 1;
    let error = db.db.write(|db| store::update(db, &second)).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
}

/// Names of what is listed, oldest first.
fn names(db: &TestDatabase, caller: &Caller, query: &ListContracts) -> String {
    let page = ops::list(db, caller, query).unwrap();
    let mut names: Vec<String> =
        page.items.into_iter().map(|view| view.fields.project_name.unwrap()).collect();
    names.reverse();
    names.join(" ")
}

fn contracts_are_listed_to_those_who_take_part(db: &TestDatabase) {
    let buyer = db.organization(1, OrgStatus::Verified, GUZHEN);
    let seller = db.organization(2, OrgStatus::Verified, GUZHEN);
    enter(db, "甲乙", (Some(&buyer), Some(&seller)), |_| {});
    enter(db, "乙外", (None, Some(&seller)), |_| {});
    enter(db, "古镇", (Some(&buyer), None), |row| row.region_code = GUZHEN.to_owned());
    let listed = |caller: &Caller| names(db, caller, &ListContracts::default());
    assert_eq!(listed(&caller(Role::OrgMember, Some(buyer.id), None)), "甲乙 古镇");
    assert_eq!(listed(&caller(Role::OrgMember, Some(seller.id), None)), "甲乙 乙外");
    assert_eq!(listed(&caller(Role::Expert, Some(seller.id), None)), "");
    assert_eq!(listed(&caller(Role::Liaison, None, Some(GUZHEN))), "古镇");
    assert_eq!(listed(&caller(Role::Officer, None, Some("4414"))), "甲乙 乙外");
    assert_eq!(listed(&caller(Role::Officer, None, Some("44"))), "甲乙 乙外 古镇");
    assert_eq!(listed(&Caller::system("test")), "甲乙 乙外 古镇");
}

fn contracts_are_filtered(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    enter(db, "甲", (Some(&org), None), |row| row.signed_on = Some(day("2026-01-31")));
    enter(db, "乙", (None, Some(&org)), |row| {
        row.signed_on = Some(day("2026-02-01"));
        row.status = ContractStatus::Signed;
    });
    enter(db, "丙", (None, None), |row| row.contract_type = Some("license".to_owned()));
    let all = ListContracts::default;
    let listed = |query: ListContracts| names(db, &Caller::system("test"), &query);
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(listed(ListContracts { status: text("signed,refused"), ..all() }), "乙");
    assert_eq!(listed(ListContracts { contract_type: text("license"), ..all() }), "丙");
    assert_eq!(listed(ListContracts { org_id: Some(org.id), ..all() }), "甲 乙");
    assert_eq!(listed(ListContracts { region: text("4414"), ..all() }), "甲 乙 丙");
    assert_eq!(listed(ListContracts { region: text("4420"), ..all() }), "");
    let from = Some(day("2026-02-01"));
    assert_eq!(listed(ListContracts { signed_from: from, ..all() }), "乙");
    assert_eq!(listed(ListContracts { signed_to: from, ..all() }), "甲 乙");
    // Page by page, each once.
    let first = ops::list(db, &Caller::system("test"), &ListContracts { limit: Some(2), ..all() });
    let next = first.unwrap().next.unwrap();
    assert_eq!(listed(ListContracts { after: Some(next), ..all() }), "甲");
}

fn overdue_ones_come_longest_due_first(db: &TestDatabase) {
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let signed = |due: &'static str| {
        move |row: &mut Contract| {
            row.status = ContractStatus::Signed;
            row.next_payment_on = Some(day(due));
        }
    };
    enter(db, "后", (Some(&org), None), signed("2026-03-01"));
    enter(db, "先", (Some(&org), None), signed("2026-02-01"));
    enter(db, "当日", (Some(&org), None), signed("2026-06-01"));
    enter(db, "草稿", (Some(&org), None), |_| {});
    enter(db, "别家", (None, None), signed("2026-01-01"));
    let names = |caller: &Caller, limit| -> Vec<String> {
        let reach = Reach::of(caller);
        let overdue = |db: &mut _| {
            payments::overdue(db, (&reach, BrokeredBy::Anybody), day("2026-06-01"), limit)
        };
        let (found, _) = db.db.read(overdue).unwrap();
        found.into_iter().map(|row| row.project_name).collect()
    };
    let member = caller(Role::OrgMember, Some(org.id), None);
    assert_eq!(names(&member, 10), ["先", "后"]);
    assert_eq!(names(&Caller::system("test"), 2), ["别家", "先"]);
    assert!(names(&caller(Role::Liaison, None, Some(GUZHEN)), 10).is_empty());
    let counted = |whose| {
        let reach = Reach::of(&Caller::system("test"));
        let until = day("2026-06-01");
        db.db.read(|db| payments::overdue(db, (&reach, whose), until, 1)).unwrap()
    };
    let somebody = UserId::new();
    for (whose, shown, count) in [
        (BrokeredBy::Anybody, 1, 3),
        (BrokeredBy::Person(somebody, true), 1, 3),
        (BrokeredBy::Person(somebody, false), 0, 0),
    ] {
        let (found, all) = counted(whose);
        assert_eq!((found.len(), all), (shown, count), "{whose:?}");
    }
}
