//! Visits to firms, and files kept with records.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Moment;

    file_contents (sha256) {
        sha256 -> Text,
        size -> BigInt,
        bytes -> Binary,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    attachments (id) {
        id -> Uid,
        record_kind -> Text,
        record_id -> Text,
        part_id -> Nullable<Text>,
        name -> Text,
        media_type -> Text,
        size -> BigInt,
        sha256 -> Text,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
        removed_by -> Nullable<Uid>,
        removed_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    visits (id) {
        id -> Uid,
        code -> Text,
        town_code -> Text,
        org_id -> Nullable<Uid>,
        visited_on -> Date,
        doc -> JsonDoc,
        need_id -> Nullable<Uid>,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
        case_id -> Nullable<Uid>,
    }
}
