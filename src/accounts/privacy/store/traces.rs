//! Where an account is named by its id, and what is kept beside it: for the export.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde_json::Value;

use crate::accounts::principal::{OrgId, UserId};
use crate::db::schema::{idempotency_keys, notice_settings, one_time_tokens, outbox_mails, visits};
use crate::db::types::sql::Uid;
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::on;
use crate::visits::model::{VisitFields, VisitId};

/// Columns that name an account, with the key of their tables: what somebody has made, changed,
/// granted or looks after. A test compares them with the tables.
pub const TRACES: [(&str, &str, &str); 29] = [
    ("attachments", "created_by", "id"),
    ("attachments", "removed_by", "id"),
    ("capabilities", "created_by", "id"),
    ("capabilities", "updated_by", "id"),
    ("cases", "created_by", "id"),
    ("cases", "liaison_id", "id"),
    ("cases", "updated_by", "id"),
    ("contracts", "created_by", "id"),
    ("disclosure_grants", "granted_by", "id"),
    ("endpoints", "created_by", "id"),
    ("event_guests", "answered_by", "id"),
    ("event_guests", "created_by", "id"),
    ("event_meetings", "created_by", "id"),
    ("events", "created_by", "id"),
    ("kept_forms", "user_id", "id"),
    ("message_templates", "saved_by", "id"),
    ("needs", "broker_id", "id"),
    ("needs", "created_by", "id"),
    ("needs", "updated_by", "id"),
    ("one_time_tokens", "created_by", "id"),
    ("organizations", "created_by", "id"),
    ("platforms", "created_by", "id"),
    ("projects", "created_by", "id"),
    ("record_steps", "actor_id", "id"),
    ("record_versions", "saved_by", "id"),
    ("report_corrections", "created_by", "id"),
    ("report_locks", "created_by", "id"),
    ("role_grants", "granted_by", "id"),
    ("visits", "created_by", "id"),
];

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    id: String,
}

/// Rows that name the account: table, column, keys of the rows.
pub fn of(db: &mut Db, user: UserId) -> Result<Vec<(&'static str, &'static str, Vec<String>)>> {
    let mut found = Vec::new();
    for (table, column, key) in TRACES {
        let query = format!(
            "SELECT CAST({key} AS TEXT) AS id FROM {table} WHERE {column} = $1 ORDER BY {key}"
        );
        let rows: Vec<Row> =
            on!(db, conn => diesel::sql_query(query).bind::<Uid, _>(user).load(conn))?;
        if !rows.is_empty() {
            found.push((table, column, rows.into_iter().map(|row| row.id).collect()));
        }
    }
    Ok(found)
}

/// A mail: subject, text, state, when.
pub type MailRow = (String, String, String, Timestamp);

/// Mails to an address that are on record, oldest first.
pub fn mails_to(db: &mut Db, mail: &str) -> Result<Vec<MailRow>> {
    use outbox_mails::dsl as m;
    Ok(on!(db, conn => m::outbox_mails
        .filter(m::recipient.eq(mail))
        .order(m::created_at.asc())
        .select((m::subject, m::body, m::state, m::created_at))
        .load(conn))?)
}

/// A link: purpose, end, when it was used, when it was made.
pub type LinkRow = (String, Timestamp, Option<Timestamp>, Timestamp);

/// Links that were made for an account, without their secrets.
pub fn links_of(db: &mut Db, user: UserId) -> Result<Vec<LinkRow>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => t::one_time_tokens
        .filter(t::user_id.eq(user))
        .order(t::id.asc())
        .select((t::purpose, t::expires_at, t::used_at, t::created_at))
        .load(conn))?)
}

/// A request that named a key: operation, record, when.
pub type RequestRow = (String, Option<String>, Timestamp);

/// Requests of an account that are remembered for being repeated, without their answers.
pub fn requests_of(db: &mut Db, user: UserId) -> Result<Vec<RequestRow>> {
    use idempotency_keys::dsl as k;
    Ok(on!(db, conn => k::idempotency_keys
        .filter(k::user_id.eq(user))
        .order(k::created_at.asc())
        .select((k::operation, k::record_id, k::created_at))
        .load(conn))?)
}

/// What a person wants by mail, if something was chosen.
pub fn settings_of(db: &mut Db, user: UserId) -> Result<Option<Value>> {
    use notice_settings::dsl as s;
    let found: Option<Json<Value>> = on!(db, conn => s::notice_settings
        .find(user)
        .select(s::doc)
        .first(conn))
    .optional()?;
    Ok(found.map(|doc| doc.0))
}

/// A visit: id, code, fields.
pub type VisitRow = (VisitId, String, Json<VisitFields>);

/// Visits to organisations that name people; who is meant is looked for by the caller.
pub fn visits_to(db: &mut Db, orgs: &[OrgId]) -> Result<Vec<VisitRow>> {
    use visits::dsl as v;
    Ok(on!(db, conn => v::visits
        .filter(v::org_id.eq_any(orgs.iter().copied().map(Some)))
        .filter(sql::<Bool>("CAST(doc AS TEXT) LIKE '%\"people\"%'"))
        .order(v::id.asc())
        .select((v::id, v::code, v::doc))
        .load(conn))?)
}

/// What was said of a record in its steps by a person: kind, id, comment, when.
pub type CommentRow = (String, String, Option<String>, Timestamp);

/// Comments that a person has given at steps of records, oldest first.
pub fn comments_by(db: &mut Db, user: UserId) -> Result<Vec<CommentRow>> {
    use crate::db::schema::record_steps::dsl as s;
    Ok(on!(db, conn => s::record_steps
        .filter(s::actor_id.eq(user))
        .filter(s::comment.is_not_null())
        .order(s::id.asc())
        .select((s::record_kind, s::record_id, s::comment, s::created_at))
        .load(conn))?)
}
