//! The inbox and its settings: everybody's own.

use serde_json::json;
use townbridge::notices::model::{NoticeData, NoticeKind};
use townbridge::notices::ops::{self, Event};

use super::world::{Call, Who, World};
use super::{Row, SIGNED_IN};

const OWN: &[(u16, &str)] = &[(401, "visitor"), (200, SIGNED_IN)];
/// A notice of the member's.
const OF_ANOTHER: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        404,
        "unverified neighbour stranger expert manager liaison other_liaison city other_city \
         province admin",
    ),
    (200, "member"),
];

fn told(world: &World) -> String {
    let member = world.user(Who::Member).unwrap().id;
    let app = world.app.service();
    let event = Event {
        kind: NoticeKind::CasesHandedOver,
        record: None,
        data: NoticeData { count: Some(1), ..NoticeData::default() },
        once: None,
    };
    world.app.db.write(|db| ops::tell(app, db, &event, &[member])).unwrap();
    let caller = world.app.db.read(|db| {
        let user = townbridge::accounts::ops::active(db, &[member])?.remove(0);
        townbridge::accounts::ops::acting_as(db, &user)
    });
    let inbox = ops::list(app, &caller.unwrap(), &Default::default()).unwrap();
    inbox.items[0].id.to_string()
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_notices",
        on: "the caller's inbox",
        call: |_, _| Call::to("inbox"),
        expect: OWN,
    },
    Row {
        operation: "read_notices",
        on: "the caller's inbox",
        call: |_, _| Call::to("inbox/read").with(json!({})),
        expect: OWN,
    },
    Row {
        operation: "read_notice",
        on: "a notice of the member",
        call: |world, _| Call::to(format!("inbox/{}/read", told(world))).with(json!({})),
        expect: OF_ANOTHER,
    },
    Row {
        operation: "show_notice_settings",
        on: "the caller's own",
        call: |_, _| Call::to("me/notices"),
        expect: OWN,
    },
    Row {
        operation: "choose_notice_settings",
        on: "the caller's own",
        call: |_, _| Call::to("me/notices").with(json!({ "cases": "daily" })),
        expect: OWN,
    },
];
