//! What is agreed between two sides: technology contracts and projects.

use super::brokering::cases;

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    contracts (id) {
        id -> Uid,
        code -> Text,
        status -> Text,
        project_name -> Text,
        contract_type -> Nullable<Text>,
        buyer_org_id -> Nullable<Uid>,
        seller_org_id -> Nullable<Uid>,
        need_id -> Nullable<Uid>,
        capability_id -> Nullable<Uid>,
        case_id -> Nullable<Uid>,
        region_code -> Text,
        amount -> Nullable<BigInt>,
        tech_amount -> Nullable<BigInt>,
        signed_on -> Nullable<Date>,
        registered_on -> Nullable<Date>,
        registration_no -> Nullable<Text>,
        next_payment_on -> Nullable<Date>,
        party_names -> Text,
        doc -> JsonDoc,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    projects (id) {
        id -> Uid,
        code -> Text,
        status -> Text,
        title -> Text,
        programme -> Text,
        channel -> Text,
        activity_kind -> Text,
        case_id -> Nullable<Uid>,
        funds_planned -> BigInt,
        funds_paid -> BigInt,
        starts_on -> Nullable<Date>,
        next_milestone_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        party_names -> Text,
        doc -> JsonDoc,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use crate::db::types::sql::Uid;

    project_parties (project_id, org_id) {
        project_id -> Uid,
        org_id -> Uid,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    project_towns (project_id, region_code) {
        project_id -> Uid,
        region_code -> Text,
    }
}

diesel::allow_tables_to_appear_in_same_query!(projects, project_parties, project_towns);
diesel::allow_tables_to_appear_in_same_query!(projects, cases);
diesel::allow_tables_to_appear_in_same_query!(contracts, cases);
