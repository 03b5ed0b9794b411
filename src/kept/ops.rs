//! Use cases of kept forms.

use chrono::TimeDelta;

use super::model::{Fields, KeptForm, KeptId};
use super::store;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::secrets;
use crate::app::App;
use crate::db::{Json, Timestamp};
use crate::error::{Error, Result};

/// Bytes of names and values that are kept of one form.
const MOST_BYTES: usize = 200_000;
/// Drafts of one person.
const DRAFTS: i64 = 50;
/// Days that a draft is kept where the settings name no end.
const MOST_DAYS: u32 = 3_660;
/// Lost forms of one browser, and of all together: anybody can send one.
const LOST: i64 = 5;
const ALL_LOST: i64 = 2_000;
/// Minutes that a lost form is kept.
const LOST_MINUTES: i64 = 60;

/// A form whose session has ended, or whose page was out of date.
#[derive(Debug, Clone)]
pub struct Lost {
    /// Address that it was sent to.
    pub place: String,
    /// What was typed.
    pub fields: Fields,
    /// Token of its page.
    pub token: String,
    /// Secret of the browser.
    pub browser: String,
}

/// What has become of a draft that was to be saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// It has been saved as this version.
    As(i32, Timestamp),
    /// Another window has saved something else as this version; nothing has been written.
    Elsewhere(i32, Timestamp),
    /// Another window has sent the form or thrown the draft away; nothing has been written.
    Gone,
}

fn bytes(fields: &Fields) -> usize {
    fields.pairs.iter().map(|(name, value)| name.len() + value.len()).sum()
}

/// Whether a field may be kept: no secret of a person, and nothing that belongs to one page alone.
fn may_be_kept(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !["password", "secret", "csrf", "token"].iter().any(|word| name.contains(word))
}

/// Keeps a form that was not followed; none when there is no room for it.
///
/// # Errors
/// Database faults.
pub fn keep_lost(app: &App, lost: &Lost) -> Result<Option<KeptId>> {
    let mut fields = lost.fields.clone();
    fields.pairs.retain(|(name, _)| may_be_kept(name));
    if bytes(&fields) > MOST_BYTES {
        return Ok(None);
    }
    let now = app.clock.now();
    let browser = secrets::fingerprint(&lost.browser);
    let row = KeptForm {
        id: KeptId::new(),
        user_id: None,
        browser: Some(browser),
        token: Some(lost.token.clone()),
        place: lost.place.clone(),
        version: 1,
        doc: Json(fields),
        saved_at: now,
        expires_at: Timestamp::new(now.0 + TimeDelta::minutes(LOST_MINUTES)),
    };
    app.db.write(|db| {
        if store::lost(db, now)? >= ALL_LOST {
            return Ok(None);
        }
        store::insert(db, &row)?;
        store::thin(db, None, row.browser.as_deref(), LOST)?;
        Ok(Some(row.id))
    })
}

/// A lost form for the browser that sent it, as long as `is_theirs` says that its page was made for whoever
/// asks.
///
/// # Errors
/// Database faults.
pub fn lost(
    app: &App,
    id: KeptId,
    browser: &str,
    is_theirs: impl Fn(&str) -> bool,
) -> Result<Option<KeptForm>> {
    let found = app.db.read(|db| store::find(db, id))?;
    let browser = secrets::fingerprint(browser);
    Ok(found.filter(|form| {
        form.expires_at > app.clock.now()
            && form.browser.as_deref() == Some(browser.as_str())
            && form.token.as_deref().is_some_and(&is_theirs)
    }))
}

/// The caller's draft for an address; none for visitors.
///
/// # Errors
/// Database faults.
pub fn draft(app: &App, caller: &Caller, place: &str) -> Result<Option<KeptForm>> {
    let Some(principal) = &caller.principal else { return Ok(None) };
    let found = app.db.read(|db| store::draft(db, principal.user_id, place))?;
    Ok(found.filter(|form| form.expires_at > app.clock.now()))
}

/// Whether drafts are kept for an address.
fn has_drafts(place: &str) -> bool {
    let mut parts = place.trim_start_matches('/').split('/');
    let folder = parts.next().is_some_and(|one| ["needs", "capabilities"].contains(&one));
    let rest: Vec<&str> = parts.collect();
    folder
        && match rest.as_slice() {
            ["new"] => true,
            [id, "edit"] => id.parse::<KeptId>().is_ok(),
            _ => false,
        }
}

/// Saves a draft over the version that the window knows; 0 when it knows of none.
///
/// # Errors
/// [`Error::Unauthenticated`]; [`Error::NotFound`] for an address without drafts; [`Error::TooLarge`].
pub fn save_draft(
    app: &App,
    caller: &Caller,
    place: &str,
    pairs: &[(String, String)],
    known: i32,
) -> Result<Saved> {
    let user = caller.signed_in()?.user_id;
    if !has_drafts(place) {
        return Err(Error::NotFound);
    }
    let kept = pairs.iter().filter(|(name, _)| may_be_kept(name)).cloned().collect();
    let fields = Fields { pairs: kept, files: false };
    if bytes(&fields) > MOST_BYTES {
        return Err(Error::TooLarge);
    }
    let now = app.clock.now();
    let days = Some(app.config.retention.kept_forms_days).filter(|days| *days > 0);
    let days = TimeDelta::days(days.unwrap_or(MOST_DAYS).into());
    let expires_at = Timestamp::new(now.0 + days);
    app.db.write(|db| {
        let row = |id, version| KeptForm {
            id,
            user_id: Some(user),
            browser: None,
            token: None,
            place: place.to_owned(),
            version,
            doc: Json(fields.clone()),
            saved_at: now,
            expires_at,
        };
        match store::draft(db, user, place)? {
            None if known > 0 => Ok(Saved::Gone),
            None => {
                let added = store::insert(db, &row(KeptId::new(), 1))?;
                store::thin(db, Some(user), None, DRAFTS)?;
                Ok(if added { Saved::As(1, now) } else { Saved::Elsewhere(1, now) })
            }
            // The other window has typed the very same.
            Some(other) if other.doc.0 == fields => Ok(Saved::As(other.version, other.saved_at)),
            Some(other) if other.version != known => {
                Ok(Saved::Elsewhere(other.version, other.saved_at))
            }
            Some(other) => {
                let version = other.version + 1;
                let done = store::update(db, &row(other.id, version))?;
                Ok(if done { Saved::As(version, now) } else { Saved::Elsewhere(version, now) })
            }
        }
    })
}

/// Throws a draft away: it has been sent, or is not wanted any more.
///
/// # Errors
/// Database faults.
pub fn discard_draft(app: &App, user: UserId, place: &str) -> Result<()> {
    app.db.write(|db| store::discard(db, user, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drafts_are_kept_for_the_forms_of_needs_and_capabilities_alone() {
        let id = KeptId::new();
        for place in ["/needs/new".to_owned(), format!("/capabilities/{id}/edit")] {
            assert!(has_drafts(&place), "{place}");
        }
        for place in ["/needs", "/needs/x/edit", "/cases/new", "/needs/new/x", ""] {
            assert!(!has_drafts(place), "{place}");
        }
    }

    #[test]
    fn secrets_are_not_kept() {
        assert!(may_be_kept("title") && may_be_kept("once"));
        for name in ["password", "current_password", "csrf", "Token"] {
            assert!(!may_be_kept(name), "{name}");
        }
    }
}
