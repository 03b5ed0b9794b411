//! Use cases of notices: telling people, and their inboxes.

use std::collections::HashMap;

use super::model::{
    Inbox, ListNotices, MailChoice, MailState, Notice, NoticeData, NoticeId, NoticeKind,
    NoticeRecord, NoticeSettings, NoticeView, ReadNotices, Unread,
};
use super::{letters, store, wording};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::users::model::User;
use crate::app::App;
use crate::db::Db;
use crate::db::types::Json;
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::messages;
use crate::outbound;
use crate::records::model::RecordKind;

pub use super::letters::{sample_digest, sample_mail};
pub use super::wording::{Words, said, sentence};

/// Something that has happened.
#[derive(Debug, Clone)]
pub struct Event {
    /// What.
    pub kind: NoticeKind,
    /// The record it is about.
    pub record: Option<(RecordKind, String)>,
    /// Particulars.
    pub data: NoticeData,
    /// Nobody is told two things under one key; without a key everything is told.
    pub once: Option<String>,
}

/// Tells people of an event, in the transaction in which it happens: in their inboxes, and by mail
/// as each of them wants it. Returns how many were told.
///
/// Who may know of the event is the caller's to say.
///
/// # Errors
/// Database faults.
pub fn tell(app: &App, db: &mut Db, event: &Event, people: &[UserId]) -> Result<usize> {
    tell_by(app, db, event, people, |db, user, words| {
        let texts = messages::ops::texts(db)?;
        let letter = letters::single(app, &texts, (&user.name, user.language()), words);
        outbound::ops::enqueue(db, &user.login_mail, letter, app.clock.now()).map(drop)
    })
}

/// Like [`tell`], with another mail for those who want one at once.
///
/// # Errors
/// Database faults, and those of `mail`.
pub fn tell_by(
    app: &App,
    db: &mut Db,
    event: &Event,
    people: &[UserId],
    mail: impl Fn(&mut Db, &User, &Words) -> Result<()>,
) -> Result<usize> {
    let now = app.clock.now();
    let people = accounts::ops::active(db, people)?;
    let ids: Vec<UserId> = people.iter().map(|user| user.id).collect();
    let chosen: HashMap<UserId, NoticeSettings> = store::settings(db, &ids)?.into_iter().collect();
    let mut told = 0;
    for user in people {
        let choice = chosen.get(&user.id).copied().unwrap_or_default().choice(event.kind.topic());
        let daily = choice == MailChoice::Daily;
        let notice = Notice {
            id: NoticeId::new(),
            user_id: user.id,
            kind: event.kind,
            record_kind: event.record.as_ref().map(|(kind, _)| *kind),
            record_id: event.record.as_ref().map(|(_, id)| id.clone()),
            data: Json(event.data.clone()),
            once_key: event.once.clone(),
            mail: if daily { MailState::Waiting } else { MailState::None },
            read_at: None,
            created_at: now,
        };
        if !store::insert(db, &notice)? {
            continue;
        }
        told += 1;
        if choice == MailChoice::AtOnce {
            let reader = accounts::ops::acting_as(db, &user)?;
            let words = wording::words(app, db, &reader, std::slice::from_ref(&notice))?;
            for one in &words {
                mail(db, &user, one)?;
            }
        }
    }
    Ok(told)
}

/// Leaves a person's notices of these records out of the daily mail; they stay in the inbox.
///
/// # Errors
/// Database faults.
pub fn leave_unmailed(
    db: &mut Db,
    user: UserId,
    kind: NoticeKind,
    records: &[String],
) -> Result<()> {
    store::leave_unmailed(db, user, kind, records)
}

/// Things that are told in one transaction.
const BATCH: usize = 100;

/// Tells of things in transactions of moderate size; one that cannot be told keeps no other from
/// being told, and is tried again when the job runs next. `tell_one` says whether anybody was told.
/// Returns of how many things somebody was.
pub fn tell_each<T>(
    app: &App,
    things: &[T],
    tell_one: impl Fn(&mut Db, &T) -> Result<bool>,
) -> usize {
    let tell_some = |some: &[T]| {
        app.db.write(|db| {
            let told = some.iter().map(|thing| tell_one(db, thing).map(usize::from));
            told.sum::<Result<usize>>()
        })
    };
    let tell_batch = |batch: &[T]| {
        tell_some(batch).unwrap_or_else(|_| {
            let alone = batch.chunks(1).map(|one| {
                tell_some(one).unwrap_or_else(|error| {
                    tracing::error!(%error, "people could not be told");
                    0
                })
            });
            alone.sum()
        })
    };
    things.chunks(BATCH).map(tell_batch).sum()
}

/// Which of these keys nobody has been told under.
///
/// # Errors
/// Database faults.
pub fn untold(db: &mut Db, keys: Vec<String>) -> Result<Vec<String>> {
    let told = store::told(db, &keys)?;
    Ok(keys.into_iter().filter(|key| !told.contains(key)).collect())
}

/// A page of the caller's inbox, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a page that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListNotices) -> Result<Inbox> {
    let user = caller.signed_in()?.user_id;
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, user, query.unread, before, wanted)?;
        let page = Page::cut(rows, limit, |last| last.id.to_string());
        let items = views(app, db, caller, page.items)?;
        Ok(Inbox { items, unread: store::unread(db, user)?, next: page.next })
    })
}

/// A notice of the caller's.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: NoticeId) -> Result<NoticeView> {
    let user = caller.signed_in()?.user_id;
    app.db.read(|db| {
        let row = store::find(db, user, id)?.ok_or(Error::NotFound)?;
        views(app, db, caller, vec![row])?.pop().ok_or(Error::NotFound)
    })
}

fn views(app: &App, db: &mut Db, caller: &Caller, notices: Vec<Notice>) -> Result<Vec<NoticeView>> {
    let words = wording::words(app, db, caller, &notices)?;
    Ok(notices
        .into_iter()
        .zip(words)
        .map(|(notice, words)| {
            let record = notice.record_kind.zip(notice.record_id).filter(|_| words.open);
            NoticeView {
                id: notice.id,
                kind: notice.kind,
                text: words.text,
                about: words.about,
                record: record.map(|(kind, id)| NoticeRecord { kind, id }),
                path: words.path,
                data: notice.data.0,
                read_at: notice.read_at,
                created_at: notice.created_at,
            }
        })
        .collect())
}

/// How many notices the caller has not read; none for visitors.
///
/// # Errors
/// Database faults.
pub fn unread(app: &App, caller: &Caller) -> Result<i64> {
    match caller.actor_id() {
        Some(user) => app.db.read(|db| store::unread(db, user)),
        None => Ok(0),
    }
}

/// Marks a notice as read.
///
/// # Errors
/// [`Error::NotFound`].
pub fn read(app: &App, caller: &Caller, id: NoticeId) -> Result<Unread> {
    let user = caller.signed_in()?.user_id;
    app.db.write(|db| {
        store::find(db, user, id)?.ok_or(Error::NotFound)?;
        store::mark_read(db, user, (Some(id), Some(id)), app.clock.now())?;
        Ok(Unread { unread: store::unread(db, user)? })
    })
}

/// Marks all notices as read that the caller has seen.
///
/// # Errors
/// Database faults.
pub fn read_all(app: &App, caller: &Caller, command: &ReadNotices) -> Result<Unread> {
    let user = caller.signed_in()?.user_id;
    app.db.write(|db| {
        store::mark_read(db, user, (None, command.up_to), app.clock.now())?;
        Ok(Unread { unread: store::unread(db, user)? })
    })
}
