//! What is agreed between two sides: technology contracts.

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
        doc -> JsonDoc,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}
