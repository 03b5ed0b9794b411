//! Technology contracts between our own organisation, which buys, and its neighbour, which sells.

use serde_json::json;
use townbridge::contracts::model::{Contract, ContractView};

use super::world::{Call, World, file_of};
use super::{Row, SIGNED_IN};
use crate::support::ContractBuilder;
use crate::support::contracts::{complete_fields, step};
use crate::support::files::png;

/// Signed in, but with no part in the contract.
const OUTSIDE: &str = "unverified stranger expert other_liaison other_city";
/// The buyer, the seller and those who review the region.
const INSIDE: &str = "member manager neighbour liaison city province admin";

const READ: &[(u16, &str)] = &[(401, "visitor"), (404, OUTSIDE), (200, INSIDE)];
const WRITE: &[(u16, &str)] = READ;
/// What the registry said is recorded by the reviewers.
const REVIEW: &[(u16, &str)] = &[
    (401, "visitor"),
    (404, OUTSIDE),
    (403, "member manager neighbour"),
    (200, "liaison city province admin"),
];

fn on(contract: &ContractView) -> (String, i64) {
    (format!("contracts/{}", contract.id), contract.version.into())
}

fn draft(world: &World) -> (String, i64) {
    on(&ContractBuilder::draft(&world.own, &world.neighbour).insert(&world.app))
}

fn signed(world: &World) -> (String, i64) {
    on(&ContractBuilder::signed(&world.own, &world.neighbour).insert(&world.app))
}

fn submitted(world: &World) -> (String, i64) {
    on(&ContractBuilder::submitted(&world.own, &world.neighbour).insert(&world.app))
}

fn registered(world: &World) -> (String, i64) {
    let number = world.number();
    on(&ContractBuilder::registered(&world.own, &world.neighbour, number).insert(&world.app))
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_contracts",
        on: "all",
        call: |_, _| Call::to("contracts"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "create_contract",
        on: "our own organisation and its neighbour",
        call: |world, _| Call::to("contracts").with(complete_fields(&world.own, &world.neighbour)),
        expect: &[(401, "visitor"), (403, OUTSIDE), (201, INSIDE)],
    },
    Row {
        operation: "show_contract",
        on: "a draft",
        call: |world, _| Call::to(draft(world).0),
        expect: READ,
    },
    Row {
        operation: "update_contract",
        on: "a draft",
        call: |world, _| {
            let (path, version) = draft(world);
            Call::to(path).on(version).with(json!({ "amount": 60 }))
        },
        expect: WRITE,
    },
    Row {
        operation: "update_contract",
        on: "a signed one",
        call: |world, _| {
            let (path, version) = signed(world);
            Call::to(path).on(version).with(json!({ "amount": 60 }))
        },
        expect: &[(401, "visitor"), (404, OUTSIDE), (409, INSIDE)],
    },
    Row {
        operation: "delete_contract",
        on: "a draft",
        call: |world, _| {
            let (path, version) = draft(world);
            Call::to(path).on(version)
        },
        expect: &[(401, "visitor"), (404, OUTSIDE), (204, INSIDE)],
    },
    Row {
        operation: "delete_contract",
        on: "a signed one",
        call: |world, _| {
            let (path, version) = signed(world);
            Call::to(path).on(version)
        },
        expect: &[(401, "visitor"), (404, OUTSIDE), (409, INSIDE)],
    },
    Row {
        operation: "take_contract_step",
        on: "a draft, to be signed",
        call: |world, _| Call::to(format!("{}/steps", draft(world).0)).with(step("signed", 0)),
        expect: WRITE,
    },
    Row {
        operation: "take_contract_step",
        on: "a signed one, to be put forward by the seller",
        call: |world, _| Call::to(format!("{}/steps", signed(world).0)).with(step("submitted", 0)),
        expect: &[
            (401, "visitor"),
            (404, OUTSIDE),
            (403, "member manager"),
            (200, "neighbour liaison city province admin"),
        ],
    },
    Row {
        operation: "take_contract_step",
        on: "one that was put forward, to be registered",
        call: |world, _| {
            let path = format!("{}/steps", submitted(world).0);
            Call::to(path).with(step("registered", world.number()))
        },
        expect: REVIEW,
    },
    Row {
        operation: "take_contract_step",
        on: "a registered one, to be cancelled",
        call: |world, _| {
            Call::to(format!("{}/steps", registered(world).0)).with(step("cancelled", 0))
        },
        expect: REVIEW,
    },
    Row {
        operation: "amend_contract",
        on: "a registered one",
        call: |world, _| {
            let (path, version) = registered(world);
            let body = json!({ "reason": "追加指标", "changes": { "amount": 60 } });
            Call::to(format!("{path}/amendments")).on(version).with(body)
        },
        expect: WRITE,
    },
    Row {
        operation: "record_contract_payment",
        on: "a signed one",
        call: |world, _| {
            let (path, version) = signed(world);
            let body = json!({ "instalment": 0, "paid": 20.25, "paid_on": "2026-04-02" });
            Call::to(format!("{path}/payments")).on(version).with(body)
        },
        expect: WRITE,
    },
    Row {
        operation: "export_contract_form",
        on: "a draft",
        call: |world, _| Call::to(format!("{}/form?format=pdf", draft(world).0)),
        expect: READ,
    },
    Row {
        operation: "list_contract_steps",
        on: "a signed one",
        call: |world, _| Call::to(format!("{}/steps", signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "list_contract_versions",
        on: "a signed one",
        call: |world, _| Call::to(format!("{}/versions", signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "show_contract_version",
        on: "a signed one",
        call: |world, _| Call::to(format!("{}/versions/1", signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "compare_contract_versions",
        on: "a signed one",
        call: |world, _| Call::to(format!("{}/versions/1/differences/2", signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "list_contract_attachments",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/attachments", signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "create_contract_attachment",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/attachments", signed(world).0)).with_file(png(7)),
        expect: &[(401, "visitor"), (404, OUTSIDE), (201, INSIDE)],
    },
    Row {
        operation: "show_contract_attachment",
        on: "one under way",
        call: |world, _| Call::to(file_of::<Contract>(world, &signed(world).0)),
        expect: READ,
    },
    Row {
        operation: "fetch_contract_attachment",
        on: "one under way",
        call: |world, _| {
            Call::to(format!("{}/content", file_of::<Contract>(world, &signed(world).0)))
        },
        expect: READ,
    },
    Row {
        operation: "delete_contract_attachment",
        on: "one under way, by who has not sent it",
        call: |world, _| Call::to(file_of::<Contract>(world, &signed(world).0)),
        expect: &[
            (401, "visitor"),
            (404, OUTSIDE),
            (403, "member manager neighbour"),
            (204, "liaison city province admin"),
        ],
    },
];
