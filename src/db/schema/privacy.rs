//! Consents of people.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    retention_runs (id) {
        id -> Uid,
        class -> Text,
        before -> Moment,
        removed -> BigInt,
        started_at -> Moment,
        finished_at -> Nullable<Moment>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    consents (id) {
        id -> Uid,
        user_id -> Uid,
        purpose -> Text,
        record_id -> Nullable<Text>,
        version -> Text,
        given -> Bool,
        created_at -> Moment,
    }
}
