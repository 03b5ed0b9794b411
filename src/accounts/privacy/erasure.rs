//! Erasing a person: what was kept for the person alone goes, what others rely on stays without the
//! person's name.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::store::{self, mentions};
use crate::accounts::limits::Attempt;
use crate::accounts::passwords;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::roles;
use crate::accounts::users::model::{User, UserStatus};
use crate::accounts::users::ops::{note, require_admin};
use crate::accounts::users::store as users;
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::http::text;
use crate::records;
use crate::records::ops::Change;
use crate::validation::Checker;
use crate::{capabilities, cases, channels, subscriptions};

/// Longest reason, in characters.
const LONGEST_REASON: usize = 500;

/// Erases the caller.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseSelf {
    /// The current password, as proof.
    pub current_password: String,
}

/// Erases somebody who has asked for it.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasePerson {
    /// Why, and how it was made sure who asked.
    pub reason: String,
}

/// What erasure did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Erased {
    /// Records from which the contact was taken.
    pub records: usize,
    /// Saved versions of records from which the contact was taken.
    pub versions: usize,
}

/// Erases the caller's own account.
///
/// # Errors
/// [`Error::Invalid`] for a wrong password; [`Error::RateLimited`]; a conflict while somebody relies on
/// the person: the last who manages an organisation or the platform, a liaison with open cases.
pub fn erase_own(app: &App, caller: &Caller, command: &EraseSelf) -> Result<Erased> {
    let id = caller.signed_in()?.user_id;
    let user = app.db.read(|db| users::find_unscoped(db, id))?.ok_or(Error::NotFound)?;
    let permit = app.limits.take(Attempt::SignIn, &user.login_mail, caller.address)?;
    if !passwords::hash::verify(&command.current_password, user.password_hash.as_deref())? {
        permit.keep();
        return Err(Error::field("/current_password", "field.wrong_password"));
    }
    permit.give_back();
    erase(app, caller, id, "own wish")
}

/// Erases a person's account on request: for administrators.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::Invalid`] without a reason; conflicts as for
/// [`erase_own`].
pub fn erase_person(
    app: &App,
    caller: &Caller,
    id: UserId,
    command: &ErasePerson,
) -> Result<Erased> {
    require_admin(caller)?;
    let mut checker = Checker::default();
    let reason = command.reason.trim();
    checker.present("/reason", Some(reason).filter(|text| !text.is_empty()).as_ref());
    checker.length("/reason", Some(reason), 0, LONGEST_REASON);
    checker.finish()?;
    erase(app, caller, id, reason)
}

/// How often erasure is tried when somebody else changes a record meanwhile.
const ATTEMPTS: u32 = 5;

fn erase(app: &App, caller: &Caller, id: UserId, reason: &str) -> Result<Erased> {
    let (user, orgs) = app.db.read(|db| {
        let user = standing(db, id)?;
        require_free(db, &user)?;
        let roles = roles::store::of_users(db, &[id])?;
        let orgs: Vec<OrgId> = roles.into_iter().filter_map(|role| role.org_id).collect();
        Ok((user, orgs))
    })?;
    // First: who is gone cannot say so any more.
    capabilities::consent::hide_person(app, caller, &orgs, &user.name)?;
    let mut attempt = 1;
    let erased = loop {
        match try_erase(app, caller, id, reason) {
            Err(Error::PreconditionFailed) if attempt < ATTEMPTS => attempt += 1,
            result => break result?,
        }
    };
    app.feed.wake();
    Ok(erased)
}

/// The account of somebody who has not been erased.
fn standing(db: &mut Db, id: UserId) -> Result<User> {
    let user = users::find_unscoped(db, id)?.filter(|user| user.erased_at.is_none());
    user.ok_or(Error::NotFound)
}

fn try_erase(app: &App, caller: &Caller, id: UserId, reason: &str) -> Result<Erased> {
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_cases(db)?;
        let user = standing(db, id)?;
        // The log's lock comes last: everybody else who writes takes it after the rows.
        subscriptions::ops::hold_all(db, id)?;
        let left = leave_records(db, &user, now)?;
        let versions = mentions::scrub_versions(db, &user.login_mail)?;
        dialect::lock_logs(db)?;
        require_free(db, &user)?;
        let records = left.len();
        if !left.is_empty() {
            records::ops::trace(db, caller, now, &left)?;
        }
        store::forget(db, user.id, &user.login_mail)?;
        users::update(db, &without_person(user, now))?;
        channels::pausing::after_role_loss(app, db, id, (None, None))?;
        note(db, caller, now, "personal_data.erase", id, json!({ "reason": { "after": reason } }))?;
        Ok(Erased { records, versions })
    })
}

/// Nobody may be left without the one who answers for something.
fn require_free(db: &mut Db, user: &User) -> Result<()> {
    for role in roles::store::of_users(db, &[user.id])? {
        roles::ops::require_another(db, role.role, role.org_id, user.id)?;
    }
    if cases::ops::brokers_open_cases(db, user.id)? {
        return Err(Error::conflict("error.has_open_cases"));
    }
    Ok(())
}

/// Takes the person out of the contacts of records, as a change of each like any other.
fn leave_records(db: &mut Db, user: &User, now: Timestamp) -> Result<Vec<Change>> {
    let found = mentions::of(db, &user.login_mail)?;
    let mut changes = Vec::with_capacity(found.len());
    for mention in &found {
        let mut after = mention.doc.clone();
        mentions::scrub(&mut after, &user.login_mail);
        mentions::rewrite(db, mention, &after, now)?;
        changes.push(Change {
            kind: mention.kind,
            id: mention.id.clone(),
            action: "personal_data.leave_record",
            version: mention.version + 1,
            status: mention.status.clone(),
            step_from: None,
            comment: None,
            before: mention.doc.clone(),
            after,
        });
    }
    Ok(changes)
}

/// The account as it stays: something for old entries to point to.
fn without_person(user: User, now: Timestamp) -> User {
    User {
        login_mail: format!("{}@erased.invalid", user.id),
        name: text::text("account.erased_name", user.language()),
        password_hash: None,
        status: UserStatus::Disabled,
        mail_verified_at: None,
        erased_at: Some(now),
        version: user.version + 1,
        updated_at: now,
        ..user
    }
}
