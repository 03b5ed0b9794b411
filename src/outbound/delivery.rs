//! Delivers the mails of the outbox.
//!
//! A mail is claimed before it is tried, by a conditional update that also counts the attempt:
//! nodes do not send it twice, and a node that dies while sending leaves it to be tried again
//! when the claim has run out.

use std::sync::Arc;

use chrono::TimeDelta;

use super::mailer::Mailer;
use super::model::{MailState, OutboxMail, wait_after};
use super::store;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;

/// Mails taken at a time.
const BATCH: i64 = 20;

/// Sends what is due now by this mailer; returns how many mails were handed over.
///
/// # Errors
/// Database faults; a mail that cannot be sent is noted in the outbox instead.
pub async fn deliver(app: &Arc<App>, mailer: &Mailer) -> Result<usize> {
    let mut sent = 0;
    loop {
        let due = app.run(|app| app.db.read(|db| store::due(db, app.clock.now(), BATCH))).await?;
        if due.is_empty() {
            return Ok(sent);
        }
        for mail in due {
            if try_one(app, mailer, mail).await? {
                sent += 1;
            }
        }
    }
}

async fn try_one(app: &Arc<App>, mailer: &Mailer, mail: OutboxMail) -> Result<bool> {
    let claimed = mail.clone();
    if !app.run(move |app| app.db.write(|db| store::claim(db, &claimed, claim_end(app)))).await? {
        return Ok(false);
    }
    let outcome = mailer.send(&mail).await;
    let attempt = mail.attempts + 1;
    match &outcome {
        Ok(()) => tracing::debug!(mail = %mail.id, attempt, "mail handed over"),
        // The text may quote the recipient's address, so it stays in the database.
        Err(_) => tracing::warn!(mail = %mail.id, attempt, "mail not taken; see outbox_mails"),
    }
    let taken = outcome.is_ok();
    app.run(move |app| settle(app, &mail, outcome)).await?;
    Ok(taken)
}

/// Longer than an attempt can take.
fn claim_end(app: &App) -> Timestamp {
    let seconds = i64::try_from(app.config.mail.timeout_seconds).unwrap_or(3_600);
    Timestamp::new(app.clock.time() + TimeDelta::seconds(2 * seconds + 5))
}

fn settle(app: &App, mail: &OutboxMail, outcome: std::result::Result<(), String>) -> Result<()> {
    let now = app.clock.now();
    let Err(error) = outcome else {
        return app.db.write(|db| store::mark_sent(db, mail.id, now));
    };
    let attempts = mail.attempts + 1;
    let given_up = u32::try_from(attempts).is_ok_and(|count| count >= app.config.mail.max_attempts);
    let state = if given_up { MailState::Dead } else { MailState::Waiting };
    if given_up {
        tracing::error!(mail = %mail.id, attempts, "mail given up");
    }
    let [chance, ..] = *uuid::Uuid::new_v4().as_bytes();
    let next = Timestamp::new(now.0 + wait_after(attempts, chance));
    app.db.write(|db| store::mark_failed(db, mail.id, state, next, &error))
}
