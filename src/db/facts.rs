//! Facts about this instance: what has been done once and must not be done again.

use diesel::prelude::*;

use super::schema::instance_facts;
use super::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// A fact about this instance.
///
/// # Errors
/// Database faults.
pub fn fact(db: &mut Db, name: &str) -> Result<Option<String>> {
    use instance_facts::dsl as f;
    Ok(on!(db, conn => f::instance_facts.find(name).select(f::value).first(conn)).optional()?)
}

/// Sets a fact about this instance.
///
/// # Errors
/// Database faults.
pub fn set_fact(db: &mut Db, name: &str, value: &str, now: Timestamp) -> Result<()> {
    use instance_facts::dsl as f;
    let row = (f::name.eq(name), f::value.eq(value), f::created_at.eq(now));
    on!(db, conn => diesel::delete(f::instance_facts.find(name)).execute(conn))?;
    on!(db, conn => diesel::insert_into(f::instance_facts).values(row).execute(conn))?;
    Ok(())
}
