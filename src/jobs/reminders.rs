//! Reminds people of milestones and payments.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::projects::reminders;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(60 * 60);

/// Runs for ever, a round every hour.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(reminders::remind).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "people were reminded of milestones and payments"),
            Err(error) => tracing::error!(%error, "nobody was reminded; trying in an hour"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
