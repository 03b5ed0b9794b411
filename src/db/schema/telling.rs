//! What people are told.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    notices (id) {
        id -> Uid,
        user_id -> Uid,
        kind -> Text,
        record_kind -> Nullable<Text>,
        record_id -> Nullable<Text>,
        data -> JsonDoc,
        once_key -> Nullable<Text>,
        mail -> Text,
        read_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    notice_settings (user_id) {
        user_id -> Uid,
        doc -> JsonDoc,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    endpoints (id) {
        id -> Uid,
        kind -> Text,
        name -> Text,
        org_id -> Nullable<Uid>,
        region_code -> Nullable<Text>,
        url -> Text,
        secret -> Nullable<Text>,
        old_secret -> Nullable<Text>,
        old_until -> Nullable<Moment>,
        failing_since -> Nullable<Moment>,
        events -> JsonDoc,
        language -> Text,
        active -> Bool,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    deliveries (id) {
        id -> Uid,
        endpoint_id -> Uid,
        message_id -> Uid,
        kind -> Text,
        record_kind -> Nullable<Text>,
        record_id -> Nullable<Text>,
        data -> JsonDoc,
        state -> Text,
        attempts -> Integer,
        attempted_at -> Nullable<Moment>,
        next_attempt_at -> Moment,
        last_error -> Nullable<Text>,
        sent_at -> Nullable<Moment>,
        created_at -> Moment,
        said -> Nullable<Text>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    message_templates (id) {
        id -> Uid,
        kind -> Text,
        language -> Text,
        version -> Integer,
        in_force -> Bool,
        texts -> JsonDoc,
        shipped -> JsonDoc,
        saved_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    outbox_mails (id) {
        id -> Uid,
        recipient -> Text,
        subject -> Text,
        body -> Text,
        state -> Text,
        attempts -> Integer,
        next_attempt_at -> Moment,
        last_error -> Nullable<Text>,
        sent_at -> Nullable<Moment>,
        created_at -> Moment,
        unsubscribe_url -> Nullable<Text>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(endpoints, deliveries);
