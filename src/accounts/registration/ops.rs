//! Use cases of registration.

use chrono::TimeDelta;

use super::model::{
    Founding, Register, Registration, RegistrationId, RegistrationReceived, VerifyMail,
    WaitingRegistration,
};
use super::store;
use crate::accounts::limits::Attempt;
use crate::accounts::principal::{Caller, Language, Principal, Role, SessionId};
use crate::accounts::privacy::consents;
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::{
    User, check_language, check_mail, check_name, normalized_mail,
};
use crate::accounts::{letters, links, passwords, roles, secrets, users};
use crate::app::App;
use crate::db::{Db, Json, Timestamp, dialect};
use crate::error::{Error, FieldError, Message, Result};
use crate::http::text;
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::messages;
use crate::organizations;
use crate::organizations::model::OrgStatus;
use crate::organizations::ops::Arrival;
use crate::outbound;
use crate::outbound::ops::Letter;
use crate::validation::Checker;

/// Registrations that may wait for one address.
const MOST_WAITING: usize = 3;
/// Links that a registration may have besides its first.
const MOST_FURTHER_LINKS: i64 = 10;

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
    };
    let secret = secrets::random()?;
    let row = Registration {
        id: RegistrationId::new(),
        mail: mail.to_owned(),
        token_hash: secrets::fingerprint(&secret),
        founding: Json(founding),
        expires_at: Timestamp::new(now.0 + TimeDelta::days(app.config.accounts.link_days.into())),
        created_at: now,
    };
    app.db.write(|db| {
        dialect::lock_registrations(db)?;
        let letter = match users::store::by_mail_unscoped(db, mail)? {
            Some(user) => {
                let texts = messages::ops::texts(db)?;
                Some(letters::address_taken(app, &texts, user.language(), &user.name))
            }
            None => keep(app, db, &row, &secret, now)?,
        };
        if let Some(letter) = letter {
            outbound::ops::enqueue(db, mail, letter, now)?;
        }
        let created = Created::record(CreatedKind::Registration, "");
        idempotency::ops::claim(db, caller, now, Some(&created), None)
    })
}

/// Keeps a registration for an address without an account, unless as many wait already as may: none
/// of those is dropped for it. Returns the mail that its owner gets.
fn keep(
    app: &App,
    db: &mut Db,
    row: &Registration,
    secret: &str,
    now: Timestamp,
) -> Result<Option<Letter>> {
    let waiting = store::waiting(db, &row.mail, now)?;
    if waiting.len() >= MOST_WAITING {
        return further_links(app, db, &waiting);
    }
    store::insert(db, row)?;
    let (founding, org) = (&row.founding.0, org_name(row));
    let language = Language::from_tag(&founding.language);
    let texts = messages::ops::texts(db)?;
    Ok(Some(letters::registration(app, &texts, language, (&founding.name, org), secret)))
}

fn org_name(row: &Registration) -> &str {
    row.founding.0.organization.name.as_deref().unwrap_or_default()
}

/// A mail with a further link for each of these registrations. Links sent before go on working, or
/// anybody who knows the address could make them useless; so a registration has a limited number of
/// links, and none is made for one that has so many.
fn further_links(app: &App, db: &mut Db, rows: &[Registration]) -> Result<Option<Letter>> {
    let mut links = Vec::new();
    for row in rows {
        if store::count_links(db, row.id)? < MOST_FURTHER_LINKS {
            let secret = secrets::random()?;
            store::insert_link(db, row.id, &secrets::fingerprint(&secret))?;
            links.push((org_name(row), row.expires_at, secret));
        }
    }
    let Some(first) = rows.first().filter(|_| !links.is_empty()) else { return Ok(None) };
    let language = Language::from_tag(&first.founding.0.language);
    let texts = messages::ops::texts(db)?;
    Ok(Some(letters::registrations_waiting(app, &texts, language, MOST_WAITING, &links)))
}

/// Sends a further link of every registration that waits for this address, if there is one.
pub(in crate::accounts) fn send_again(app: &App, mail: &str, now: Timestamp) -> Result<()> {
    app.db.write(|db| {
        let rows = store::waiting(db, mail, now)?;
        match further_links(app, db, &rows)? {
            Some(letter) => outbound::ops::enqueue(db, mail, letter, now).map(drop),
            None => Ok(()),
        }
    })
}

/// The registration that waits behind a link, for whoever has that.
///
/// # Errors
/// Database faults.
pub fn show(app: &App, token: &str) -> Result<Option<WaitingRegistration>> {
    let (hash, now) = (secrets::fingerprint(token), app.clock.now());
    let found = app.db.read(|db| store::by_fingerprint(db, &hash, now))?;
    Ok(found.map(|row| WaitingRegistration {
        org: org_name(&row).to_owned(),
        uscc: row.founding.0.organization.uscc.clone().unwrap_or_default(),
        name: row.founding.0.name.clone(),
        mail: row.mail,
    }))
}

