//! Use cases of registration.

use super::model::{Register, Registered};
use crate::accounts::limits::Attempt;
use crate::accounts::passwords;
use crate::accounts::principal::{Caller, Principal, Role, SessionId};
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::{
    User, check_language, check_mail, check_name, normalized_mail,
};
use crate::accounts::{roles, users};
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, FieldError, Result};
use crate::organizations;
use crate::organizations::model::OrgStatus;
use crate::organizations::ops::Arrival;
use crate::records::ops::Written;
use crate::validation::Checker;

/// Registers an organisation, which waits for review, and the account of the person who manages
/// it, which can be used once the mail address is verified.
///
/// # Errors
/// [`Error::Invalid`] with every field of both; a conflict when the address has an account;
/// [`Error::RateLimited`].
pub fn register(app: &App, caller: &Caller, command: &Register) -> Result<Written<Registered>> {
    let mail = normalized_mail(&command.mail);
    let permit = app.limits.take(Attempt::Register, &mail, caller.address)?;
    let registered = register_permitted(app, caller, command);
    match &registered {
        // A slip in a form is no attack.
        Err(Error::Invalid(_)) => permit.give_back(),
        _ => permit.keep(),
    }
    registered
}

fn register_permitted(
    app: &App,
    caller: &Caller,
    command: &Register,
) -> Result<Written<Registered>> {
    let mut fields = command.organization.clone();
    fields.tidy();
    let mut errors = check_person(command);
    match app.db.read(|db| organizations::ops::check(app, db, &fields, None)) {
        Ok(()) => {}
        Err(error) => errors.extend(below_organization(error)?),
    }
    if !errors.is_empty() {
        return Err(Error::Invalid(errors));
    }
    let now = app.clock.now();
    let language = command.language.as_deref().unwrap_or(caller.language.tag());
    let mut user = users::ops::new_user(&command.mail, &command.name, language, now);
    user.password_hash = Some(passwords::hash::hash(&command.password)?);
    let written = app.db.write(|db| {
        users::store::insert(db, &user)?;
        let caller = as_person(caller, &user);
        let arrival = Arrival {
            fields: fields.clone(),
            status: OrgStatus::Pending,
            source: "manual",
            source_ref: None,
        };
        let entered = organizations::ops::enter(app, db, &caller, vec![arrival], now);
        // Somebody may have been faster with the name or the code since the check above.
        let entered = entered.or_else(|error| Err(Error::Invalid(below_organization(error)?)))?;
        let org = entered.value.first().ok_or_else(|| Error::internal("nothing was entered"))?;
        join_first(app, db, &caller, (&user, org.id), now)?;
        let value = Registered {
            org_id: org.id,
            org_code: org.code.clone(),
            org_status: org.status,
            user_id: user.id,
        };
        Ok(Written { value, change: entered.change })
    })?;
    app.feed.wake();
    Ok(written)
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

fn join_first(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (user, org): (&User, crate::accounts::principal::OrgId),
    now: Timestamp,
) -> Result<()> {
    let role = GrantRole::in_org(Role::OrgAdmin, org);
    roles::ops::insert(db, caller, now, user.id, &role, "")?;
    passwords::ops::send_verification(app, db, caller, user, now)?;
    users::ops::note(db, caller, now, "user.register", user.id, serde_json::json!({}))
}
