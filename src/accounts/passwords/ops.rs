//! Use cases of passwords.

use std::sync::Arc;

use chrono::TimeDelta;

use super::model::{ChangePassword, ResetPassword};
use super::{hash, rules};
use crate::accounts::limits::Attempt;
use crate::accounts::links::model::LinkPurpose;
use crate::accounts::links::ops::{self as links, For};
use crate::accounts::principal::{Caller, SessionId};
use crate::accounts::registration::model::VerifyMail;
use crate::accounts::users::model::{User, UserStatus, check_mail, normalized_mail};
use crate::accounts::users::ops::note;
use crate::accounts::{letters, registration, sessions, users};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::messages;
use crate::outbound;
use crate::validation::Checker;

/// Changes the caller's password and ends all other sessions.
///
/// # Errors
/// [`Error::Invalid`] for a wrong current password or a poor new one; [`Error::RateLimited`].
pub fn change(app: &App, caller: &Caller, command: &ChangePassword) -> Result<()> {
    let principal = caller.signed_in()?;
    let find = |db: &mut Db| users::store::find_unscoped(db, principal.user_id);
    let user = app.db.read(find)?.ok_or(Error::NotFound)?;
    let permit = app.limits.take(Attempt::SignIn, &user.login_mail, caller.address)?;
    if !hash::verify(&command.current_password, user.password_hash.as_deref())? {
        permit.keep();
        return Err(Error::field("/current_password", "field.wrong_password"));
    }
    permit.give_back();
    check("/new_password", &command.new_password, &user)?;
    let new = hash::hash(&command.new_password)?;
    let now = app.clock.now();
    app.db.write(|db| set(db, caller, &user, &new, (principal.session_id, "password_changed"), now))
}

fn check(pointer: &str, password: &str, user: &User) -> Result<()> {
    let mut checker = Checker::default();
    rules::check(&mut checker, pointer, password, &user.login_mail);
    checker.finish()
}

