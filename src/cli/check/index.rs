//! The search index: whole, of the present dictionaries, and of one mind with the database.

use std::path::Path;

use search_index::{Options, SearchIndex, State};

use super::Finding;
use crate::config::Config;
use crate::db::{Database, Db};
use crate::error::{Message, Result};
use crate::jobs::indexer::consistency;
use crate::records;

/// Checks the index beside the database it is derived from.
pub(super) fn check(config: &Config, database: Option<&Database>, deep: bool) -> Vec<Finding> {
    let directory = Path::new(&config.search.index_dir);
    if !directory.is_dir() {
        let message = Message::new("cli.check.index_missing").with("path", directory.display());
        return vec![Finding::doubtful(message, "cli.check.serve_builds_index")];
    }
    let options = Options { read_only: true, verify: deep, ..Options::default() };
    let opened = match SearchIndex::open(directory, options) {
        Ok(opened) => opened,
        Err(error) => return vec![unusable(&error)],
    };
    if let State::NeedsRebuild(reason) = &opened.state {
        return vec![unusable(reason)];
    }
    let mut findings = vec![figures(&opened.index, database)];
    if let (true, Some(database)) = (deep, database) {
        findings.push(match database.read(|db| compare(&opened.index, db)) {
            Ok(finding) => finding,
            Err(error) => unusable(&super::output::reason(&error)),
        });
    }
    findings
}

fn unusable(reason: &dyn std::fmt::Display) -> Finding {
    Finding::wrong(
        Message::new("cli.check.index_unusable").with("reason", reason),
        "cli.check.run_reindex",
    )
}

fn figures(index: &SearchIndex, database: Option<&Database>) -> Finding {
    let stats = index.stats();
    let last = database.and_then(|database| database.read(records::store::last_change).ok());
    let position = index.position();
    let message = Message::new("cli.check.index")
        .with("documents", stats.documents)
        .with("bytes", indicatif::HumanBytes(stats.bytes))
        .with("position", position)
        .with("last", last.map_or_else(|| "?".to_owned(), |last| last.to_string()));
    match last {
        Some(last) if position > u64::try_from(last).unwrap_or(0) => {
            Finding::wrong(message, "cli.check.index_ahead")
        }
        Some(last) if position < u64::try_from(last).unwrap_or(0) => {
            Finding::doubtful(message, "cli.check.index_behind")
        }
        _ => Finding::good(message),
    }
}

/// Compares the ids in the index with the records that must be found.
fn compare(index: &SearchIndex, db: &mut Db) -> Result<Finding> {
    let found = consistency::compare(index, db)?;
    if found.agrees() {
        return Ok(Finding::good("cli.check.index_agrees"));
    }
    let message = Message::new("cli.check.index_differs")
        .with("missing", found.missing.len())
        .with("unknown", found.unknown.len());
    Ok(Finding::wrong(message, "cli.check.run_reindex"))
}
