//! Templates of messages: the administrator's alone.

use serde_json::json;

use super::Row;
use super::world::{Call, World};

const OTHERS: &str = "unverified neighbour stranger expert member manager liaison other_liaison \
                      city other_city province";
const READ: &[(u16, &str)] = &[(401, "visitor"), (403, OTHERS), (200, "admin")];

/// The version that the template has by now.
fn version(world: &World) -> i32 {
    let system = townbridge::accounts::principal::Caller::system("test");
    let app = world.app.service();
    let key = townbridge::messages::ops::key(&system, "reset", "en").unwrap();
    townbridge::messages::ops::show(app, &system, key).unwrap().version
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_message_templates",
        on: "all",
        call: |_, _| Call::to("message-templates"),
        expect: READ,
    },
    Row {
        operation: "show_message_template",
        on: "one",
        call: |_, _| Call::to("message-templates/reset/en"),
        expect: READ,
    },
    Row {
        operation: "save_message_template",
        on: "one",
        call: |world, _| {
            let texts = json!({ "body": format!("%{{link}} {}", world.number()) });
            Call::to("message-templates/reset/en").with(texts).on(version(world))
        },
        expect: READ,
    },
    Row {
        operation: "list_message_template_versions",
        on: "one",
        call: |_, _| Call::to("message-templates/reset/en/versions"),
        expect: READ,
    },
    Row {
        operation: "restore_message_template",
        on: "one",
        call: |world, _| {
            let to = json!({ "version": 0 });
            Call::to("message-templates/reset/en/restore").with(to).on(version(world))
        },
        expect: READ,
    },
    Row {
        operation: "preview_message_template",
        on: "one",
        call: |_, _| Call::to("message-templates/reset/en/preview").with(json!({})),
        expect: READ,
    },
    Row {
        operation: "test_message_template",
        on: "one",
        call: |_, _| Call::to("message-templates/reset/en/test").with(json!({})),
        expect: &[(401, "visitor"), (403, OTHERS), (202, "admin")],
    },
];
