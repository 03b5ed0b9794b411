//! Removes what has had its time, class by class: see [`crate::retention`].

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Result;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Runs for ever, a round every hour.
pub async fn run(app: Arc<App>) {
    loop {
        if let Err(error) = app.run(tidy).await {
            tracing::error!(%error, "tidying up failed; trying again in an hour");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// One round.
///
/// # Errors
/// Database faults.
pub fn tidy(app: &App) -> Result<()> {
    crate::retention::ops::apply(app).map(drop)
}
