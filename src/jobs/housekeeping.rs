//! Removes what has had its day: links, tokens and sessions that have ended, mails sent long ago,
//! old notices and messages, keys of requests that nobody will repeat.

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
    crate::accounts::ops::tidy(app)?;
    crate::outbound::ops::tidy(app)?;
    crate::notices::ops::tidy(app)?;
    crate::channels::outbox::tidy(app)?;
    crate::idempotency::ops::forget_old(app).map(drop)
}
