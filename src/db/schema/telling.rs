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
