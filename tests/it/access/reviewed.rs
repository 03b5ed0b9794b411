//! What holds for records under review, needs and capabilities alike: drafts of our own organisation,
//! which others must not know of, and open records.

use super::{ALL, OTHERS, OWN_AND_REVIEWERS};

pub const EVERYBODY: &[(u16, &str)] = &[(200, ALL)];
/// A draft is not there for others.
pub const READ_HIDDEN: &[(u16, &str)] =
    &[(404, "visitor"), (404, OTHERS), (200, OWN_AND_REVIEWERS)];
/// The past and the grants of a record are for its owner and its reviewers, open or not.
pub const READ_INSIDE: &[(u16, &str)] =
    &[(401, "visitor"), (404, OTHERS), (200, OWN_AND_REVIEWERS)];
/// Changing what one must not know of.
pub const WRITE_HIDDEN: &[(u16, &str)] = READ_INSIDE;
/// Changing what one sees.
pub const WRITE_OPEN: &[(u16, &str)] = &[(401, "visitor"), (403, OTHERS), (200, OWN_AND_REVIEWERS)];

/// The rows of one kind of record: its name in operations, its path, who builds it, its id, what a new
/// one states, and rows that only this kind has.
macro_rules! reviewed_rows {
    ($one:literal, $path:literal, $builder:ident, $id:ty,
     { $title:literal, $kind:literal: $value:literal }, [$($row:expr),*]) => {
        fn draft(world: &World) -> (String, i64) {
            let record = $builder::draft(&world.own).insert(&world.app);
            (format!(concat!($path, "/{}"), record.id), record.version.into())
        }

        fn submitted(world: &World) -> String {
            format!(concat!($path, "/{}"), $builder::submitted(&world.own).insert(&world.app).id)
        }

        fn published(world: &World) -> (String, i64) {
            let record = $builder::published(&world.own).insert(&world.app);
            (format!(concat!($path, "/{}"), record.id), record.version.into())
        }

        /// Path of a grant to the neighbour on the record at this path.
        fn granted(world: &World, path: &str) -> String {
            let id: $id = path.rsplit('/').next().unwrap().parse().unwrap();
            let command =
                OpenRecord { org_id: world.neighbour.id, level: DisclosureLevel::Matched, note: None };
            let caller = Caller::system("test");
            let written = grants::open(world.app.service(), &caller, id, &command).unwrap();
            format!("{path}/grants/{}", written.value.id)
        }

        /// The rows.
        pub const ROWS: &[Row] = &[
            Row { operation: concat!("list_", $path), on: "all", call: |_, _| Call::to($path), expect: EVERYBODY },
            Row {
                operation: concat!("export_", $path),
                on: "all",
                call: |_, _| Call::to(concat!($path, "/export")),
                expect: EVERYBODY,
            },
            Row {
                operation: concat!("create_", $one),
                on: "our own organisation",
                call: |world, _| {
                    let body =
                        json!({ "org_id": world.own.id, "title": $title, $kind: $value });
                    Call::to($path).with(body)
                },
                expect: &[(401, "visitor"), (403, OTHERS), (201, OWN_AND_REVIEWERS)],
            },
            Row {
                operation: concat!("find_", $one, "_duplicates"),
                on: "what is being written",
                call: |_, _| Call::to(concat!($path, "/duplicates")).with(json!({ "title": $title })),
                expect: &[(401, "visitor"), (200, SIGNED_IN)],
            },
            Row {
                operation: concat!("show_", $one),
                on: "a draft",
                call: |world, _| Call::to(draft(world).0),
                expect: READ_HIDDEN,
            },
            Row {
                operation: concat!("show_", $one),
                on: "an open one",
                call: |world, _| Call::to(published(world).0),
                expect: EVERYBODY,
            },
            Row {
                operation: concat!("update_", $one),
                on: "a draft",
                call: |world, _| {
                    let (path, version) = draft(world);
                    Call::to(path).on(version).with(json!({ "title": "改过的标题" }))
                },
                expect: WRITE_HIDDEN,
            },
            Row {
                operation: concat!("update_", $one),
                on: "an open one",
                call: |world, _| {
                    let (path, version) = published(world);
                    Call::to(path).on(version).with(json!({ "title": "改过的标题" }))
                },
                expect: WRITE_OPEN,
            },
            Row {
                operation: concat!("delete_", $one),
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
                operation: concat!("delete_", $one),
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
                operation: concat!("take_", $one, "_step"),
                on: "a draft, to be submitted",
                call: |world, _| {
                    Call::to(format!("{}/steps", draft(world).0)).with(json!({ "to": "submitted" }))
                },
                expect: WRITE_HIDDEN,
            },
            Row {
                operation: concat!("take_", $one, "_step"),
                on: "a submitted one, to be published",
                call: |world, _| {
                    Call::to(format!("{}/steps", submitted(world))).with(json!({ "to": "published" }))
                },
                expect: &[(401, "visitor"), (404, OTHERS), (403, OWN), (200, REVIEWERS)],
            },
            Row {
                operation: concat!("take_", $one, "_step"),
                on: "an open one, to be suspended",
                call: |world, _| {
                    Call::to(format!("{}/steps", published(world).0)).with(json!({ "to": "suspended" }))
                },
                expect: WRITE_OPEN,
            },
            Row {
                operation: concat!("verify_", $one),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/verify", published(world).0)),
                expect: WRITE_OPEN,
            },
            Row {
                operation: concat!("verify_", $one),
                on: "a draft",
                call: |world, _| Call::to(format!("{}/verify", draft(world).0)),
                expect: &[(401, "visitor"), (404, OTHERS), (409, OWN_AND_REVIEWERS)],
            },
            Row {
                operation: concat!("list_", $one, "_steps"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/steps", published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("list_", $one, "_versions"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/versions", published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("show_", $one, "_version"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/versions/1", published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("compare_", $one, "_versions"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/versions/1/differences/3", published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("list_", $one, "_grants"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/grants", published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("create_", $one, "_grant"),
                on: "a draft",
                call: |world, _| {
                    let body = json!({ "org_id": world.neighbour.id, "level": "matched" });
                    Call::to(format!("{}/grants", draft(world).0)).with(body)
                },
                expect: &[(401, "visitor"), (404, OTHERS), (201, OWN_AND_REVIEWERS)],
            },
            Row {
                operation: concat!("create_", $one, "_grant"),
                on: "an open one",
                call: |world, _| {
                    let body = json!({ "org_id": world.neighbour.id, "level": "matched" });
                    Call::to(format!("{}/grants", published(world).0)).with(body)
                },
                expect: &[(401, "visitor"), (403, OTHERS), (201, OWN_AND_REVIEWERS)],
            },
            Row {
                operation: concat!("show_", $one, "_grant"),
                on: "an open one",
                call: |world, _| Call::to(granted(world, &published(world).0)),
                expect: READ_INSIDE,
            },
            Row {
                operation: concat!("revoke_", $one, "_grant"),
                on: "an open one",
                call: |world, _| Call::to(granted(world, &published(world).0)),
                expect: &[(401, "visitor"), (403, OTHERS), (204, OWN_AND_REVIEWERS)],
            },
            Row {
                operation: concat!("list_", $one, "_matches"),
                on: "a draft",
                call: |world, _| Call::to(format!("{}/matches", draft(world).0)),
                expect: READ_HIDDEN,
            },
            Row {
                operation: concat!("list_", $one, "_matches"),
                on: "an open one",
                call: |world, _| Call::to(format!("{}/matches", published(world).0)),
                expect: EVERYBODY,
            },
            $($row,)*
        ];
    };
}

pub(super) use reviewed_rows;
