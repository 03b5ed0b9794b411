//! Projects of our own organisation and its neighbour, for our town.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::projects::model::Project;
use townbridge::projects::ops;

use super::world::{Call, GUZHEN, World, file_of};
use super::{Row, SIGNED_IN};
use crate::support::ProjectBuilder;
use crate::support::files::png;

/// Signed in, but with no part in the project.
const OUTSIDE: &str = "unverified stranger expert other_liaison other_city";
/// The parties and those who review the town.
const INSIDE: &str = "member manager neighbour liaison city province admin";

const READ: &[(u16, &str)] = &[(401, "visitor"), (404, OUTSIDE), (200, INSIDE)];

fn body(world: &World) -> Value {
    json!({
        "title": "压铸件气孔率联合攻关",
        "programme": "university_town",
        "channel": "mixed",
        "activity_kind": "joint_research",
        "town_codes": [GUZHEN],
        "parties": [
            { "org_id": world.own.id, "role": "need" },
            { "org_id": world.neighbour.id, "role": "provider" }
        ],
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
    })
}

/// Path and version of a project that has not begun.
fn planned(world: &World) -> (String, i64) {
    let fields = serde_json::from_value(body(world)).unwrap();
    let made = ops::create(&world.app, &Caller::system("test"), &fields).unwrap().value;
    (format!("projects/{}", made.id), made.version.into())
}

/// Path of a project under way.
fn active(world: &World) -> String {
    let (path, _) = planned(world);
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let step = serde_json::from_value(json!({ "to": "active" })).unwrap();
    ops::take_step(&world.app, &Caller::system("test"), id, &step).unwrap();
    path
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_projects",
        on: "all",
        call: |_, _| Call::to("projects"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "create_project",
        on: "our own organisation and its neighbour",
        call: |world, _| Call::to("projects").with(body(world)),
        expect: &[(401, "visitor"), (403, OUTSIDE), (201, INSIDE)],
    },
    Row {
        operation: "show_project",
        on: "one that has not begun",
        call: |world, _| Call::to(planned(world).0),
        expect: READ,
    },
    Row {
        operation: "update_project",
        on: "one that has not begun",
        call: |world, _| {
            let (path, version) = planned(world);
            Call::to(path).on(version).with(json!({ "title": "改过的名称" }))
        },
        expect: READ,
    },
    Row {
        operation: "delete_project",
        on: "one that has not begun",
        call: |world, _| {
            let (path, version) = planned(world);
            Call::to(path).on(version)
        },
        expect: &[(401, "visitor"), (404, OUTSIDE), (204, INSIDE)],
    },
    Row {
        operation: "take_project_step",
        on: "one that has not begun, to begin",
        call: |world, _| {
            Call::to(format!("{}/steps", planned(world).0)).with(json!({ "to": "active" }))
        },
        expect: READ,
    },
    Row {
        operation: "take_project_step",
        on: "one under way, to be given up",
        call: |world, _| {
            let body = json!({ "to": "cancelled", "comment": "企业转产" });
            Call::to(format!("{}/steps", active(world))).with(body)
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDE),
            (403, "member manager neighbour"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "list_project_steps",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/steps", active(world))),
        expect: READ,
    },
    Row {
        operation: "list_project_versions",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/versions", active(world))),
        expect: READ,
    },
    Row {
        operation: "show_project_version",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/versions/1", active(world))),
        expect: READ,
    },
    Row {
        operation: "compare_project_versions",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/versions/1/differences/2", active(world))),
        expect: READ,
    },
    Row {
        operation: "list_project_attachments",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/attachments", active(world))),
        expect: READ,
    },
    Row {
        operation: "create_project_attachment",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/attachments", active(world))).with_file(png(7)),
        expect: &[(401, "visitor"), (404, OUTSIDE), (201, INSIDE)],
    },
    Row {
        operation: "show_project_attachment",
        on: "one under way",
        call: |world, _| Call::to(file_of::<Project>(world, &active(world))),
        expect: READ,
    },
    Row {
        operation: "fetch_project_attachment",
        on: "one under way",
        call: |world, _| Call::to(format!("{}/content", file_of::<Project>(world, &active(world)))),
        expect: READ,
    },
    Row {
        operation: "delete_project_attachment",
        on: "one under way, by who has not sent it",
        call: |world, _| Call::to(file_of::<Project>(world, &active(world))),
        expect: &[
            (401, "visitor"),
            (404, OUTSIDE),
            (403, "member manager neighbour"),
            (204, "liaison city province admin"),
        ],
    },
    Row {
        operation: "rate_project",
        on: "a closed one, for the side that has the need",
        call: |world, _| {
            let made = ProjectBuilder::closed(&world.own, &world.neighbour).insert(&world.app);
            let body = json!({ "side": "need", "rating": 3 });
            Call::to(format!("projects/{}/ratings", made.id)).with(body)
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDE),
            (200, "member manager"),
            (403, "neighbour liaison city province admin"),
        ],
    },
    Row {
        operation: "rate_project",
        on: "one that is under way",
        call: |world, _| {
            let body = json!({ "side": "need", "rating": 3 });
            Call::to(format!("{}/ratings", active(world))).with(body)
        },
        expect: &[(401, "visitor"), (404, OUTSIDE), (409, INSIDE)],
    },
];
