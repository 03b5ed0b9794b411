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
/// three short queries.
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

/// One round; returns how many subscriptions were told of.
///
/// # Errors
/// Database or index faults.
pub async fn round(app: &Arc<App>) -> Result<usize> {
    // What was found before is told even where the index fails.
    let found = finding::find_new(app).await;
    let told = app.run(telling::tell_due).await?;
    found.map(|_| told)
}
