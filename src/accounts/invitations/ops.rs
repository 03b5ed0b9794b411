//! Use cases of invitations.

use chrono::TimeDelta;

use super::model::{AcceptInvitation, Accepted, CreateInvitation, InvitationView, OfferView};
use crate::accounts::limits::Attempt;
use crate::accounts::links::model::{Link, LinkId, LinkPurpose, Offer};
use crate::accounts::links::ops::{self as links, For};
use crate::accounts::members::model::ListMembers;
use crate::accounts::members::ops::managed;
use crate::accounts::principal::{Caller, OrgId, Role, UserId};
use crate::accounts::privacy::consents;
use crate::accounts::roles::model::{GrantRole, is_org_role};
use crate::accounts::users::model::{User, UserStatus, check_mail, check_name, normalized_mail};
use crate::accounts::{letters, links as link_rows, passwords, roles, users};
use crate::app::App;
use crate::audit;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Message, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::messages;
use crate::organizations;
use crate::outbound;
use crate::records::model::RecordKind;
use crate::records::parts::OwnerView;
use crate::validation::Checker;

/// Invites a person by mail. An older invitation of the same address is replaced.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`] and [`Error::Forbidden`] for an organisation that is
/// not the caller's to manage; a conflict when the person holds the role; [`Error::RateLimited`].
pub fn create(
    app: &App,
    caller: &Caller,
    org: OrgId,
    command: &CreateInvitation,
) -> Result<InvitationView> {
    let mail = check_invitation(command)?;
    let inviter = caller.signed_in()?;
    let now = app.clock.now();
    // Nobody's mailbox shall be flooded through us.
    app.db.read(|db| managed(db, caller, org).map(drop))?;
    app.limits.take(Attempt::AskForMail, &mail, None)?.keep();
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        let org = managed(db, caller, org)?;
        if holds(db, &mail, org.id, command.role)? {
            return Err(Error::conflict("error.role_held"));
        }
        for older in link_rows::store::open_invitations(db, org.id)? {
            if older.offer.0.mail.as_deref() == Some(mail.as_str()) {
                link_rows::store::withdraw(db, org.id, older.id)?;
            }
        }
        let offer = Offer { mail: Some(mail.clone()), role: Some(command.role) };
        let lifetime = TimeDelta::days(app.config.accounts.link_days.into());
        let purpose = LinkPurpose::Invitation;
        let whom = For::Invited(org.id, offer);
        let (link, secret) = links::issue(db, caller, purpose, whom, (now, lifetime))?;
        let names = (org.name.as_str(), inviter.name.as_str());
        let texts = messages::ops::texts(db)?;
        let language = caller.language;
        let letter = letters::invitation(app, &texts, language, command.role, names, &secret);
        outbound::ops::enqueue(db, &mail, letter, now)?;
        note(db, caller, now, "invitation.create", org.id, link.id)?;
        let created = Created::part(CreatedKind::Invitation, org.id, link.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        InvitationView::of(link, now).ok_or(Error::NotFound)
    })
}

fn check_invitation(command: &CreateInvitation) -> Result<String> {
    let mut checker = Checker::default();
    check_mail(&mut checker, "/mail", &command.mail);
    let message = Message::new("field.not_offered").with("role", command.role);
    checker.ensure(is_org_role(command.role), "/role", message);
    checker.finish()?;
    Ok(normalized_mail(&command.mail))
}

fn holds(db: &mut Db, mail: &str, org: OrgId, role: Role) -> Result<bool> {
    let Some(user) = users::store::by_mail_unscoped(db, mail)? else { return Ok(false) };
    let held = roles::store::of_member(db, org, user.id)?;
    Ok(held.iter().any(|grant| grant.role == role))
}

fn note(
    db: &mut Db,
    caller: &Caller,
    at: Timestamp,
    action: &'static str,
    org: OrgId,
    invitation: LinkId,
) -> Result<()> {
    let id = org.to_string();
    let changes = serde_json::json!({ "invitation_id": invitation });
    let entry = audit::ops::Entry { action, kind: RecordKind::Organization, id: &id, changes };
    audit::ops::note(db, caller, at, entry)
}

/// A page of an organisation's invitations, newest first: for those who manage it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn list(
    app: &App,
    caller: &Caller,
    org: OrgId,
    query: &ListMembers,
) -> Result<Page<InvitationView>> {
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let now = app.clock.now();
    app.db.read(|db| {
        managed(db, caller, org)?;
        let rows = link_rows::store::invitations(db, org, before, wanted)?;
        let page = Page::cut(rows, limit, |last| last.id.to_string());
        let items = page.items.into_iter().filter_map(|link| InvitationView::of(link, now));
        Ok(Page { items: items.collect(), next: page.next })
    })
}

/// Shows an invitation to those who manage the organisation.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn find(app: &App, caller: &Caller, org: OrgId, id: LinkId) -> Result<InvitationView> {
    let now = app.clock.now();
    app.db.read(|db| {
        managed(db, caller, org)?;
        let link = link_rows::store::invitation(db, org, id)?;
        link.and_then(|link| InvitationView::of(link, now)).ok_or(Error::NotFound)
    })
}

