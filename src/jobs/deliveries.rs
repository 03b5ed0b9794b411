//! Sends messages to group robots and webhooks as they fall due.

use std::sync::Arc;
use std::time::Duration;

use crate::app::App;
use crate::channels::delivery::deliver;
use crate::channels::sender::Sender;
use crate::error::Result;

/// Pause between two looks into the outbox.
const PAUSE: Duration = Duration::from_secs(1);

/// Runs for ever: sends what is due, looks again every second.
pub async fn run(app: Arc<App>) {
    let sender = match Sender::open(&app.config.outbound) {
        Ok(sender) => sender,
        Err(error) => {
            tracing::error!(%error, "nothing can be sent to robots and webhooks");
            return;
        }
    };
    loop {
        if let Err(error) = deliver(&app, &sender).await {
            tracing::error!(%error, "looking for messages failed; trying again");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Sends what is due now; returns how many messages were taken.
///
/// # Errors
/// Database faults; what cannot be sent is noted in the outbox instead.
pub async fn deliver_due(app: &Arc<App>) -> Result<usize> {
    deliver(app, &Sender::open(&app.config.outbound)?).await
}
