//! Whether there is anything in the database.

use diesel::prelude::*;

use crate::db::Db;
use crate::db::schema::{audit_log, change_log, users};
use crate::error::Result;
use crate::on;

/// Whether nothing has ever been written here.
pub(super) fn is_empty(db: &mut Db) -> Result<bool> {
    let people: i64 = on!(db, conn => users::table.count().get_result(conn))?;
    let changes: i64 = on!(db, conn => change_log::table.count().get_result(conn))?;
    let entries: i64 = on!(db, conn => audit_log::table.count().get_result(conn))?;
    Ok(people == 0 && changes == 0 && entries == 0)
}
