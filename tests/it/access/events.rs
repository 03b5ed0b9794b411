//! Events of our town: run by its liaison, read by the officers above, open to guests.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::cases::model::Answer;
use townbridge::events::guests::{AddGuest, AnswerInvitation};
use townbridge::events::meetings::AddMeeting;
use townbridge::events::model::{EventFields, EventId, EventStatus, GuestId, MeetingId};
use townbridge::events::steps::TakeEventStep;
use townbridge::events::{guests, meetings, ops, steps};

use super::world::{Call, GUZHEN, World};
use super::{ALL, Row, SIGNED_IN};
use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder};

/// Who runs an event of our town.
const ORGANISERS: &str = "liaison admin";
/// Signed in, and not to see who comes to it.
const OTHERS: &str = "unverified neighbour stranger expert member manager other_liaison other_city";
/// Officers above.
const OFFICERS: &str = "city province";
/// Signed in, with no part in it.
const NO_PART: &str = "unverified neighbour stranger expert other_liaison city other_city province";
const READ: &[(u16, &str)] =
    &[(401, "visitor"), (403, OTHERS), (200, "liaison city province admin")];
const RUN: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        403,
        "unverified neighbour stranger expert member manager other_liaison city other_city province",
    ),
    (200, ORGANISERS),
];
const RUN_NEW: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        403,
        "unverified neighbour stranger expert member manager other_liaison city other_city province",
    ),
    (201, ORGANISERS),
];
const PAST: &[(u16, &str)] =
    &[(401, "visitor"), (404, OTHERS), (200, "liaison city province admin")];

fn fields() -> Value {
    json!({
        "kind": "matchmaking", "title": "灯饰散热对接会", "town_code": GUZHEN, "place": "会展中心",
        "starts_at": "2026-12-01T01:00:00Z", "ends_at": "2026-12-01T09:00:00Z",
        "self_booking": true, "slots": { "tables": 2, "minutes": 30 }
    })
}

fn system() -> Caller {
    Caller::system("test")
}

/// An event in its first state.
fn planned(world: &World) -> EventId {
    let fields: EventFields = serde_json::from_value(fields()).unwrap();
    ops::create(world.app.service(), &system(), &fields).unwrap().value.id
}

/// An event that is open for registration.
fn open(world: &World) -> EventId {
    let id = planned(world);
    let step = TakeEventStep { to: EventStatus::Open, comment: None };
    steps::take_step(world.app.service(), &system(), id, &step).unwrap();
    id
}

/// An open event that our own organisation is invited to.
fn invited(world: &World) -> (EventId, GuestId) {
    let id = open(world);
    let guest = AddGuest { org_id: Some(world.own.id), ..AddGuest::default() };
    let guest = guests::add(world.app.service(), &system(), id, &guest).unwrap().value;
    (id, guest.id)
}

/// An open event at which a need of ours is to meet a capability; both come.
fn pair(world: &World) -> (EventId, MeetingId) {
    let id = open(world);
    let app = world.app.service();
    let provider = OrgBuilder::university().insert(&world.app);
    let need = NeedBuilder::published(&world.own).insert(&world.app);
    let capability = CapabilityBuilder::published(&provider).insert(&world.app);
    let both = AddMeeting { need_id: need.id, capability_id: capability.id };
    let meeting = meetings::add(app, &system(), id, &both).unwrap().value;
    let yes = AnswerInvitation { answer: Answer::Accepted, reason: None };
    for guest in guests::list(app, &system(), id).unwrap() {
        guests::answer(app, &system(), (id, guest.id), &yes).unwrap();
    }
    (id, meeting.id)
}

