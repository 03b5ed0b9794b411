//! Writes the daily mails.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::notices::digest;

/// Pause between two looks.
const PAUSE: Duration = Duration::from_secs(5 * 60);

/// Runs for ever: writes what is due, looks again every five minutes.
pub async fn run(app: Arc<App>) {
    loop {
        match app.run(digest::send_due).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "daily mails were written"),
            Err(error) => tracing::error!(%error, "no daily mails; trying in five minutes"),
        }
        tokio::time::sleep(PAUSE).await;
    }
}
