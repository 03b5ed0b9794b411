//! Gives the records that were written by an earlier release the keys by which near-duplicates are
//! found.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::Result;
use crate::needs::model::Need;
use crate::records::likeness::backlog;

/// Pause before it is tried again.
const PAUSE: Duration = Duration::from_secs(60);

/// Gives keys to all records that have none; returns how many records there are, none when all had
/// them.
///
/// # Errors
/// Database faults.
pub fn complete(app: &App) -> Result<usize> {
    backlog::complete(app, &[backlog::complete_kind::<Need>, backlog::complete_kind::<Capability>])
}

/// Runs until it has succeeded.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(complete).await {
            Ok(0) => return,
            Ok(count) => {
                tracing::info!(count, "near-duplicates of all records are found now");
                return;
            }
            Err(error) => tracing::error!(%error, "keys of likeness failed; trying again"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
