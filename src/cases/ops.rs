//! Use cases of cases.

use super::commands::{AddCaseNote, AnswerCase, AssignCase, Remark, TakeCaseStep};
use super::model::{Answer, Case, CaseEntry, CaseId, EntryId, Side};
use super::stage::{self, CaseStage};
use super::telling::{self, Moved};
use super::views::{CaseEntryView, CaseView};
use super::{effects, opening, reading, store};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::attachments;
use crate::attachments::model::Upload;
use crate::attachments::ops::Place;
use crate::capabilities::model::Capability;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::needs::model::Need;
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::reviewed::Rows;
use crate::records::traced::Traced;
use crate::validation::Checker;

pub use super::opening::{open, take_up};
pub use super::reading::{ListCases, entries, entry, find, list, show, titles};

/// What the broker means to do next replaces what was meant before.
pub(super) fn plan(case: &mut Case, remark: &Remark) {
    if remark.next_action.is_some() || remark.due_on.is_some() {
        case.next_action.clone_from(&remark.next_action);
        case.due_on = remark.due_on;
    }
}

/// Writes a case that has been changed, with an entry of its timeline and all that follows when it
/// has left a stage. Returns the number of the change.
pub(super) fn save(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    case: &mut Case,
    moved: Option<(CaseStage, CaseEntry)>,
) -> Result<i64> {
    let before = store::find_unscoped(db, case.id)?.ok_or(Error::NotFound)?;
    if before.version != case.version {
        return Err(Error::PreconditionFailed);
    }
    let stage_left = moved.as_ref().map(|(from, _)| *from).filter(|from| *from != case.stage);
    if stage_left.is_some() {
        effects::move_need(db, caller, now, case, (before.stage, before.held_stage))?;
    }
    case.version += 1;
    case.updated_at = now;
    case.updated_by = caller.actor_id();
    store::update(db, case)?;
    if let Some((_, entry)) = &moved {
        store::insert_entry(db, entry)?;
    }
    if let Some(from) = stage_left {
        effects::disclose(db, caller, now, case, from)?;
    }
    let action = if stage_left.is_some() { "case.step" } else { "case.update" };
    let change = case.change(action, &before.state()?.fields)?;
    records::ops::trace(db, caller, now, &[change])
}

