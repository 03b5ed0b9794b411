//! Records that were written before there were keys, or with keys of another version.
//!
//! Keys of another version find nothing by right, so the table is emptied first, in the transaction
//! that remembers it. Then all records of a kind are gone through from the oldest to the youngest,
//! and each may repeat only one that came before it. Each batch leaves everything in order, whatever
//! is written between two of them and on however many nodes this runs; one that is cut short starts
//! again with the oldest.

use search_index::likeness::LIKENESS_VERSION;

use super::{ops, store};
use crate::app::App;
use crate::db::{Db, dialect, facts};
use crate::error::Result;
use crate::records::reviewed::Reviewed;

/// Under which name it is remembered which keys all records have.
const FACT: &str = "likeness_version";
/// Under which name it is remembered for which keys the table has been emptied.
const EMPTIED: &str = "likeness_emptied";
/// Records that get their keys in one transaction.
const BATCH: i64 = 200;

/// A version that is remembered. One above ours is of a later release, which has done all this.
fn version(db: &mut Db, name: &str) -> Result<Option<u32>> {
    Ok(facts::fact(db, name)?.and_then(|value| value.parse().ok()))
}

/// Whether the records of this database have their keys.
///
/// # Errors
/// Database faults.
pub fn is_complete(db: &mut Db) -> Result<bool> {
    Ok(version(db, FACT)?.is_some_and(|version| version >= LIKENESS_VERSION))
}

/// Gives keys to all records that were written before there were any, or with keys of another
/// version; returns how many there are. May run on several nodes and be cut short.
///
/// # Errors
/// Database faults.
pub fn complete(app: &App, kinds: &[fn(&App) -> Result<usize>]) -> Result<usize> {
    if app.db.read(is_complete)? {
        return Ok(0);
    }
    app.db.write(|db| empty(app, db))?;
    let mut count = 0;
    for kind in kinds {
        count += kind(app)?;
    }
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_likeness(db)?;
        if is_complete(db)? {
            return Ok(());
        }
        facts::set_fact(db, FACT, &LIKENESS_VERSION.to_string(), now)
    })?;
    Ok(count)
}

/// Removes the keys of an earlier version, once. Where no version is remembered, all keys that there
/// are were written by this one, before the service was started for the first time.
fn empty(app: &App, db: &mut Db) -> Result<()> {
    dialect::lock_likeness(db)?;
    let emptied = version(db, EMPTIED)?.is_some_and(|version| version >= LIKENESS_VERSION);
    if emptied || version(db, FACT)?.is_none() || is_complete(db)? {
        return Ok(());
    }
    store::clear(db)?;
    facts::set_fact(db, EMPTIED, &LIKENESS_VERSION.to_string(), app.clock.now())
}

/// Gives keys to all records of a kind, oldest first.
///
/// # Errors
/// Database faults.
pub fn complete_kind<R: Reviewed>(app: &App) -> Result<usize> {
    let (mut after, mut count) = (None, 0);
    loop {
        let last = app.db.write(|db| {
            let ids = R::row_ids(db, after, BATCH)?;
            ops::renew::<R>(db, &ids)?.tell(db, app.clock.now())?;
            Ok(ids.last().map(|last| (*last, ids.len())))
        })?;
        let Some((last, done)) = last else { return Ok(count) };
        (after, count) = (Some(last), count + done);
    }
}
