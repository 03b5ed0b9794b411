//! Endpoints of our own organisation, and mails.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::channels::{model::CreateEndpoint, ops, outbox, telling};
use townbridge::outbound;
use townbridge::outbound::model::{MailState, OutboxMail};

use super::world::{Call, GUZHEN, World};
use super::{Row, SIGNED_IN};

/// Who looks after the endpoints of our own organisation.
const KEEPERS: &str = "manager admin";
/// Everybody else who is signed in.
const OTHERS: &str = "unverified neighbour stranger expert member liaison other_liaison city \
                      other_city province";
const READ: &[(u16, &str)] = &[(401, "visitor"), (404, OTHERS), (200, KEEPERS)];
const ADMIN_ALONE: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        403,
        "unverified neighbour stranger expert member manager liaison other_liaison city \
         other_city province",
    ),
    (200, "admin"),
];

/// An endpoint of our own organisation; there may be a number of them only, so the last one goes.
fn endpoint(world: &World) -> String {
    let system = Caller::system("test");
    let app = world.app.service();
    let page = ops::list(app, &system, &Default::default()).unwrap();
    for one in page.items {
        ops::delete(app, &system, one.id).unwrap();
    }
    let body = json!({
        "kind": "webhook", "name": "系统", "org_id": world.own.id, "url": "https://a.example/hook",
    });
    let command: CreateEndpoint = serde_json::from_value(body).unwrap();
    format!("endpoints/{}", ops::create(app, &system, &command).unwrap().id)
}

/// A delivery to it that was given up.
fn dead(world: &World) -> String {
    let path = endpoint(world);
    let id = path.trim_start_matches("endpoints/").parse().unwrap();
    let app = world.app.service();
    telling::test(app, &Caller::system("test"), id).unwrap();
    let kill = "UPDATE deliveries SET state = 'dead'";
    world.app.db.write(|db| Ok(db.execute_batch(kill)?)).unwrap();
    let page = outbox::list(app, &Caller::system("test"), &Default::default()).unwrap();
    format!("deliveries/{}", page.items[0].id)
}

/// A mail that was given up.
fn dead_mail(world: &World) -> String {
    let address = format!("dead{}@example.com", world.number());
    let letter =
        || outbound::ops::Letter { subject: "通知".to_owned(), body: "正文".to_owned() };
    let now = world.app.clock.now();
    world.app.db.write(|db| outbound::ops::enqueue(db, &address, letter(), now)).unwrap();
    let kill = format!("UPDATE outbox_mails SET state = 'dead' WHERE recipient = '{address}'");
    world.app.db.write(|db| Ok(db.execute_batch(&kill)?)).unwrap();
    let mails: Vec<OutboxMail> = world.app.mails_to(&address);
    assert_eq!(mails[0].state, MailState::Dead);
    format!("mails/{}", mails[0].id)
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_endpoints",
        on: "all that are the caller's",
        call: |_, _| Call::to("endpoints"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "create_endpoint",
        on: "our own organisation",
        call: |world, _| {
            endpoint(world);
            Call::to("endpoints").with(json!({
                "kind": "webhook", "name": "系统", "org_id": world.own.id,
                "url": "https://a.example/hook",
            }))
        },
        expect: &[(401, "visitor"), (403, OTHERS), (201, KEEPERS)],
    },
    Row {
        operation: "create_endpoint",
        on: "the office of our town",
        call: |world, _| {
            endpoint(world);
            Call::to("endpoints").with(json!({
                "kind": "webhook", "name": "值班", "region_code": GUZHEN,
                "url": "https://a.example/hook",
            }))
        },
        expect: &[
            (401, "visitor"),
            (
                403,
                "unverified neighbour stranger expert member manager other_liaison city \
                 other_city province",
            ),
            (201, "liaison admin"),
        ],
    },
    Row {
        operation: "show_endpoint",
        on: "one of our own",
        call: |world, _| Call::to(endpoint(world)),
        expect: READ,
    },
    Row {
        operation: "update_endpoint",
        on: "one of our own",
        call: |world, _| Call::to(endpoint(world)).with(json!({ "active": false })).on(1),
        expect: READ,
    },
    Row {
        operation: "delete_endpoint",
        on: "one of our own",
        call: |world, _| Call::to(endpoint(world)),
        expect: &[(401, "visitor"), (404, OTHERS), (204, KEEPERS)],
    },
    Row {
        operation: "change_endpoint_secret",
        on: "one of our own",
        call: |world, _| Call::to(format!("{}/secret", endpoint(world))),
        expect: READ,
    },
    Row {
        operation: "test_endpoint",
        on: "one of our own",
        call: |world, _| Call::to(format!("{}/test", endpoint(world))),
        expect: &[(401, "visitor"), (404, OTHERS), (202, KEEPERS)],
    },
    Row {
        operation: "list_deliveries",
        on: "all that are the caller's",
        call: |_, _| Call::to("deliveries"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "resend_delivery",
        on: "one to our own endpoint",
        call: |world, _| Call::to(format!("{}/resend", dead(world))),
        expect: READ,
    },
    Row {
        operation: "list_mails",
        on: "all",
        call: |_, _| Call::to("mails?state=dead"),
        expect: ADMIN_ALONE,
    },
    Row {
        operation: "resend_mail",
        on: "one that was given up",
        call: |world, _| Call::to(format!("{}/resend", dead_mail(world))),
        expect: ADMIN_ALONE,
    },
];
