//! The tables, written once for both databases. The migrations are the authority; a test compares
//! them with each other, and every query is checked against this file by the compiler.
#![allow(
    missing_docs,
    reason = "diesel's table! adds undocumented items; columns are described in docs/architecture.md"
)]

mod brokering;
mod deals;
mod field;
mod occasions;
mod privacy;
mod reports;
mod telling;
mod vectors;
mod waiting;
mod wishes;

pub use brokering::*;
pub use deals::*;
pub use field::*;
pub use occasions::*;
pub use privacy::*;
pub use reports::*;
pub use telling::*;
pub use vectors::*;
pub use waiting::*;
pub use wishes::*;

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    organizations (id) {
        id -> Uid,
        code -> Text,
        name -> Text,
        uscc -> Text,
        org_type -> Text,
        town_code -> Nullable<Text>,
        region_code -> Text,
        industry_code -> Nullable<Text>,
        status -> Text,
        doc -> JsonDoc,
        source -> Text,
        source_ref -> Nullable<Text>,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment};

    towns (code) {
        code -> Text,
        name -> Text,
        city_code -> Text,
        county_code -> Text,
        region_group -> Text,
        level -> Text,
        status -> Text,
        doc -> JsonDoc,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    users (id) {
        id -> Uid,
        login_mail -> Text,
        name -> Text,
        password_hash -> Nullable<Text>,
        language -> Text,
        status -> Text,
        mail_verified_at -> Nullable<Moment>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
        erased_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    role_grants (id) {
        id -> Uid,
        user_id -> Uid,
        role -> Text,
        org_id -> Nullable<Uid>,
        region_code -> Nullable<Text>,
        granted_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    sessions (id) {
        id -> Uid,
        user_id -> Uid,
        address -> Nullable<Text>,
        user_agent -> Nullable<Text>,
        last_used_at -> Moment,
        revoked_at -> Nullable<Moment>,
        revoked_reason -> Nullable<Text>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    refresh_tokens (id) {
        id -> Uid,
        session_id -> Uid,
        token_hash -> Text,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
        created_at -> Moment,
        successor_seed -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    one_time_tokens (id) {
        id -> Uid,
        purpose -> Text,
        user_id -> Nullable<Uid>,
        org_id -> Nullable<Uid>,
        token_hash -> Text,
        doc -> JsonDoc,
        expires_at -> Moment,
        used_at -> Nullable<Moment>,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    signing_keys (id) {
        id -> Uid,
        secret -> Text,
        retired_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    needs (id) {
        id -> Uid,
        code -> Text,
        org_id -> Uid,
        town_code -> Nullable<Text>,
        region_code -> Text,
        title -> Text,
        need_kind -> Text,
        industry_code -> Nullable<Text>,
        tech_field -> Nullable<Text>,
        status -> Text,
        confidentiality -> Text,
        doc -> JsonDoc,
        budget_min -> Nullable<BigInt>,
        budget_max -> Nullable<BigInt>,
        deadline -> Nullable<Date>,
        valid_until -> Nullable<Date>,
        published_at -> Nullable<Moment>,
        broker_id -> Nullable<Uid>,
        duplicate_of -> Nullable<Uid>,
        source -> Text,
        source_ref -> Nullable<Text>,
        last_verified_at -> Nullable<Moment>,
        created_by -> Nullable<Uid>,
        updated_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    capabilities (id) {
        id -> Uid,
        code -> Text,
        org_id -> Uid,
        region_code -> Text,
        title -> Text,
        asset_kind -> Text,
        tech_field -> Nullable<Text>,
        status -> Text,
        confidentiality -> Text,
        consent_scope -> Text,
        doc -> JsonDoc,
        min_budget -> Nullable<BigInt>,
        valid_until -> Nullable<Date>,
        published_at -> Nullable<Moment>,
        duplicate_of -> Nullable<Uid>,
        source -> Text,
        source_ref -> Nullable<Text>,
        last_verified_at -> Nullable<Moment>,
        created_by -> Nullable<Uid>,
        updated_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    record_versions (id) {
        id -> Uid,
        record_kind -> Text,
        record_id -> Text,
        version -> Integer,
        status -> Text,
        doc -> JsonDoc,
        saved_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    record_steps (id) {
        id -> Uid,
        record_kind -> Text,
        record_id -> Text,
        from_status -> Nullable<Text>,
        to_status -> Text,
        actor_id -> Nullable<Uid>,
        comment -> Nullable<Text>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    disclosure_grants (id) {
        id -> Uid,
        record_kind -> Text,
        record_id -> Text,
        org_id -> Uid,
        level -> Text,
        note -> Nullable<Text>,
        case_id -> Nullable<Uid>,
        granted_by -> Nullable<Uid>,
        revoked_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    idempotency_keys (user_id, idempotency_key) {
        user_id -> Uid,
        idempotency_key -> Text,
        operation -> Text,
        request_hash -> Text,
        attempt_id -> Uid,
        record_kind -> Nullable<Text>,
        record_id -> Nullable<Text>,
        change -> Nullable<BigInt>,
        status -> Nullable<Integer>,
        body -> Nullable<Text>,
        headers -> JsonDoc,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Moment;

    change_log (seq) {
        seq -> BigInt,
        record_kind -> Text,
        record_id -> Text,
        created_at -> Moment,
        bulk -> Bool,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    audit_log (seq) {
        seq -> BigInt,
        actor_id -> Nullable<Uid>,
        action -> Text,
        record_kind -> Text,
        record_id -> Text,
        address -> Nullable<Text>,
        request_id -> Nullable<Text>,
        changes -> Text,
        prev_hash -> Text,
        hash -> Text,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Moment;

    instance_facts (name) {
        name -> Text,
        value -> Text,
        created_at -> Moment,
    }
}

diesel::joinable!(needs -> organizations (org_id));
diesel::joinable!(capabilities -> organizations (org_id));
diesel::joinable!(role_grants -> users (user_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(refresh_tokens -> sessions (session_id));
diesel::allow_tables_to_appear_in_same_query!(
    organizations,
    towns,
    users,
    role_grants,
    sessions,
    refresh_tokens,
    one_time_tokens,
    signing_keys,
    needs,
    capabilities,
    cases,
    case_entries,
    record_versions,
    record_steps,
    disclosure_grants,
    idempotency_keys,
    outbox_mails,
    change_log,
    audit_log,
    instance_facts,
    likeness_keys,
    renewal_pings,
);
