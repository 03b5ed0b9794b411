//! Reports of our town.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::reports::locks::{self, LockPeriod};
use townbridge::visits;
use townbridge::visits::model::VisitFields;

use super::Row;
use super::world::{Call, GUZHEN, World};

/// Signed in, and looking after no region.
const NO_BROKERS: &str = "unverified neighbour stranger expert member manager";
const BROKERS: &str = "liaison other_liaison city other_city province admin";
const READ: &[(u16, &str)] = &[(401, "visitor"), (403, NO_BROKERS), (200, BROKERS)];
/// Those who answer for the report of our town.
const WRITE: &[(u16, &str)] = &[
    (401, "visitor"),
    (403, "unverified neighbour stranger expert member manager liaison"),
    (404, "other_liaison other_city"),
    (201, "city province admin"),
];

/// A month that nobody has locked yet.
fn month() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("{}-{:02}", 1990 + number / 12, number % 12 + 1)
}

fn lock(world: &World, period: String) -> String {
    let command = LockPeriod { period, region_code: GUZHEN.to_owned(), note: None };
    locks::lock(world.app.service(), &Caller::system("test"), &command).unwrap().id.to_string()
}

/// A locked report and a visit of its month that was logged too late.
fn late(world: &World) -> (String, Value) {
    let month = month();
    let id = lock(world, month.clone());
    let fields = VisitFields {
        town_code: Some(GUZHEN.to_owned()),
        org_id: Some(world.own.id),
        visited_on: Some(format!("{month}-05").parse().unwrap()),
        findings: Some("气孔多。".to_owned()),
        ..VisitFields::default()
    };
    let caller = Caller::system("test");
    let visit = visits::ops::create(world.app.service(), &caller, &fields, &[]).unwrap().value.id;
    (id, json!({ "kind": "visit", "record_id": visit, "reason": "补录" }))
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "show_report",
        on: "this year",
        call: |_, _| Call::to("reports"),
        expect: READ,
    },
    Row {
        operation: "list_report_records",
        on: "this year",
        call: |_, _| Call::to("reports/records"),
        expect: READ,
    },
    Row {
        operation: "export_report",
        on: "this year",
        call: |_, _| Call::to("reports/export"),
        expect: READ,
    },
    Row {
        operation: "list_report_locks",
        on: "all",
        call: |_, _| Call::to("reports/locks"),
        expect: READ,
    },
    Row {
        operation: "lock_report",
        on: "our town",
        call: |_, _| {
            Call::to("reports/locks").with(json!({ "period": month(), "region_code": GUZHEN }))
        },
        expect: WRITE,
    },
    Row {
        operation: "show_report_lock",
        on: "our town",
        call: |world, _| Call::to(format!("reports/locks/{}", lock(world, month()))),
        expect: &[
            (401, "visitor"),
            (403, NO_BROKERS),
            (404, "other_liaison other_city"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "list_report_lock_records",
        on: "our town",
        call: |world, _| Call::to(format!("reports/locks/{}/records", lock(world, month()))),
        expect: &[
            (401, "visitor"),
            (403, NO_BROKERS),
            (404, "other_liaison other_city"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "correct_report",
        on: "our town",
        call: |world, _| {
            let (id, body) = late(world);
            Call::to(format!("reports/locks/{id}/corrections")).with(body)
        },
        expect: WRITE,
    },
];
