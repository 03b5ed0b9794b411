//! The facts that count: those of locked reports as they stand, all others as the records tell them.

use std::collections::HashSet;

use super::fact::{Fact, FactKey, FactKind};
use super::live;
use super::model::ReportLock;
use super::query::Selection;
use super::store;
use super::store::sources::Scope;
use super::tally::Sum;
use crate::db::Db;
use crate::error::Result;
use crate::records::scope::Reach;

/// The facts of a selection within reach, or those of one kind, in the order of their days.
///
/// A fact of a day and region that is locked counts only as the locked report has it. A fact that a
/// locked report holds counts nowhere else, even where its record has moved on to another day, town
/// or programme: no sum holds it twice before it is corrected.
///
/// # Errors
/// Database faults.
pub fn facts(
    db: &mut Db,
    reach: &Reach,
    selection: &Selection,
    only: Option<FactKind>,
) -> Result<Vec<Fact>> {
    let scope = Scope { reach, region: selection.region.as_deref(), span: selection.span };
    let mut facts = unlocked(db, &scope, only)?;
    let stored = store::sources::current_facts(db, &scope, only)?;
    let stored: Vec<Fact> = stored.into_iter().map(Fact::from).collect();
    // A report that was locked between these queries has what was live a moment ago.
    let taken: HashSet<&FactKey> = stored.iter().map(|fact| &fact.key).collect();
    facts.retain(|fact| !taken.contains(&fact.key));
    facts.extend(stored);
    facts.retain(|fact| selection.holds(fact));
    facts.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    Ok(facts)
}

/// What the same facts add up to.
///
/// # Errors
/// Database faults.
pub fn sums(db: &mut Db, reach: &Reach, selection: &Selection) -> Result<Vec<Sum>> {
    let scope = Scope { reach, region: selection.region.as_deref(), span: selection.span };
    let mut sums = loop {
        // A fact that is locked or corrected between the queries would be in both sums, or in none.
        let before = store::changes(db)?;
        let mut sums = unlocked_sums(db, &scope)?;
        sums.extend(live::locked_sums(db, &scope)?);
        if store::changes(db)? == before {
            break sums;
        }
    };
    sums.retain(|sum| selection.stands(&sum.alike));
    Ok(sums)
}

fn unlocked_sums(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Sum>> {
    let mut sums = live::sums(db, scope)?;
    // Only whole months are locked, so that facts of one month and region are locked together.
    let locks = store::locks(db, scope.span)?;
    sums.retain(|sum| owner(&locks, &sum.alike).is_none());
    for kind in live::READ_ONE_BY_ONE {
        sums.extend(unlocked(db, scope, Some(kind))?.iter().map(Sum::from));
    }
    Ok(sums)
}

/// Facts of the records that no locked report has a say in, or those of one kind.
///
/// # Errors
/// Database faults.
pub fn unlocked(db: &mut Db, scope: &Scope<'_>, only: Option<FactKind>) -> Result<Vec<Fact>> {
    let mut facts = live::facts(db, scope, only)?;
    let locks = store::locks(db, scope.span)?;
    facts.retain(|fact| owner(&locks, fact).is_none());
    let held = held(db, &facts)?;
    facts.retain(|fact| !held.contains(&fact.key));
    Ok(facts)
}

/// The locked report that a fact belongs to: the first one that was locked over its day and region.
pub fn owner<'a>(locks: &'a [ReportLock], fact: &Fact) -> Option<&'a ReportLock> {
    locks.iter().find(|lock| lock.covers(fact))
}

/// Which of the facts a locked report holds, in whatever form.
///
/// # Errors
/// Database faults.
pub fn held(db: &mut Db, facts: &[Fact]) -> Result<HashSet<FactKey>> {
    let ids: HashSet<&str> = facts.iter().map(|fact| fact.key.record_id.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let rows = store::current_of(db, &ids)?;
    Ok(rows.into_iter().map(|row| Fact::from(row).key).collect())
}
