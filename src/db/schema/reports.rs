//! Reports: what they are drawn from beside the records, and what stands of those that were locked.

use super::{contracts, projects};

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    contract_payments (contract_id, part) {
        contract_id -> Uid,
        part -> Integer,
        paid_on -> Date,
        paid -> BigInt,
    }
}

diesel::table! {
    use crate::db::types::sql::Uid;

    project_contracts (project_id, contract_id) {
        project_id -> Uid,
        contract_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    report_locks (id) {
        id -> Uid,
        region_code -> Text,
        period -> Text,
        first_day -> Date,
        last_day -> Date,
        note -> Nullable<Text>,
        facts -> Integer,
        sha256 -> Text,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    report_facts (id) {
        id -> Uid,
        lock_id -> Uid,
        kind -> Text,
        record_id -> Text,
        part -> Integer,
        code -> Text,
        title -> Text,
        day -> Date,
        region_code -> Text,
        programme -> Text,
        channel -> Text,
        activity_kind -> Text,
        amount -> BigInt,
        of_which -> BigInt,
        entered_by -> Nullable<Uid>,
        left_by -> Nullable<Uid>,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    report_corrections (id) {
        id -> Uid,
        lock_id -> Uid,
        kind -> Text,
        record_id -> Text,
        part -> Integer,
        reason -> Text,
        created_by -> Nullable<Uid>,
        created_at -> Moment,
    }
}

diesel::allow_tables_to_appear_in_same_query!(contract_payments, contracts);
diesel::allow_tables_to_appear_in_same_query!(project_contracts, projects);
