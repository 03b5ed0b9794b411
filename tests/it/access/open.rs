//! What everybody may call: reference tables, search, matching, health; and the audit log, which
//! hardly anybody may.

use serde_json::json;

use super::world::{Call, GUZHEN};
use super::{ALL, Row};

const EVERYBODY: &[(u16, &str)] = &[(200, ALL)];
const ADMIN_ALONE: &[(u16, &str)] = &[
    (401, "visitor"),
    (
        403,
        "unverified neighbour stranger expert member manager liaison other_liaison city \
         other_city province",
    ),
    (200, "admin"),
];

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        operation: "show_health",
        on: "the service",
        call: |_, _| Call::to("/healthz"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_readiness",
        on: "the service",
        call: |_, _| Call::to("/readyz"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_metrics",
        on: "a service without a token for figures",
        call: |_, _| Call::to("/metrics"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_regions",
        on: "the table",
        call: |_, _| Call::to("reference/regions"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_region",
        on: "a region",
        call: |_, _| Call::to("reference/regions/4420"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_industries",
        on: "the table",
        call: |_, _| Call::to("reference/industries"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_industry",
        on: "an industry",
        call: |_, _| Call::to("reference/industries/C3872"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_contract_rules",
        on: "the table",
        call: |_, _| Call::to("reference/contract-rules"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_code_tables",
        on: "the tables",
        call: |_, _| Call::to("reference/tables"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_code_table",
        on: "a table",
        call: |_, _| Call::to("reference/tables/need_kind"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_disciplines",
        on: "the table",
        call: |_, _| Call::to("reference/disciplines"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_hitech_fields",
        on: "the table",
        call: |_, _| Call::to("reference/hitech-fields"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_universities",
        on: "the table",
        call: |_, _| Call::to("reference/universities"),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_holidays",
        on: "the table",
        call: |_, _| Call::to("reference/holidays"),
        expect: EVERYBODY,
    },
    Row {
        operation: "show_template",
        on: "a template",
        call: |_, _| Call::to("templates/needs.xlsx"),
        expect: EVERYBODY,
    },
    Row {
        operation: "search_records",
        on: "everything",
        call: |_, _| Call::to("search?q=LED"),
        expect: EVERYBODY,
    },
    Row {
        operation: "suggest_phrases",
        on: "everything",
        call: |_, _| Call::to("suggest?q=LED"),
        expect: EVERYBODY,
    },
    Row {
        operation: "match_text",
        on: "free text",
        call: |_, _| Call::to("match").with(json!({ "text": "灯具散热结构" })),
        expect: EVERYBODY,
    },
    Row {
        operation: "diagnose_need",
        on: "free text",
        call: |_, _| Call::to("needs/diagnose").with(json!({ "problem": "灯具散热结构" })),
        expect: EVERYBODY,
    },
    Row {
        operation: "list_audit_entries",
        on: "the log",
        call: |_, _| Call::to(format!("audit?record_kind=town&record_id={GUZHEN}")),
        expect: ADMIN_ALONE,
    },
    Row {
        operation: "verify_audit_chain",
        on: "the log",
        call: |_, _| Call::to("audit/verification"),
        expect: ADMIN_ALONE,
    },
];
