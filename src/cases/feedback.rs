//! What firms have said against a capability, as its provider learns it: how many named which
//! reason, and never who.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::model::{Case, LostReason};
use super::store;
use crate::accounts::members;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::model::{Capability, CapabilityId};
use crate::db::Db;
use crate::error::Result;
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::notices::ops::Event;
use crate::records::model::RecordKind;
use crate::records::reviewed;
use crate::records::reviewed::Rows;

/// Firms whose reasons are told together. The provider knows with which firm a case has just ended,
/// so a single reason more would tell whose it is.
pub const FIRMS_TOGETHER: usize = 3;

/// Why firms have declined a capability.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Feedback {
    /// How many declined, as far as they are told.
    pub declined: usize,
    /// Reasons, the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// How many more have declined and are told when those of three firms are together.
    pub waiting: usize,
}

/// How often a reason was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ReasonCount {
    /// The reason.
    pub reason: LostReason,
    /// How often.
    pub count: usize,
}

/// What firms have said against a capability: for its owner and its reviewers.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) for everybody else.
pub fn feedback(app: &App, caller: &Caller, id: CapabilityId) -> Result<Feedback> {
    caller.signed_in()?;
    app.db.read(|db| {
        reviewed::find(db, caller, id)?.insight.require_full()?;
        Ok(digest(&store::declines(db, id)?))
    })
}

/// Tells those who answer for a capability when, with the case that a firm has just ended, the reasons
/// of enough firms are together.
///
/// # Errors
/// Database faults.
pub(super) fn tell(app: &App, db: &mut Db, case: &Case) -> Result<()> {
    let declines = store::declines(db, case.capability_id)?;
    let count = told(&declines);
    if count == 0 || count < declines.len() {
        return Ok(());
    }
    let author = Capability::find_row(db, case.capability_id)?.and_then(|one| one.created_by);
    let people = members::ops::responsible(db, case.provider_org_id, author)?;
    let event = Event {
        kind: NoticeKind::FeedbackTold,
        record: Some((RecordKind::Capability, case.capability_id.to_string())),
        data: NoticeData { count: Some(count), ..NoticeData::default() },
        once: Some(format!("feedback/{}/{count}", case.capability_id)),
    };
    notices::ops::tell(app, db, &event, &people).map(drop)
}

/// The digest of reasons, given in the order in which they came.
pub fn digest(declines: &[(OrgId, LostReason)]) -> Feedback {
    let told = told(declines);
    let mut counts: BTreeMap<LostReason, usize> = BTreeMap::new();
    for (_, reason) in &declines[..told] {
        *counts.entry(*reason).or_default() += 1;
    }
    let mut reasons: Vec<ReasonCount> =
        counts.into_iter().map(|(reason, count)| ReasonCount { reason, count }).collect();
    reasons.sort_by_key(|one| std::cmp::Reverse(one.count));
    Feedback { declined: told, reasons, waiting: declines.len() - told }
}

/// How many of the first can be told: in lots, each of as many firms as must be together.
fn told(declines: &[(OrgId, LostReason)]) -> usize {
    let (mut told, mut firms) = (0, HashSet::new());
    for (at, (firm, _)) in declines.iter().enumerate() {
        firms.insert(*firm);
        if firms.len() == FIRMS_TOGETHER {
            told = at + 1;
            firms.clear();
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn firms(count: usize) -> Vec<OrgId> {
        (0..count).map(|_| OrgId::new()).collect()
    }

    #[test]
    fn reasons_are_told_in_lots_of_three_firms() {
        let firms = firms(7);
        let all: Vec<_> = firms.iter().map(|firm| (*firm, LostReason::TooEarly)).collect();
        let told: Vec<usize> = (0..=7).map(|count| digest(&all[..count]).declined).collect();
        assert_eq!(told, [0, 0, 0, 3, 3, 3, 6, 6]);
        assert_eq!(digest(&all).waiting, 1);
    }

    #[test]
    fn one_firm_that_declines_often_stays_hidden() {
        let firms = firms(3);
        let reason = LostReason::Budget;
        let often =
            [(firms[0], reason), (firms[0], reason), (firms[0], reason), (firms[1], reason)];
        assert_eq!(digest(&often), Feedback { declined: 0, reasons: vec![], waiting: 4 });
        let with_third = [&often[..], &[(firms[2], LostReason::Region)]].concat();
        let found = digest(&with_third);
        let expected = [(LostReason::Budget, 4), (LostReason::Region, 1)]
            .map(|(reason, count)| ReasonCount { reason, count });
        assert_eq!((found.declined, found.reasons), (5, expected.to_vec()));
    }
}
