//! What the records tell of a period that was locked, beside what its report says.

use std::collections::{BTreeMap, HashSet};

use serde::Serialize;

use super::collect;
use super::fact::{Fact, FactKey};
use super::live;
use super::locked;
use super::model::{DifferenceKind, ReportLock};
use super::store;
use super::store::sources::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::records::scope::{Reach, RegionReach};

/// A fact that would be another if the period were locked now.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Difference {
    /// What became of it.
    pub kind: DifferenceKind,
    /// As the report has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reported: Option<Fact>,
    /// As the records tell it, where that still counts for this period and region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Fact>,
}

impl Difference {
    /// Which fact.
    ///
    /// # Panics
    /// Never: one of the two is there.
    pub fn key(&self) -> &FactKey {
        match (&self.reported, &self.recorded) {
            (Some(fact), _) | (None, Some(fact)) => &fact.key,
            (None, None) => unreachable!("a difference has a fact"),
        }
    }
}

/// Everything, for the service itself: what a locked report is compared with is not for one reader.
fn everything() -> Reach {
    Reach {
        everything: true,
        orgs: Vec::new(),
        regions: RegionReach::default(),
        clearance: crate::disclosure::Clearance::Full,
    }
}

/// The facts that the records tell now of what a lock covers, but for what earlier locks cover and
/// what other locked reports hold.
fn recorded(db: &mut Db, lock: &ReportLock) -> Result<BTreeMap<FactKey, Fact>> {
    let reach = everything();
    let scope = Scope { reach: &reach, region: Some(&lock.region_code), span: lock.span() };
    let mut facts = live::facts(db, &scope, None)?;
    let locks = store::locks(db, lock.span())?;
    facts.retain(|fact| collect::owner(&locks, fact).is_some_and(|one| one.id == lock.id));
    let ids: Vec<&str> = facts.iter().map(|fact| fact.key.record_id.as_str()).collect();
    let elsewhere = store::current_of(db, &ids)?.into_iter().filter(|row| row.lock_id != lock.id);
    let elsewhere: HashSet<FactKey> = elsewhere.map(|row| Fact::from(row).key).collect();
    facts.retain(|fact| !elsewhere.contains(&fact.key));
    Ok(facts.into_iter().map(|fact| (fact.key.clone(), fact)).collect())
}

/// Names may change without changing what is reported.
fn says_the_same(reported: &Fact, recorded: &Fact) -> bool {
    let (code, title) = (reported.code.clone(), reported.title.clone());
    *reported == Fact { code, title, ..recorded.clone() }
}

/// What differs between a locked report as it counts now and the records, in the order of the facts.
///
/// # Errors
/// Database faults.
pub fn differences(db: &mut Db, lock: &ReportLock) -> Result<Vec<Difference>> {
    let mut recorded = recorded(db, lock)?;
    let mut found = Vec::new();
    for reported in locked::facts(db, lock.id, false)? {
        let now = recorded.remove(&reported.key);
        let kind = match &now {
            None => DifferenceKind::Removed,
            Some(now) if says_the_same(&reported, now) => continue,
            Some(_) => DifferenceKind::Changed,
        };
        found.push(Difference { kind, reported: Some(reported), recorded: now });
    }
    let added = recorded.into_values();
    found.extend(added.map(|fact| Difference {
        kind: DifferenceKind::Added,
        reported: None,
        recorded: Some(fact),
    }));
    found.sort_by(|a, b| a.key().cmp(b.key()));
    Ok(found)
}
