//! Use cases of roles.

use std::collections::HashMap;

use super::model::{GrantId, GrantRole, RoleGrant, RoleView};
use super::store;
use crate::accounts::principal::{Caller, Language, OrgId, Role, UserId};
use crate::accounts::users;
use crate::app::App;
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::organizations;

/// Roles of people as shown, by person.
pub(in crate::accounts) fn views(
    app: &App,
    db: &mut Db,
    language: Language,
    people: &[UserId],
) -> Result<HashMap<UserId, Vec<RoleView>>> {
    let grants = store::of_users(db, people)?;
    let orgs: Vec<OrgId> = grants.iter().filter_map(|grant| grant.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let mut by_person: HashMap<UserId, Vec<RoleView>> = HashMap::new();
    for grant in grants {
        let name = |code: &String| app.reference.region_name(code, language);
        by_person.entry(grant.user_id).or_default().push(RoleView {
            id: grant.id,
            role: grant.role,
            org: grant.org_id.and_then(|id| owners.get(&id).cloned()),
            region_name: grant.region_code.as_ref().map(name),
            region_code: grant.region_code,
            created_at: grant.created_at,
        });
    }
    Ok(by_person)
}

/// Makes somebody the manager of an organisation just founded. Call it in a write transaction.
///
/// # Errors
/// A conflict when the person is that already.
pub fn make_manager(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    user: UserId,
    org: OrgId,
) -> Result<()> {
    insert(db, caller, now, user, &GrantRole::in_org(Role::OrgAdmin, org), "").map(drop)
}

/// Grants a role whose binding has been checked, and logs it.
///
/// # Errors
/// A conflict when it is held already; [`Error::Invalid`] when there is no such organisation.
pub(in crate::accounts) fn insert(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    user: UserId,
    grant: &GrantRole,
    pointer: &str,
) -> Result<GrantId> {
    if let Some(org) = grant.org_id {
        organizations::ops::place(db, org).map_err(|error| match error {
            Error::NotFound => Error::field(format!("{pointer}/org_id"), "field.unknown_org"),
            other => other,
        })?;
    }
    let same = |held: &RoleGrant| {
        held.role == grant.role
            && held.org_id == grant.org_id
            && held.region_code == grant.region_code
    };
    if store::of_users(db, &[user])?.iter().any(same) {
        return Err(Error::conflict("error.role_held"));
    }
    let row = RoleGrant {
        id: GrantId::new(),
        user_id: user,
        role: grant.role,
        org_id: grant.org_id,
        region_code: grant.region_code.clone(),
        granted_by: caller.actor_id(),
        created_at: now,
    };
    store::insert(db, &row)?;
    users::ops::note(db, caller, now, "role.grant", user, serde_json::to_value(grant)?)?;
    Ok(row.id)
}
