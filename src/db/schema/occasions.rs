//! Events, who comes to them, and who meets whom there; platforms of towns.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    events (id) {
        id -> Uid,
        code -> Text,
        town_code -> Text,
        kind -> Text,
        title -> Text,
        status -> Text,
        starts_at -> Moment,
        ends_at -> Moment,
        public -> Bool,
        opened_at -> Nullable<Moment>,
        doc -> JsonDoc,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    event_guests (id) {
        id -> Uid,
        event_id -> Uid,
        org_id -> Nullable<Uid>,
        org_name -> Nullable<Text>,
        origin -> Text,
        answer -> Text,
        reason -> Nullable<Text>,
        answered_by -> Nullable<Uid>,
        answered_at -> Nullable<Moment>,
        attended_at -> Nullable<Moment>,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    event_meetings (id) {
        id -> Uid,
        event_id -> Uid,
        need_id -> Uid,
        capability_id -> Uid,
        need_guest_id -> Uid,
        provider_guest_id -> Uid,
        score -> Integer,
        why -> Text,
        slot -> Nullable<Integer>,
        table_number -> Nullable<Integer>,
        result -> Nullable<Text>,
        note -> Nullable<Text>,
        case_id -> Nullable<Uid>,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    event_seats (event_id, slot, guest_id) {
        event_id -> Uid,
        slot -> Integer,
        guest_id -> Uid,
        meeting_id -> Uid,
    }
}

diesel::allow_tables_to_appear_in_same_query!(events, event_guests, event_meetings, event_seats);

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{JsonDoc, Moment, Uid};

    platforms (id) {
        id -> Uid,
        code -> Text,
        town_code -> Text,
        kind -> Text,
        level -> Text,
        name -> Text,
        opened_on -> Date,
        closed_on -> Nullable<Date>,
        doc -> JsonDoc,
        created_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::Uid;

    platform_firms (platform_id, firm_key, entered_on) {
        platform_id -> Uid,
        firm_key -> Text,
        entered_on -> Date,
        left_on -> Nullable<Date>,
    }
}

diesel::allow_tables_to_appear_in_same_query!(platforms, platform_firms);
