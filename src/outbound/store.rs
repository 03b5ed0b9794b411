//! Queries on the outbox.

use diesel::prelude::*;

use super::model::{MailId, MailState, OutboxMail};
use crate::db::schema::outbox_mails;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a mail.
pub fn insert(db: &mut Db, row: &OutboxMail) -> Result<()> {
    on!(db, conn => diesel::insert_into(outbox_mails::table).values(row).execute(conn))?;
    Ok(())
}

/// A mail.
pub fn find(db: &mut Db, id: MailId) -> Result<Option<OutboxMail>> {
    use outbox_mails::dsl as m;
    Ok(on!(db, conn => m::outbox_mails.find(id).select(OutboxMail::as_select()).first(conn))
        .optional()?)
}

/// Mails, newest first, before one of them.
pub fn list(
    db: &mut Db,
    state: Option<MailState>,
    before: Option<MailId>,
    limit: i64,
) -> Result<Vec<OutboxMail>> {
    use outbox_mails::dsl as m;
    Ok(on!(db, conn => {
        let mut query = m::outbox_mails.into_boxed();
        if let Some(state) = state {
            query = query.filter(m::state.eq(state));
        }
        if let Some(before) = before {
            query = query.filter(m::id.lt(before));
        }
        query.order(m::id.desc()).limit(limit).select(OutboxMail::as_select()).load(conn)
    })?)
}

/// Sends a mail again that was given up, from the first attempt on; false when it was not.
pub fn revive(db: &mut Db, id: MailId, now: Timestamp) -> Result<bool> {
    use outbox_mails::dsl as m;
    let changed = on!(db, conn => diesel::update(
        m::outbox_mails.filter(m::id.eq(id)).filter(m::state.eq(MailState::Dead)),
    )
    .set((m::state.eq(MailState::Waiting), m::attempts.eq(0), m::next_attempt_at.eq(now)))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Mails that are due, the longest waiting first.
pub fn due(db: &mut Db, now: Timestamp, limit: i64) -> Result<Vec<OutboxMail>> {
    use outbox_mails::dsl as m;
    Ok(on!(db, conn => m::outbox_mails
        .filter(m::state.eq(MailState::Waiting))
        .filter(m::next_attempt_at.le(now))
        .order((m::next_attempt_at.asc(), m::id.asc()))
        .limit(limit)
        .select(OutboxMail::as_select())
        .load(conn))?)
}

/// Counts an attempt and keeps other nodes off the mail until a time; false when one of them was
/// faster.
pub fn claim(db: &mut Db, mail: &OutboxMail, until: Timestamp) -> Result<bool> {
    use outbox_mails::dsl as m;
    let changed = on!(db, conn => diesel::update(
        m::outbox_mails
            .filter(m::id.eq(mail.id))
            .filter(m::state.eq(MailState::Waiting))
            .filter(m::attempts.eq(mail.attempts)),
    )
    .set((m::attempts.eq(mail.attempts + 1), m::next_attempt_at.eq(until)))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Marks a mail as sent and forgets its text.
pub fn mark_sent(db: &mut Db, id: MailId, now: Timestamp) -> Result<()> {
    use outbox_mails::dsl as m;
    on!(db, conn => diesel::update(m::outbox_mails.filter(m::id.eq(id)))
        .set((
            m::state.eq(MailState::Sent),
            m::body.eq(""),
            m::unsubscribe_url.eq(None::<String>),
            m::sent_at.eq(Some(now)),
            m::last_error.eq(None::<String>),
        ))
        .execute(conn))?;
    Ok(())
}

/// Notes a failure: the mail waits on, or is dead.
pub fn mark_failed(
    db: &mut Db,
    id: MailId,
    state: MailState,
    next: Timestamp,
    error: &str,
) -> Result<()> {
    use outbox_mails::dsl as m;
    on!(db, conn => diesel::update(m::outbox_mails.filter(m::id.eq(id)))
        .set((m::state.eq(state), m::next_attempt_at.eq(next), m::last_error.eq(Some(error))))
        .execute(conn))?;
    Ok(())
}