/// Ends a registration by its link: its owner did not make it, and it shall take no place.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer).
pub fn decline(app: &App, token: &str) -> Result<()> {
    let (hash, now) = (secrets::fingerprint(token), app.clock.now());
    app.db.write(|db| {
        let row = store::by_fingerprint(db, &hash, now)?.ok_or_else(links::ops::refused)?;
        store::delete(db, row.id)
    })
}

/// Shows by a link that the address is the person's. The link of a registration makes the
/// organisation, which waits for review, and the account of the person who manages it, with the
/// password given here: only who reads the mail has a say in it. Any other link verifies the address
/// of an account.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer) and for a poor password, which does
/// not use the link up; a conflict, which ends the registration, when the address has got an account
/// since or somebody was faster with the name or the code of the organisation.
pub fn verify(app: &App, caller: &Caller, command: &VerifyMail) -> Result<()> {
    let now = app.clock.now();
    let hash = secrets::fingerprint(&command.token);
    let Some(row) = app.db.read(|db| store::by_fingerprint(db, &hash, now))? else {
        return passwords::ops::verify_mail(app, caller, command);
    };
    let mut checker = Checker::default();
    match &command.password {
        Some(password) => passwords::rules::check(&mut checker, "/password", password, &row.mail),
        None => checker.fail("/password", "field.required"),
    }
    consents::check_agreed(app, &mut checker, command.consent.as_deref())?;
    checker.finish()?;
    let password = passwords::hash::hash(command.password.as_deref().unwrap_or_default())?;
    let ended = app.db.write(|db| {
        // Of two that use the link at a time one finds it used.
        let row = store::by_fingerprint(db, &hash, now)?.ok_or_else(links::ops::refused)?;
        let ended = end_overtaken(app, db, caller.language, &row)?;
        if ended.is_none() {
            found(app, db, caller, row, &password, now)?;
        }
        Ok(ended)
    })?;
    if let Some(message) = ended {
        return Err(Error::conflict(message));
    }
    app.feed.wake();
    Ok(())
}

/// Ends a registration that cannot be confirmed any more, and says why: nothing that its owner could
/// do with the link would help.
fn end_overtaken(
    app: &App,
    db: &mut Db,
    language: Language,
    row: &Registration,
) -> Result<Option<Message>> {
    if users::store::by_mail_unscoped(db, &row.mail)?.is_some() {
        store::delete_of(db, &row.mail)?;
        return Ok(Some("error.mail_taken".into()));
    }
    match organizations::ops::check(app, db, &row.founding.0.organization, None) {
        Ok(()) => Ok(None),
        Err(Error::Invalid(fields)) => {
            store::delete(db, row.id)?;
            Ok(Some(overtaken(&fields, language)))
        }
        Err(other) => Err(other),
    }
}

fn overtaken(fields: &[FieldError], language: Language) -> Message {
    let taken = |key: &str| fields.iter().any(|field| field.message.key == key);
    match (taken("field.name_taken"), taken("field.uscc_taken")) {
        (true, true) => "error.registered_meanwhile".into(),
        (true, false) => "error.name_registered_meanwhile".into(),
        (false, true) => "error.uscc_registered_meanwhile".into(),
        // The rules or the code tables have changed since.
        (false, false) => {
            let say = |field: &FieldError| {
                let name = field.pointer.trim_start_matches('/');
                format!("{name}: {}", text::render(&field.message, language))
            };
            let reasons: Vec<String> = fields.iter().map(say).collect();
            Message::new("error.registration_outdated").with("reasons", reasons.join("; "))
        }
    }
}

fn found(
    app: &App,
    db: &mut Db,
    visitor: &Caller,
    row: Registration,
    password: &str,
    now: Timestamp,
) -> Result<()> {
    let founding = row.founding.0;
    let mut user = users::ops::new_user(&row.mail, &founding.name, &founding.language, now);
    user.password_hash = Some(password.to_owned());
    user.mail_verified_at = Some(now);
    users::store::insert(db, &user)?;
    store::delete_of(db, &row.mail)?;
    let caller = as_person(visitor, &user);
    let arrival = Arrival {
        fields: founding.organization,
        status: OrgStatus::Pending,
        source: "manual",
        source_ref: None,
    };
    let entered = organizations::ops::enter(app, db, &caller, vec![arrival], now)?;
    let org = entered.value.first().ok_or_else(|| Error::internal("nothing was entered"))?;
    let role = GrantRole::in_org(Role::OrgAdmin, org.id);
    roles::ops::insert(db, &caller, now, user.id, &role, "")?;
    users::ops::note(db, &caller, now, "user.register", user.id, serde_json::json!({}))?;
    consents::agreed(app, db, &caller, user.id)?;
    // Last, as it is not the organisation that a repeat is answered with: the visitor may not see it.
    let created = Created::record(CreatedKind::Confirmation, "");
    idempotency::ops::claim(db, visitor, now, Some(&created), None)
}

fn check_person(command: &Register) -> Vec<FieldError> {
    let mut checker = Checker::default();
    check_name(&mut checker, "/name", &command.name);
    check_mail(&mut checker, "/mail", &command.mail);
    check_language(&mut checker, "/language", command.language.as_deref());
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
