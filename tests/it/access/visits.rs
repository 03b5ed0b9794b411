//! Visits to our own firm, and their files: for those who review its town alone.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::attachments;
use townbridge::attachments::model::Upload;
use townbridge::visits::model::{Visit, VisitFields, VisitId};
use townbridge::visits::ops;

use super::world::{Call, GUZHEN, Who, World};
use super::{REVIEWERS, Row, SIGNED_IN};
use crate::support::files::png;

/// Signed in, and not to know of visits in our town: the firm itself is one of them.
const OUTSIDERS: &str =
    "unverified neighbour stranger expert member manager other_liaison other_city";
const READ: &[(u16, &str)] = &[(401, "visitor"), (404, OUTSIDERS), (200, REVIEWERS)];
const CREATE: &[(u16, &str)] = &[(401, "visitor"), (404, OUTSIDERS), (201, REVIEWERS)];
const REMOVE: &[(u16, &str)] = &[(401, "visitor"), (404, OUTSIDERS), (204, REVIEWERS)];

/// The caller as the author of what is made for the row; nobody in particular for visitors.
fn author(world: &World, who: Who) -> Caller {
    let mut caller = Caller::system("test");
    if let (Some(user), Some(principal)) = (world.user(who), caller.principal.as_mut()) {
        principal.user_id = user.id;
    }
    caller
}

/// A visit to our own firm, logged by the caller.
fn logged(world: &World, who: Who) -> VisitId {
    let fields = VisitFields {
        town_code: Some(GUZHEN.to_owned()),
        org_id: Some(world.own.id),
        findings: Some("压铸件气孔多，抛光后报废。".to_owned()),
        ..VisitFields::default()
    };
    ops::create(world.app.service(), &author(world, who), &fields, &[]).unwrap().value.id
}

/// A visit and a file of it, both brought by the caller.
fn file(world: &World, who: Who) -> String {
    let id = logged(world, who);
    let upload = Upload { name: "厂房.png".to_owned(), bytes: png(1) };
    let caller = author(world, who);
    let written = attachments::ops::add::<Visit>(world.app.service(), &caller, &id, None, &upload);
    format!("visits/{id}/attachments/{}", written.unwrap().value.id)
}

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_visits",
        on: "all",
        call: |_, _| Call::to("visits"),
        expect: &[(401, "visitor"), (200, SIGNED_IN)],
    },
    Row {
        operation: "create_visit",
        on: "our town",
        call: |_, _| {
            Call::to("visits").with(json!({
                "town_code": GUZHEN, "org_name": "晨舟灯饰配件厂", "findings": "毛刺靠人工打磨。"
            }))
        },
        expect: &[(401, "visitor"), (403, OUTSIDERS), (201, REVIEWERS)],
    },
    Row {
        operation: "show_visit",
        on: "our own firm",
        call: |world, who| Call::to(format!("visits/{}", logged(world, who))),
        expect: READ,
    },
    Row {
        operation: "update_visit",
        on: "one's own",
        call: |world, who| {
            let id = logged(world, who);
            Call::to(format!("visits/{id}")).on(1).with(json!({ "people": ["何试"] }))
        },
        expect: READ,
    },
    Row {
        operation: "update_visit",
        on: "somebody else's",
        call: |world, _| {
            let id = logged(world, Who::Liaison);
            Call::to(format!("visits/{id}")).on(1).with(json!({ "people": ["何试"] }))
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "city province"),
            (200, "liaison admin"),
        ],
    },
    Row {
        operation: "delete_visit",
        on: "one's own",
        call: |world, who| Call::to(format!("visits/{}", logged(world, who))).on(1),
        expect: REMOVE,
    },
    Row {
        operation: "delete_visit",
        on: "somebody else's",
        call: |world, _| Call::to(format!("visits/{}", logged(world, Who::Liaison))).on(1),
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "city province admin"),
            (204, "liaison"),
        ],
    },
    Row {
        operation: "create_visit_need",
        on: "our own firm",
        call: |world, who| Call::to(format!("visits/{}/need", logged(world, who))),
        expect: CREATE,
    },
    Row {
        operation: "list_visit_attachments",
        on: "our own firm",
        call: |world, who| Call::to(format!("visits/{}/attachments", logged(world, who))),
        expect: READ,
    },
    Row {
        operation: "create_visit_attachment",
        on: "one's own",
        call: |world, who| {
            Call::to(format!("visits/{}/attachments", logged(world, who))).with_file(png(2))
        },
        expect: CREATE,
    },
    Row {
        operation: "create_visit_attachment",
        on: "somebody else's",
        call: |world, _| {
            let id = logged(world, Who::Liaison);
            Call::to(format!("visits/{id}/attachments")).with_file(png(3))
        },
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "city province"),
            (201, "liaison admin"),
        ],
    },
    Row {
        operation: "show_visit_attachment",
        on: "our own firm",
        call: |world, who| Call::to(file(world, who)),
        expect: READ,
    },
    Row {
        operation: "fetch_visit_attachment",
        on: "our own firm",
        call: |world, who| Call::to(format!("{}/content", file(world, who))),
        expect: READ,
    },
    Row {
        operation: "delete_visit_attachment",
        on: "one's own",
        call: |world, who| Call::to(file(world, who)),
        expect: REMOVE,
    },
    Row {
        operation: "delete_visit_attachment",
        on: "somebody else's",
        call: |world, _| Call::to(file(world, Who::Liaison)),
        expect: &[
            (401, "visitor"),
            (404, OUTSIDERS),
            (403, "city province"),
            (204, "liaison admin"),
        ],
    },
];
