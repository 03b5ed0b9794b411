//! Cases and their timelines.

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    cases (id) {
        id -> Uid,
        code -> Text,
        need_id -> Uid,
        capability_id -> Uid,
        need_org_id -> Uid,
        provider_org_id -> Uid,
        region_code -> Text,
        origin -> Text,
        stage -> Text,
        held_stage -> Nullable<Text>,
        known_to_sides -> Bool,
        need_answer -> Text,
        provider_answer -> Text,
        lost_reason -> Nullable<Text>,
        lost_side -> Nullable<Text>,
        liaison_id -> Nullable<Uid>,
        next_action -> Nullable<Text>,
        due_on -> Nullable<Date>,
        stage_since -> Moment,
        contacted_at -> Nullable<Moment>,
        closed_at -> Nullable<Moment>,
        created_by -> Nullable<Uid>,
        updated_by -> Nullable<Uid>,
        version -> Integer,
        created_at -> Moment,
        updated_at -> Moment,
    }
}

diesel::table! {
    use diesel::sql_types::*;
    use crate::db::types::sql::{Moment, Uid};

    case_entries (id) {
        id -> Uid,
        case_id -> Uid,
        from_stage -> Nullable<Text>,
        to_stage -> Text,
        side -> Text,
        actor_id -> Nullable<Uid>,
        channel -> Nullable<Text>,
        note -> Nullable<Text>,
        shared -> Bool,
        next_action -> Nullable<Text>,
        due_on -> Nullable<Date>,
        lost_reason -> Nullable<Text>,
        created_at -> Moment,
    }
}
