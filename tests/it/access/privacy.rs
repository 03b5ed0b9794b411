//! Personal data: one's own, and those of others through the administrator.

use serde_json::json;
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::Caller;
use townbridge::accounts::users::model::CreateUser;

use super::world::{Call, World};
use super::{ALL, Row, SIGNED_IN};

const ADMIN: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        403,
        "unverified neighbour stranger expert member manager liaison other_liaison city \
         other_city province",
    ),
    (200, "admin"),
];
const OWN: &[(u16, &str)] = &[(401, "visitor"), (200, SIGNED_IN)];

/// Somebody new.
fn somebody(world: &World) -> String {
    let command = CreateUser {
        mail: format!("{}@example.com", uuid::Uuid::now_v7().simple()),
        name: "何试".to_owned(),
        password: None,
        language: None,
        roles: vec![],
    };
    create_user(world.app.service(), &Caller::system("test"), &command).unwrap().id.to_string()
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_consent_texts",
        on: "all",
        call: |_, _| Call::to("consent-texts"),
        expect: &[(200, ALL)],
    },
    Row {
        operation: "list_own_consents",
        on: "the own account",
        call: |_, _| Call::to("me/consents"),
        expect: OWN,
    },
    Row {
        operation: "give_consent",
        on: "the own account",
        call: |_, _| {
            Call::to("me/consents")
                .with(json!({ "purpose": "account", "version": "2026-11", "given": true }))
        },
        expect: OWN,
    },
    Row {
        operation: "export_own_data",
        on: "the own account",
        call: |_, _| Call::to("me/data"),
        expect: OWN,
    },
    Row {
        operation: "erase_own_account",
        on: "the own account, with a wrong password",
        call: |_, _| Call::to("me/erasure").with(json!({ "current_password": "wrong one" })),
        expect: &[(401, "visitor"), (422, SIGNED_IN)],
    },
    Row {
        operation: "show_retention",
        on: "all classes",
        call: |_, _| Call::to("admin/retention"),
        expect: ADMIN,
    },
    Row {
        operation: "export_user_data",
        on: "somebody",
        call: |world, _| Call::to(format!("users/{}/data", somebody(world))),
        expect: ADMIN,
    },
    Row {
        operation: "erase_user",
        on: "somebody",
        call: |world, _| {
            Call::to(format!("users/{}/erasure", somebody(world)))
                .with(json!({ "reason": "本人来信" }))
        },
        expect: ADMIN,
    },
];
