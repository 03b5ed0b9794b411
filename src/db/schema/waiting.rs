//! What waits for somebody's word: registrations for their mail address to be shown, records for
//! their owners to say that they still hold, forms for being sent.

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

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    renewal_pings (record_id) {
        record_id -> Uid,
        asked_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    kept_forms (id) {
        id -> Uid,
        user_id -> Nullable<Uid>,
        browser -> Nullable<Text>,
        token -> Nullable<Text>,
        place -> Text,
        version -> Integer,
        doc -> JsonDoc,
        saved_at -> Moment,
        expires_at -> Moment,
    }
}
