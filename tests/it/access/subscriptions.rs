//! Subscriptions: everybody's own.

use serde_json::json;
use townbridge::subscriptions::model::CreateSubscription;
use townbridge::subscriptions::ops;

use super::world::{Call, Who, World};
use super::{Row, SIGNED_IN};

const OWN: &[(u16, &str)] = &[(401, "visitor"), (200, SIGNED_IN)];
/// Everybody who is signed in but the member.
const OTHERS: &str = "unverified neighbour stranger expert manager liaison other_liaison city \
                      other_city province admin";
/// A subscription of the member's.
const OF_ANOTHER: &[(u16, &str)] = &[(401, "visitor"), (404, OTHERS), (200, "member")];

/// A new subscription of the member's; the ones before go, for there is a limit.
fn subscription(world: &World) -> String {
    let member = world.user(Who::Member).unwrap().id;
    let app = world.app.service();
    let caller = world.app.db.read(|db| {
        let user = townbridge::accounts::ops::active(db, &[member])?.remove(0);
        townbridge::accounts::ops::acting_as(db, &user)
    });
    let caller = caller.unwrap();
    for one in ops::list(app, &caller, &Default::default()).unwrap().items {
        ops::delete(app, &caller, one.id).unwrap();
    }
    let body = json!({ "name": "灯具", "query": { "q": "灯具" }, "frequency": "daily" });
    let command: CreateSubscription = serde_json::from_value(body).unwrap();
    format!("subscriptions/{}", ops::create(app, &caller, &command).unwrap().id)
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_subscriptions",
        on: "the caller's own",
        call: |_, _| Call::to("subscriptions"),
        expect: OWN,
    },
    Row {
        operation: "create_subscription",
        on: "a search",
        call: |_, _| {
            let query = json!({ "q": "灯具" });
            Call::to("subscriptions")
                .with(json!({ "name": "灯具", "query": query, "frequency": "daily" }))
        },
        expect: &[(401, "visitor"), (201, SIGNED_IN)],
    },
    Row {
        operation: "show_subscription",
        on: "one of the member",
        call: |world, _| Call::to(subscription(world)),
        expect: OF_ANOTHER,
    },
    Row {
        operation: "update_subscription",
        on: "one of the member",
        call: |world, _| Call::to(subscription(world)).with(json!({ "active": false })).on(1),
        expect: OF_ANOTHER,
    },
    Row {
        operation: "delete_subscription",
        on: "one of the member",
        call: |world, _| Call::to(subscription(world)),
        expect: &[(401, "visitor"), (404, OTHERS), (204, "member")],
    },
    Row {
        operation: "list_subscription_finds",
        on: "one of the member",
        call: |world, _| Call::to(format!("{}/finds", subscription(world))),
        expect: OF_ANOTHER,
    },
    Row {
        operation: "show_recommendations",
        on: "the caller's own",
        call: |_, _| Call::to("me/recommendations"),
        expect: OWN,
    },
    Row {
        operation: "choose_recommendations",
        on: "the caller's own",
        call: |_, _| Call::to("me/recommendations").with(json!({ "personalised": true })),
        expect: OWN,
    },
];
