//! Who is told what becomes of a case. A side is told what it sees on the page of the case, and only
//! from the day it is asked; why the other side has declined, and what the broker plans, is in no
//! notice. Who does something is not told of it; groups and webhooks are told everything of their side.

use std::collections::BTreeSet;

use super::feedback;
use super::model::{Answer, Case, Side};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::{members, roles};
use crate::app::App;
use crate::capabilities::model::Capability;
use crate::channels::model::Audience;
use crate::channels::telling::announce;
use crate::db::Db;
use crate::error::Result;
use crate::needs::model::Need;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::{self, Event};
use crate::records::model::RecordKind;
use crate::records::reviewed::Rows;

/// How a case has come to stand where it stands.
pub(super) struct Moved<'a> {
    /// The case before; none when it has just been opened.
    pub before: Option<&'a Case>,
    /// What a side has said.
    pub said: Option<(Side, Answer)>,
}

/// An event of a case.
pub(super) fn event(kind: NoticeKind, case: &Case) -> Event {
    let (code, stage) = (Some(case.code.clone()), Some(case.stage));
    Event {
        kind,
        record: Some((RecordKind::Case, case.id.to_string())),
        data: NoticeData { code, stage, ..NoticeData::default() },
        once: None,
    }
}

/// Tells both sides and the broker that a case was opened, or has been moved.
///
/// # Errors
/// Database faults.
pub(super) fn moved(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    case: &Case,
    moved: Moved<'_>,
) -> Result<()> {
    let mut told: BTreeSet<UserId> = caller.actor_id().into_iter().collect();
    let news = news(case, &moved);
    let new_to_sides = moved.before.is_none_or(|before| !before.known_to_sides);
    for side in [Side::Need, Side::Provider] {
        if !case.known_to_sides {
            continue;
        }
        let asked = new_to_sides && !case.may_accept(&[side]).is_empty();
        let event = if asked { event(NoticeKind::CaseAsked, case) } else { news.clone() };
        let org = if side == Side::Need { case.need_org_id } else { case.provider_org_id };
        announce(app, db, &event, &[Audience::Org(org)])?;
        let mut people = people_of(db, case, side)?;
        people.retain(|person| told.insert(*person));
        ops::tell(app, db, &event, &people)?;
    }
    announce(app, db, &news, &[Audience::Region(case.region_code.clone())])?;
    let declined = case.lost_side == Some(Side::Need);
    if declined && moved.before.is_some_and(|before| before.lost_side.is_none()) {
        feedback::tell(app, db, case)?;
    }
    match (case.liaison_id, moved.before) {
        (Some(liaison), _) if told.contains(&liaison) => Ok(()),
        (Some(_), None) => assigned(app, db, caller, case),
        (Some(liaison), Some(_)) => ops::tell(app, db, &news, &[liaison]).map(drop),
        (None, None) => unbrokered(app, db, caller, case),
        (None, Some(_)) => Ok(()),
    }
}

/// What has happened, for those who knew of the case before.
fn news(case: &Case, moved: &Moved<'_>) -> Event {
    let Some((side, answer)) = moved.said else { return event(NoticeKind::CaseStepped, case) };
    let mut event = event(NoticeKind::CaseAnswered, case);
    event.data.side = Some(side);
    event.data.answer = Some(answer);
    event
}

/// Those who answer for a side.
fn people_of(db: &mut Db, case: &Case, side: Side) -> Result<Vec<UserId>> {
    let (org, author): (OrgId, Option<UserId>) = match side {
        Side::Need => {
            let need = Need::find_row(db, case.need_id)?;
            (case.need_org_id, need.and_then(|need| need.created_by))
        }
        _ => {
            let capability = Capability::find_row(db, case.capability_id)?;
            (case.provider_org_id, capability.and_then(|one| one.created_by))
        }
    };
    members::ops::responsible(db, org, author)
}

/// Tells a liaison that a case is hers to broker.
///
/// # Errors
/// Database faults.
pub(super) fn assigned(app: &App, db: &mut Db, caller: &Caller, case: &Case) -> Result<()> {
    let liaison = case.liaison_id.filter(|id| caller.actor_id() != Some(*id));
    let people: Vec<UserId> = liaison.into_iter().collect();
    ops::tell(app, db, &event(NoticeKind::CaseAssigned, case), &people).map(drop)
}

/// Tells the officers above that a case has come about in a town without a liaison.
///
/// # Errors
/// Database faults.
pub(super) fn unbrokered(app: &App, db: &mut Db, caller: &Caller, case: &Case) -> Result<()> {
    let mut officers = roles::ops::officers_above(db, &case.region_code)?;
    officers.retain(|id| caller.actor_id() != Some(*id));
    ops::tell(app, db, &event(NoticeKind::CaseUnbrokered, case), &officers).map(drop)
}

/// Tells a liaison how many needs she answers for from now on.
///
/// # Errors
/// Database faults.
pub(super) fn allotted(app: &App, db: &mut Db, to: UserId, count: usize) -> Result<()> {
    let data = NoticeData { count: Some(count), ..NoticeData::default() };
    let event = Event { kind: NoticeKind::NeedsAllotted, record: None, data, once: None };
    ops::tell(app, db, &event, &[to]).map(drop)
}

/// Tells a liaison how many cases of a colleague have become hers.
///
/// # Errors
/// Database faults.
pub(super) fn handed_over(app: &App, db: &mut Db, to: UserId, count: usize) -> Result<()> {
    let data = NoticeData { count: Some(count), ..NoticeData::default() };
    let event = Event { kind: NoticeKind::CasesHandedOver, record: None, data, once: None };
    ops::tell(app, db, &event, &[to]).map(drop)
}
