//! Queries on granted roles.

use diesel::prelude::*;

use super::model::RoleGrant;
use crate::accounts::principal::UserId;
use crate::db::Db;
use crate::db::schema::role_grants;
use crate::error::Result;
use crate::on;

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
