//! Whether there is anything in the database, and what was just put there.

use diesel::prelude::*;

use crate::capabilities::model::CapabilityId;
use crate::db::Db;
use crate::db::schema::{audit_log, capabilities, change_log, needs, users};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::on;

/// Whether nothing has ever been written here.
pub(super) fn is_empty(db: &mut Db) -> Result<bool> {
    let people: i64 = on!(db, conn => users::table.count().get_result(conn))?;
    let changes: i64 = on!(db, conn => change_log::table.count().get_result(conn))?;
    let entries: i64 = on!(db, conn => audit_log::table.count().get_result(conn))?;
    Ok(people == 0 && changes == 0 && entries == 0)
}

/// Ids of the need and the capability with these titles.
pub(super) fn titled(db: &mut Db, need: &str, capability: &str) -> Result<(NeedId, CapabilityId)> {
    let unknown = |title: &str| Error::internal(format!("nothing is called {title}"));
    let need_id = on!(db, conn => needs::table
        .filter(needs::title.eq(need))
        .select(needs::id)
        .first(conn))
    .optional()?;
    let capability_id = on!(db, conn => capabilities::table
        .filter(capabilities::title.eq(capability))
        .select(capabilities::id)
        .first(conn))
    .optional()?;
    Ok((need_id.ok_or_else(|| unknown(need))?, capability_id.ok_or_else(|| unknown(capability))?))
}
