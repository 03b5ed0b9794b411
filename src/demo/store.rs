//! The mark in the database, and whether there is anything else in it.

use diesel::prelude::*;

use crate::db::schema::{audit_log, change_log, instance_facts, users};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// A fact about this instance.
pub(super) fn fact(db: &mut Db, name: &str) -> Result<Option<String>> {
    use instance_facts::dsl as f;
    Ok(on!(db, conn => f::instance_facts.find(name).select(f::value).first(conn)).optional()?)
}

/// Sets a fact about this instance.
pub(super) fn set_fact(db: &mut Db, name: &str, value: &str, now: Timestamp) -> Result<()> {
    use instance_facts::dsl as f;
    let row = (f::name.eq(name), f::value.eq(value), f::created_at.eq(now));
    on!(db, conn => diesel::delete(f::instance_facts.find(name)).execute(conn))?;
    on!(db, conn => diesel::insert_into(f::instance_facts).values(row).execute(conn))?;
    Ok(())
}

/// Whether nothing has ever been written here.
pub(super) fn is_empty(db: &mut Db) -> Result<bool> {
    let people: i64 = on!(db, conn => users::table.count().get_result(conn))?;
    let changes: i64 = on!(db, conn => change_log::table.count().get_result(conn))?;
    let entries: i64 = on!(db, conn => audit_log::table.count().get_result(conn))?;
    Ok(people == 0 && changes == 0 && entries == 0)
}
