//! Queries on organisations.

use diesel::prelude::*;

use super::model::Organization;
use crate::accounts::principal::OrgId;
use crate::db::Db;
use crate::db::schema::organizations;
use crate::error::{Error, Result, is_unique_violation};
use crate::on;

/// Inserts organisations.
///
/// # Errors
/// A conflict when a name or credit code is taken.
pub fn insert(db: &mut Db, rows: &[Organization]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(organizations::table).values(chunk).execute(conn))
            .map_err(|error| {
                if is_unique_violation(&error) {
                    Error::conflict("error.organization_exists")
                } else {
                    error.into()
                }
            })?;
    }
    Ok(())
}

/// An organisation by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: OrgId) -> Result<Option<Organization>> {
    Ok(on!(db, conn => organizations::table
        .find(id)
        .select(Organization::as_select())
        .first(conn))
    .optional()?)
}

/// Organisations by id, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many_unscoped(db: &mut Db, ids: &[OrgId]) -> Result<Vec<Organization>> {
    Ok(on!(db, conn => organizations::table
        .filter(organizations::id.eq_any(ids))
        .select(Organization::as_select())
        .load(conn))?)
}

/// Id, name and type of organisations: what is shown with their records.
///
/// # Errors
/// Database faults.
pub fn names_unscoped(db: &mut Db, ids: &[OrgId]) -> Result<Vec<(OrgId, String, String)>> {
    use organizations::dsl as o;
    Ok(on!(db, conn => o::organizations
        .filter(o::id.eq_any(ids))
        .select((o::id, o::name, o::org_type))
        .load(conn))?)
}

/// Ids by credit code, whoever asks.
///
/// # Errors
/// Database faults.
pub fn ids_by_uscc_unscoped(db: &mut Db, codes: &[String]) -> Result<Vec<(String, OrgId)>> {
    use organizations::dsl as o;
    let mut found = Vec::new();
    for chunk in codes.chunks(500) {
        let rows: Vec<(String, OrgId)> = on!(db, conn => o::organizations
            .filter(o::uscc.eq_any(chunk))
            .select((o::uscc, o::id))
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Whether another organisation has this name, or this credit code.
///
/// # Errors
/// Database faults.
pub fn taken_unscoped(
    db: &mut Db,
    name: &str,
    uscc: &str,
    except: Option<OrgId>,
) -> Result<(bool, bool)> {
    use organizations::dsl as o;
    let rows: Vec<(OrgId, String, String)> = on!(db, conn => o::organizations
        .filter(o::name.eq(name).or(o::uscc.eq(uscc)))
        .select((o::id, o::name, o::uscc))
        .load(conn))?;
    let others = || rows.iter().filter(|row| Some(row.0) != except);
    Ok((others().any(|row| row.1 == name), others().any(|row| row.2 == uscc)))
}

/// Ids after one, in order: for building the index.
///
/// # Errors
/// Database faults.
pub fn ids_unscoped(db: &mut Db, after: Option<OrgId>, limit: i64) -> Result<Vec<OrgId>> {
    Ok(on!(db, conn => {
        let mut query = organizations::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(organizations::id.gt(after));
        }
        query.order(organizations::id.asc()).limit(limit).select(organizations::id).load(conn)
    })?)
}
