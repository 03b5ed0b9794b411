//! What is shown to those who run the platform.

use super::model::{Reader, Work};
use super::store;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::users;
use crate::accounts::users::model::ListUsers;
use crate::app::App;
use crate::error::{Error, Result};
use crate::records;

/// Hides what is for administrators from everybody else.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors; [`Error::NotFound`] for everybody else.
pub fn only_for_admins(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::NotFound) }
}

/// Queues and readers.
///
/// # Errors
/// Those of [`only_for_admins`]; database faults.
pub fn work(app: &App, caller: &Caller) -> Result<Work> {
    only_for_admins(caller)?;
    app.db.read(|db| {
        let last_change = records::ops::last_change(db)?;
        let readers = store::readers(db)?.into_iter().map(|(name, position)| Reader {
            name,
            position,
            lag: (last_change - position).max(0),
        });
        Ok(Work {
            last_change,
            readers: readers.collect(),
            mails: store::mails(db)?,
            deliveries: store::messages(db)?,
        })
    })
}

/// The person that a text means: an id, a mail address, or a part of one name only.
///
/// # Errors
/// [`Error::Invalid`] at `/actor` when it means nobody, or several.
pub fn person(app: &App, caller: &Caller, text: &str) -> Result<Option<UserId>> {
    only_for_admins(caller)?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if let Ok(id) = text.parse() {
        return Ok(Some(id));
    }
    let query = ListUsers { q: Some(text.to_owned()), ..ListUsers::default() };
    let found = users::ops::list(app, caller, &query)?.items;
    let exact = found.iter().find(|one| one.mail.eq_ignore_ascii_case(text));
    match (exact, found.as_slice()) {
        (Some(one), _) | (None, [one]) => Ok(Some(one.id)),
        (None, []) => Err(Error::field("/actor", "field.no_such_person")),
        (None, _) => Err(Error::field("/actor", "field.several_people")),
    }
}
