//! Use cases of registration.

use chrono::TimeDelta;

use super::model::{Founding, Register, Registration, RegistrationId, RegistrationReceived};
use super::store;
use crate::accounts::limits::Attempt;
use crate::accounts::principal::{Caller, Language, Principal, Role, SessionId};
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::{
    User, check_language, check_mail, check_name, normalized_mail,
};
use crate::accounts::{letters, passwords, roles, secrets, users};
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::error::{Error, FieldError, Result};
use crate::http::text;
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::organizations;
use crate::organizations::model::OrgStatus;
use crate::organizations::ops::Arrival;
use crate::outbound;
use crate::outbound::ops::Letter;
use crate::validation::Checker;

/// Takes a registration. Organisation and account are made by [`verify`], once the person has shown
/// that the mail address is theirs. Until then nothing tells whether it has an account: a free and a
/// taken one cost the same, are answered alike, and each gets a mail.
///
/// # Errors
/// [`Error::Invalid`] with every field of both; [`Error::RateLimited`].
pub fn register(app: &App, caller: &Caller, command: &Register) -> Result<RegistrationReceived> {
    let mail = normalized_mail(&command.mail);
    let permit = app.limits.take(Attempt::Register, &mail, caller.address)?;
    let registered = register_permitted(app, caller, command, &mail);
    match &registered {
        // A slip in a form is no attack.
        Err(Error::Invalid(_)) => permit.give_back(),
        _ => permit.keep(),
    }
    registered.map(|()| received(caller.language))
}

/// The answer to every registration that is taken.
pub fn received(language: Language) -> RegistrationReceived {
    RegistrationReceived { detail: text::text("registration.received", language) }
}

fn register_permitted(app: &App, caller: &Caller, command: &Register, mail: &str) -> Result<()> {
    let mut organization = command.organization.clone();
    organization.tidy();
    let mut errors = check_person(command);
    match app.db.read(|db| organizations::ops::check(app, db, &organization, None)) {
        Ok(()) => {}
        Err(error) => errors.extend(below_organization(error)?),
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    // Nobody's mailbox shall be flooded through us.
    app.limits.take(Attempt::AskForMail, mail, None)?.keep();
    let now = app.clock.now();
    let founding = Founding {
        organization,
        name: command.name.trim().to_owned(),
        language: command.language.as_deref().unwrap_or(caller.language.tag()).to_owned(),
        // Made for a taken address too: the answer must not come sooner for it.
        password_hash: passwords::hash::hash(&command.password)?,
    };
    let secret = secrets::random()?;
    let row = Registration {
        id: RegistrationId::new(),
        mail: mail.to_owned(),
        token_hash: secrets::fingerprint(&secret),
        founding: Json(founding),
        expires_at: ends(app, now),
        created_at: now,
    };
    app.db.write(|db| {
        let letter = match users::store::by_mail_unscoped(db, mail)? {
            Some(user) => letters::address_taken(app, user.language(), &user.name),
            None => {
                store::insert(db, &row)?;
                letter(app, &row.founding.0, &secret)
            }
        };
        outbound::ops::enqueue(db, mail, letter, now)?;
        let created = Created::record(CreatedKind::Registration, "");
        idempotency::ops::claim(db, caller, now, Some(&created), None)
    })
}

fn ends(app: &App, now: Timestamp) -> Timestamp {
    Timestamp::new(now.0 + TimeDelta::days(app.config.accounts.link_days.into()))
}

fn letter(app: &App, founding: &Founding, secret: &str) -> Letter {
    let org = founding.organization.name.as_deref().unwrap_or_default();
    let language = Language::from_tag(&founding.language);
    letters::registration(app, language, &founding.name, org, secret)
}

/// Sends the link of the newest registration that waits for this address again, if there is one.
pub(in crate::accounts) fn send_again(app: &App, mail: &str, now: Timestamp) -> Result<()> {
    let secret = secrets::random()?;
    app.db.write(|db| {
        let Some(row) = store::newest(db, mail, now)? else { return Ok(()) };
        store::set_secret(db, row.id, &secrets::fingerprint(&secret), ends(app, now))?;
        outbound::ops::enqueue(db, mail, letter(app, &row.founding.0, &secret), now).map(drop)
    })
}

/// Shows by a link that the address is the person's. The link of a registration makes the
/// organisation, which waits for review, and the account of the person who manages it; any other
/// verifies the address of an account.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer), or when somebody was faster with
/// the name or the code of the organisation; a conflict when the address has got an account since.
pub fn verify(app: &App, caller: &Caller, token: &str) -> Result<()> {
    let now = app.clock.now();
    let hash = secrets::fingerprint(token);
    let founded = app.db.write(|db| match store::by_fingerprint(db, &hash, now)? {
        Some(row) => found(app, db, caller, row, now).map(|()| true),
        None => Ok(false),
    })?;
    if !founded {
        return passwords::ops::verify_mail(app, caller, token);
    }
    app.feed.wake();
    Ok(())
}

fn found(app: &App, db: &mut Db, caller: &Caller, row: Registration, now: Timestamp) -> Result<()> {
    let founding = row.founding.0;
    let mut user = users::ops::new_user(&row.mail, &founding.name, &founding.language, now);
    user.password_hash = Some(founding.password_hash);
    user.mail_verified_at = Some(now);
    users::store::insert(db, &user)?;
    // Of two that use the link at a time one finds the account.
    store::delete_of(db, &row.mail)?;
    let caller = as_person(caller, &user);
    let arrival = Arrival {
        fields: founding.organization,
        status: OrgStatus::Pending,
        source: "manual",
        source_ref: None,
    };
    let entered = organizations::ops::enter(app, db, &caller, vec![arrival], now);
    // Somebody may have been faster with the name or the code since the registration.
    let entered = entered.or_else(|error| Err(Error::Invalid(below_organization(error)?)))?;
    let org = entered.value.first().ok_or_else(|| Error::internal("nothing was entered"))?;
    let role = GrantRole::in_org(Role::OrgAdmin, org.id);
    roles::ops::insert(db, &caller, now, user.id, &role, "")?;
    users::ops::note(db, &caller, now, "user.register", user.id, serde_json::json!({}))
}

fn check_person(command: &Register) -> Vec<FieldError> {
    let mut checker = Checker::default();
    check_name(&mut checker, "/name", &command.name);
    check_mail(&mut checker, "/mail", &command.mail);
    check_language(&mut checker, "/language", command.language.as_deref());
    passwords::rules::check(&mut checker, "/password", &command.password, &command.mail);
    checker.errors()
}

/// Errors of an organisation's fields, placed where they lie in this request.
fn below_organization(error: Error) -> Result<Vec<FieldError>> {
    match error {
        Error::Invalid(fields) => Ok(fields
            .into_iter()
            .map(|field| FieldError {
                pointer: format!("/organization{}", field.pointer),
                message: field.message,
            })
            .collect()),
        other => Err(other),
    }
}

/// The visitor, now known by the account just made: the log names who registered.
fn as_person(caller: &Caller, user: &User) -> Caller {
    let principal = Principal {
        user_id: user.id,
        session_id: SessionId(uuid::Uuid::nil()),
        name: user.name.clone(),
        roles: Vec::new(),
    };
    Caller { principal: Some(principal), ..caller.clone() }
}