fn meeting_path((id, meeting): (EventId, MeetingId), what: &str) -> String {
    format!("events/{id}/meetings/{meeting}/{what}")
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_events",
        on: "all",
        call: |_, _| Call::to("events"),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "create_event",
        on: "our town",
        call: |_, _| Call::to("events").with(fields()),
        expect: RUN_NEW,
    },
    Row {
        operation: "show_event",
        on: "open and public",
        call: |world, _| Call::to(format!("events/{}", open(world))),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "show_event",
        on: "planned",
        call: |world, _| Call::to(format!("events/{}", planned(world))),
        expect: &[
            (
                404,
                "visitor unverified neighbour stranger expert member manager other_liaison other_city",
            ),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "show_event",
        on: "open for members",
        call: |world, _| {
            let id = open(world);
            let hidden = json!({ "public": false });
            ops::update(world.app.service(), &system(), id, 2, &hidden).unwrap();
            Call::to(format!("events/{id}"))
        },
        expect: &[
            (404, "visitor unverified"),
            (
                200,
                "neighbour stranger expert member manager liaison other_liaison city other_city province admin",
            ),
        ],
    },
    Row {
        operation: "update_event",
        on: "our town's",
        call: |world, _| {
            Call::to(format!("events/{}", open(world))).on(2).with(json!({ "capacity": 30 }))
        },
        expect: RUN,
    },
    Row {
        operation: "take_event_step",
        on: "our town's",
        call: |world, _| {
            Call::to(format!("events/{}/steps", open(world))).with(json!({ "to": "closed" }))
        },
        expect: RUN,
    },
    Row {
        operation: "fetch_event_calendar",
        on: "open and public",
        call: |world, _| Call::to(format!("events/{}/calendar", open(world))),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "show_event_results",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/results", open(world))),
        expect: READ,
    },
    Row {
        operation: "list_event_proposals",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/proposals", open(world))),
        expect: READ,
    },
    Row {
        operation: "list_event_guests",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/guests", invited(world).0)),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "add_event_guest",
        on: "our own organisation",
        call: |world, _| {
            Call::to(format!("events/{}/guests", open(world)))
                .with(json!({ "org_id": world.own.id }))
        },
        expect: &[(401, "visitor"), (403, NO_PART), (201, "member manager liaison admin")],
    },
    Row {
        operation: "add_event_guest",
        on: "a walk-in",
        call: |world, _| {
            let body = json!({ "org_name": "晨舟灯饰配件厂", "walk_in": true });
            Call::to(format!("events/{}/guests", open(world))).with(body)
        },
        expect: RUN_NEW,
    },
    Row {
        operation: "answer_event_invitation",
        on: "our own organisation's",
        call: |world, _| {
            let (id, guest) = invited(world);
            Call::to(format!("events/{id}/guests/{guest}/answer"))
                .with(json!({ "answer": "accepted" }))
        },
        expect: &[
            (401, "visitor"),
            (404, "unverified neighbour stranger expert other_liaison other_city"),
            (403, OFFICERS),
            (200, "member manager liaison admin"),
        ],
    },
    Row {
        operation: "mark_event_attendance",
        on: "our own organisation's",
        call: |world, _| {
            let (id, guest) = invited(world);
            Call::to(format!("events/{id}/guests/{guest}/attendance"))
                .with(json!({ "attended": true }))
        },
        expect: RUN,
    },
    Row {
        operation: "show_event_timetable",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/timetable", open(world))),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "propose_event_timetable",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/timetable", open(world))).with(json!({})),
        expect: RUN,
    },
    Row {
        operation: "add_event_meeting",
        on: "our own need",
        call: |world, _| {
            let provider = OrgBuilder::university().insert(&world.app);
            let need = NeedBuilder::published(&world.own).insert(&world.app);
            let capability = CapabilityBuilder::published(&provider).insert(&world.app);
            Call::to(format!("events/{}/meetings", open(world)))
                .with(json!({ "need_id": need.id, "capability_id": capability.id }))
        },
        expect: RUN_NEW,
    },
    Row {
        operation: "book_event_meeting",
        on: "our own meeting",
        call: |world, _| {
            Call::to(meeting_path(pair(world), "slot")).on(1).with(json!({ "slot": 1 }))
        },
        expect: &[
            (401, "visitor"),
            (404, "unverified neighbour stranger expert other_liaison other_city"),
            (403, OFFICERS),
            (200, "member manager liaison admin"),
        ],
    },
    Row {
        operation: "free_event_meeting",
        on: "our own meeting",
        call: |world, _| Call::to(meeting_path(pair(world), "slot")).on(1),
        expect: &[
            (401, "visitor"),
            (404, "unverified neighbour stranger expert other_liaison other_city"),
            (403, OFFICERS),
            (200, "member manager liaison admin"),
        ],
    },
    Row {
        operation: "record_event_result",
        on: "our own meeting",
        call: |world, _| {
            let body = json!({ "result": "interested", "open_case": true });
            Call::to(meeting_path(pair(world), "result")).on(1).with(body)
        },
        expect: &[
            (401, "visitor"),
            (404, "unverified neighbour stranger expert other_liaison other_city"),
            (403, "member manager city province"),
            (200, ORGANISERS),
        ],
    },
    Row {
        operation: "list_event_steps",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/steps", open(world))),
        expect: PAST,
    },
    Row {
        operation: "list_event_versions",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/versions", open(world))),
        expect: PAST,
    },
    Row {
        operation: "show_event_version",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/versions/1", open(world))),
        expect: PAST,
    },
    Row {
        operation: "compare_event_versions",
        on: "our town's",
        call: |world, _| Call::to(format!("events/{}/versions/1/differences/2", open(world))),
        expect: PAST,
    },
];