/// Sets a hash, ends sessions, tells the person by mail.
fn set(
    db: &mut Db,
    caller: &Caller,
    user: &User,
    new: &str,
    (kept, reason): (SessionId, &'static str),
    now: Timestamp,
) -> Result<()> {
    users::store::set_password(db, user.id, new, now)?;
    sessions::store::revoke_others(db, user.id, kept, reason, now)?;
    let texts = messages::ops::texts(db)?;
    let letter = letters::password_changed(&texts, user.language(), &user.name);
    outbound::ops::enqueue(db, &user.login_mail, letter, now)?;
    note(db, caller, now, "password.change", user.id, serde_json::json!({ "reason": reason }))
}

/// Sends a link for setting a new password, if there is such an account. Nothing tells the
/// asker: the answer does not wait for the look-up. Call it inside the async runtime.
///
/// # Errors
/// [`Error::Invalid`] for what is no address; [`Error::RateLimited`], with or without an account.
pub fn request_reset(app: &Arc<App>, caller: &Caller, mail: &str) -> Result<()> {
    in_background(app, caller, mail, |app, caller, user, now| {
        let lifetime = TimeDelta::hours(app.config.accounts.reset_hours.into());
        send_reset_link(app, caller, user, lifetime, now)
    })
}

/// Sends the link for verifying the address again, if there is an account that lacks it; as
/// silent as [`request_reset`].
///
/// # Errors
/// [`Error::Invalid`] for what is no address; [`Error::RateLimited`], with or without an account.
pub fn resend_verification(app: &Arc<App>, caller: &Caller, mail: &str) -> Result<()> {
    in_background(app, caller, mail, |app, caller, user, now| {
        if user.mail_verified_at.is_some() {
            return Ok(());
        }
        app.db.write(|db| send_verification(app, db, caller, user, now))
    })
}

/// Does something for the active account of an address without letting the asker wait. Where a
/// registrations wait instead, links of theirs are sent again.
fn in_background(
    app: &Arc<App>,
    caller: &Caller,
    mail: &str,
    work: fn(&App, &Caller, &User, Timestamp) -> Result<()>,
) -> Result<()> {
    let mut checker = Checker::default();
    check_mail(&mut checker, "/mail", mail);
    checker.finish()?;
    let mail = normalized_mail(mail);
    app.limits.take(Attempt::AskForMail, &mail, caller.address)?.keep();
    let (app, caller) = (Arc::clone(app), caller.clone());
    tokio::task::spawn_blocking(move || {
        let find = |db: &mut Db| users::store::by_mail_unscoped(db, &mail);
        let done = app.db.read(find).and_then(|found| {
            let now = app.clock.now();
            match found {
                Some(user) if user.status == UserStatus::Active => work(&app, &caller, &user, now),
                Some(_) => Ok(()),
                // Who has registered but not confirmed it has no account yet.
                None => registration::ops::send_again(&app, &mail, now),
            }
        });
        if let Err(error) = done {
            tracing::error!(%error, "a mail that was asked for could not be prepared");
        }
    });
    Ok(())
}

fn send_reset_link(
    app: &App,
    caller: &Caller,
    user: &User,
    lifetime: TimeDelta,
    now: Timestamp,
) -> Result<()> {
    let purpose = LinkPurpose::ResetPassword;
    app.db.write(|db| {
        let issued = links::issue(db, caller, purpose, For::Person(user.id), (now, lifetime))?;
        let texts = messages::ops::texts(db)?;
        let letter = letters::reset(app, &texts, user.language(), &user.name, &issued.1);
        outbound::ops::enqueue(db, &user.login_mail, letter, now).map(drop)
    })
}

/// Sends the link for verifying a person's address, in the caller's transaction.
fn send_verification(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    user: &User,
    now: Timestamp,
) -> Result<()> {
    let lifetime = TimeDelta::days(app.config.accounts.link_days.into());
    let purpose = LinkPurpose::VerifyMail;
    let (_, secret) = links::issue(db, caller, purpose, For::Person(user.id), (now, lifetime))?;
    let texts = messages::ops::texts(db)?;
    let letter = letters::verification(app, &texts, user.language(), &user.name, &secret);
    outbound::ops::enqueue(db, &user.login_mail, letter, now).map(drop)
}

/// Sends the link for setting the first password of an account made by an administrator, in the
/// caller's transaction.
pub(in crate::accounts) fn send_welcome(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    user: &User,
    now: Timestamp,
) -> Result<()> {
    let lifetime = TimeDelta::days(app.config.accounts.link_days.into());
    let purpose = LinkPurpose::ResetPassword;
    let (_, secret) = links::issue(db, caller, purpose, For::Person(user.id), (now, lifetime))?;
    let texts = messages::ops::texts(db)?;
    let letter = letters::welcome(app, &texts, user.language(), &user.name, &secret);
    outbound::ops::enqueue(db, &user.login_mail, letter, now).map(drop)
}

/// Sets a new password by a link and ends all sessions. Who reads the mail owns the address, so
/// it counts as verified.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer) or a poor password.
pub fn reset(app: &App, caller: &Caller, command: &ResetPassword) -> Result<()> {
    let now = app.clock.now();
    let purpose = LinkPurpose::ResetPassword;
    let user = app.db.read(|db| {
        let link = links::find(db, purpose, &command.token, now)?;
        owner(db, link.user_id)
    })?;
    // A poor password must not use the link up.
    check("/password", &command.password, &user)?;
    let new = hash::hash(&command.password)?;
    app.db.write(|db| {
        links::redeem(db, purpose, &command.token, now)?;
        users::store::mark_verified(db, user.id, now)?;
        let nobody = SessionId(uuid::Uuid::nil());
        set(db, caller, &user, &new, (nobody, "password_reset"), now)
    })
}

/// Sets a password for somebody and ends all sessions: for the terminal.
///
/// # Errors
/// [`Error::NotFound`] when there is no such account; [`Error::Invalid`] for a poor password;
/// [`Error::Forbidden`] for anybody but administrators.
pub fn set_for(app: &App, caller: &Caller, mail: &str, password: &str) -> Result<()> {
    if !caller.signed_in()?.is_admin() {
        return Err(Error::forbidden("error.admin_only"));
    }
    let mail = normalized_mail(mail);
    let find = |db: &mut Db| users::store::by_mail_unscoped(db, &mail);
    let user = app.db.read(find)?.ok_or(Error::NotFound)?;
    check("/password", password, &user)?;
    let new = hash::hash(password)?;
    let nobody = SessionId(uuid::Uuid::nil());
    let now = app.clock.now();
    app.db.write(|db| set(db, caller, &user, &new, (nobody, "password_set"), now))
}

/// Shows by the link of an account that the address is the person's.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer), and for a password: this link sets
/// none.
pub fn verify_mail(app: &App, caller: &Caller, command: &VerifyMail) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        let link = links::redeem(db, LinkPurpose::VerifyMail, &command.token, now)?;
        if command.password.is_some() {
            return Err(Error::field("/password", "field.link_sets_no_password"));
        }
        let user = owner(db, link.user_id)?;
        users::store::mark_verified(db, user.id, now)?;
        note(db, caller, now, "mail.verify", user.id, serde_json::json!({}))?;
        let created = Created::record(CreatedKind::Confirmation, "");
        idempotency::ops::claim(db, caller, now, Some(&created), None)
    })
}

/// The active owner of a link; a link of a disabled account does not work.
fn owner(db: &mut Db, id: Option<crate::accounts::principal::UserId>) -> Result<User> {
    let id = id.ok_or_else(links::refused)?;
    users::store::find_unscoped(db, id)?
        .filter(|user| user.status == UserStatus::Active)
        .ok_or_else(links::refused)
}
