//! What a stage of a case means for its need and for what each side may see of the other.

use super::model::Case;
use super::stage::CaseStage;
use super::store;
use crate::accounts::principal::Caller;
use crate::db::{Db, Timestamp};
use crate::disclosure::DisclosureLevel;
use crate::disclosure::ops::{self as grants, Record};
use crate::error::Result;
use crate::needs::life::NeedStatus;
use crate::needs::model::Need;
use crate::records::model::RecordKind;
use crate::records::reviewed::{Rows, follow};

use CaseStage as S;

/// The states that a need goes through while cases about it get on.
const WAY: [NeedStatus; 6] = [
    NeedStatus::Published,
    NeedStatus::Matching,
    NeedStatus::Negotiating,
    NeedStatus::Contracted,
    NeedStatus::InProgress,
    NeedStatus::Solved,
];

/// How far along [`WAY`] a need is when a case about it is in this stage; `held` is the one in which
/// it was put on hold.
fn reached(stage: CaseStage, held: Option<CaseStage>) -> usize {
    match stage {
        S::OnHold => held.map_or(0, |held| reached(held, None)),
        S::Suggested | S::Reviewed | S::NeedInterested | S::ProviderInterested | S::ClosedLost => 0,
        S::Mutual | S::Introduced | S::Met | S::Nda | S::Proposal | S::Assessed => 1,
        S::Negotiating | S::Agreed => 2,
        S::Signed | S::Registered => 3,
        S::Delivering | S::Accepted => 4,
        S::ClosedWon => 5,
    }
}

/// Brings the need to where its cases have got. A need that has been suspended or closed stays what
/// it is, and one that a contract binds does not go back; nor does one that a reviewer has moved
/// farther than this case had, which was in `from`. Call it before the case is written: it takes locks
/// that come first. The other side reads the need's past, so that names nobody.
///
/// # Errors
/// Database faults.
pub fn move_need(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    case: &Case,
    from: (CaseStage, Option<CaseStage>),
) -> Result<()> {
    let nobody = unnamed(caller);
    let others = store::open_stages(db, case.need_id, case.id)?;
    let all = others.into_iter().chain([(case.stage, case.held_stage)]);
    let target = all.map(|(stage, held)| reached(stage, held)).max().unwrap_or(0);
    let Some(need) = Need::find_row(db, case.need_id)? else { return Ok(()) };
    let Some(mut at) = WAY.iter().position(|status| *status == need.status) else { return Ok(()) };
    let bound = WAY.iter().position(|status| *status == NeedStatus::Contracted).unwrap_or(at);
    if at > target && (at >= bound || reached(from.0, from.1) < at) {
        return Ok(());
    }
    while at != target {
        at = if at < target { at + 1 } else { at - 1 };
        follow(db, &nobody, now, case.need_id, WAY[at], &case.code)?;
    }
    Ok(())
}

/// The same request by nobody in particular.
fn unnamed(caller: &Caller) -> Caller {
    Caller { principal: None, ..caller.clone() }
}

/// Opens and closes what the two sides may see of each other's record, after a case has left a stage.
///
/// # Errors
/// A conflict when a side that is to see more has not been verified.
pub fn disclose(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    case: &Case,
    from: CaseStage,
) -> Result<()> {
    let caller = &unnamed(caller);
    let (need, capability) = (need_record(case), capability_record(case));
    let level = match case.stage {
        S::Mutual if from != S::OnHold => DisclosureLevel::Matched,
        S::Nda if from != S::OnHold => DisclosureLevel::Nda,
        S::ClosedLost => {
            grants::close_for_case(db, caller, now, &need, case.id)?;
            return grants::close_for_case(db, caller, now, &capability, case.id);
        }
        _ => return Ok(()),
    };
    let to_provider = (case.provider_org_id, level, case.code.as_str());
    grants::open_for_case(db, caller, now, &need, to_provider, case.id)?;
    let to_firm = (case.need_org_id, level, case.code.as_str());
    grants::open_for_case(db, caller, now, &capability, to_firm, case.id)
}

fn need_record(case: &Case) -> Record {
    let (kind, id) = (RecordKind::Need, case.need_id.to_string());
    Record { kind, id, org_id: case.need_org_id }
}

fn capability_record(case: &Case) -> Record {
    let (kind, id) = (RecordKind::Capability, case.capability_id.to_string());
    Record { kind, id, org_id: case.provider_org_id }
}
