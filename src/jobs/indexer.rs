//! Feeds the search index from the change log.
//!
//! The index knows the number of the last change it has applied (kept in the same commit), so
//! after a crash it goes on exactly there. Applying a change twice is harmless: the record is
//! loaded as it is now and replaces what was there. One thread at a time writes to the index;
//! [`rebuild`] makes it anew while changes go on, [`consistency`] holds it against the database.

pub mod consistency;
pub(super) mod documents;
mod feed;
mod rebuild;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use search_index::{Opened, Options, SearchIndex, State};

pub use feed::IndexFeed;
pub use rebuild::rebuild;

use crate::app::App;
use crate::config::SearchConfig;
use crate::error::{Error, Result};
use crate::records::store;

/// Changes taken in one commit of the index.
const BATCH: i64 = 1_000;
/// Changes taken ahead of their turn in one commit.
const AHEAD: i64 = 200;
/// Rounds in a row that may fail in the index before it is built anew although every file is
/// whole.
const MAX_FAILURES: u32 = 3;
/// Longest pause between rounds that fail.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Opens the index named by the settings.
///
/// # Errors
/// When the directory cannot be used, or another process writes to it.
pub fn open(config: &SearchConfig) -> Result<Opened> {
    let options = Options { writer_memory: config.writer_memory_mb << 20, ..Options::default() };
    Ok(SearchIndex::open(Path::new(&config.index_dir), options)?)
}

/// Whether opening failed because another process writes to the index.
pub fn is_held_elsewhere(error: &Error) -> bool {
    use std::error::Error as _;
    matches!(
        error.source().and_then(|source| source.downcast_ref()),
        Some(search_index::Error::Locked(_))
    )
}

/// After opening: builds the index anew when it must be, otherwise applies what it has missed.
///
/// # Errors
/// Database or index faults.
pub fn bring_up(app: &App, state: &State) -> Result<()> {
    let last = app.db.read(store::last_change)?;
    // A database put back from a backup is behind an index that was not.
    let ahead = app.index.position() > number(last);
    match state {
        State::Current if !ahead => match catch_up(app) {
            Err(error) if is_index_fault(&error) => {
                tracing::error!(%error, "the index takes no changes; building it anew");
                rebuild(app, |_| {}).map(drop)
            }
            other => other.map(drop),
        },
        State::Fresh if last == 0 => Ok(()),
        reason => {
            tracing::info!(?reason, ahead, "building the search index from the database");
            rebuild(app, |_| {}).map(drop)
        }
    }
}

/// Applies the changes the index has not seen; returns how many. What is written meanwhile is left
/// for the next call, so that this one ends. Where they do not fit into one commit, what people
/// have written one by one goes ahead of what came in bulk.
///
/// # Errors
/// Database or index faults. What was applied before stays applied.
pub fn catch_up(app: &App) -> Result<usize> {
    let _turn = app.feed.turn();
    let last = number(app.db.read(store::last_change)?);
    let mut applied = 0;
    let mut ahead_to = 0;
    while app.index.position() < last {
        let from = i64::try_from(app.index.position()).unwrap_or(i64::MAX);
        let mut entries = app.db.read(|db| store::changes_after(db, from, BATCH))?;
        let Some(reached) = entries.last().map(|entry| entry.seq) else { break };
        applied += entries.len();
        let mut ahead = Vec::new();
        if number(reached) < last {
            let from = reached.max(ahead_to);
            ahead = app.db.read(|db| store::single_changes_after(db, from, AHEAD))?;
        }
        let numbers: Vec<u64> = ahead.iter().map(|entry| number(entry.seq)).collect();
        ahead_to = ahead.last().map_or(ahead_to, |entry| entry.seq);
        entries.append(&mut ahead);
        let changes = app.db.read(|db| documents::changes(app, db, &entries))?;
        app.index.apply(changes, number(reached))?;
        app.feed.reached_with(number(reached), numbers);
    }
    app.feed.reached(app.index.position());
    Ok(applied)
}

/// Runs for ever: waits to be woken, or looks by itself every `search.poll_ms`, which also finds
/// what other nodes have written.
pub async fn run(app: Arc<App>) {
    let poll = Duration::from_millis(app.config.search.poll_ms);
    let mut failures = 0;
    loop {
        match app.run(move |app| round(app, failures)).await {
            Ok(()) => failures = 0,
            Err(error) => {
                failures = failures.saturating_add(1);
                let pause = (poll * 2_u32.saturating_pow(failures.min(10))).min(MAX_PAUSE);
                tracing::error!(%error, failures, ?pause, "indexing failed; trying again");
                tokio::time::sleep(pause).await;
            }
        }
        let _ = tokio::time::timeout(poll, app.feed.woken()).await;
    }
}

/// One round: heals the index where that is called for, then catches up.
fn round(app: &App, failures: u32) -> Result<()> {
    if app.feed.take_suspicion(app.clock.time().timestamp()) {
        heal(app, false)?;
    }
    match catch_up(app) {
        Err(error) if is_index_fault(&error) => {
            tracing::error!(%error, "the index takes no changes; checking it");
            if !heal(app, failures + 1 >= MAX_FAILURES)? {
                return Err(error);
            }
            catch_up(app).map(drop)
        }
        other => other.map(drop),
    }
}

/// Builds the index anew when its files are damaged, or in any case. Returns whether it did.
fn heal(app: &App, in_any_case: bool) -> Result<bool> {
    let damage = match app.index.verify() {
        Ok(files) if files.is_empty() && !in_any_case => return Ok(false),
        Ok(files) => files.join(", "),
        Err(error) => error.to_string(),
    };
    tracing::error!(damage, "building the damaged search index anew");
    // The directory itself may be what is missing.
    std::fs::create_dir_all(&app.config.search.index_dir)?;
    rebuild(app, |_| {})?;
    Ok(true)
}

/// Whether the index, not the database, is at fault, and building it anew may help.
fn is_index_fault(error: &Error) -> bool {
    use search_index::Error as Fault;
    use std::error::Error as _;
    matches!(
        error.source().and_then(|source| source.downcast_ref::<Fault>()),
        Some(Fault::Damaged(_) | Fault::Engine(_) | Fault::Io(_))
    )
}

/// Numbers of the change log are never negative.
fn number(seq: i64) -> u64 {
    u64::try_from(seq).unwrap_or(0)
}
