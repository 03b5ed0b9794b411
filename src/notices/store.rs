//! Queries on notices and settings.

use diesel::prelude::*;

use super::model::{MailState, Notice, NoticeId, NoticeKind, NoticeSettings, StoredSettings};
use crate::accounts::principal::UserId;
use crate::db::schema::{notice_settings, notices};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a notice; false when the person has been told under its key already.
pub fn insert(db: &mut Db, row: &Notice) -> Result<bool> {
    let added = on!(db, conn => diesel::insert_into(notices::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(added == 1)
}

/// Which of these keys somebody has been told under.
pub fn told(db: &mut Db, keys: &[String]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(500) {
        let rows: Vec<Option<String>> = on!(db, conn => notices::table
            .filter(notices::once_key.eq_any(chunk))
            .select(notices::once_key)
            .distinct()
            .load(conn))?;
        found.extend(rows.into_iter().flatten());
    }
    Ok(found)
}

/// A person's notices, newest first, before one of them.
pub fn list(
    db: &mut Db,
    user: UserId,
    unread: bool,
    before: Option<NoticeId>,
    limit: i64,
) -> Result<Vec<Notice>> {
    use notices::dsl as n;
    Ok(on!(db, conn => {
        let mut query = n::notices.filter(n::user_id.eq(user)).into_boxed();
        if unread {
            query = query.filter(n::read_at.is_null());
        }
        if let Some(before) = before {
            query = query.filter(n::id.lt(before));
        }
        query.order(n::id.desc()).limit(limit).select(Notice::as_select()).load(conn)
    })?)
}

/// A person's notice.
pub fn find(db: &mut Db, user: UserId, id: NoticeId) -> Result<Option<Notice>> {
    use notices::dsl as n;
    Ok(on!(db, conn => n::notices
        .filter(n::user_id.eq(user))
        .filter(n::id.eq(id))
        .select(Notice::as_select())
        .first(conn))
    .optional()?)
}

/// How many notices a person has not read.
pub fn unread(db: &mut Db, user: UserId) -> Result<i64> {
    use notices::dsl as n;
    Ok(on!(db, conn => n::notices
        .filter(n::user_id.eq(user))
        .filter(n::read_at.is_null())
        .count()
        .get_result(conn))?)
}

/// Marks one notice as read, or all up to one.
pub fn mark_read(
    db: &mut Db,
    user: UserId,
    (from, to): (Option<NoticeId>, Option<NoticeId>),
    now: Timestamp,
) -> Result<usize> {
    use notices::dsl as n;
    Ok(on!(db, conn => {
        // A boxed query cannot be updated: the open ends are the ends of what there can be.
        let from = from.unwrap_or(NoticeId(uuid::Uuid::nil()));
        let to = to.unwrap_or(NoticeId(uuid::Uuid::max()));
        let read = n::notices
            .filter(n::user_id.eq(user))
            .filter(n::read_at.is_null())
            .filter(n::id.ge(from))
            .filter(n::id.le(to));
        diesel::update(read).set(n::read_at.eq(Some(now))).execute(conn)
    })?)
}

/// People with notices that wait for the daily mail since before a time.
pub fn waiting_people(db: &mut Db, before: Timestamp, limit: i64) -> Result<Vec<UserId>> {
    use notices::dsl as n;
    Ok(on!(db, conn => n::notices
        .filter(n::mail.eq(MailState::Waiting))
        .filter(n::created_at.lt(before))
        .select(n::user_id)
        .distinct()
        .order(n::user_id.asc())
        .limit(limit)
        .load(conn))?)
}

/// A person's notices that wait for the daily mail since before a time, oldest first.
pub fn waiting(db: &mut Db, user: UserId, before: Timestamp) -> Result<Vec<Notice>> {
    use notices::dsl as n;
    Ok(on!(db, conn => n::notices
        .filter(n::user_id.eq(user))
        .filter(n::mail.eq(MailState::Waiting))
        .filter(n::created_at.lt(before))
        .order(n::id.asc())
        .select(Notice::as_select())
        .load(conn))?)
}

/// Notes that notices wait no more; how many did until now.
pub fn mark_mailed(db: &mut Db, ids: &[NoticeId]) -> Result<usize> {
    use notices::dsl as n;
    let mut marked = 0;
    for chunk in ids.chunks(500) {
        let waiting = n::notices.filter(n::id.eq_any(chunk)).filter(n::mail.eq(MailState::Waiting));
        marked += on!(db, conn => diesel::update(waiting)
            .set(n::mail.eq(MailState::Done))
            .execute(conn))?;
    }
    Ok(marked)
}

/// Notes that a person's notices of a kind about these records wait no more.
pub fn leave_unmailed(
    db: &mut Db,
    user: UserId,
    kind: NoticeKind,
    records: &[String],
) -> Result<()> {
    use notices::dsl as n;
    for chunk in records.chunks(500) {
        let waiting = n::notices
            .filter(n::user_id.eq(user))
            .filter(n::kind.eq(kind))
            .filter(n::mail.eq(MailState::Waiting))
            .filter(n::record_id.eq_any(chunk));
        on!(db, conn => diesel::update(waiting).set(n::mail.eq(MailState::None)).execute(conn))?;
    }
    Ok(())
}

/// What these people want by mail; who has chosen nothing is missing.
pub fn settings(db: &mut Db, people: &[UserId]) -> Result<Vec<(UserId, NoticeSettings)>> {
    let mut found = Vec::new();
    for chunk in people.chunks(500) {
        let rows: Vec<StoredSettings> = on!(db, conn => notice_settings::table
            .filter(notice_settings::user_id.eq_any(chunk))
            .select(StoredSettings::as_select())
            .load(conn))?;
        found.extend(rows.into_iter().map(|row| (row.user_id, row.doc.0)));
    }
    Ok(found)
}

/// Keeps what a person wants by mail.
pub fn keep_settings(db: &mut Db, row: &StoredSettings) -> Result<()> {
    on!(db, conn => diesel::insert_into(notice_settings::table)
        .values(row)
        .on_conflict(notice_settings::user_id)
        .do_update()
        .set(row)
        .execute(conn))?;
    Ok(())
}
