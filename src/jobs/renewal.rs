//! Asks owners by mail whether their records are still open.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::capabilities::model::Capability;
use crate::error::Result;
use crate::needs::model::Need;
use crate::records::freshness::ops;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Asks about everything that is in doubt now; returns how many records were asked about.
///
/// # Errors
/// Database faults.
pub fn ask(app: &App) -> Result<usize> {
    ops::ask_all(app, &[ops::ask::<Need>, ops::ask::<Capability>])
}

/// Runs for ever, a round every hour.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(ask).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "owners were asked about records"),
            Err(error) => tracing::error!(%error, "owners could not be asked; trying in an hour"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
