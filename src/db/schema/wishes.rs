//! What people have asked to be told of, and what is suggested to them.

use super::brokering::cases;

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    subscriptions (id) {
        id -> Uid,
        user_id -> Uid,
        kind -> Text,
        name -> Text,
        query -> JsonDoc,
        record_kind -> Nullable<Text>,
        record_id -> Nullable<Text>,
        threshold -> Nullable<Text>,
        frequency -> Text,
        active -> Bool,
        since_change -> BigInt,
        off_secret -> Text,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
        waiting_since -> Nullable<Moment>,
        told_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    subscription_finds (subscription_id, record_id) {
        subscription_id -> Uid,
        record_kind -> Text,
        record_id -> Text,
        group_id -> Text,
        grade -> Nullable<Text>,
        found_at -> Moment,
        told_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;

    feed_positions (name) {
        name -> Text,
        seq -> BigInt,
    }
}

diesel::table! {
    use crate::db::types::sql::{Moment, Uid};

    recommendation_optouts (user_id) {
        user_id -> Uid,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    suggestions (id) {
        id -> Uid,
        need_id -> Uid,
        capability_id -> Uid,
        need_org_id -> Uid,
        provider_org_id -> Uid,
        region_code -> Text,
        score -> Integer,
        grade -> Text,
        threshold -> Integer,
        ranking -> Text,
        dictionary -> Text,
        holds -> Bool,
        need_dismissed -> Nullable<Text>,
        provider_dismissed -> Nullable<Text>,
        broker_dismissed -> Nullable<Text>,
        case_id -> Nullable<Uid>,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::allow_tables_to_appear_in_same_query!(subscriptions, subscription_finds);
diesel::allow_tables_to_appear_in_same_query!(suggestions, cases);
