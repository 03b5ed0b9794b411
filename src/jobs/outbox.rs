//! Sends the mails of the outbox as they fall due.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::error::Result;
use crate::outbound::delivery::deliver;
use crate::outbound::mailer::Mailer;

/// Pause between two looks into the outbox.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs for ever: sends what is due, looks again every second.
pub async fn run(app: Arc<App>) {
    let mailer = match Mailer::open(&app.config) {
        Ok(mailer) => mailer,
        Err(error) => {
            tracing::error!(%error, "no mail can be sent");
            return;
        }
    };
    loop {
        if let Err(error) = deliver(&app, &mailer).await {
            tracing::error!(%error, "looking into the outbox failed; trying again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends what is due now; returns how many mails were handed over.
///
/// # Errors
/// Database faults; a mail that cannot be sent is noted in the outbox instead.
pub async fn deliver_due(app: &Arc<App>) -> Result<usize> {
    deliver(app, &Mailer::open(&app.config)?).await
}
