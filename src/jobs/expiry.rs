//! Lets records expire on their date.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::{Error, Result};
use crate::needs::model::Need;
use crate::records::reviewed::expire;

/// Lets everything expire whose validity has ended; returns how many records did.
///
/// # Errors
/// Database faults.
pub fn sweep(app: &App) -> Result<usize> {
    Ok(drain(app, expire::<Need>)? + drain(app, expire::<Capability>)?)
}

/// Repeats a batch until nothing is left. What another node has taken meanwhile is left to it.
fn drain(app: &App, batch: fn(&App) -> Result<usize>) -> Result<usize> {
    let mut total = 0;
    loop {
        match batch(app) {
            Ok(0) | Err(Error::PreconditionFailed) => return Ok(total),
            Ok(count) => total += count,
            Err(error) => return Err(error),
        }
    }
}

/// Runs for ever: looks every `records.expiry_check_seconds`.
pub async fn run(app: Arc<App>) {
    let pause = Duration::from_secs(app.config.records.expiry_check_seconds.max(1));
    loop {
        match app.run(sweep).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "records have expired"),
            Err(error) => tracing::error!(%error, "records could not expire; trying again"),
        }
        tokio::time::sleep(pause).await;
    }
}
