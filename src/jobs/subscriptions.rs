//! Finds what is new for subscriptions, and tells of it.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Result;
use crate::subscriptions::{finding, telling};

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(2);
/// Pause after a round that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Runs for ever, a round every two seconds: while nothing has changed and nothing is due, a round is
/// a few short queries.
pub async fn run(app: Arc<App>) {
    loop {
        match round(&app).await {
            Ok(0) => tokio::time::sleep(PAUSE).await,
            Ok(count) => tracing::info!(count, "people were told of what is new"),
            Err(error) => {
                tracing::error!(%error, "subscriptions wait; trying in half a minute");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}

/// One round: goes through all that is new, some of it at a time, and tells between what is due, so that
/// an import holds nobody up. Returns how many subscriptions were told of.
///
/// # Errors
/// Database or index faults.
pub async fn round(app: &Arc<App>) -> Result<usize> {
    let mut told = 0;
    loop {
        let found = finding::find_some(app).await;
        // What was found before is told even where the index fails.
        told += telling::tell_due(app).await?;
        if found?.is_none() {
            return Ok(told);
        }
    }
}
