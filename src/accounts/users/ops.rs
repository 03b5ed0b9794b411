//! Use cases of accounts.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::model::{
    CreateUser, ListUsers, PersonFields, User, UserFields, UserStatus, UserView, apply,
    check_language, check_mail, check_name, normalized_mail,
};
use super::store::{self, UserFilter};
use crate::accounts::principal::{Caller, Language, Principal, Role, SessionId, UserId};
use crate::accounts::{passwords, roles, sessions};
use crate::app::App;
use crate::audit;
use crate::cases::handover;
use crate::channels;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Message, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::idempotency;
use crate::idempotency::model::Created;
use crate::reading;
use crate::records::model::RecordKind;
use crate::records::patch;
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

/// Those of these people who may sign in, each once, by id.
///
/// # Errors
/// Database faults.
pub fn active(db: &mut Db, ids: &[UserId]) -> Result<Vec<User>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let mut people = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(500) {
        people.extend(store::find_many_unscoped(db, chunk)?);
    }
    people.retain(|user| user.status == UserStatus::Active);
    people.sort_by_key(|user| user.id);
    Ok(people)
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
        erased_at: None,
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
            erased_at: user.erased_at,
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
    check(app, command)?;
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
        if user.password_hash.is_none() {
            passwords::ops::send_welcome(app, db, caller, &user, now)?;
        }
        note(db, caller, now, "user.create", user.id, json!({}))?;
        let created = Created::record(RecordKind::User, user.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        view(app, db, caller.language, user.clone())
    })
}

/// Checks what an account is to be created with.
///
/// # Errors
/// [`Error::Invalid`] with every field.
pub fn check(app: &App, command: &CreateUser) -> Result<()> {
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
    checker.finish()
}

/// Which of these mail addresses have an account.
///
/// # Errors
/// Database faults.
pub fn known_mails(db: &mut Db, mails: &[String]) -> Result<HashSet<String>> {
    let mut known = HashSet::new();
    for mail in mails {
        if store::by_mail_unscoped(db, mail)?.is_some() {
            known.insert(normalized_mail(mail));
        }
    }
    Ok(known)
}

/// Whether there is no account at all.
///
/// # Errors
/// Database faults.
pub fn none_yet(db: &mut Db) -> Result<bool> {
    Ok(!store::any(db)?)
}

/// Logs something about an account.
pub(in crate::accounts) fn note(
    db: &mut Db,
    caller: &Caller,
    at: Timestamp,
    action: &'static str,
    user: UserId,
    changes: Value,
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

/// An account the caller may know of: the own one, any for administrators and officers, and for
/// managers of an organisation those who belong to it.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: UserId) -> Result<User> {
    let principal = caller.signed_in()?;
    let user = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    if principal.user_id == id || principal.is_admin() || principal.has(Role::Officer) {
        return Ok(user);
    }
    let held = roles::store::of_users(db, &[id])?;
    let shared = held.iter().filter_map(|role| role.org_id).any(|org| principal.manages(org));
    if shared { Ok(user) } else { Err(Error::NotFound) }
}

/// Shows an account.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: UserId) -> Result<UserView> {
    app.db.read(|db| {
        let user = find(db, caller, id)?;
        view(app, db, caller.language, user)
    })
}

/// Shows the caller's own account.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors.
pub fn show_own(app: &App, caller: &Caller) -> Result<UserView> {
    show(app, caller, caller.signed_in()?.user_id)
}

/// A page of accounts, newest first: all for administrators; for officers one address exactly, or
/// the liaisons of the own region.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else; [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListUsers) -> Result<Page<UserView>> {
    let limit = checked_limit(query.limit)?;
    let filter = filter(app, caller.signed_in()?, query)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &filter, before, wanted)?;
        let page = Page::cut(rows, limit, |last| last.id.to_string());
        Ok(Page { items: views(app, db, caller.language, page.items)?, next: page.next })
    })
}

