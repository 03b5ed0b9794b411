//! Queries on sessions and refresh tokens.

use diesel::prelude::*;

use super::model::{RefreshToken, RefreshTokenId, Session};
use crate::accounts::principal::{SessionId, UserId};
use crate::accounts::users::model::UserStatus;
use crate::db::schema::{refresh_tokens, sessions, users};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a session.
pub fn insert(db: &mut Db, row: &Session) -> Result<()> {
    on!(db, conn => diesel::insert_into(sessions::table).values(row).execute(conn))?;
    Ok(())
}

/// Adds a refresh token.
pub fn insert_token(db: &mut Db, row: &RefreshToken) -> Result<()> {
    on!(db, conn => diesel::insert_into(refresh_tokens::table).values(row).execute(conn))?;
    Ok(())
}

/// A refresh token by its fingerprint, with its session and the status of the person.
pub fn token(db: &mut Db, hash: &str) -> Result<Option<(RefreshToken, Session, UserStatus)>> {
    Ok(on!(db, conn => refresh_tokens::table
        .inner_join(sessions::table.inner_join(users::table))
        .filter(refresh_tokens::token_hash.eq(hash))
        .select((RefreshToken::as_select(), Session::as_select(), users::status))
        .first(conn))
    .optional()?)
}

/// Marks a refresh token as used; false when it had been already.
pub fn mark_token_used(
    db: &mut Db,
    id: RefreshTokenId,
    seed: &str,
    now: Timestamp,
) -> Result<bool> {
    use refresh_tokens::dsl as t;
    let changed = on!(db, conn => diesel::update(
        t::refresh_tokens.filter(t::id.eq(id)).filter(t::used_at.is_null()),
    )
    .set((t::used_at.eq(Some(now)), t::successor_seed.eq(Some(seed))))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Notes that a session's tokens were made new.
pub fn touch(db: &mut Db, id: SessionId, now: Timestamp) -> Result<()> {
    on!(db, conn => diesel::update(sessions::table.find(id))
        .set(sessions::last_used_at.eq(now))
        .execute(conn))?;
    Ok(())
}

/// A person's sessions that have not been ended, last used first.
pub fn open_of(db: &mut Db, user: UserId, used_after: Timestamp) -> Result<Vec<Session>> {
    use sessions::dsl as s;
    Ok(on!(db, conn => s::sessions
        .filter(s::user_id.eq(user))
        .filter(s::revoked_at.is_null())
        .filter(s::last_used_at.gt(used_after))
        .order((s::last_used_at.desc(), s::id.desc()))
        .select(Session::as_select())
        .load(conn))?)
}

/// Ends one session of a person; false when there is none to end.
pub fn revoke(
    db: &mut Db,
    user: UserId,
    id: SessionId,
    reason: &str,
    now: Timestamp,
) -> Result<bool> {
    use sessions::dsl as s;
    let changed = on!(db, conn => diesel::update(
        s::sessions
            .filter(s::id.eq(id))
            .filter(s::user_id.eq(user))
            .filter(s::revoked_at.is_null()),
    )
    .set((s::revoked_at.eq(Some(now)), s::revoked_reason.eq(Some(reason))))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Ends all sessions of a person but one.
pub fn revoke_others(
    db: &mut Db,
    user: UserId,
    but: SessionId,
    reason: &str,
    now: Timestamp,
) -> Result<()> {
    use sessions::dsl as s;
    on!(db, conn => diesel::update(
        s::sessions
            .filter(s::user_id.eq(user))
            .filter(s::id.ne(but))
            .filter(s::revoked_at.is_null()),
    )
    .set((s::revoked_at.eq(Some(now)), s::revoked_reason.eq(Some(reason))))
    .execute(conn))?;
    Ok(())
}
