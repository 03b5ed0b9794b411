//! Gives needs that nobody answers for to the liaisons of their towns.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::cases::allotment;

/// Pause between two rounds.
const PAUSE: Duration = Duration::from_secs(60);

/// Runs for ever, a round every minute.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(allotment::allot).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "needs were given to liaisons"),
            Err(error) => tracing::error!(%error, "no needs were given away; trying in a minute"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
