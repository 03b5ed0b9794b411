//! Use cases of the outbox.

use chrono::TimeDelta;

use super::model::{MailId, MailState, OutboxMail};
use super::store;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::Result;

/// Days that mails are remembered after they were sent.
const KEPT_DAYS: i64 = 30;

/// A mail to be sent.
pub struct Letter {
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Puts a mail into the outbox, in the transaction that it tells of.
///
/// # Errors
/// Database faults.
pub fn enqueue(db: &mut Db, recipient: &str, letter: Letter, now: Timestamp) -> Result<MailId> {
    let row = OutboxMail {
        id: MailId::new(),
        recipient: recipient.to_owned(),
        subject: letter.subject.replace(char::is_control, " "),
        body: letter.body,
        state: MailState::Waiting,
        attempts: 0,
        next_attempt_at: now,
        last_error: None,
        sent_at: None,
        created_at: now,
    };
    store::insert(db, &row)?;
    Ok(row.id)
}

/// Removes what was sent long ago.
///
/// # Errors
/// Database faults.
pub fn tidy(app: &App) -> Result<()> {
    let before = Timestamp::new(app.clock.time() - TimeDelta::days(KEPT_DAYS));
    app.db.write(|db| store::delete_sent(db, before)).map(drop)
}
