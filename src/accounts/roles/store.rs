//! Queries on granted roles.

use diesel::prelude::*;

use super::model::{GrantId, RoleGrant};
use crate::accounts::principal::{OrgId, Role, UserId};
use crate::accounts::users::model::UserStatus;
use crate::db::Db;
use crate::db::schema::{role_grants, users};
use crate::error::Result;
use crate::on;
use crate::records::scope::Reach;

/// Adds a role.
pub fn insert(db: &mut Db, row: &RoleGrant) -> Result<()> {
    on!(db, conn => diesel::insert_into(role_grants::table).values(row).execute(conn))?;
    Ok(())
}

/// Roles that people hold, oldest first.
pub fn of_users(db: &mut Db, users: &[UserId]) -> Result<Vec<RoleGrant>> {
    Ok(on!(db, conn => role_grants::table
        .filter(role_grants::user_id.eq_any(users))
        .order(role_grants::id.asc())
        .select(RoleGrant::as_select())
        .load(conn))?)
}

/// A person's role by id.
pub fn find(db: &mut Db, user: UserId, id: GrantId) -> Result<Option<RoleGrant>> {
    Ok(on!(db, conn => role_grants::table
        .filter(role_grants::id.eq(id))
        .filter(role_grants::user_id.eq(user))
        .select(RoleGrant::as_select())
        .first(conn))
    .optional()?)
}

/// Roles held in an organisation, oldest first, after a person (by id) and for so many people.
pub fn of_org(
    db: &mut Db,
    org: OrgId,
    after: Option<UserId>,
    people: i64,
) -> Result<Vec<RoleGrant>> {
    use role_grants::dsl as g;
    let ids: Vec<UserId> = on!(db, conn => {
        let mut query = g::role_grants.filter(g::org_id.eq(org)).into_boxed();
        if let Some(after) = after {
            query = query.filter(g::user_id.gt(after));
        }
        query.select(g::user_id).distinct().order(g::user_id.asc()).limit(people).load(conn)
    })?;
    Ok(on!(db, conn => g::role_grants
        .filter(g::org_id.eq(org))
        .filter(g::user_id.eq_any(ids))
        .order((g::user_id.asc(), g::id.asc()))
        .select(RoleGrant::as_select())
        .load(conn))?)
}

/// Roles a person holds in an organisation.
pub fn of_member(db: &mut Db, org: OrgId, user: UserId) -> Result<Vec<RoleGrant>> {
    use role_grants::dsl as g;
    Ok(on!(db, conn => g::role_grants
        .filter(g::org_id.eq(org))
        .filter(g::user_id.eq(user))
        .order(g::id.asc())
        .select(RoleGrant::as_select())
        .load(conn))?)
}

/// How many people other than this one hold a role (in an organisation) and may sign in.
pub fn other_holders(db: &mut Db, role: Role, org: Option<OrgId>, but: UserId) -> Result<i64> {
    use role_grants::dsl as g;
    Ok(on!(db, conn => {
        let mut query = g::role_grants
            .inner_join(users::table)
            .filter(g::role.eq(role))
            .filter(g::user_id.ne(but))
            .filter(users::status.eq(UserStatus::Active))
            .into_boxed();
        if let Some(org) = org {
            query = query.filter(g::org_id.eq(org));
        }
        query.count().get_result(conn)
    })?)
}

/// Takes a role away.
pub fn delete(db: &mut Db, id: GrantId) -> Result<()> {
    on!(db, conn => diesel::delete(role_grants::table.find(id)).execute(conn))?;
    Ok(())
}

/// Active liaisons of a town with name and mail address, who has been one longest first.
pub fn liaisons(db: &mut Db, town: &str) -> Result<Vec<(UserId, String, String)>> {
    Ok(on!(db, conn => role_grants::table
        .inner_join(users::table)
        .filter(role_grants::role.eq(Role::Liaison))
        .filter(role_grants::region_code.eq(town))
        .filter(users::status.eq(UserStatus::Active))
        .order(role_grants::id.asc())
        .select((users::id, users::name, users::login_mail))
        .load(conn))?)
}

/// Active officers of exactly these regions, with the region.
pub fn officers(db: &mut Db, regions: &[&str]) -> Result<Vec<(UserId, String)>> {
    let rows: Vec<(UserId, Option<String>)> = on!(db, conn => role_grants::table
        .inner_join(users::table)
        .filter(role_grants::role.eq(Role::Officer))
        .filter(role_grants::region_code.eq_any(regions))
        .filter(users::status.eq(UserStatus::Active))
        .order(role_grants::id.asc())
        .select((users::id, role_grants::region_code))
        .load(conn))?;
    Ok(rows.into_iter().filter_map(|(id, region)| Some((id, region?))).collect())
}

/// Active people who are liaisons of towns within reach, at most so many.
pub fn liaisons_within(db: &mut Db, reach: &Reach, limit: i64) -> Result<Vec<UserId>> {
    Ok(on!(db, conn => {
        let mut query = role_grants::table
            .inner_join(users::table)
            .filter(users::status.eq(UserStatus::Active))
            .filter(role_grants::role.eq(Role::Liaison))
            .into_boxed();
        if !reach.everything {
            let town = role_grants::region_code.assume_not_null();
            query = query.filter(crate::in_regions!(town, reach));
        }
        query.select(role_grants::user_id).distinct().limit(limit).load(conn)
    })?)
}
