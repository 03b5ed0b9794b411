//! Use cases of members.

use std::collections::HashMap;

use super::model::{ListMembers, MemberRole, MemberView};
use crate::accounts::principal::{Caller, OrgId, Principal, Role, UserId};
use crate::accounts::users::model::{User, UserStatus};
use crate::accounts::{roles, users};
use crate::app::App;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::organizations;
use crate::organizations::model::Organization;

/// An organisation whose people are the caller's business.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or the caller may not know of it;
/// [`Error::Forbidden`] when the caller may, and that is all.
fn org_for(
    db: &mut Db,
    caller: &Caller,
    id: OrgId,
    allowed: impl Fn(&Principal, &Organization) -> bool,
) -> Result<Organization> {
    let principal = caller.signed_in()?;
    let org = organizations::ops::find(db, caller, id)?.org;
    if principal.is_admin() || allowed(principal, &org) {
        Ok(org)
    } else {
        Err(Error::forbidden("error.not_your_organization"))
    }
}

/// An organisation that the caller manages.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`].
pub(in crate::accounts) fn managed(
    db: &mut Db,
    caller: &Caller,
    id: OrgId,
) -> Result<Organization> {
    org_for(db, caller, id, |principal, org| principal.manages(org.id))
}

/// A page of the members: for those who work for the organisation and those who review it.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn list(
    app: &App,
    caller: &Caller,
    org: OrgId,
    query: &ListMembers,
) -> Result<Page<MemberView>> {
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let after = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        org_for(db, caller, org, |principal, org| {
            principal.works_for(org.id) || principal.reviews(&org.region_code)
        })?;
        let grants = roles::store::of_org(db, org, after, wanted)?;
        let mut ids: Vec<UserId> = grants.iter().map(|grant| grant.user_id).collect();
        ids.dedup();
        let people = users::store::find_many_unscoped(db, &ids)?;
        let mut by_id: HashMap<UserId, User> =
            people.into_iter().map(|user| (user.id, user)).collect();
        let members = ids.iter().filter_map(|id| {
            let user = by_id.remove(id)?;
            let held = grants.iter().filter(|grant| grant.user_id == *id);
            let roles = held.map(|grant| MemberRole {
                id: grant.id,
                role: grant.role,
                created_at: grant.created_at,
            });
            Some(MemberView {
                user_id: *id,
                name: user.name,
                mail: user.login_mail,
                status: user.status,
                roles: roles.collect(),
            })
        });
        Ok(Page::cut(members.collect(), limit, |last| last.user_id.to_string()))
    })
}

/// Somebody who works for an organisation.
pub struct Colleague {
    /// The person.
    pub user: User,
    /// Whether the person runs the organisation's account.
    pub manages: bool,
}

/// People of one organisation who are written to at most.
const MOST_PEOPLE: i64 = 500;

/// The people who work for an organisation and may sign in: for mails about its records.
///
/// # Errors
/// Database faults.
pub fn people(db: &mut Db, org: OrgId) -> Result<Vec<Colleague>> {
    let grants = roles::store::of_org(db, org, None, MOST_PEOPLE)?;
    let held = |id: UserId, role: Role| {
        grants.iter().any(|grant| grant.user_id == id && grant.role == role)
    };
    let mut ids: Vec<UserId> = grants.iter().map(|grant| grant.user_id).collect();
    ids.dedup();
    let users = users::store::find_many_unscoped(db, &ids)?;
    let active = users.into_iter().filter(|user| user.status == UserStatus::Active);
    let working =
        active.filter(|user| held(user.id, Role::OrgAdmin) || held(user.id, Role::OrgMember));
    Ok(working.map(|user| Colleague { manages: held(user.id, Role::OrgAdmin), user }).collect())
}

/// Who answers for a record of an organisation: those who manage the organisation and who wrote the
/// record; everybody who works there when there is neither.
///
/// # Errors
/// Database faults.
pub fn responsible(db: &mut Db, org: OrgId, author: Option<UserId>) -> Result<Vec<UserId>> {
    let people = people(db, org)?;
    let answers = |one: &&Colleague| one.manages || author == Some(one.user.id);
    let mut chosen: Vec<UserId> = people.iter().filter(answers).map(|one| one.user.id).collect();
    if chosen.is_empty() {
        chosen = people.iter().map(|one| one.user.id).collect();
    }
    Ok(chosen)
}

/// Takes all roles in an organisation from a person: by those who manage it, or by the person.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; a conflict for the last one who manages it.
pub fn remove(app: &App, caller: &Caller, org: OrgId, user: UserId) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        org_for(db, caller, org, |principal, org| {
            principal.manages(org.id) || principal.user_id == user
        })?;
        let held = roles::store::of_member(db, org, user)?;
        if held.is_empty() {
            return Err(Error::NotFound);
        }
        held.iter().try_for_each(|role| roles::ops::remove(app, db, caller, now, role))
    })
}
