//! Building the index anew while the old one serves and records go on changing.

use search_index::{Change, Rebuild};

use super::{BATCH, catch_up, documents, number};
use crate::app::App;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::records::store;

/// Builds the whole index anew beside the old one and swaps it in; returns the number of records.
/// `progress` is told how many have been read.
///
/// The new index takes in what is written meanwhile before it is swapped in, so searches never
/// fall back behind what they have seen. Only for the last of it, and for the swap, do other
/// writers to the index wait.
///
/// # Errors
/// Database or index faults; the old index stays then.
pub fn rebuild(app: &App, progress: impl Fn(usize)) -> Result<usize> {
    // Read before the first record: what changes from here on is taken in again.
    let start = app.db.read(store::last_change)?;
    let mut build = app.index.begin_rebuild()?;
    let mut count = 0;
    for &kind in RecordKind::ALL {
        let mut after: Option<String> = None;
        let next = |after: &Option<String>| {
            app.db.read(|db| documents::next(app, db, kind, after.as_deref()))
        };
        while let Some((documents, last)) = next(&after)? {
            count += documents.len();
            for document in documents {
                build.add(document)?;
            }
            after = Some(last);
            progress(count);
        }
    }
    let followed = follow(app, &mut build, start)?;
    // From here on the old index stands still, so what is the last change now is beyond it.
    let turn = app.feed.turn();
    let end = follow(app, &mut build, followed)?;
    build.finish(number(end))?;
    app.feed.reached(number(end));
    drop(turn);
    catch_up(app)?;
    Ok(count)
}

/// Takes in the changes after one, up to what is the last one now; returns the last taken in. It
/// does not chase what is written meanwhile: that might never end.
fn follow(app: &App, build: &mut Rebuild, mut position: i64) -> Result<i64> {
    let last = app.db.read(store::last_change)?;
    while position < last {
        let entries = app.db.read(|db| store::changes_after(db, position, BATCH))?;
        let Some(entry) = entries.last() else { break };
        for change in app.db.read(|db| documents::changes(app, db, &entries))? {
            match change {
                Change::Upsert(document) => build.add(document)?,
                Change::Delete(id) => build.remove(&id),
            }
        }
        position = entry.seq;
    }
    Ok(position)
}
