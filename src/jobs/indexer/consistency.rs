//! Holding the index against the database it is derived from: figures for the operator, and the
//! comparison of every id.

use std::collections::BTreeSet;

use search_index::SearchIndex;
use serde::Serialize;

use super::{BATCH, documents, number};
use crate::app::App;
use crate::db::Db;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::records::store;

/// Figures about the index of this node.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct IndexStatus {
    /// Documents that can be found.
    pub documents: u64,
    /// Bytes on disk.
    pub bytes: u64,
    /// Segments.
    pub segments: usize,
    /// Number of the last change that searches see.
    pub position: u64,
    /// Number of the last change in the database.
    pub last_change: u64,
}

impl IndexStatus {
    /// Changes that searches do not see yet.
    pub fn lag(&self) -> u64 {
        self.last_change.saturating_sub(self.position)
    }
}

/// Figures about the index of this node: for metrics and readiness.
///
/// # Errors
/// Database faults.
pub fn status(app: &App) -> Result<IndexStatus> {
    // Before the database, so that the lag is never too small.
    let position = app.index.position();
    let stats = app.index.stats();
    Ok(IndexStatus {
        documents: stats.documents,
        bytes: stats.bytes,
        segments: stats.segments,
        position,
        last_change: number(app.db.read(store::last_change)?),
    })
}

/// How the index and the database differ.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Documents in both.
    pub agreed: usize,
    /// Ids of records that are not in the index.
    pub missing: Vec<String>,
    /// Ids in the index that no record has.
    pub unknown: Vec<String>,
}

impl Comparison {
    /// Whether the two agree.
    pub fn agrees(&self) -> bool {
        self.missing.is_empty() && self.unknown.is_empty()
    }
}

/// Checks the whole index: ids against the database, files against their checksums. Damaged files
/// count as an error.
///
/// # Errors
/// Database or index faults.
pub fn verify(app: &App) -> Result<Comparison> {
    let damaged = app.index.verify()?;
    if !damaged.is_empty() {
        return Err(search_index::Error::Damaged(damaged.join(", ")).into());
    }
    app.db.read(|db| compare(&app.index, db))
}

/// Compares the ids in the index with those of the records. Records that have changed since the
/// position of the index are on their way and count neither as missing nor as unknown.
///
/// # Errors
/// Database or index faults.
pub fn compare(index: &SearchIndex, db: &mut Db) -> Result<Comparison> {
    let position = i64::try_from(index.position()).unwrap_or(i64::MAX);
    let mut expected = expected(db)?;
    let mut comparison = Comparison::default();
    let mut after: Option<String> = None;
    loop {
        let ids = index.ids(after.as_deref(), 1_000)?;
        let Some(last) = ids.last() else { break };
        after = Some(last.clone());
        for id in ids {
            if expected.remove(&id) {
                comparison.agreed += 1;
            } else {
                comparison.unknown.push(id);
            }
        }
    }
    comparison.missing = expected.into_iter().collect();
    if !comparison.agrees() {
        // Read last: whatever was written while the ids were compared is among them.
        let on_their_way = changed_since(db, position)?;
        comparison.missing.retain(|id| !on_their_way.contains(id));
        comparison.unknown.retain(|id| !on_their_way.contains(id));
    }
    Ok(comparison)
}

/// Ids of all records that have a document.
fn expected(db: &mut Db) -> Result<BTreeSet<String>> {
    let mut expected = BTreeSet::new();
    for &kind in RecordKind::ALL {
        let mut after: Option<String> = None;
        loop {
            let ids = documents::ids(db, kind, after.as_deref(), 1_000)?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            expected.extend(ids);
        }
    }
    Ok(expected)
}

fn changed_since(db: &mut Db, mut position: i64) -> Result<BTreeSet<String>> {
    let mut changed = BTreeSet::new();
    loop {
        let entries = store::changes_after(db, position, BATCH)?;
        let Some(last) = entries.last() else { return Ok(changed) };
        position = last.seq;
        changed.extend(entries.into_iter().map(|entry| entry.record_id));
    }
}
