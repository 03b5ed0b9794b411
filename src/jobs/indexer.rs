//! Feeds the search index from the change log.
//!
//! The index knows the number of the last change it has applied (kept in the same commit), so
//! after a crash it goes on exactly there. Applying a change twice is harmless: the record is
//! loaded as it is now and replaces what was there.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use search_index::{Change, Document, Opened, Options, SearchIndex, State};
use tokio::sync::{Notify, watch};

use crate::app::App;
use crate::config::SearchConfig;
use crate::db::Db;
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::records::store;

/// Changes taken in one commit of the index.
const BATCH: i64 = 1_000;

/// Wakes the indexer after a write, and tells readers how far it has come.
pub struct IndexFeed {
    wake: Notify,
    position: watch::Sender<u64>,
}

impl Default for IndexFeed {
    fn default() -> Self {
        Self { wake: Notify::new(), position: watch::Sender::new(0) }
    }
}

impl IndexFeed {
    /// Says that there is something new in the change log.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Number of the last change that searches see.
    pub fn position(&self) -> u64 {
        *self.position.borrow()
    }

    /// Waits until searches see a change; false when that takes longer than the limit.
    pub async fn wait_for(&self, change: u64, limit: Duration) -> bool {
        let mut position = self.position.subscribe();
        tokio::time::timeout(limit, position.wait_for(|now| *now >= change))
            .await
            .is_ok_and(|result| result.is_ok())
    }
}

/// Opens the index named by the settings.
///
/// # Errors
/// When the directory cannot be used, or another process writes to it.
pub fn open(config: &SearchConfig) -> Result<Opened> {
    let options = Options { writer_memory: config.writer_memory_mb << 20, ..Options::default() };
    Ok(SearchIndex::open(Path::new(&config.index_dir), options)?)
}

/// After opening: builds the index anew when it must be, otherwise applies what it has missed.
///
/// # Errors
/// Database or index faults.
pub fn bring_up(app: &App, state: &State) -> Result<()> {
    let last = app.db.read(store::last_change)?;
    let ahead = app.index.position() > u64::try_from(last).unwrap_or(0);
    match state {
        State::Current if !ahead => catch_up(app).map(drop),
        State::Fresh if last == 0 => Ok(app.feed.position.send_modify(|at| *at = 0)),
        reason => {
            tracing::info!(?reason, ahead, "building the search index from the database");
            rebuild(app, |_| {}).map(drop)
        }
    }
}

/// Applies all changes the index has not seen; returns how many.
///
/// # Errors
/// Database or index faults.
pub fn catch_up(app: &App) -> Result<usize> {
    let mut applied = 0;
    loop {
        let from = i64::try_from(app.index.position()).unwrap_or(i64::MAX);
        let entries = app.db.read(|db| store::changes_after(db, from, BATCH))?;
        let Some(last) = entries.last() else {
            app.feed.position.send_replace(app.index.position());
            return Ok(applied);
        };
        let position = u64::try_from(last.seq).unwrap_or(0);
        let mut touched: BTreeMap<RecordKind, Vec<String>> = BTreeMap::new();
        for entry in &entries {
            touched.entry(entry.record_kind).or_default().push(entry.record_id.clone());
        }
        let changes = app.db.read(|db| changes(app, db, &touched))?;
        app.index.apply(changes, position)?;
        applied += entries.len();
        app.feed.position.send_replace(position);
    }
}

fn changes(
    app: &App,
    db: &mut Db,
    touched: &BTreeMap<RecordKind, Vec<String>>,
) -> Result<Vec<Change>> {
    let mut all = Vec::new();
    for (&kind, ids) in touched {
        let mut ids = ids.clone();
        ids.sort_unstable();
        ids.dedup();
        for chunk in ids.chunks(500) {
            let documents = documents(app, db, kind, chunk)?;
            let found: std::collections::HashSet<&str> =
                documents.iter().map(|document| document.id.as_str()).collect();
            let gone = chunk.iter().filter(|id| !found.contains(id.as_str()));
            let deletions: Vec<Change> = gone.map(|id| Change::Delete(id.clone())).collect();
            all.extend(deletions);
            all.extend(documents.into_iter().map(Change::Upsert));
        }
    }
    Ok(all)
}

/// The documents of records as they are now; a record that is gone, or must not be found by
/// anybody, is missing from the answer.
fn documents(app: &App, db: &mut Db, kind: RecordKind, ids: &[String]) -> Result<Vec<Document>> {
    match kind {
        RecordKind::Need => crate::needs::ops::documents(app, db, ids),
        RecordKind::Capability => crate::capabilities::ops::documents(app, db, ids),
        RecordKind::Organization => crate::organizations::ops::documents(app, db, ids),
        RecordKind::Town => crate::towns::ops::documents(app, db, ids),
        RecordKind::User => Ok(Vec::new()),
    }
}

/// Builds the whole index anew beside the old one and swaps it in. Changes made meanwhile are
/// applied afterwards: the position taken is that of before the first read.
///
/// # Errors
/// Database or index faults; the old index stays then.
pub fn rebuild(app: &App, progress: impl Fn(usize)) -> Result<usize> {
    let position = app.db.read(store::last_change)?;
    let mut build = app.index.begin_rebuild()?;
    let mut count = 0;
    for &kind in RecordKind::ALL {
        let mut after: Option<String> = None;
        loop {
            let ids = app.db.read(|db| ids(db, kind, after.as_deref()))?;
            let Some(last) = ids.last() else { break };
            after = Some(last.clone());
            let documents = app.db.read(|db| documents(app, db, kind, &ids))?;
            count += documents.len();
            for document in documents {
                build.add(document)?;
            }
            progress(count);
        }
    }
    build.finish(u64::try_from(position).unwrap_or(0))?;
    catch_up(app)?;
    Ok(count)
}

fn ids(db: &mut Db, kind: RecordKind, after: Option<&str>) -> Result<Vec<String>> {
    match kind {
        RecordKind::Need => crate::needs::ops::ids(db, after, 500),
        RecordKind::Capability => crate::capabilities::ops::ids(db, after, 500),
        RecordKind::Organization => crate::organizations::ops::ids(db, after, 500),
        RecordKind::Town => crate::towns::ops::ids(db, after, 500),
        RecordKind::User => Ok(Vec::new()),
    }
}

/// Runs for ever: waits to be woken, or looks by itself every `search.poll_ms`, which also finds
/// what other nodes have written.
pub async fn run(app: Arc<App>) {
    let pause = Duration::from_millis(app.config.search.poll_ms);
    loop {
        if let Err(error) = app.run(|app| catch_up(app).map(drop)).await {
            tracing::error!(%error, "indexing failed; trying again");
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        let _ = tokio::time::timeout(pause, app.feed.wake.notified()).await;
    }
}
