//! Tells the officers above of cases and needs that have waited too long.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::cases::escalation;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(30 * 60);

/// Runs for ever, a round every half hour.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(escalation::tell).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "officers were told what has waited too long"),
            Err(error) => tracing::error!(%error, "nothing was escalated; trying in half an hour"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
