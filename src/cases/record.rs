//! A case as a [traced record](crate::records::traced).

use serde_json::json;

use super::model::{Case, CaseId, Side};
use super::reading;
use crate::accounts::principal::Caller;
use crate::attachments::attached::{AttachRight, Attached};
use crate::attachments::model::Attachment;
use crate::db::Db;
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::records::model::RecordKind;
use crate::records::traced::{Insight, State, Traced};

/// The files of a case are for its brokers, and for both sides from the day both have said yes.
impl Attached for Case {
    fn attach_right(db: &mut Db, caller: &Caller, id: &CaseId) -> Result<AttachRight> {
        let (case, sides) = reading::find(db, caller, *id)?;
        if sides.contains(&Side::Broker) {
            Ok(AttachRight::Write)
        } else if !case.is_introducible() {
            Err(Error::NotFound)
        } else if case.stage.is_closed() {
            Ok(AttachRight::Read)
        } else {
            Ok(AttachRight::Add)
        }
    }

    /// A file that came with an entry is for those who may read the note of that entry.
    fn retain_shown(
        db: &mut Db,
        caller: &Caller,
        id: &CaseId,
        rows: &mut Vec<Attachment>,
    ) -> Result<()> {
        let parts: Vec<&str> = rows.iter().filter_map(|row| row.part_id.as_deref()).collect();
        if parts.is_empty() {
            return Ok(());
        }
        let readable = reading::readable_entries(db, caller, *id, &parts)?;
        rows.retain(|row| row.part_id.as_ref().is_none_or(|part| readable.contains(part)));
        Ok(())
    }

    fn check_part(db: &mut Db, caller: &Caller, id: &CaseId, part: &str) -> Result<()> {
        let readable = reading::readable_entries(db, caller, *id, &[part])?;
        if readable.contains(part) { Ok(()) } else { Err(Error::NotFound) }
    }
}

impl Traced for Case {
    const KIND: RecordKind = RecordKind::Case;

    type Id = CaseId;

    fn state(&self) -> Result<State> {
        let fields = json!({
            "need_id": self.need_id,
            "capability_id": self.capability_id,
            "origin": self.origin,
            "stage": self.stage,
            "need_answer": self.need_answer,
            "provider_answer": self.provider_answer,
            "lost_reason": self.lost_reason,
            "lost_side": self.lost_side,
            "liaison_id": self.liaison_id,
            "next_action": self.next_action,
            "due_on": self.due_on,
        });
        State::of(self.id, self.version, self.stage, &fields)
    }

    /// The two sides know of a case, and its brokers know all of it.
    fn insight(db: &mut Db, caller: &Caller, id: &CaseId) -> Result<Insight> {
        let (_, sides) = reading::find(db, caller, *id)?;
        let broker = sides.contains(&Side::Broker);
        let clearance = if broker { Clearance::Full } else { Clearance::Matched };
        Ok(Insight::new(DisclosureLevel::Matched, clearance))
    }
}
