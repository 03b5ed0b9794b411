//! Rows of the signing keys, and the look-up behind every signed-in request.

use diesel::prelude::*;

use super::principal::{OrgId, Role, SessionId, UserId};
use super::tokens::model::{KeyId, SigningKey};
use super::users::model::UserStatus;
use crate::db::schema::{organizations, role_grants, sessions, signing_keys, users};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;
use crate::organizations::model::OrgStatus;

/// A session with its person.
pub(super) struct SessionState {
    pub name: String,
    pub status: UserStatus,
    pub revoked_at: Option<Timestamp>,
}

/// The session of a person.
pub(super) fn session_state(
    db: &mut Db,
    session: SessionId,
    user: UserId,
) -> Result<Option<SessionState>> {
    let row: Option<(String, UserStatus, Option<Timestamp>)> = on!(db, conn => sessions::table
        .inner_join(users::table)
        .filter(sessions::id.eq(session))
        .filter(users::id.eq(user))
        .select((users::name, users::status, sessions::revoked_at))
        .first(conn))
    .optional()?;
    Ok(row.map(|(name, status, revoked_at)| SessionState { name, status, revoked_at }))
}

/// A role as held: role, organisation, its status, region.
pub(super) type HeldRole = (Role, Option<OrgId>, Option<OrgStatus>, Option<String>);

/// Roles a person holds, with the status of the organisations.
pub(super) fn held_roles(db: &mut Db, user: UserId) -> Result<Vec<HeldRole>> {
    Ok(on!(db, conn => role_grants::table
        .left_join(
            organizations::table.on(role_grants::org_id.eq(organizations::id.nullable())),
        )
        .filter(role_grants::user_id.eq(user))
        .order(role_grants::id.asc())
        .select((
            role_grants::role,
            role_grants::org_id,
            organizations::status.nullable(),
            role_grants::region_code,
        ))
        .load(conn))?)
}

/// All signing keys, newest first.
pub(super) fn signing_keys(db: &mut Db) -> Result<Vec<SigningKey>> {
    Ok(on!(db, conn => signing_keys::table
        .order((signing_keys::created_at.desc(), signing_keys::id.desc()))
        .select(SigningKey::as_select())
        .load(conn))?)
}

/// Adds a signing key.
pub(super) fn insert_signing_key(db: &mut Db, key: &SigningKey) -> Result<()> {
    on!(db, conn => diesel::insert_into(signing_keys::table).values(key).execute(conn))?;
    Ok(())
}

/// Retires every key in use but one.
pub(super) fn retire_signing_keys(db: &mut Db, but: KeyId, at: Timestamp) -> Result<()> {
    on!(db, conn => diesel::update(
        signing_keys::table
            .filter(signing_keys::id.ne(but))
            .filter(signing_keys::retired_at.is_null()),
    )
    .set(signing_keys::retired_at.eq(at))
    .execute(conn))?;
    Ok(())
}

/// Removes keys retired before a time.
pub(super) fn delete_signing_keys(db: &mut Db, retired_before: Timestamp) -> Result<()> {
    on!(db, conn => diesel::delete(
        signing_keys::table.filter(signing_keys::retired_at.lt(retired_before)),
    )
    .execute(conn))?;
    Ok(())
}
