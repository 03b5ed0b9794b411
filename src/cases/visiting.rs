//! Visits that were made for a case, as entries of its timeline. They are no steps of it: the visit is
//! changed or deleted where it was logged, and the timeline follows.

use super::model::{CaseId, EntryId, Side};
use super::stage::CaseStage;
use super::views::CaseEntryView;
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::db::Db;
use crate::error::Result;
use crate::visits;

/// An entry for each visit that the caller may know of: that they met, how, and what was found. Neither
/// side of the case sees any.
///
/// # Errors
/// Database faults.
pub(super) fn entries(db: &mut Db, caller: &Caller, id: CaseId) -> Result<Vec<CaseEntryView>> {
    let made = visits::links::of_case(db, caller, id)?;
    let people: Vec<UserId> = made.iter().filter_map(|visit| visit.created_by).collect();
    let names = accounts::ops::names(db, &people)?;
    let entry = |visit: visits::model::Visit| CaseEntryView {
        id: EntryId(visit.id.0),
        from_stage: None,
        to_stage: CaseStage::Met,
        side: Side::Broker,
        actor_name: visit.created_by.and_then(|id| names.get(&id).cloned()),
        channel: visit.doc.0.channel.as_deref().and_then(|code| code.parse().ok()),
        note: visit.doc.0.findings,
        shared: false,
        next_action: None,
        due_on: None,
        lost_reason: None,
        visit_id: Some(visit.id),
        visited_on: Some(visit.visited_on),
        files: Vec::new(),
        created_at: visit.created_at,
    };
    Ok(made.into_iter().map(entry).collect())
}
