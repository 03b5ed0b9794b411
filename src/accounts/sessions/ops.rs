//! Use cases of sessions.

use chrono::TimeDelta;

use super::model::{RefreshToken, RefreshTokenId, Session, SignIn, Tokens};
use super::store;
use crate::accounts::limits::Attempt;
use crate::accounts::passwords::hash;
use crate::accounts::principal::{Caller, SessionId, UserId};
use crate::accounts::users::model::{User, UserStatus, normalized_mail};
use crate::accounts::users::ops::note;
use crate::accounts::{secrets, users};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};

/// Opens a session for the right mail address and password.
///
/// # Errors
/// [`Error::Unauthenticated`], alike for an unknown address, a wrong password and a disabled
/// account; [`Error::Forbidden`] while the address is not verified; [`Error::RateLimited`].
pub fn sign_in(
    app: &App,
    caller: &Caller,
    command: &SignIn,
    user_agent: Option<&str>,
) -> Result<Tokens> {
    let mail = normalized_mail(&command.mail);
    let permit = app.limits.take(Attempt::SignIn, &mail, caller.address)?;
    let found = app.db.read(|db| users::store::by_mail_unscoped(db, &mail))?;
    let stored = found.as_ref().and_then(|user| user.password_hash.as_deref());
    let right = hash::verify(&command.password, stored)?;
    let now = app.clock.now();
    let user = match found {
        Some(user) if right && user.status == UserStatus::Active => user,
        other => {
            permit.keep();
            // Written for unknown addresses too: the answer must not come sooner for them.
            let id = other.map_or(UserId(uuid::Uuid::nil()), |user| user.id);
            app.db
                .write(|db| note(db, caller, now, "session.refuse", id, serde_json::json!({})))?;
            return Err(Error::Unauthenticated("error.sign_in_failed".into()));
        }
    };
    permit.give_back();
    if user.mail_verified_at.is_none() {
        return Err(Error::forbidden("error.mail_not_verified"));
    }
    renew_outdated_hash(app, &user, &command.password)?;
    open(app, caller, user.id, user_agent)
}

/// Keeps hashes at today's cost: the password is at hand only now.
fn renew_outdated_hash(app: &App, user: &User, password: &str) -> Result<()> {
    let Some(old) = user.password_hash.as_deref().filter(|old| hash::is_outdated(old)) else {
        return Ok(());
    };
    let new = hash::hash(password)?;
    app.db.write(|db| users::store::replace_hash(db, user.id, old, &new))
}

/// Opens a session for a person whose identity has been shown.
///
/// # Errors
/// Database faults.
pub fn open(app: &App, caller: &Caller, user: UserId, user_agent: Option<&str>) -> Result<Tokens> {
    let now = app.clock.now();
    let session = Session {
        id: SessionId::new(),
        user_id: user,
        address: caller.address.map(|address| address.to_string()),
        user_agent: user_agent.map(|text| text.chars().take(200).collect()),
        last_used_at: now,
        revoked_at: None,
        revoked_reason: None,
        created_at: now,
    };
    let (refresh_token, expires_at) = app.db.write(|db| {
        store::insert(db, &session)?;
        let issued = add_refresh_token(app, db, session.id, now)?;
        let changes = serde_json::json!({ "session_id": session.id });
        note(db, caller, now, "session.open", user, changes)?;
        Ok(issued)
    })?;
    tokens(app, user, session.id, refresh_token, expires_at)
}

fn add_refresh_token(
    app: &App,
    db: &mut Db,
    session: SessionId,
    now: Timestamp,
) -> Result<(String, Timestamp)> {
    let secret = secrets::random()?;
    let lifetime = TimeDelta::days(app.config.accounts.refresh_token_days.into());
    let expires_at = Timestamp::new(now.0 + lifetime);
    let row = RefreshToken {
        id: RefreshTokenId::new(),
        session_id: session,
        token_hash: secrets::fingerprint(&secret),
        expires_at,
        used_at: None,
        created_at: now,
    };
    store::insert_token(db, &row)?;
    Ok((secret, expires_at))
}

fn tokens(
    app: &App,
    user: UserId,
    session: SessionId,
    refresh_token: String,
    refresh_expires_at: Timestamp,
) -> Result<Tokens> {
    Ok(Tokens {
        access_token: app.keyring.issue(app, user, session)?,
        token_type: "Bearer",
        expires_in: app.config.accounts.access_token_seconds,
        refresh_token,
        refresh_expires_at,
        user_id: user,
        session_id: session,
    })
}
