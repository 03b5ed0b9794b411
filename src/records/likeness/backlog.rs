//! Records that were written before there were keys, or with keys of another version.

use search_index::likeness::LIKENESS_VERSION;

use super::ops::arrive;
use crate::app::App;
use crate::db::{Db, facts};
use crate::error::Result;
use crate::records::reviewed::Reviewed;

/// Under which name it is remembered which keys all records have.
const FACT: &str = "likeness_version";
/// Records that get their keys in one transaction.
const BATCH: i64 = 200;

/// Whether the records of this database have their keys.
///
/// # Errors
/// Database faults.
pub fn is_complete(db: &mut Db) -> Result<bool> {
    Ok(facts::fact(db, FACT)?.as_deref() == Some(LIKENESS_VERSION.to_string().as_str()))
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
    let mut count = 0;
    for kind in kinds {
        count += kind(app)?;
    }
    let now = app.clock.now();
    app.db.write(|db| facts::set_fact(db, FACT, &LIKENESS_VERSION.to_string(), now))?;
    Ok(count)
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
            let mut rows = R::find_rows(db, &ids)?;
            rows.sort_by_key(Reviewed::id);
            let mut regrouped = arrive(db, &mut rows)?;
            for row in rows.iter().filter(|row| row.duplicate_of().is_some()) {
                R::set_repeated(db, row.id(), row.duplicate_of())?;
                regrouped.add::<R>(row.duplicate_of().into_iter().chain([row.id()]));
            }
            regrouped.tell(db, app.clock.now())?;
            Ok(ids.last().map(|last| (*last, ids.len())))
        })?;
        let Some((last, done)) = last else { return Ok(count) };
        (after, count) = (Some(last), count + done);
    }
}
