//! Rows of used keys.

use diesel::prelude::*;

use super::model::{Claim, Created, Headers, UsedKey};
use crate::db::schema::idempotency_keys;
use crate::db::{Db, Json, Timestamp};
use crate::error::Result;
use crate::on;

/// Inserts a key; false when it is there already. On PostgreSQL this waits for another transaction
/// that is inserting the same key.
pub(super) fn insert(db: &mut Db, row: &UsedKey) -> Result<bool> {
    let inserted = on!(db, conn => diesel::insert_into(idempotency_keys::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(inserted == 1)
}

/// The row of a key.
pub(super) fn find(db: &mut Db, claim: &Claim) -> Result<Option<UsedKey>> {
    Ok(on!(db, conn => idempotency_keys::table
        .find((claim.user_id, &claim.key_hash))
        .select(UsedKey::as_select())
        .first(conn))
    .optional()?)
}

/// Names what the write created.
pub(super) fn set_created(
    db: &mut Db,
    claim: &Claim,
    created: &Created,
    change: Option<i64>,
) -> Result<()> {
    use idempotency_keys::dsl as k;
    on!(db, conn => diesel::update(k::idempotency_keys.find((claim.user_id, &claim.key_hash)))
        .set((
            k::record_kind.eq(created.kind),
            k::record_id.eq(&created.id),
            k::change.eq(change),
        ))
        .execute(conn))?;
    Ok(())
}

/// Adds the answer.
pub(super) fn set_answer(
    db: &mut Db,
    claim: &Claim,
    status: i32,
    headers: &Headers,
    body: &str,
) -> Result<()> {
    use idempotency_keys::dsl as k;
    let headers = Json(headers.clone());
    on!(db, conn => diesel::update(
            k::idempotency_keys
                .find((claim.user_id, &claim.key_hash))
                .filter(k::attempt_id.eq(claim.attempt_id)),
        )
        .set((k::status.eq(status), k::body.eq(body), k::headers.eq(&headers)))
        .execute(conn))?;
    Ok(())
}

/// Removes the row of this very attempt.
pub(super) fn delete(db: &mut Db, claim: &Claim) -> Result<()> {
    use idempotency_keys::dsl as k;
    on!(db, conn => diesel::delete(
            k::idempotency_keys
                .find((claim.user_id, &claim.key_hash))
                .filter(k::attempt_id.eq(claim.attempt_id)),
        )
        .execute(conn))?;
    Ok(())
}

/// Removes a key that was used before a time; returns how many.
pub(super) fn delete_before(db: &mut Db, claim: &Claim, before: Timestamp) -> Result<usize> {
    use idempotency_keys::dsl as k;
    Ok(on!(db, conn => diesel::delete(
            k::idempotency_keys
                .find((claim.user_id, &claim.key_hash))
                .filter(k::created_at.lt(before)),
        )
        .execute(conn))?)
}
