//! Platforms of our town: kept by its liaison and the officers above, read by everybody.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::platforms::model::PlatformFields;
use townbridge::platforms::ops;

use super::world::{Call, GUZHEN, World};
use super::{ALL, REVIEWERS, Row};

/// Signed in, and not to look after our town.
const OTHERS: &str = "unverified neighbour stranger expert member manager other_liaison other_city";
const WRITE: &[(u16, &str)] = &[(401, "visitor"), (403, OTHERS), (200, REVIEWERS)];
const PAST: &[(u16, &str)] = &[(401, "visitor"), (404, OTHERS), (200, REVIEWERS)];

fn fields() -> Value {
    json!({
        "name": "灯饰协同创新平台", "kind": "collaborative_platform", "level": "province",
        "town_code": GUZHEN, "founders": [{ "name": "镇政府", "share": 60 }],
        "opened_on": "2025-01-01"
    })
}

/// A platform of our town.
fn platform(world: &World) -> String {
    let fields: PlatformFields = serde_json::from_value(fields()).unwrap();
    let made = ops::create(world.app.service(), &Caller::system("test"), &fields);
    format!("platforms/{}", made.unwrap().value.id)
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_platforms",
        on: "all",
        call: |_, _| Call::to("platforms"),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "show_platform_coverage",
        on: "all",
        call: |_, _| Call::to("platforms/coverage"),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "show_platform",
        on: "our town's",
        call: |world, _| Call::to(platform(world)),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "create_platform",
        on: "our town",
        call: |_, _| Call::to("platforms").with(fields()),
        expect: &[(401, "visitor"), (403, OTHERS), (201, REVIEWERS)],
    },
    Row {
        operation: "update_platform",
        on: "our town's",
        call: |world, _| Call::to(platform(world)).on(1).with(json!({ "services": ["检测"] })),
        expect: WRITE,
    },
    Row {
        operation: "delete_platform",
        on: "our town's",
        call: |world, _| Call::to(platform(world)).on(1),
        expect: &[(401, "visitor"), (403, OTHERS), (204, REVIEWERS)],
    },
    Row {
        operation: "list_platform_steps",
        on: "our town's",
        call: |world, _| Call::to(format!("{}/steps", platform(world))),
        expect: PAST,
    },
    Row {
        operation: "list_platform_versions",
        on: "our town's",
        call: |world, _| Call::to(format!("{}/versions", platform(world))),
        expect: PAST,
    },
    Row {
        operation: "show_platform_version",
        on: "our town's",
        call: |world, _| Call::to(format!("{}/versions/1", platform(world))),
        expect: PAST,
    },
    Row {
        operation: "compare_platform_versions",
        on: "our town's",
        call: |world, _| Call::to(format!("{}/versions/1/differences/1", platform(world))),
        expect: PAST,
    },
];
