//! Use cases of accounts.

use std::collections::HashMap;

use super::model::{
    CreateUser, User, UserStatus, UserView, check_language, check_mail, check_name, normalized_mail,
};
use super::store;
use crate::accounts::passwords;
use crate::accounts::principal::{Caller, Language, UserId};
use crate::accounts::roles;
use crate::app::App;
use crate::audit;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::records::model::RecordKind;
use crate::validation::Checker;

/// Names of people by id.
///
/// # Errors
/// Database faults.
pub fn names(db: &mut Db, ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut names = HashMap::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        names.extend(store::names_unscoped(db, chunk)?);
    }
    Ok(names)
}

/// A new account row.
pub(in crate::accounts) fn new_user(
    mail: &str,
    name: &str,
    language: &str,
    now: Timestamp,
) -> User {
    User {
        id: UserId::new(),
        login_mail: normalized_mail(mail),
        name: name.trim().to_owned(),
        password_hash: None,
        language: language.to_owned(),
        status: UserStatus::Active,
        mail_verified_at: None,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// What is shown of accounts.
pub(in crate::accounts) fn views(
    app: &App,
    db: &mut Db,
    language: Language,
    users: Vec<User>,
) -> Result<Vec<UserView>> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let mut held = roles::ops::views(app, db, language, &ids)?;
    Ok(users
        .into_iter()
        .map(|user| UserView {
            roles: held.remove(&user.id).unwrap_or_default(),
            id: user.id,
            mail: user.login_mail,
            name: user.name,
            language: user.language,
            status: user.status,
            mail_verified_at: user.mail_verified_at,
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
        })
        .collect())
}

/// What is shown of one account.
pub(in crate::accounts) fn view(
    app: &App,
    db: &mut Db,
    language: Language,
    user: User,
) -> Result<UserView> {
    views(app, db, language, vec![user])?.pop().ok_or(Error::NotFound)
}

/// Creates an account with roles: for administrators, the terminal and the demonstration data.
/// The administrator vouches for the address.
///
/// # Errors
/// [`Error::Invalid`] with every field; a conflict when the address is taken;
/// [`Error::Forbidden`] for anybody else.
pub fn create_user(app: &App, caller: &Caller, command: &CreateUser) -> Result<UserView> {
    require_admin(caller)?;
    let mut checker = Checker::default();
    check_mail(&mut checker, "/mail", &command.mail);
    check_name(&mut checker, "/name", &command.name);
    check_language(&mut checker, "/language", command.language.as_deref());
    if let Some(password) = &command.password {
        passwords::rules::check(&mut checker, "/password", password, &command.mail);
    }
    for (at, role) in command.roles.iter().enumerate() {
        roles::model::check(&mut checker, &app.reference, &format!("/roles/{at}"), role);
    }
    checker.finish()?;
    let now = app.clock.now();
    let language = command.language.as_deref().unwrap_or(Language::Chinese.tag());
    let mut user = new_user(&command.mail, &command.name, language, now);
    user.password_hash = command.password.as_deref().map(passwords::hash::hash).transpose()?;
    user.mail_verified_at = command.password.as_ref().map(|_| now);
    app.db.write(|db| {
        store::insert(db, &user)?;
        for (at, role) in command.roles.iter().enumerate() {
            roles::ops::insert(db, caller, now, user.id, role, &format!("/roles/{at}"))?;
        }
        note(db, caller, now, "user.create", user.id, serde_json::json!({}))?;
        view(app, db, caller.language, user.clone())
    })
}

/// Logs something about an account.
pub(in crate::accounts) fn note(
    db: &mut Db,
    caller: &Caller,
    at: Timestamp,
    action: &'static str,
    user: UserId,
    changes: serde_json::Value,
) -> Result<()> {
    let id = user.to_string();
    audit::ops::note(
        db,
        caller,
        at,
        audit::ops::Entry { action, kind: RecordKind::User, id: &id, changes },
    )
}

/// Refuses everybody but administrators.
pub(in crate::accounts) fn require_admin(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::forbidden("error.admin_only")) }
}
