//! Cases between our own organisation, which has the need, and the neighbour, which has an answer.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::commands::{AssignCase, OpenCase};
use townbridge::cases::model::{Case, EntryId};
use townbridge::cases::ops;

use super::world::{Call, GUZHEN, Who, World, file_of};
use super::{Row, SIGNED_IN};
use crate::support::files::png;
use crate::support::{CapabilityBuilder, NeedBuilder};

/// Those who have no part in the case.
const OUTSIDERS: &str = "unverified stranger expert other_liaison other_city";
/// The two sides and the brokers.
const INVOLVED: &str = "neighbour member manager liaison city province admin";
/// The brokers.
const BROKERS: &str = "liaison city province admin";
/// The two sides.
const SIDES: &str = "neighbour member manager";

fn pair(world: &World) -> Value {
    let need = NeedBuilder::published(&world.own).insert(&world.app);
    let capability = CapabilityBuilder::published(&world.neighbour).insert(&world.app);
    json!({ "need_id": need.id, "capability_id": capability.id })
}

/// A case that the broker has opened.
fn case(world: &World) -> String {
    let command: OpenCase = serde_json::from_value(pair(world)).unwrap();
    let written = ops::open(world.app.service(), &Caller::system("test"), &command).unwrap();
    format!("cases/{}", written.value.id)
}

/// A case in which both have said yes.
fn mutual(world: &World) -> String {
    let path = case(world);
    let id = path.trim_start_matches("cases/").parse().unwrap();
    for side in ["need", "provider"] {
        let yes = json!({ "answer": "accepted", "side": side });
        let yes = serde_json::from_value(yes).unwrap();
        ops::answer(world.app.service(), &Caller::system("test"), id, &yes).unwrap();
    }
    path
}

/// A file of such a case.
fn file(world: &World) -> String {
    file_of::<Case>(world, &mutual(world))
}

/// A liaison of our town with a case: the caller, when the caller is one.
fn brokering(world: &World, who: Who) -> UserId {
    case(world);
    let mut liaison = world.user(Who::Liaison).unwrap().id;
    if who != Who::Liaison {
        let role = GrantRole::in_region(Role::Liaison, GUZHEN);
        liaison = world.new_user(role, None).id;
        let app = world.app.service();
        let assign = AssignCase { liaison_id: liaison };
        let id = case(world).trim_start_matches("cases/").parse().unwrap();
        ops::assign(app, &Caller::system("test"), id, &assign).unwrap();
    }
    liaison
}

/// Who may hand over what that liaison answers for.
const HANDOVER: &[(u16, &str)] = &[
    (401, "visitor"),
    (403, "unverified neighbour stranger expert member manager"),
    (404, "other_liaison other_city"),
    (200, BROKERS),
];

