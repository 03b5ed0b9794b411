//! Keeps suggestions true.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::suggestions::making;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(5);
/// Pause after a round that failed.
const AFTER_FAILURE: Duration = Duration::from_secs(30);

/// Runs for ever, a round every five seconds.
pub async fn run(app: Arc<App>) {
    loop {
        match making::make(&app).await {
            Ok(count) => {
                if count > 0 {
                    tracing::debug!(count, "records were looked at for suggestions");
                }
                tokio::time::sleep(PAUSE).await;
            }
            Err(error) => {
                tracing::error!(%error, "suggestions wait; trying in half a minute");
                tokio::time::sleep(AFTER_FAILURE).await;
            }
        }
    }
}
