//! Suggestions about a need of our own organisation and a capability of the neighbour.

use serde_json::json;
use townbridge::jobs::indexer;

use super::world::{Call, GUZHEN, World};
use super::{Row, SIGNED_IN};
use crate::support::{CapabilityBuilder, NeedBuilder};

/// Those who have no part in either.
const OTHERS: &str = "unverified stranger expert other_liaison other_city";
/// The brokers of our region and both sides.
const TOLD: &str = "neighbour member manager liaison city province admin";

/// A new suggestion.
fn suggestion(world: &World) -> String {
    let app = &world.app;
    let need = NeedBuilder::published(&world.own).insert(app).id;
    let capability = CapabilityBuilder::published(&world.neighbour).insert(app).id;
    indexer::catch_up(app.service()).unwrap();
    let id = uuid::Uuid::now_v7();
    let (own, neighbour) = (world.own.id, world.neighbour.id);
    let insert = format!(
        "INSERT INTO suggestions (id, need_id, capability_id, need_org_id, provider_org_id, \
         region_code, score, grade, threshold, ranking, dictionary, holds, created_at, updated_at) \
         VALUES ('{id}', '{need}', '{capability}', '{own}', '{neighbour}', '{GUZHEN}', 700, \
         'fair', 680, '1', '1', TRUE, '2026-11-23T00:00:00.000000Z', \
         '2026-11-23T00:00:00.000000Z')"
    );
    app.db.write(|db| Ok(db.execute_batch(&insert)?)).unwrap();
    format!("suggestions/{id}")
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_suggestions",
        on: "the caller's",
        call: |_, _| Call::to("suggestions"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "show_suggestion",
        on: "one of our own",
        call: |world, _| Call::to(suggestion(world)),
        expect: &[(401, "visitor"), (404, OTHERS), (200, TOLD)],
    },
    Row {
        operation: "accept_suggestion",
        on: "one of our own",
        call: |world, _| Call::to(format!("{}/accept", suggestion(world))),
        expect: &[(401, "visitor"), (404, OTHERS), (201, TOLD)],
    },
    Row {
        operation: "dismiss_suggestion",
        on: "one of our own",
        call: |world, _| {
            let reason = json!({ "reason": "other" });
            Call::to(format!("{}/dismiss", suggestion(world))).with(reason)
        },
        expect: &[(401, "visitor"), (404, OTHERS), (204, TOLD)],
    },
];
