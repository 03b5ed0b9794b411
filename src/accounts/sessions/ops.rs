//! Use cases of sessions.

use chrono::TimeDelta;

use super::model::{Refresh, RefreshToken, RefreshTokenId, Session, SessionView, SignIn, Tokens};
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

/// How long requests of a browser may have been under way with the token before.
const UNDER_WAY: TimeDelta = TimeDelta::seconds(60);

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
    let refresh_token = secrets::random()?;
    let expires_at = app.db.write(|db| {
        store::insert(db, &session)?;
        let expires_at = add_refresh_token(app, db, session.id, &refresh_token, now)?;
        let changes = serde_json::json!({ "session_id": session.id });
        note(db, caller, now, "session.open", user, changes)?;
        Ok(expires_at)
    })?;
    tokens(app, user, session.id, refresh_token, expires_at)
}

fn add_refresh_token(
    app: &App,
    db: &mut Db,
    session: SessionId,
    secret: &str,
    now: Timestamp,
) -> Result<Timestamp> {
    let lifetime = TimeDelta::days(app.config.accounts.refresh_token_days.into());
    let expires_at = Timestamp::new(now.0 + lifetime);
    let row = RefreshToken {
        id: RefreshTokenId::new(),
        session_id: session,
        token_hash: secrets::fingerprint(secret),
        expires_at,
        used_at: None,
        successor_seed: None,
        created_at: now,
    };
    store::insert_token(db, &row)?;
    Ok(expires_at)
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

/// What came of a refresh token.
enum Exchange {
    Renewed { user: UserId, session: SessionId, secret: String, expires_at: Timestamp },
    Refused,
}

/// Exchanges a refresh token for new tokens. It works once: a second use means that two hold it,
/// one of them a thief, and ends the session.
///
/// # Errors
/// [`Error::Unauthenticated`] when it is unknown, used, too old, or its session has ended.
pub fn refresh(app: &App, caller: &Caller, command: &Refresh) -> Result<Tokens> {
    exchange_within(app, caller, &command.refresh_token, TimeDelta::zero())
}

/// The same for a browser, which sends several requests at once: for a minute each of them gets
/// the tokens that the first has got, whichever node it comes to.
///
/// # Errors
/// Those of [`refresh`].
pub fn renew(app: &App, caller: &Caller, refresh_token: &str) -> Result<Tokens> {
    exchange_within(app, caller, refresh_token, UNDER_WAY)
}

fn exchange_within(
    app: &App,
    caller: &Caller,
    refresh_token: &str,
    grace: TimeDelta,
) -> Result<Tokens> {
    let now = app.clock.now();
    // The refusal is returned after the transaction: ending the session must be kept.
    match app.db.write(|db| exchange(app, db, caller, refresh_token, (now, grace)))? {
        Exchange::Renewed { user, session, secret, expires_at } => {
            tokens(app, user, session, secret, expires_at)
        }
        Exchange::Refused => Err(Error::Unauthenticated("error.refresh_refused".into())),
    }
}

fn exchange(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    old: &str,
    (now, grace): (Timestamp, TimeDelta),
) -> Result<Exchange> {
    let hash = secrets::fingerprint(old);
    let Some((token, session, status)) = store::token(db, &hash)? else {
        return Ok(Exchange::Refused);
    };
    let ended = session.revoked_at.is_some() || status != UserStatus::Active;
    if ended || token.expires_at <= now {
        return Ok(Exchange::Refused);
    }
    let (user, session) = (session.user_id, session.id);
    let seed = secrets::random()?;
    if store::mark_token_used(db, token.id, &seed, now)? {
        store::touch(db, session, now)?;
        let secret = secrets::derived(old, &seed);
        let expires_at = add_refresh_token(app, db, session, &secret, now)?;
        return Ok(Exchange::Renewed { user, session, secret, expires_at });
    }
    if let Some((secret, expires_at)) = successor(db, old, (now, grace))? {
        return Ok(Exchange::Renewed { user, session, secret, expires_at });
    }
    store::revoke(db, user, session, "refresh_token_reused", now)?;
    let changes = serde_json::json!({ "session_id": session });
    note(db, caller, now, "session.reuse", user, changes)?;
    Ok(Exchange::Refused)
}

/// What a token was exchanged for, when that was no longer ago than the grace.
fn successor(
    db: &mut Db,
    old: &str,
    (now, grace): (Timestamp, TimeDelta),
) -> Result<Option<(String, Timestamp)>> {
    // Read again: another node may have used it only just now.
    let used = store::token(db, &secrets::fingerprint(old))?.map(|(token, ..)| token);
    let Some((at, seed)) = used.and_then(|token| token.used_at.zip(token.successor_seed)) else {
        return Ok(None);
    };
    // The clocks of two nodes differ a little: without grace there is none at all.
    if grace.is_zero() || now.0 - at.0 >= grace {
        return Ok(None);
    }
    let secret = secrets::derived(old, &seed);
    let next = store::token(db, &secrets::fingerprint(&secret))?;
    Ok(next.map(|(token, ..)| (secret, token.expires_at)))
}

/// Ends the caller's own session.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors.
pub fn sign_out(app: &App, caller: &Caller) -> Result<()> {
    let session = caller.signed_in()?.session_id;
    end(app, caller, session)
}

/// Ends one of the caller's sessions.
///
/// # Errors
/// [`Error::NotFound`] when it is not the caller's, or has ended.
pub fn end(app: &App, caller: &Caller, session: SessionId) -> Result<()> {
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    app.db.write(|db| {
        if !store::revoke(db, user, session, "signed_out", now)? {
            return Err(Error::NotFound);
        }
        let changes = serde_json::json!({ "session_id": session });
        note(db, caller, now, "session.end", user, changes)
    })
}

/// Where the caller is signed in, last used first.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors.
pub fn list(app: &App, caller: &Caller) -> Result<Vec<SessionView>> {
    let principal = caller.signed_in()?;
    let rows = app.db.read(|db| store::open_of(db, principal.user_id, oldest_alive(app)))?;
    Ok(rows
        .into_iter()
        .map(|row| SessionView {
            current: row.id == principal.session_id,
            id: row.id,
            address: row.address,
            user_agent: row.user_agent,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
        })
        .collect())
}

/// A session last used before this has no refresh token left that works.
pub(in crate::accounts) fn oldest_alive(app: &App) -> Timestamp {
    let lifetime = TimeDelta::days(app.config.accounts.refresh_token_days.into());
    Timestamp::new(app.clock.time() - lifetime)
}
