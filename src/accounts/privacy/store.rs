//! Queries on consents and on what is kept about a person elsewhere.

pub mod mentions;
pub mod traces;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};
use serde_json::Value;

use self::mentions::pattern;
use super::model::{Consent, ConsentPurpose};
use crate::accounts::links::model::LinkId;
use crate::accounts::principal::UserId;
use crate::db::schema::{
    attachments, case_entries, consents, idempotency_keys, kept_forms, needs, notice_settings,
    notices, one_time_tokens, outbox_mails, recommendation_optouts, refresh_tokens, registrations,
    role_grants, sessions, subscription_finds, subscriptions, visits,
};
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a consent.
pub fn insert(db: &mut Db, row: &Consent) -> Result<()> {
    on!(db, conn => diesel::insert_into(consents::table).values(row).execute(conn))?;
    Ok(())
}

/// What a person has agreed to and taken back, oldest first.
pub fn of_person(db: &mut Db, user: UserId) -> Result<Vec<Consent>> {
    Ok(on!(db, conn => consents::table
        .filter(consents::user_id.eq(user))
        .order(consents::id.asc())
        .select(Consent::as_select())
        .load(conn))?)
}

/// What was said about one record, oldest first.
pub fn of_record(db: &mut Db, purpose: ConsentPurpose, record: &str) -> Result<Vec<Consent>> {
    Ok(on!(db, conn => consents::table
        .filter(consents::purpose.eq(purpose))
        .filter(consents::record_id.eq(record))
        .order(consents::id.asc())
        .select(Consent::as_select())
        .load(conn))?)
}

/// A session: address, browser or program, opened, last used.
pub type SessionRow = (Option<String>, Option<String>, Timestamp, Timestamp);

/// All sessions of a person that are on record, newest first.
pub fn sessions_of(db: &mut Db, user: UserId) -> Result<Vec<SessionRow>> {
    use sessions::dsl as s;
    Ok(on!(db, conn => s::sessions
        .filter(s::user_id.eq(user))
        .order(s::created_at.desc())
        .select((s::address, s::user_agent, s::created_at, s::last_used_at))
        .load(conn))?)
}

/// Entries that a person has made in cases: case, stage, note, when.
pub type EntryRow = (crate::cases::model::CaseId, String, Option<String>, Timestamp);

/// What a person has entered in cases, oldest first.
pub fn entries_by(db: &mut Db, user: UserId) -> Result<Vec<EntryRow>> {
    use case_entries::dsl as e;
    Ok(on!(db, conn => e::case_entries
        .filter(e::actor_id.eq(user))
        .order(e::id.asc())
        .select((e::case_id, e::to_stage, e::note, e::created_at))
        .load(conn))?)
}

/// Visits that a person has logged: id, code, when.
pub fn visits_by(
    db: &mut Db,
    user: UserId,
) -> Result<Vec<(crate::visits::model::VisitId, String, Timestamp)>> {
    use visits::dsl as v;
    Ok(on!(db, conn => v::visits
        .filter(v::created_by.eq(user))
        .order(v::created_at.asc())
        .select((v::id, v::code, v::created_at))
        .load(conn))?)
}

/// A file: record kind and id, name, when.
pub type FileRow = (crate::records::model::RecordKind, String, String, Timestamp);

/// Files that a person has sent.
pub fn files_by(db: &mut Db, user: UserId) -> Result<Vec<FileRow>> {
    use attachments::dsl as a;
    Ok(on!(db, conn => a::attachments
        .filter(a::created_by.eq(user))
        .order(a::created_at.asc())
        .select((a::record_kind, a::record_id, a::name, a::created_at))
        .load(conn))?)
}

/// A notice: kind, data, when.
pub type NoticeRow = (String, crate::db::Json<serde_json::Value>, Timestamp);

/// What a person has been told, oldest first.
pub fn notices_to(db: &mut Db, user: UserId) -> Result<Vec<NoticeRow>> {
    use notices::dsl as n;
    Ok(on!(db, conn => n::notices
        .filter(n::user_id.eq(user))
        .order(n::id.asc())
        .select((n::kind, n::data, n::created_at))
        .load(conn))?)
}

