//! Use cases of roles.

use std::collections::HashMap;

use super::model::{BrokerView, GrantId, GrantRole, RoleGrant, RoleView, check};
use super::store;
use crate::accounts::principal::{Caller, Language, OrgId, Principal, Role, UserId};
use crate::accounts::users;
use crate::app::App;
use crate::cases::handover;
use crate::channels;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::organizations;
use crate::records::scope::Reach;
use crate::validation::Checker;

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

/// People by id, as they are shown to those who have to do with them as brokers.
///
/// # Errors
/// Database faults.
pub fn brokers(db: &mut Db, ids: &[UserId]) -> Result<HashMap<UserId, BrokerView>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let rows = users::store::addresses_unscoped(db, &ids)?;
    Ok(rows.into_iter().map(|(id, name, mail)| (id, BrokerView { id, name, mail })).collect())
}

/// The active liaisons of a town, who has been one longest first.
///
/// # Errors
/// Database faults.
pub fn liaisons(db: &mut Db, town: &str) -> Result<Vec<BrokerView>> {
    let rows = store::liaisons(db, town)?;
    Ok(rows.into_iter().map(|(id, name, mail)| BrokerView { id, name, mail }).collect())
}

/// The active liaisons of the towns within reach, if they are not more than so many; otherwise none.
///
/// # Errors
/// Database faults.
pub fn liaisons_within(db: &mut Db, reach: &Reach, most: i64) -> Result<Vec<UserId>> {
    let mut found = store::liaisons_within(db, reach, most + 1)?;
    if i64::try_from(found.len()).unwrap_or(i64::MAX) > most {
        found.clear();
    }
    Ok(found)
}

/// Lengths of the codes that contain a region's, the nearest first: county, city, province.
const ABOVE: [usize; 3] = [6, 4, 2];

/// The active officers above a region: those of the nearest region that has any.
///
/// # Errors
/// Database faults.
pub fn officers_above(db: &mut Db, region: &str) -> Result<Vec<UserId>> {
    let above = ABOVE.iter().filter(|length| **length < region.len());
    let codes: Vec<&str> = above.filter_map(|length| region.get(..*length)).collect();
    let found = store::officers(db, &codes)?;
    let nearest = found.iter().map(|(_, code)| code.len()).max().unwrap_or(0);
    Ok(found.into_iter().filter(|(_, code)| code.len() == nearest).map(|(id, _)| id).collect())
}

/// The people of a region's office: its liaisons and officers; where it has none, the officers above.
///
/// # Errors
/// Database faults.
pub fn office(db: &mut Db, region: &str) -> Result<Vec<UserId>> {
    let mut people: Vec<UserId> =
        store::liaisons(db, region)?.into_iter().map(|(id, ..)| id).collect();
    people.extend(store::officers(db, &[region])?.into_iter().map(|(id, _)| id));
    if people.is_empty() {
        people = officers_above(db, region)?;
    }
    people.sort_unstable();
    people.dedup();
    Ok(people)
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

/// Grants a role: administrators any, officers that of a liaison in their region, managers of an
/// organisation its roles to those who belong to it already (others are invited).
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`]; [`Error::Forbidden`]; a conflict when it is held.
pub fn grant(app: &App, caller: &Caller, user: UserId, command: &GrantRole) -> Result<RoleView> {
    let principal = caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        // Roles are changed one at a time, so that what is checked still holds when it is kept.
        dialect::lock_logs(db)?;
        users::ops::find(db, caller, user)?;
        let held = store::of_users(db, &[user])?;
        let mut checker = Checker::default();
        check(&mut checker, &app.reference, "", command);
        checker.finish()?;
        if !may_grant(principal, command, &held) {
            return Err(Error::forbidden("error.role_not_yours"));
        }
        let id = insert(db, caller, now, user, command, "")?;
        let created = Created::part(CreatedKind::Role, user, id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        let mut all = views(app, db, caller.language, &[user])?.remove(&user).unwrap_or_default();
        let at = all.iter().position(|role| role.id == id).ok_or(Error::NotFound)?;
        Ok(all.swap_remove(at))
    })
}

fn may_grant(principal: &Principal, grant: &GrantRole, held: &[RoleGrant]) -> bool {
    let belongs = |org: OrgId| held.iter().any(|role| role.org_id == Some(org));
    principal.is_admin()
        || may_appoint(principal, grant.role, grant.region_code.as_deref())
        || grant.org_id.is_some_and(|org| principal.manages(org) && belongs(org))
}

/// Officers appoint the liaisons below them.
fn may_appoint(principal: &Principal, role: Role, region: Option<&str>) -> bool {
    let officer_of = |town: &str| {
        principal.roles.iter().any(|own| {
            own.role == Role::Officer
                && own.region_code.as_deref().is_some_and(|code| town.starts_with(code))
        })
    };
    role == Role::Liaison && region.is_some_and(officer_of)
}

/// Takes a role away: who may grant it may, and the holder.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; a conflict for the last one who manages an
/// organisation or the platform.
pub fn revoke(app: &App, caller: &Caller, user: UserId, id: GrantId) -> Result<()> {
    let principal = caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        // What a liaison answers for goes to others with her post.
        dialect::lock_cases(db)?;
        dialect::lock_logs(db)?;
        users::ops::find(db, caller, user)?;
        let role = store::find(db, user, id)?.ok_or(Error::NotFound)?;
        let allowed = principal.is_admin()
            || principal.user_id == user
            || may_appoint(principal, role.role, role.region_code.as_deref())
            || role.org_id.is_some_and(|org| principal.manages(org));
        if !allowed {
            return Err(Error::forbidden("error.role_not_yours"));
        }
        remove(app, db, caller, now, &role)?;
        if role.role == Role::Liaison {
            handover::release(app, db, caller, user, role.region_code.as_deref())?;
        }
        Ok(())
    })
}

/// Takes a role away and logs it, unless nobody would be left to manage. Endpoints that the person made
/// by it are paused. The logs' lock must be held.
pub(in crate::accounts) fn remove(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    role: &RoleGrant,
) -> Result<()> {
    require_another(db, role.role, role.org_id, role.user_id)?;
    store::delete(db, role.id)?;
    let taken =
        GrantRole { role: role.role, org_id: role.org_id, region_code: role.region_code.clone() };
    users::ops::note(db, caller, now, "role.revoke", role.user_id, serde_json::to_value(&taken)?)?;
    let of = (taken.org_id, taken.region_code.as_deref());
    channels::pausing::after_role_loss(app, db, role.user_id, of)
}

/// Somebody must be left to manage an organisation, or the platform.
///
/// # Errors
/// A conflict when this person is the last.
pub(in crate::accounts) fn require_another(
    db: &mut Db,
    role: Role,
    org: Option<OrgId>,
    but: UserId,
) -> Result<()> {
    let reason = match role {
        Role::PlatformAdmin => "error.last_platform_admin",
        Role::OrgAdmin => "error.last_org_admin",
        _ => return Ok(()),
    };
    if store::other_holders(db, role, org, but)? == 0 {
        return Err(Error::conflict(reason));
    }
    Ok(())
}
