//! Documents of records as they are now.

use std::collections::{BTreeMap, HashSet};

use search_index::{Change, Document};

use crate::app::App;
use crate::capabilities::model::Capability;
use crate::db::Db;
use crate::error::Result;
use crate::needs::model::Need;
use crate::records::model::{ChangeEntry, RecordKind};
use crate::records::{reviewed, store};
use crate::{embeddings, organizations, towns};

/// Records read at once.
const CHUNK: usize = 500;

/// What the entries of the change log mean for the index.
pub(super) fn changes(app: &App, db: &mut Db, entries: &[ChangeEntry]) -> Result<Vec<Change>> {
    let mut touched: BTreeMap<RecordKind, Vec<String>> = BTreeMap::new();
    for entry in entries {
        touched.entry(entry.record_kind).or_default().push(entry.record_id.clone());
    }
    let mut all = Vec::new();
    for (kind, mut ids) in touched {
        ids.sort_unstable();
        ids.dedup();
        for chunk in ids.chunks(CHUNK) {
            let documents = readable(app, db, kind, chunk)?;
            let found: HashSet<&str> =
                documents.iter().map(|document| document.id.as_str()).collect();
            let gone = chunk.iter().filter(|id| !found.contains(id.as_str()));
            let deletions: Vec<Change> = gone.map(|id| Change::Delete(id.clone())).collect();
            all.extend(deletions);
            all.extend(documents.into_iter().map(Change::Upsert));
        }
    }
    Ok(all)
}

/// Documents after an id, in order of their ids, and the id to go on after.
pub(super) fn next(
    app: &App,
    db: &mut Db,
    kind: RecordKind,
    after: Option<&str>,
) -> Result<Option<(Vec<Document>, String)>> {
    let limit = i64::try_from(CHUNK).unwrap_or(i64::MAX);
    let ids = ids(db, kind, after, limit)?;
    let Some(last) = ids.last().cloned() else { return Ok(None) };
    Ok(Some((readable(app, db, kind, &ids)?, last)))
}

/// The documents of records; one that cannot be read is left out and logged, so that it does not
/// keep all that come after it from being found.
pub(in crate::jobs) fn readable(
    app: &App,
    db: &mut Db,
    kind: RecordKind,
    ids: &[String],
) -> Result<Vec<Document>> {
    let error = match documents(app, db, kind, ids) {
        Ok(documents) => return Ok(documents),
        Err(error) => error,
    };
    let [id] = ids else {
        let mut all = Vec::with_capacity(ids.len());
        for id in ids {
            all.extend(readable(app, db, kind, std::slice::from_ref(id))?);
        }
        return Ok(all);
    };
    // If nothing else can be read either, the record is not to blame.
    if store::last_change(db).is_err() {
        return Err(error);
    }
    tracing::error!(%error, %kind, id, "a record cannot be read and is left out of the index");
    Ok(Vec::new())
}

/// The documents of records as they are now; a record that is gone, or must not be found by
/// anybody, is missing from the answer.
fn documents(app: &App, db: &mut Db, kind: RecordKind, ids: &[String]) -> Result<Vec<Document>> {
    let mut documents = match kind {
        RecordKind::Need => reviewed::documents::<Need>(app, db, ids)?,
        RecordKind::Capability => reviewed::documents::<Capability>(app, db, ids)?,
        RecordKind::Organization => return organizations::ops::documents(app, db, ids),
        RecordKind::Town => return towns::ops::documents(app, db, ids),
        RecordKind::User
        | RecordKind::Case
        | RecordKind::Visit
        | RecordKind::Contract
        | RecordKind::Project
        | RecordKind::Report
        | RecordKind::Endpoint
        | RecordKind::MessageTemplate
        | RecordKind::Subscription
        | RecordKind::Event
        | RecordKind::Platform => {
            return Ok(Vec::new());
        }
    };
    embeddings::ops::attach(db, &mut documents)?;
    Ok(documents)
}

/// Ids of one kind of record after an id, in order.
pub(super) fn ids(
    db: &mut Db,
    kind: RecordKind,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<String>> {
    match kind {
        RecordKind::Need => reviewed::ids::<Need>(db, after, limit),
        RecordKind::Capability => reviewed::ids::<Capability>(db, after, limit),
        RecordKind::Organization => organizations::ops::ids(db, after, limit),
        RecordKind::Town => towns::ops::ids(db, after, limit),
        RecordKind::User
        | RecordKind::Case
        | RecordKind::Visit
        | RecordKind::Contract
        | RecordKind::Project
        | RecordKind::Report
        | RecordKind::Endpoint
        | RecordKind::MessageTemplate
        | RecordKind::Subscription
        | RecordKind::Event
        | RecordKind::Platform => Ok(Vec::new()),
    }
}