/// Removes everything that is kept for a person alone: sessions, links, roles, notices, consents but
/// for the fact that they were given, mails and registrations with the address.
pub fn forget(db: &mut Db, user: UserId, mail: &str) -> Result<()> {
    on!(db, conn => {
        let theirs = sessions::table.filter(sessions::user_id.eq(user)).select(sessions::id);
        diesel::delete(refresh_tokens::table.filter(refresh_tokens::session_id.eq_any(theirs)))
            .execute(conn)?;
        diesel::delete(sessions::table.filter(sessions::user_id.eq(user))).execute(conn)?;
        diesel::delete(one_time_tokens::table.filter(one_time_tokens::user_id.eq(user)))
            .execute(conn)?;
        diesel::delete(role_grants::table.filter(role_grants::user_id.eq(user))).execute(conn)?;
        diesel::delete(notices::table.filter(notices::user_id.eq(user))).execute(conn)?;
        // Who is gone looks after nothing.
        diesel::update(needs::table.filter(needs::broker_id.eq(user)))
            .set(needs::broker_id.eq(None::<UserId>))
            .execute(conn)?;
        let wishes = || subscriptions::table.filter(subscriptions::user_id.eq(user));
        let found = subscription_finds::subscription_id.eq_any(wishes().select(subscriptions::id));
        diesel::delete(subscription_finds::table.filter(found)).execute(conn)?;
        diesel::delete(wishes()).execute(conn)?;
        diesel::delete(recommendation_optouts::table.find(user)).execute(conn)?;
        diesel::delete(notice_settings::table.filter(notice_settings::user_id.eq(user)))
            .execute(conn)?;
        diesel::delete(kept_forms::table.filter(kept_forms::user_id.eq(user))).execute(conn)?;
        diesel::delete(outbox_mails::table.filter(outbox_mails::recipient.eq(mail)))
            .execute(conn)?;
        diesel::delete(registrations::table.filter(registrations::mail.eq(mail))).execute(conn)?;
        diesel::delete(idempotency_keys::table.filter(idempotency_keys::user_id.eq(user)))
            .execute(conn)?;
        Ok::<(), diesel::result::Error>(())
    })?;
    forget_invitations(db, mail)?;
    forget_answers(db, mail)
}

/// Whether a JSON text holds the address as a whole.
fn tells(value: &Value, mail: &str) -> bool {
    match value {
        Value::String(text) => text.trim().to_lowercase() == mail,
        Value::Array(items) => items.iter().any(|item| tells(item, mail)),
        Value::Object(map) => map.values().any(|item| tells(item, mail)),
        _ => false,
    }
}

/// Invitations to the address.
fn forget_invitations(db: &mut Db, mail: &str) -> Result<()> {
    use one_time_tokens::dsl as t;
    let rows: Vec<(LinkId, Json<Value>)> = on!(db, conn => t::one_time_tokens
        .filter(
            sql::<Bool>("LOWER(CAST(doc AS TEXT)) LIKE ")
                .bind::<Text, _>(pattern(mail))
                .sql(" ESCAPE '!'"),
        )
        .select((t::id, t::doc))
        .load(conn))?;
    for (id, _) in rows.into_iter().filter(|(_, doc)| tells(&doc.0, mail)) {
        on!(db, conn => diesel::delete(t::one_time_tokens.find(id)).execute(conn))?;
    }
    Ok(())
}

/// Answers that were kept for others and tell the address: what was created is still known, so that a
/// repeat creates nothing.
fn forget_answers(db: &mut Db, mail: &str) -> Result<()> {
    use idempotency_keys::dsl as k;
    let rows: Vec<(UserId, String, Option<String>)> = on!(db, conn => k::idempotency_keys
        .filter(
            sql::<Bool>("LOWER(COALESCE(body, '')) LIKE ")
                .bind::<Text, _>(pattern(mail))
                .sql(" ESCAPE '!'"),
        )
        .select((k::user_id, k::idempotency_key, k::body))
        .load(conn))?;
    for (user, key, body) in rows {
        let told = serde_json::from_str(body.as_deref().unwrap_or_default());
        if told.is_ok_and(|value: Value| tells(&value, mail)) {
            let row =
                k::idempotency_keys.filter(k::user_id.eq(user)).filter(k::idempotency_key.eq(key));
            on!(db, conn => diesel::update(row)
                .set((k::status.eq(None::<i32>), k::body.eq(None::<String>)))
                .execute(conn))?;
        }
    }
    Ok(())
}
