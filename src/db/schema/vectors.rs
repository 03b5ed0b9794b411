//! What a model server has made of texts.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment};

    embedding_models (name) {
        name -> Text,
        recipe -> JsonDoc,
        dimensions -> Integer,
        position -> BigInt,
        yardstick -> Nullable<Binary>,
        serving_at -> Nullable<Moment>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    text_vectors (id) {
        id -> Uid,
        model -> Text,
        record_kind -> Text,
        record_id -> Text,
        tier -> Integer,
        text_hash -> Text,
        vector -> Nullable<Binary>,
        attempts -> Integer,
        next_attempt_at -> Moment,
        last_error -> Nullable<Text>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    likeness_keys (likeness_key, record_id) {
        likeness_key -> BigInt,
        record_id -> Uid,
        tier -> Integer,
    }
}
