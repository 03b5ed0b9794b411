//! Facts of locked reports.

use std::fmt::Write;

use ring::digest::{SHA256, digest};

use super::fact::Fact;
use super::model::LockId;
use super::store;
use crate::audit::model::hex;
use crate::db::Db;
use crate::error::Result;

/// SHA-256 over facts, whatever their order: over lines sorted by fact, each with kind, record, number,
/// code, title, day, region, programme, channel, kind of activity and both amounts in 万元, as JSON.
pub fn fingerprint(facts: &[Fact]) -> Result<String> {
    let mut sorted: Vec<&Fact> = facts.iter().collect();
    sorted.sort_unstable_by_key(|fact| &fact.key);
    let mut lines = String::new();
    for fact in sorted {
        // Writing to a text cannot fail.
        let _ = writeln!(lines, "{}", serde_json::to_string(fact)?);
    }
    Ok(hex(digest(&SHA256, lines.as_bytes()).as_ref()))
}

/// The facts of a report: as they were locked, or as they count now.
///
/// # Errors
/// Database faults.
pub fn facts(db: &mut Db, lock: LockId, as_locked: bool) -> Result<Vec<Fact>> {
    Ok(store::facts_of(db, lock, as_locked)?.into_iter().map(Fact::from).collect())
}