/// Says for a side whether it is interested.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`]; [`Error::Forbidden`] for a side that is not the caller's;
/// a conflict when the side has answered already or is not asked any more, or when it accepts and
/// need or capability do not look for a partner any more;
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn answer(
    app: &App,
    caller: &Caller,
    id: CaseId,
    command: &AnswerCase,
) -> Result<Written<CaseView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_cases(db)?;
        let (mut case, sides) = reading::find(db, caller, id)?;
        let side = check_answer(command, &sides)?;
        let (before, from) = (case.clone(), case.stage);
        match (command.answer, command.reason) {
            (Answer::Declined, Some(reason)) => case.decline(side, reason, now)?,
            _ => {
                let org = if side == Side::Need { case.need_org_id } else { case.provider_org_id };
                organizations::ops::require_verified(db, org)?;
                let needs = Need::find_rows(db, &[case.need_id])?;
                let capabilities = Capability::find_rows(db, &[case.capability_id])?;
                if let (Some(need), Some(capability)) = (needs.first(), capabilities.first()) {
                    opening::check_open(need, capability)?;
                }
                case.accept(side, now)?;
            }
        }
        let remark = command.remark();
        plan(&mut case, &remark);
        // What the broker passes on is the broker's entry: the note is for herself.
        let entry = case.entry(caller, Some(from), acting_side(&sides), &remark, now);
        let change = save(db, caller, now, &mut case, Some((from, entry)))?;
        let said = Some((side, command.answer));
        telling::moved(app, db, caller, &case, Moved { before: Some(&before), said })?;
        Ok(Written { value: reading::view(app, db, caller, case)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// The side that an answer is for.
fn check_answer(command: &AnswerCase, sides: &[Side]) -> Result<Side> {
    let own: Vec<Side> = sides.iter().copied().filter(|side| *side != Side::Broker).collect();
    let broker = sides.contains(&Side::Broker);
    let side = command.side.or(own.first().copied().filter(|_| own.len() == 1 && !broker));
    let mut checker = Checker::default();
    checker.present("/side", side.as_ref());
    checker.ensure(command.side != Some(Side::Broker), "/side", "field.not_a_party");
    checker.ensure(command.answer != Answer::Open, "/answer", "field.unknown_status");
    let declined = command.answer == Answer::Declined;
    if declined {
        checker.present("/reason", command.reason.as_ref());
    }
    checker.ensure(declined || command.reason.is_none(), "/reason", "field.only_when_lost");
    command.remark().check(&mut checker, broker);
    checker.finish()?;
    let side = side.unwrap_or(Side::Need);
    if broker || own.contains(&side) {
        Ok(side)
    } else {
        Err(Error::forbidden("error.not_your_side"))
    }
}

/// Takes a step.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`] for one that is another's to take;
/// [`Error::Invalid`]; [`Error::NotFound`]; [`Error::PreconditionFailed`] when somebody was faster.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: CaseId,
    command: &TakeCaseStep,
    files: &[Upload],
) -> Result<Written<CaseView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_cases(db)?;
        let (mut case, sides) = reading::find(db, caller, id)?;
        stage::check(case.stage, case.held_stage, command.to, &sides)?;
        check_step(command, sides.contains(&Side::Broker))?;
        let (before, from) = (case.clone(), case.stage);
        let side = acting_side(&sides);
        match command.reason {
            Some(reason) if command.to == CaseStage::ClosedLost => case.give_up(side, reason, now),
            _ => case.enter(command.to, now),
        }
        let remark = command.remark();
        plan(&mut case, &remark);
        let entry = case.entry(caller, Some(from), side, &remark, now);
        let entry_id = entry.id;
        let mut change = save(db, caller, now, &mut case, Some((from, entry)))?;
        telling::moved(app, db, caller, &case, Moved { before: Some(&before), said: None })?;
        change = keep_files(app, db, caller, (id, entry_id), files)?.unwrap_or(change);
        Ok(Written { value: reading::view(app, db, caller, case)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Keeps the files that came with an entry; returns the number of the change, if there is one.
fn keep_files(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (id, entry): (CaseId, EntryId),
    files: &[Upload],
) -> Result<Option<i64>> {
    if files.is_empty() {
        return Ok(None);
    }
    attachments::ops::writable::<Case>(db, caller, &id)?;
    let place =
        Place { kind: RecordKind::Case, record: id.to_string(), part: Some(entry.to_string()) };
    let now = app.clock.now();
    Ok(Some(attachments::ops::attach(app, db, caller, now, &place, files)?.change))
}

fn acting_side(sides: &[Side]) -> Side {
    let broker = sides.iter().copied().find(|side| *side == Side::Broker);
    broker.or(sides.first().copied()).unwrap_or(Side::Broker)
}

fn check_step(command: &TakeCaseStep, broker: bool) -> Result<()> {
    let lost = command.to == CaseStage::ClosedLost;
    let mut checker = Checker::default();
    if lost {
        checker.present("/reason", command.reason.as_ref());
    }
    checker.ensure(lost || command.reason.is_none(), "/reason", "field.only_when_lost");
    let remark = command.remark();
    if command.to == CaseStage::Met {
        checker.present("/channel", remark.channel.as_ref());
    }
    // Where the agreement lies must be known when it is asked for.
    checker.ensure(command.to != CaseStage::Nda || !remark.is_silent(), "/note", "field.required");
    remark.check(&mut checker, broker);
    checker.finish()
}

/// Adds a note to the timeline, and for the broker what comes next.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`].
pub fn add_note(
    app: &App,
    caller: &Caller,
    id: CaseId,
    command: &AddCaseNote,
    files: &[Upload],
) -> Result<Written<CaseEntryView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_cases(db)?;
        let (mut case, sides) = reading::find(db, caller, id)?;
        if case.stage.is_closed() && !sides.contains(&Side::Broker) {
            return Err(Error::conflict("error.case_ended"));
        }
        let remark = command.remark();
        let mut checker = Checker::default();
        checker.ensure(!remark.is_silent() || !files.is_empty(), "/note", "field.required");
        remark.check(&mut checker, sides.contains(&Side::Broker));
        checker.finish()?;
        if !case.stage.is_closed() {
            plan(&mut case, &remark);
        }
        let stage = case.stage;
        let entry = case.entry(caller, Some(stage), acting_side(&sides), &remark, now);
        let (moved, entry_id) = (Some((stage, entry.clone())), entry.id);
        let mut change = save(db, caller, now, &mut case, moved)?;
        change = keep_files(app, db, caller, (case.id, entry_id), files)?.unwrap_or(change);
        let created = Created::part(CreatedKind::CaseEntry, case.id, entry_id);
        idempotency::ops::claim(db, caller, now, Some(&created), Some(change))?;
        let mut views = reading::entry_views(db, &case, &sides, vec![entry])?;
        Ok(Written { value: views.pop().ok_or(Error::NotFound)?, change })
    })
}

/// Gives a case to a liaison of its town.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but brokers; [`Error::Invalid`] for who is
/// no liaison there.
pub fn assign(
    app: &App,
    caller: &Caller,
    id: CaseId,
    command: &AssignCase,
) -> Result<Written<CaseView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_cases(db)?;
        let (mut case, sides) = reading::find(db, caller, id)?;
        if !sides.contains(&Side::Broker) {
            return Err(Error::forbidden("error.not_your_side"));
        }
        let liaisons = accounts::roles::ops::liaisons(db, &case.region_code)?;
        if !liaisons.iter().any(|one| one.id == command.liaison_id) {
            return Err(Error::field("/liaison_id", "field.not_liaison_here"));
        }
        if case.liaison_id == Some(command.liaison_id) {
            let change = records::ops::last_change(db)?;
            return Ok(Written { value: reading::view(app, db, caller, case)?, change });
        }
        case.liaison_id = Some(command.liaison_id);
        let change = save(db, caller, now, &mut case, None)?;
        telling::assigned(app, db, caller, &case)?;
        Ok(Written { value: reading::view(app, db, caller, case)?, change })
    })
}

/// Whether somebody brokers an open case, which would be left to nobody.
///
/// # Errors
/// Database faults.
pub fn brokers_open_cases(db: &mut Db, liaison: UserId) -> Result<bool> {
    store::brokers_open(db, liaison)
}