/// Withdraws an invitation that nobody has accepted.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn withdraw(app: &App, caller: &Caller, org: OrgId, id: LinkId) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        managed(db, caller, org)?;
        if !link_rows::store::withdraw(db, org, id)? {
            return Err(Error::NotFound);
        }
        note(db, caller, now, "invitation.withdraw", org, id)
    })
}

/// An invitation that can be accepted, taken apart.
struct Open {
    org: OwnerView,
    role: Role,
    mail: String,
    account: Option<User>,
    link: Link,
}

fn open(db: &mut Db, token: &str, now: Timestamp) -> Result<Open> {
    let link = links::find(db, LinkPurpose::Invitation, token, now)?;
    let (Some(org), Some(mail), Some(role)) =
        (link.org_id, link.offer.0.mail.clone(), link.offer.0.role)
    else {
        return Err(links::refused());
    };
    let org = organizations::ops::owners(db, &[org])?.remove(&org).ok_or_else(links::refused)?;
    let account = users::store::by_mail_unscoped(db, &mail)?;
    Ok(Open { org, role, mail, account, link })
}

/// What an invitation offers, for whoever holds its link.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer).
pub fn show(app: &App, token: &str) -> Result<OfferView> {
    let found = app.db.read(|db| open(db, token, app.clock.now()))?;
    Ok(OfferView {
        has_account: found.account.is_some(),
        org: found.org,
        role: found.role,
        mail: found.mail,
        expires_at: found.link.expires_at,
    })
}

/// Accepts an invitation: for an address with an account by its owner, signed in; for any other
/// by making an account with name and password.
///
/// # Errors
/// [`Error::Invalid`] for a link that does not work (any longer), or with what is wrong with name
/// and password; [`Error::Unauthenticated`] when the address has an account and nobody is signed
/// in; [`Error::Forbidden`] for somebody else's invitation.
pub fn accept(app: &App, caller: &Caller, command: &AcceptInvitation) -> Result<Accepted> {
    let now = app.clock.now();
    let found = app.db.read(|db| open(db, &command.token, now))?;
    let (user, created) = match found.account {
        Some(user) => (own_account(caller, user)?, false),
        None => (new_account(app, caller, command, &found.mail, now)?, true),
    };
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        links::redeem(db, LinkPurpose::Invitation, &command.token, now)?;
        if created {
            users::store::insert(db, &user)?;
            users::ops::note(db, caller, now, "user.create", user.id, serde_json::json!({}))?;
            consents::agreed(app, db, caller, user.id)?;
        } else {
            users::store::mark_verified(db, user.id, now)?;
        }
        let role = GrantRole::in_org(found.role, found.org.id);
        roles::ops::insert(db, caller, now, user.id, &role, "")?;
        note(db, caller, now, "invitation.accept", found.org.id, found.link.id)?;
        let accepted = Created::part(CreatedKind::Acceptance, found.link.id, user.id);
        idempotency::ops::claim(db, caller, now, Some(&accepted), None)
    })?;
    Ok(Accepted { org: found.org, role: found.role, user_id: user.id, account_created: created })
}

/// What came of an invitation that this person has accepted, for whoever holds its link.
///
/// # Errors
/// [`Error::NotFound`] when invitation, organisation or person are gone.
pub fn accepted(app: &App, id: LinkId, user_id: UserId) -> Result<Accepted> {
    app.db.read(|db| {
        let link = link_rows::store::by_id(db, id)?.ok_or(Error::NotFound)?;
        let (Some(org), Some(role)) = (link.org_id, link.offer.0.role) else {
            return Err(Error::NotFound);
        };
        let org = organizations::ops::owners(db, &[org])?.remove(&org).ok_or(Error::NotFound)?;
        let user = users::store::find_unscoped(db, user_id)?.ok_or(Error::NotFound)?;
        // Both carry the time of the one write that made them.
        let account_created = link.used_at == Some(user.created_at);
        Ok(Accepted { org, role, user_id, account_created })
    })
}

/// Who holds the link reads the mail, but only the account's owner may add a role to it.
fn own_account(caller: &Caller, user: User) -> Result<User> {
    if caller.signed_in()?.user_id == user.id && user.status == UserStatus::Active {
        Ok(user)
    } else {
        Err(Error::forbidden("error.invitation_of_another"))
    }
}

fn new_account(
    app: &App,
    caller: &Caller,
    command: &AcceptInvitation,
    mail: &str,
    now: Timestamp,
) -> Result<User> {
    if caller.principal.is_some() {
        return Err(Error::forbidden("error.invitation_of_another"));
    }
    let name = command.name.as_deref().unwrap_or_default();
    let mut checker = Checker::default();
    check_name(&mut checker, "/name", name);
    match &command.password {
        Some(password) => passwords::rules::check(&mut checker, "/password", password, mail),
        None => checker.fail("/password", "field.required"),
    }
    consents::check_agreed(app, &mut checker, command.consent.as_deref())?;
    checker.finish()?;
    let mut user = users::ops::new_user(mail, name, caller.language.tag(), now);
    let password = command.password.as_deref().unwrap_or_default();
    user.password_hash = Some(passwords::hash::hash(password)?);
    // The link came by mail: whoever holds it reads that mailbox.
    user.mail_verified_at = Some(now);
    Ok(user)
}