/// An entry of a case that both sides may read.
fn shared_entry(world: &World, case: &str) -> EntryId {
    let id = case.trim_start_matches("cases/").parse().unwrap();
    let note = serde_json::from_value(json!({ "note": "会谈纪要", "shared": true })).unwrap();
    let caller = Caller::system("test");
    ops::add_note(world.app.service(), &caller, id, &note, &[]).unwrap().value.id
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_cases",
        on: "all that are the caller's",
        call: |_, _| Call::to("cases"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "open_case",
        on: "a need of our own",
        call: |world, _| Call::to("cases").with(pair(world)),
        expect: &[(401, "visitor"), (403, OUTSIDERS), (201, INVOLVED)],
    },
    Row {
        operation: "show_case",
        on: "a need of our own",
        call: |world, _| Call::to(case(world)),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (200, INVOLVED)],
    },
    Row {
        operation: "answer_case",
        on: "as the firm",
        call: |world, _| {
            let body = json!({ "answer": "accepted", "side": "need" });
            Call::to(format!("{}/answer", case(world))).with(body)
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "neighbour"),
            (200, "member manager liaison city province admin"),
        ],
    },
    Row {
        operation: "answer_case",
        on: "as the provider",
        call: |world, _| {
            let body = json!({ "answer": "declined", "side": "provider", "reason": "budget" });
            Call::to(format!("{}/answer", case(world))).with(body)
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "member manager"),
            (200, "neighbour liaison city province admin"),
        ],
    },
    Row {
        operation: "take_case_step",
        on: "one of the broker's",
        call: |world, _| {
            Call::to(format!("{}/steps", case(world))).with(json!({ "to": "on_hold" }))
        },
        expect: &[(401, "visitor"), (404, OUTSIDERS), (403, SIDES), (200, BROKERS)],
    },
    Row {
        operation: "list_case_entries",
        on: "a need of our own",
        call: |world, _| Call::to(format!("{}/entries", case(world))),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (200, INVOLVED)],
    },
    Row {
        operation: "add_case_note",
        on: "a need of our own",
        call: |world, _| {
            Call::to(format!("{}/entries", case(world))).with(json!({ "note": "已电话联系" }))
        },
        expect: &[(401, "visitor"), (404, OUTSIDERS), (201, INVOLVED)],
    },
    Row {
        operation: "assign_case",
        on: "a need of our own",
        call: |world, _| {
            let liaison = world.user(Who::Liaison).unwrap().id;
            let body = json!({ "liaison_id": liaison });
            Call::to(format!("{}/liaison", case(world))).with(body)
        },
        expect: &[(401, "visitor"), (404, OUTSIDERS), (403, SIDES), (200, BROKERS)],
    },
    Row {
        operation: "show_capability_feedback",
        on: "one of our own",
        call: |world, _| {
            let capability = CapabilityBuilder::published(&world.own).insert(&world.app);
            Call::to(format!("capabilities/{}/feedback", capability.id))
        },
        expect: super::reviewed::READ_INSIDE,
    },
    Row {
        operation: "show_cockpit",
        on: "the caller's regions",
        call: |_, _| Call::to("cockpit"),
        expect: &[
            (401, "visitor"),
            (403, "unverified neighbour stranger expert member manager"),
            (200, "liaison other_liaison city other_city province admin"),
        ],
    },
    Row {
        operation: "hand_over_cases",
        on: "a liaison of our town with a case",
        call: |world, who| {
            Call::to(format!("liaisons/{}/handover", brokering(world, who))).with(json!({}))
        },
        expect: HANDOVER,
    },
    Row {
        operation: "show_handover",
        on: "a liaison of our town with a case",
        call: |world, who| Call::to(format!("liaisons/{}/handover", brokering(world, who))),
        expect: HANDOVER,
    },
    Row {
        operation: "create_case_entry_attachment",
        on: "an entry for both sides, after both have said yes",
        call: |world, _| {
            let path = mutual(world);
            let entry = shared_entry(world, &path);
            Call::to(format!("{path}/entries/{entry}/attachments")).with_file(png(7))
        },
        expect: &[(401, "visitor"), (404, OUTSIDERS), (201, INVOLVED)],
    },
    Row {
        operation: "list_case_attachments",
        on: "before both have said yes",
        call: |world, _| Call::to(format!("{}/attachments", case(world))),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (404, SIDES), (200, BROKERS)],
    },
    Row {
        operation: "list_case_attachments",
        on: "after both have said yes",
        call: |world, _| Call::to(format!("{}/attachments", mutual(world))),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (200, INVOLVED)],
    },
    Row {
        operation: "create_case_attachment",
        on: "after both have said yes",
        call: |world, _| Call::to(format!("{}/attachments", mutual(world))).with_file(png(7)),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (201, INVOLVED)],
    },
    Row {
        operation: "show_case_attachment",
        on: "after both have said yes",
        call: |world, _| Call::to(file(world)),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (200, INVOLVED)],
    },
    Row {
        operation: "fetch_case_attachment",
        on: "after both have said yes",
        call: |world, _| Call::to(format!("{}/content", file(world))),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (200, INVOLVED)],
    },
    Row {
        operation: "delete_case_attachment",
        on: "after both have said yes",
        call: |world, _| Call::to(file(world)),
        expect: &[(401, "visitor"), (404, OUTSIDERS), (403, SIDES), (204, BROKERS)],
    },
];
