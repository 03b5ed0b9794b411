//! Queries on towns. Towns are public, so nothing here is scoped.

use diesel::prelude::*;

use super::model::Town;
use crate::db::Db;
use crate::db::schema::towns;
use crate::error::{Error, Result, is_unique_violation};
use crate::on;

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
