//! Organisations and towns.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::organizations::model::Organization;
use townbridge::towns::model::TownFields;
use townbridge::towns::ops as towns;

use super::world::{Call, GUZHEN, World, firm};
use super::{ALL, OTHERS, OWN_AND_REVIEWERS, Row};
use crate::support::credit_code;

const EVERYBODY: &[(u16, &str)] = &[(200, ALL)];
/// One that waits for review is there for its own people and its reviewers.
const READ_HIDDEN: &[(u16, &str)] = &[
    (404, "visitor neighbour stranger expert member manager other_liaison other_city"),
    (200, "unverified liaison city province admin"),
];
/// The past of our own organisation.
const READ_INSIDE: &[(u16, &str)] = &[(401, "visitor"), (404, OTHERS), (200, OWN_AND_REVIEWERS)];

fn organization(world: &World) -> Value {
    json!({
        "name": format!("第{}号试验厂", world.number()),
        "uscc": credit_code(700_000 + world.number()),
        "org_type": "enterprise",
        "region_code": "4420",
        "town_code": GUZHEN,
        "industry_code": "C3872",
        "scale": "small",
        "contact": { "name": "何试", "phone": "0760-5550177", "mail": "he@example.com" }
    })
}

/// Path of our own organisation, and its version now.
fn own(world: &World) -> (String, i64) {
    let view =
        townbridge::organizations::ops::show(&world.app, &Caller::system("test"), world.own.id);
    (format!("organizations/{}", world.own.id), view.unwrap().version.into())
}

fn pending(world: &World) -> Organization {
    firm().pending().insert(&world.app)
}

fn town_fields() -> TownFields {
    let fields = json!({
        "code": GUZHEN,
        "recognised_on": "2002-06-18",
        "level": "province",
        "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
        "intro": "以灯饰照明为特色产业。",
    });
    serde_json::from_value(fields).unwrap()
}

/// Puts our town on the list if it is not there, and tells its version.
fn town(world: &World) -> i64 {
    let system = Caller::system("test");
    let view = towns::show(&world.app, &system, GUZHEN)
        .or_else(|_| towns::create(&world.app, &system, &town_fields()).map(|w| w.value));
    view.unwrap().version.into()
}

/// The past of a town is for those who look after it.
const TOWN_PAST: &[(u16, &str)] = &[
    (401, "visitor"),
    (404, "unverified neighbour stranger expert member manager other_liaison other_city"),
    (200, "liaison city province admin"),
];

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "list_organizations",
        on: "all",
        call: |_, _| Call::to("organizations"),
        expect: EVERYBODY,
    },
    Row {
        operation: "export_organizations",
        on: "all",
        call: |_, _| Call::to("organizations/export"),
        expect: EVERYBODY,
    },
    Row {
        operation: "create_organization",
        on: "our town",
        call: |world, _| Call::to("organizations").with(organization(world)),
        expect: &[
            (401, "visitor"),
            (403, "unverified neighbour stranger expert member manager other_liaison other_city"),
            (201, "liaison city province admin"),
        ],
    },
    Row {
        operation: "show_organization",
        on: "our own",
        call: |world, _| Call::to(own(world).0),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_organization",
        on: "one that waits for review",
        call: |world, _| Call::to(format!("organizations/{}", world.pending.id)),
        expect: READ_HIDDEN,
    },
    Row {
        operation: "update_organization",
        on: "our own",
        call: |world, _| {
            let (path, version) = own(world);
            let summary = format!("第{}次修改的简介", world.number());
            Call::to(path).on(version).with(json!({ "summary": summary }))
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member"),
            (200, "manager liaison city province admin"),
        ],
    },
    Row {
        operation: "update_organization",
        on: "another one that waits for review",
        call: |world, _| {
            let org = pending(world);
            Call::to(format!("organizations/{}", org.id)).on(1).with(json!({ "summary": "简介" }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHERS),
            (404, "member manager"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "take_organization_step",
        on: "another one that waits for review, to be verified",
        call: |world, _| {
            let path = format!("organizations/{}/steps", pending(world).id);
            Call::to(path).with(json!({ "to": "verified" }))
        },
        expect: &[
            (401, "visitor"),
            (404, OTHERS),
            (404, "member manager"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "take_organization_step",
        on: "a verified one, to be suspended",
        call: |world, _| {
            let org = firm();
            let path = format!("organizations/{}/steps", org.insert(&world.app).id);
            Call::to(path).with(json!({ "to": "suspended", "comment": "核查" }))
        },
        expect: &[
            (401, "visitor"),
            (403, OTHERS),
            (403, "member manager"),
            (200, "liaison city province admin"),
        ],
    },
    Row {
        operation: "list_organization_steps",
        on: "our own",
        call: |world, _| Call::to(format!("{}/steps", own(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "list_organization_versions",
        on: "our own",
        call: |world, _| Call::to(format!("{}/versions", own(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "show_organization_version",
        on: "our own",
        call: |world, _| Call::to(format!("{}/versions/1", own(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "compare_organization_versions",
        on: "our own",
        call: |world, _| Call::to(format!("{}/versions/1/differences/1", own(world).0)),
        expect: READ_INSIDE,
    },
    Row {
        operation: "create_town",
        on: "the list, which has the town",
        call: |world, _| {
            town(world);
            Call::to("towns").with(serde_json::to_value(town_fields()).unwrap())
        },
        expect: &[
            (401, "visitor"),
            (403, "unverified neighbour stranger expert member manager"),
            (403, "liaison other_liaison city other_city"),
            (409, "province admin"),
        ],
    },
    Row { operation: "list_towns", on: "all", call: |_, _| Call::to("towns"), expect: EVERYBODY },
    Row {
        operation: "show_town",
        on: "our town",
        call: |world, _| {
            town(world);
            Call::to(format!("towns/{GUZHEN}"))
        },
        expect: EVERYBODY,
    },
    Row {
        operation: "update_town",
        on: "our town",
        call: |world, _| {
            let version = town(world);
            let intro = format!("第{}次修改的简介。", world.number());
            Call::to(format!("towns/{GUZHEN}")).on(version).with(json!({ "intro": intro }))
        },
        expect: &[
            (401, "visitor"),
            (403, "unverified neighbour stranger expert member manager"),
            (403, "liaison other_liaison other_city"),
            (200, "city province admin"),
        ],
    },
    Row {
        operation: "list_town_steps",
        on: "our town",
        call: |world, _| {
            town(world);
            Call::to(format!("towns/{GUZHEN}/steps"))
        },
        expect: TOWN_PAST,
    },
    Row {
        operation: "list_town_versions",
        on: "our town",
        call: |world, _| {
            town(world);
            Call::to(format!("towns/{GUZHEN}/versions"))
        },
        expect: TOWN_PAST,
    },
    Row {
        operation: "show_town_version",
        on: "our town",
        call: |world, _| {
            town(world);
            Call::to(format!("towns/{GUZHEN}/versions/1"))
        },
        expect: TOWN_PAST,
    },
    Row {
        operation: "compare_town_versions",
        on: "our town",
        call: |world, _| {
            town(world);
            Call::to(format!("towns/{GUZHEN}/versions/1/differences/1"))
        },
        expect: TOWN_PAST,
    },
];
