//! Whether there is anything in the database, and what was just put there.

use chrono::TimeDelta;
use diesel::prelude::*;

use crate::capabilities::model::CapabilityId;
use crate::cases::model::{CaseId, EntryId};
use crate::db::schema::{audit_log, capabilities, case_entries, cases, change_log, needs, users};
use crate::db::{Db, Timestamp};
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

/// When something is to have happened.
pub(super) struct Past {
    /// The present.
    pub(super) now: Timestamp,
    /// Days before it on which the need was published.
    pub(super) days: i64,
    /// Days after that on which somebody was asked.
    pub(super) contact_days: i64,
}

/// Moves the publication of a need and the history of its case into the past: what happened in the case
/// is spread from the first contact to the last days, so that it has not stood still.
pub(super) fn move_back(db: &mut Db, need: NeedId, case: CaseId, past: &Past) -> Result<()> {
    let at = |days: i64| Timestamp::new(past.now.0 - TimeDelta::days(days.max(0)));
    let published = at(past.days);
    let contacted = at(past.days - past.contact_days);
    on!(db, conn => diesel::update(needs::table.find(need))
        .set((needs::published_at.eq(Some(published)), needs::created_at.eq(at(past.days + 3))))
        .execute(conn))?;
    let entries: Vec<EntryId> = on!(db, conn => case_entries::table
        .filter(case_entries::case_id.eq(case))
        .order(case_entries::id.asc())
        .select(case_entries::id)
        .load(conn))?;
    let last = past.days % 3;
    let span = (past.days - past.contact_days - last).max(0);
    let steps = i64::try_from(entries.len()).unwrap_or(1).saturating_sub(1).max(1);
    for (number, id) in (0_i64..).zip(&entries) {
        let moment = at(past.days - past.contact_days - span * number / steps);
        on!(db, conn => diesel::update(case_entries::table.find(id))
            .set(case_entries::created_at.eq(moment))
            .execute(conn))?;
    }
    on!(db, conn => diesel::update(cases::table.find(case))
        .set((
            cases::created_at.eq(contacted),
            cases::contacted_at.eq(Some(contacted)),
            cases::stage_since.eq(at(last)),
        ))
        .execute(conn))?;
    Ok(())
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
