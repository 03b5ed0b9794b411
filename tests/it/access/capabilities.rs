//! Capabilities of our own organisation: drafts, which others must not know of, and open ones.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::capabilities::model::CapabilityId;
use townbridge::disclosure::DisclosureLevel;
use townbridge::disclosure::model::OpenRecord;
use townbridge::records::reviewed::grants;

use super::world::{Call, World};
use super::{ALL, OTHERS, OWN, OWN_AND_REVIEWERS, REVIEWERS, Row};
use crate::support::CapabilityBuilder;

const EVERYBODY: &[(u16, &str)] = &[(200, ALL)];
/// A draft is not there for others.
const READ_HIDDEN: &[(u16, &str)] = &[(404, "visitor"), (404, OTHERS), (200, OWN_AND_REVIEWERS)];
/// The past and the grants of a record are for its owner and its reviewers, open or not.
const READ_INSIDE: &[(u16, &str)] = &[(401, "visitor"), (404, OTHERS), (200, OWN_AND_REVIEWERS)];
/// Changing what one must not know of.
const WRITE_HIDDEN: &[(u16, &str)] = READ_INSIDE;
/// Changing what one sees.
const WRITE_OPEN: &[(u16, &str)] = &[(401, "visitor"), (403, OTHERS), (200, OWN_AND_REVIEWERS)];

fn draft(world: &World) -> (String, i64) {
    let capability = CapabilityBuilder::draft(&world.own).insert(&world.app);
    (format!("capabilities/{}", capability.id), capability.version.into())
}

fn submitted(world: &World) -> String {
    format!("capabilities/{}", CapabilityBuilder::submitted(&world.own).insert(&world.app).id)
}

fn published(world: &World) -> (String, i64) {
    let capability = CapabilityBuilder::published(&world.own).insert(&world.app);
    (format!("capabilities/{}", capability.id), capability.version.into())
}

/// Path of a grant to the neighbour on the record at this path.
fn granted(world: &World, path: &str) -> String {
    let id: CapabilityId = path.rsplit('/').next().unwrap().parse().unwrap();
    let command =
        OpenRecord { org_id: world.neighbour.id, level: DisclosureLevel::Matched, note: None };
    let caller = Caller::system("test");
    let written = grants::open(world.app.service(), &caller, id, &command).unwrap();
    format!("{path}/grants/{}", written.value.id)
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_capabilities",
        on: "all",
        call: |_, _| Call::to("capabilities"),
        expect: EVERYBODY,
    },
    Row {
        operation: "export_capabilities",
        on: "all",
        call: |_, _| Call::to("capabilities/export"),
        expect: EVERYBODY,
    },
    Row {
        operation: "create_capability",
        on: "our own organisation",
        call: |world, _| {
            let body =
                json!({ "org_id": world.own.id, "title": "新成果", "asset_kind": "achievement" });
            Call::to("capabilities").with(body)
        },
        expect: &[(401, "visitor"), (403, OTHERS), (201, OWN_AND_REVIEWERS)],
    },
    Row {
        operation: "show_capability",
        on: "a draft",
        call: |world, _| Call::to(draft(world).0),
        expect: READ_HIDDEN,
    },
    Row {
        operation: "show_capability",
        on: "an open one",
        call: |world, _| Call::to(published(world).0),
        expect: EVERYBODY,
    },
    Row {
        operation: "update_capability",
        on: "a draft",
        call: |world, _| {
            let (path, version) = draft(world);
            Call::to(path).on(version).with(json!({ "title": "改过的标题" }))
        },
        expect: WRITE_HIDDEN,
    },
    Row {
        operation: "update_capability",
        on: "an open one",
        call: |world, _| {
            let (path, version) = published(world);
            Call::to(path).on(version).with(json!({ "title": "改过的标题" }))
        },
        expect: WRITE_OPEN,
    },
    Row {
        operation: "delete_capability",
        on: "a draft",
        call: |world, _| {
            let (path, version) = draft(world);
            Call::to(path).on(version)
        },
        expect: &[
            (401, "visitor"),
            (404, OTHERS),
            (403, "liaison city province"),
            (204, "member manager admin"),
        ],
    },
    Row {
        operation: "delete_capability",
        on: "an open one",
        call: |world, _| {
            let (path, version) = published(world);
            Call::to(path).on(version)
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "liaison city province"),
            (409, "member manager admin"),
        ],
    },
    Row {
        operation: "take_capability_step",
        on: "a draft, to be submitted",
        call: |world, _| {
            Call::to(format!("{}/steps", draft(world).0)).with(json!({ "to": "submitted" }))
        },
        expect: WRITE_HIDDEN,
    },
    Row {
        operation: "take_capability_step",
        on: "a submitted one, to be published",
        call: |world, _| {
            Call::to(format!("{}/steps", submitted(world))).with(json!({ "to": "published" }))
        },
        expect: &[(401, "visitor"), (404, OTHERS), (403, OWN), (200, REVIEWERS)],
    },
    Row {
        operation: "take_capability_step",
        on: "an open one, to be suspended",
        call: |world, _| {
            Call::to(format!("{}/steps", published(world).0)).with(json!({ "to": "suspended" }))
        },
        expect: WRITE_OPEN,
    },
    Row {
        operation: "list_capability_steps",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/steps", published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "list_capability_versions",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/versions", published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "show_capability_version",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/versions/1", published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "compare_capability_versions",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/versions/1/differences/3", published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "list_capability_grants",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/grants", published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "create_capability_grant",
        on: "a draft",
        call: |world, _| {
            let body = json!({ "org_id": world.neighbour.id, "level": "matched" });
            Call::to(format!("{}/grants", draft(world).0)).with(body)
        },
        expect: &[(401, "visitor"), (404, OTHERS), (201, OWN_AND_REVIEWERS)],
    },
    Row {
        operation: "create_capability_grant",
        on: "an open one",
        call: |world, _| {
            let body = json!({ "org_id": world.neighbour.id, "level": "matched" });
            Call::to(format!("{}/grants", published(world).0)).with(body)
        },
        expect: &[(401, "visitor"), (403, OTHERS), (201, OWN_AND_REVIEWERS)],
    },
    Row {
        operation: "show_capability_grant",
        on: "an open one",
        call: |world, _| Call::to(granted(world, &published(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "revoke_capability_grant",
        on: "an open one",
        call: |world, _| Call::to(granted(world, &published(world).0)),
        expect: &[(401, "visitor"), (403, OTHERS), (204, OWN_AND_REVIEWERS)],
    },
    Row {
        operation: "list_capability_matches",
        on: "a draft",
        call: |world, _| Call::to(format!("{}/matches", draft(world).0)),
        expect: READ_HIDDEN,
    },
    Row {
        operation: "list_capability_matches",
        on: "an open one",
        call: |world, _| Call::to(format!("{}/matches", published(world).0)),
        expect: EVERYBODY,
    },
    Row {
        operation: "set_capability_consent",
        on: "a person of ours",
        call: |world, _| {
            let person = CapabilityBuilder::draft(&world.own)
                .fields(|fields| fields.asset_kind = Some("expert".to_owned()))
                .insert(&world.app);
            let path = format!("capabilities/{}/consent", person.id);
            Call::to(path).with(json!({ "scope": "members" }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHERS),
            (403, "liaison city province"),
            (200, "member manager admin"),
        ],
    },
];
