//! Capabilities of our own organisation.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::capabilities::model::CapabilityId;
use townbridge::disclosure::DisclosureLevel;
use townbridge::disclosure::model::OpenRecord;
use townbridge::records::reviewed::grants;

use super::reviewed::{
    EVERYBODY, READ_HIDDEN, READ_INSIDE, WRITE_HIDDEN, WRITE_OPEN, reviewed_rows,
};
use super::world::{Call, World};
use super::{OTHERS, OWN, OWN_AND_REVIEWERS, REVIEWERS, Row, SIGNED_IN};
use crate::support::CapabilityBuilder;

reviewed_rows!(
    "capability",
    "capabilities",
    CapabilityBuilder,
    CapabilityId,
    { "新成果", "asset_kind": "achievement" },
    [
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
    }
    ]
);
