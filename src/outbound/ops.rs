//! Use cases of the outbox.

use super::model::{ListMails, MailId, MailState, MailView, OutboxMail};
use super::store;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};

/// A mail to be sent.
#[derive(Clone)]
pub struct Letter {
    /// Subject, one line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

/// Whom a mail is for: name and language.
pub type Reader<'a> = (&'a str, Language);

/// Puts a mail into the outbox, in the transaction that it tells of.
///
/// # Errors
/// Database faults.
pub fn enqueue(db: &mut Db, recipient: &str, letter: Letter, now: Timestamp) -> Result<MailId> {
    enqueue_of_list(db, recipient, letter, None, now)
}

/// Like [`enqueue`], for mails that their reader can stop: at this address, by one click in a mail
/// program that knows how (RFC 8058).
///
/// # Errors
/// Database faults.
pub fn enqueue_of_list(
    db: &mut Db,
    recipient: &str,
    letter: Letter,
    unsubscribe_url: Option<String>,
    now: Timestamp,
) -> Result<MailId> {
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
        unsubscribe_url,
    };
    store::insert(db, &row)?;
    Ok(row.id)
}

fn require_admin(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::forbidden("error.admin_only")) }
}

/// A page of mails, newest first.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but administrators; [`Error::Invalid`].
pub fn list(app: &App, caller: &Caller, query: &ListMails) -> Result<Page<MailView>> {
    require_admin(caller)?;
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let rows = app.db.read(|db| store::list(db, query.state, before, wanted))?;
    Ok(Page::cut(rows, limit, |last| last.id.to_string()).map(MailView::from))
}

/// Sends a mail again that was given up.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but administrators; [`Error::NotFound`]; a conflict when it was
/// not given up.
pub fn resend(app: &App, caller: &Caller, id: MailId) -> Result<MailView> {
    require_admin(caller)?;
    app.db.write(|db| {
        store::find(db, id)?.ok_or(Error::NotFound)?;
        if !store::revive(db, id, app.clock.now())? {
            return Err(Error::conflict("error.not_given_up"));
        }
        store::find(db, id)?.map(MailView::from).ok_or(Error::NotFound)
    })
}