fn filter(app: &App, principal: &Principal, query: &ListUsers) -> Result<UserFilter> {
    if let Some(code) = &query.region
        && app.reference.region(code).is_none()
    {
        let message = Message::new("field.unknown_code").with("code", code);
        return Err(Error::field("/region", message));
    }
    let mut filter = UserFilter {
        text: query.q.clone().filter(|text| !text.is_empty()),
        mail: query.mail.as_deref().map(normalized_mail),
        status: query.status,
        role: query.role,
        org_id: query.org_id,
        org_name: query.org.clone().filter(|text| !text.is_empty()),
        regions: query.region.clone().map(|code| vec![code]),
    };
    if principal.is_admin() || (principal.has(Role::Officer) && filter.mail.is_some()) {
        return Ok(filter);
    }
    if !principal.has(Role::Officer) {
        return Err(Error::forbidden("error.admin_only"));
    }
    let own = principal.regions();
    let asked = query.region.as_ref();
    filter.role = Some(Role::Liaison);
    filter.regions = Some(match asked {
        Some(code) if principal.reviews(code) => vec![code.clone()],
        Some(code) => own.into_iter().filter(|region| region.starts_with(code.as_str())).collect(),
        None => own,
    });
    Ok(filter)
}

/// Changes name or language of the own account by a JSON merge patch.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; [`Error::Invalid`].
pub fn update_own(app: &App, caller: &Caller, version: i32, changes: &Value) -> Result<UserView> {
    let id = caller.signed_in()?.user_id;
    let change = |user: &User| {
        let mut value = json!({ "name": user.name, "language": user.language });
        patch::merge(&mut value, changes);
        let PersonFields { name, language } = reading::from_value(value)?;
        Ok(UserFields { name, language, status: Some(user.status) })
    };
    update_with(app, caller, id, (version, false), change)
}

/// Changes an account by a JSON merge patch: for administrators. Disabling ends all sessions and pauses
/// the endpoints that the person has made.
///
/// # Errors
/// [`Error::Forbidden`]; [`Error::NotFound`]; [`Error::PreconditionFailed`]; [`Error::Invalid`];
/// a conflict for the last one who runs the platform.
pub fn update(
    app: &App,
    caller: &Caller,
    id: UserId,
    version: i32,
    changes: &Value,
) -> Result<UserView> {
    let change = |user: &User| {
        require_admin(caller)?;
        let mut value =
            json!({ "name": user.name, "language": user.language, "status": user.status });
        patch::merge(&mut value, changes);
        reading::from_value(value)
    };
    update_with(app, caller, id, (version, changes.get("status").is_some()), change)
}

fn update_with(
    app: &App,
    caller: &Caller,
    id: UserId,
    (version, may_close): (i32, bool),
    change: impl Fn(&User) -> Result<UserFields>,
) -> Result<UserView> {
    let now = app.clock.now();
    app.db.write(|db| {
        // What a liaison answers for goes to others when her account is closed.
        may_close.then(|| dialect::lock_cases(db)).transpose()?;
        dialect::lock_logs(db)?;
        let mut user = find(db, caller, id)?;
        if user.erased_at.is_some() {
            return Err(Error::conflict("error.account_erased"));
        }
        let fields = change(&user)?;
        if user.version != version {
            return Err(Error::PreconditionFailed);
        }
        let changes = apply(&mut user, fields)?;
        user.version += 1;
        user.updated_at = now;
        store::update(db, &user)?;
        if changes.get("status").is_some() && user.status == UserStatus::Disabled {
            let held = roles::store::of_users(db, &[id])?;
            if held.iter().any(|role| role.role == Role::PlatformAdmin) {
                roles::ops::require_another(db, Role::PlatformAdmin, None, id)?;
            }
            let none = SessionId(uuid::Uuid::nil());
            sessions::store::revoke_others(db, id, none, "account_disabled", now)?;
            handover::release(app, db, caller, id, None)?;
            channels::pausing::after_role_loss(app, db, id, (None, None))?;
        }
        note(db, caller, now, "user.update", id, changes)?;
        view(app, db, caller.language, user)
    })
}
