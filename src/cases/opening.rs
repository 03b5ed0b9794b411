//! Opening a case.

use super::balance::Liaisons;
use super::commands::OpenCase;
use super::model::{Answer, Case, CaseEntry, CaseId, CaseOrigin, Side};
use super::ops::{plan, save};
use super::stage::CaseStage;
use super::telling::{self, Moved};
use super::views::CaseView;
use super::{reading, store};
use crate::accounts::principal::{Caller, UserId};
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::Capability;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Message, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::needs::life::NeedStatus;
use crate::needs::model::Need;
use crate::organizations;
use crate::records;
use crate::records::ops::Written;
use crate::records::reviewed::{self, Seen};
use crate::records::traced::Traced;
use crate::validation::Checker;

/// Opens a case, or joins the open one about the pair: by the liaison, or by the interest of a side.
///
/// # Errors
/// [`Error::NotFound`] for a record that is not for the caller; [`Error::Forbidden`] for who has no
/// part in either; [`Error::Invalid`]; a conflict when need or capability are not open, when the
/// caller's organisation is not verified, or when the case is there and the side has answered.
pub fn open(app: &App, caller: &Caller, command: &OpenCase) -> Result<Written<CaseView>> {
    caller.signed_in()?;
    let written = app.db.write(|db| begin(app, db, caller, command, false))?;
    app.feed.wake();
    Ok(written)
}

/// Like [`open`], for a suggestion that is taken up, within its transaction: by whichever side.
///
/// # Errors
/// Those of [`open`].
pub fn take_up(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    command: &OpenCase,
) -> Result<Written<CaseView>> {
    begin(app, db, caller, command, true)
}

fn begin(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    command: &OpenCase,
    taken_up: bool,
) -> Result<Written<CaseView>> {
    let now = app.clock.now();
    dialect::lock_cases(db)?;
    let need = reviewed::find(db, caller, command.need_id)?;
    let capability = reviewed::find(db, caller, command.capability_id)?;
    let side = opening_side(caller, &need.row, &capability.row)?;
    check_opening(db, command, side, &need, &capability)?;
    let present = store::open_pair(db, command.need_id, command.capability_id)?;
    let remark = command.remark();
    match present {
        Some(case) if side == Side::Broker || case.may_accept(&[side]).is_empty() => {
            Err(Error::conflict("error.case_exists"))
        }
        Some(mut case) => {
            let (before, from) = (case.clone(), case.stage);
            case.accept(side, now)?;
            let entry = case.entry(caller, Some(from), side, &remark, now);
            let change = save(db, caller, now, &mut case, Some((from, entry)))?;
            let created = Created::record(CreatedKind::Case, case.id);
            idempotency::ops::claim(db, caller, now, Some(&created), Some(change))?;
            let said = Some((side, Answer::Accepted));
            telling::moved(app, db, caller, &case, Moved { before: Some(&before), said })?;
            Ok(Written { value: reading::view(app, db, caller, case)?, change })
        }
        None => {
            let mut case = new_case(command, side, &need.row, &capability.row, now);
            if taken_up {
                case.origin = CaseOrigin::Suggestion;
            }
            case.liaison_id = liaison_for(db, caller, &need.row)?;
            case.created_by = caller.actor_id();
            plan(&mut case, &remark);
            let entry = case.entry(caller, None, side, &remark, now);
            let change = insert(db, caller, now, &case, &entry)?;
            telling::moved(app, db, caller, &case, Moved { before: None, said: None })?;
            Ok(Written { value: reading::view(app, db, caller, case)?, change })
        }
    }
}

/// On whose side the caller opens a case: as the broker where that is possible.
fn opening_side(caller: &Caller, need: &Need, capability: &Capability) -> Result<Side> {
    let principal = caller.signed_in()?;
    if principal.is_admin() || principal.reviews(&need.region_code) {
        Ok(Side::Broker)
    } else if principal.works_for(need.org_id) {
        Ok(Side::Need)
    } else if principal.works_for(capability.org_id) {
        Ok(Side::Provider)
    } else {
        Err(Error::forbidden("error.not_your_record"))
    }
}

fn check_opening(
    db: &mut Db,
    command: &OpenCase,
    side: Side,
    need: &Seen<Need>,
    capability: &Seen<Capability>,
) -> Result<()> {
    let broker = side == Side::Broker;
    let mut checker = Checker::default();
    let same = need.row.org_id == capability.row.org_id;
    checker.ensure(!same, "/capability_id", "field.same_org");
    checker.ensure(broker || !command.suggested, "/suggested", "field.brokers_only");
    command.remark().check(&mut checker, broker);
    checker.finish()?;
    check_open(&need.row, &capability.row)?;
    organizations::ops::require_verified(db, need.row.org_id)?;
    organizations::ops::require_verified(db, capability.row.org_id)
}

/// That need and capability still look for a partner.
///
/// # Errors
/// A conflict that says which one does not, and why.
pub(super) fn check_open(need: &Need, capability: &Capability) -> Result<()> {
    use NeedStatus as N;
    if !matches!(need.status, N::Published | N::Matching | N::Negotiating) {
        let message =
            Message::new("error.need_not_open").with_code("status", "need_status", need.status);
        return Err(Error::conflict(message));
    }
    if capability.status != CapabilityStatus::Published {
        let message = Message::new("error.capability_not_open").with_code(
            "status",
            "capability_status",
            capability.status,
        );
        return Err(Error::conflict(message));
    }
    Ok(())
}

fn new_case(
    command: &OpenCase,
    side: Side,
    need: &Need,
    capability: &Capability,
    now: Timestamp,
) -> Case {
    let id = CaseId::new();
    let origin = match side {
        Side::Broker if command.suggested => CaseOrigin::Suggestion,
        Side::Broker => CaseOrigin::Liaison,
        Side::Need => CaseOrigin::Need,
        Side::Provider => CaseOrigin::Provider,
    };
    let mut case = Case {
        id,
        code: records::model::readable_code("DJ", id.0, now),
        need_id: command.need_id,
        capability_id: command.capability_id,
        need_org_id: need.org_id,
        provider_org_id: capability.org_id,
        region_code: need.region_code.clone(),
        origin,
        stage: CaseStage::Suggested,
        held_stage: None,
        known_to_sides: false,
        need_answer: Answer::Open,
        provider_answer: Answer::Open,
        lost_reason: None,
        lost_side: None,
        liaison_id: None,
        next_action: None,
        due_on: None,
        stage_since: now,
        contacted_at: None,
        closed_at: None,
        created_by: None,
        updated_by: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    let first = match side {
        Side::Broker => CaseStage::Reviewed,
        Side::Need => CaseStage::NeedInterested,
        Side::Provider => CaseStage::ProviderInterested,
    };
    case.enter(first, now);
    case
}

/// Who is to broker a case about this need: the liaison who opens it, or who answers for the need, or
/// else the one with the least to do.
fn liaison_for(db: &mut Db, caller: &Caller, need: &Need) -> Result<Option<UserId>> {
    let mut liaisons = Liaisons::default();
    let here = liaisons.of(db, &need.region_code)?;
    let is_here = |id: &UserId| here.iter().any(|one| one.id == *id);
    let own = caller.actor_id().filter(is_here);
    match own.or(need.broker_id.filter(is_here)) {
        Some(id) => Ok(Some(id)),
        None => liaisons.next(db, &need.region_code, None, None),
    }
}

fn insert(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    case: &Case,
    entry: &CaseEntry,
) -> Result<i64> {
    store::insert(db, case)?;
    store::insert_entry(db, entry)?;
    records::ops::trace(db, caller, now, &[case.creation("case.open")?])
}
