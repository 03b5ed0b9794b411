//! Queries on registrations that wait.

use diesel::prelude::*;

use super::model::{Registration, RegistrationId};
use crate::db::schema::{registration_links, registrations};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a registration.
pub fn insert(db: &mut Db, row: &Registration) -> Result<()> {
    on!(db, conn => diesel::insert_into(registrations::table).values(row).execute(conn))?;
    Ok(())
}

/// A registration by the fingerprint of one of its secrets, unless it has ended.
pub fn by_fingerprint(db: &mut Db, hash: &str, now: Timestamp) -> Result<Option<Registration>> {
    use registration_links::dsl as l;
    use registrations::dsl as r;
    let further: Option<RegistrationId> = on!(db, conn => l::registration_links
        .find(hash)
        .select(l::registration_id)
        .first(conn))
    .optional()?;
    let found = match further {
        Some(id) => on!(db, conn => r::registrations
            .find(id)
            .select(Registration::as_select())
            .first(conn)),
        None => on!(db, conn => r::registrations
            .filter(r::token_hash.eq(hash))
            .select(Registration::as_select())
            .first(conn)),
    };
    Ok(found.optional()?.filter(|row| now < row.expires_at))
}

/// The registrations of an address that have not ended, oldest first.
pub fn waiting(db: &mut Db, mail: &str, now: Timestamp) -> Result<Vec<Registration>> {
    use registrations::dsl as r;
    Ok(on!(db, conn => r::registrations
        .filter(r::mail.eq(mail))
        .filter(r::expires_at.gt(now))
        .order(r::id.asc())
        .select(Registration::as_select())
        .load(conn))?)
}

/// Gives a registration a further secret.
pub fn insert_link(db: &mut Db, id: RegistrationId, hash: &str) -> Result<()> {
    use registration_links::dsl as l;
    on!(db, conn => diesel::insert_into(l::registration_links)
        .values((l::token_hash.eq(hash), l::registration_id.eq(id)))
        .execute(conn))?;
    Ok(())
}

/// How many further secrets a registration has.
pub fn count_links(db: &mut Db, id: RegistrationId) -> Result<i64> {
    use registration_links::dsl as l;
    Ok(on!(db, conn => l::registration_links
        .filter(l::registration_id.eq(id))
        .count()
        .get_result(conn))?)
}

/// Removes one registration.
pub fn delete(db: &mut Db, id: RegistrationId) -> Result<()> {
    use registrations::dsl as r;
    on!(db, conn => diesel::delete(r::registrations.find(id)).execute(conn))?;
    Ok(())
}

/// Removes all registrations of an address.
pub fn delete_of(db: &mut Db, mail: &str) -> Result<()> {
    use registrations::dsl as r;
    on!(db, conn => diesel::delete(r::registrations.filter(r::mail.eq(mail))).execute(conn))?;
    Ok(())
}
