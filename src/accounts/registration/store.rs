//! Queries on registrations that wait.

use diesel::prelude::*;

use super::model::{Registration, RegistrationId};
use crate::db::schema::registrations;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a registration.
pub fn insert(db: &mut Db, row: &Registration) -> Result<()> {
    on!(db, conn => diesel::insert_into(registrations::table).values(row).execute(conn))?;
    Ok(())
}

/// A registration by the fingerprint of its secret, unless it has ended.
pub fn by_fingerprint(db: &mut Db, hash: &str, now: Timestamp) -> Result<Option<Registration>> {
    use registrations::dsl as r;
    Ok(on!(db, conn => r::registrations
        .filter(r::token_hash.eq(hash))
        .filter(r::expires_at.gt(now))
        .select(Registration::as_select())
        .first(conn))
    .optional()?)
}

/// The newest registration of an address that has not ended.
pub fn newest(db: &mut Db, mail: &str, now: Timestamp) -> Result<Option<Registration>> {
    use registrations::dsl as r;
    Ok(on!(db, conn => r::registrations
        .filter(r::mail.eq(mail))
        .filter(r::expires_at.gt(now))
        .order(r::id.desc())
        .select(Registration::as_select())
        .first(conn))
    .optional()?)
}

/// Gives a registration another secret.
pub fn set_secret(db: &mut Db, id: RegistrationId, hash: &str, ends: Timestamp) -> Result<()> {
    use registrations::dsl as r;
    on!(db, conn => diesel::update(r::registrations.find(id))
        .set((r::token_hash.eq(hash), r::expires_at.eq(ends)))
        .execute(conn))?;
    Ok(())
}

/// Removes all registrations of an address; false when there are none.
pub fn delete_of(db: &mut Db, mail: &str) -> Result<bool> {
    use registrations::dsl as r;
    let deleted = on!(db, conn => diesel::delete(r::registrations.filter(r::mail.eq(mail)))
        .execute(conn))?;
    Ok(deleted > 0)
}

/// Removes registrations that have ended.
pub fn delete_ended(db: &mut Db, now: Timestamp) -> Result<()> {
    use registrations::dsl as r;
    on!(db, conn => diesel::delete(r::registrations.filter(r::expires_at.le(now))).execute(conn))?;
    Ok(())
}
