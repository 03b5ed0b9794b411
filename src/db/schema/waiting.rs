//! Registrations that wait for their mail address to be shown.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    registrations (id) {
        id -> Uid,
        mail -> Text,
        token_hash -> Text,
        doc -> JsonDoc,
        expires_at -> Moment,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    registration_links (token_hash) {
        token_hash -> Text,
        registration_id -> Uid,
    }
}
