//! Queries on towns. Towns are public, so nothing here is scoped.

use diesel::prelude::*;

use super::model::{Town, TownStatus};
use crate::accounts::principal::Role;
use crate::accounts::users::model::UserStatus;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::parts::ConsentScope;
use crate::db::Db;
use crate::db::schema::{capabilities, needs, role_grants, towns, users};
use crate::error::{Error, Result, is_unique_violation};
use crate::needs::life::NeedStatus;
use crate::on;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct TownFilter {
    /// Only of this region group.
    pub region_group: Option<String>,
    /// Only of this city.
    pub city_code: Option<String>,
    /// Only in these states.
    pub statuses: Vec<TownStatus>,
}

/// Inserts towns.
///
/// # Errors
/// A conflict when one of them is there already.
pub fn insert(db: &mut Db, rows: &[Town]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(towns::table).values(chunk).execute(conn)).map_err(
            |error| {
                if is_unique_violation(&error) {
                    Error::conflict("error.town_exists")
                } else {
                    error.into()
                }
            },
        )?;
    }
    Ok(())
}

/// Towns by code, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many(db: &mut Db, codes: &[String]) -> Result<Vec<Town>> {
    Ok(on!(db, conn => towns::table
        .filter(towns::code.eq_any(codes))
        .select(Town::as_select())
        .load(conn))?)
}

/// Replaces a town, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Town) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        towns::table.filter(towns::code.eq(&row.code)).filter(towns::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A town by code.
///
/// # Errors
/// Database faults.
pub fn find(db: &mut Db, code: &str) -> Result<Option<Town>> {
    Ok(on!(db, conn => towns::table.find(code).select(Town::as_select()).first(conn)).optional()?)
}

/// A page of towns in the order of their codes.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    filter: &TownFilter,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<Town>> {
    Ok(on!(db, conn => {
        let mut query = towns::table.into_boxed();
        if let Some(group) = &filter.region_group {
            query = query.filter(towns::region_group.eq(group));
        }
        if let Some(city) = &filter.city_code {
            query = query.filter(towns::city_code.eq(city));
        }
        if !filter.statuses.is_empty() {
            query = query.filter(towns::status.eq_any(&filter.statuses));
        }
        if let Some(after) = after {
            query = query.filter(towns::code.gt(after));
        }
        query.order(towns::code.asc()).limit(limit).select(Town::as_select()).load(conn)
    })?)
}

/// Town, name and mail of the active liaisons of towns.
///
/// # Errors
/// Database faults.
pub fn liaisons(db: &mut Db, codes: &[String]) -> Result<Vec<(Option<String>, String, String)>> {
    Ok(on!(db, conn => role_grants::table
        .inner_join(users::table)
        .filter(role_grants::role.eq(Role::Liaison))
        .filter(role_grants::region_code.eq_any(codes))
        .filter(users::status.eq(UserStatus::Active))
        .order(role_grants::created_at.asc())
        .select((role_grants::region_code, users::name, users::login_mail))
        .load(conn))?)
}

/// How many needs of each town look for a partner, of those that everybody may know of.
///
/// # Errors
/// Database faults.
pub fn open_needs(db: &mut Db, codes: &[String]) -> Result<Vec<(String, i64)>> {
    let seeking: Vec<NeedStatus> =
        NeedStatus::ALL.iter().copied().filter(|status| status.seeks_match()).collect();
    Ok(on!(db, conn => needs::table
        .filter(needs::region_code.eq_any(codes))
        .filter(needs::status.eq_any(&seeking))
        .filter(crate::owner_active!(needs::org_id))
        .group_by(needs::region_code)
        .select((needs::region_code, diesel::dsl::count_star()))
        .load(conn))?)
}

/// How many capabilities each town has, of those that everybody may know of.
///
/// # Errors
/// Database faults.
pub fn open_capabilities(db: &mut Db, codes: &[String]) -> Result<Vec<(String, i64)>> {
    Ok(on!(db, conn => capabilities::table
        .filter(capabilities::region_code.eq_any(codes))
        .filter(capabilities::status.eq(CapabilityStatus::Published))
        .filter(capabilities::consent_scope.eq(ConsentScope::Public))
        .filter(crate::owner_active!(capabilities::org_id))
        .group_by(capabilities::region_code)
        .select((capabilities::region_code, diesel::dsl::count_star()))
        .load(conn))?)
}

/// All towns below a region, in the order of their codes.
///
/// # Errors
/// Database faults.
pub fn all(db: &mut Db, region: Option<&str>) -> Result<Vec<Town>> {
    Ok(on!(db, conn => {
        let mut query = towns::table.into_boxed();
        if let Some(region) = region {
            query = query.filter(towns::code.like(format!("{region}%")));
        }
        query.order(towns::code.asc()).select(Town::as_select()).load(conn)
    })?)
}

/// Codes after one, in order: for building the index.
///
/// # Errors
/// Database faults.
pub fn codes(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    Ok(on!(db, conn => {
        let mut query = towns::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(towns::code.gt(after));
        }
        query.order(towns::code.asc()).limit(limit).select(towns::code).load(conn)
    })?)
}
