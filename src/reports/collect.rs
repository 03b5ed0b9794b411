//! The facts that count: those of locked reports as they stand, all others as the records tell them.

use std::collections::HashSet;

use super::fact::{Fact, FactKey};
use super::live;
use super::model::ReportLock;
use super::query::Selection;
use super::store;
use super::store::sources::Scope;
use crate::db::Db;
use crate::error::Result;
use crate::records::scope::Reach;

/// The facts of a selection within reach, in the order of their days.
///
/// A fact of a day and region that is locked counts only as the locked report has it. A fact that a
/// locked report holds counts nowhere else, even where its record has moved on to another day, town
/// or programme: no sum holds it twice before it is corrected.
///
/// # Errors
/// Database faults.
pub fn facts(db: &mut Db, reach: &Reach, selection: &Selection) -> Result<Vec<Fact>> {
    let scope = Scope { reach, region: selection.region.as_deref(), span: selection.span };
    let mut facts = unlocked(db, &scope)?;
    let stored = store::sources::current_facts(db, &scope)?;
    let stored: Vec<Fact> = stored.into_iter().map(Fact::from).collect();
    // A report that was locked between these queries has what was live a moment ago.
    let taken: HashSet<&FactKey> = stored.iter().map(|fact| &fact.key).collect();
    facts.retain(|fact| !taken.contains(&fact.key));
    facts.extend(stored);
    facts.retain(|fact| selection.holds(fact));
    facts.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    Ok(facts)
}

/// Facts of the records that no locked report has a say in.
///
/// # Errors
/// Database faults.
pub fn unlocked(db: &mut Db, scope: &Scope<'_>) -> Result<Vec<Fact>> {
    let mut facts = live::facts(db, scope)?;
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
