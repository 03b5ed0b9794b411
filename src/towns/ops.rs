//! Use cases.

use crate::app::App;
use crate::db::Db;
use crate::error::Result;

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(_: &App, _: &mut Db, _: &[String]) -> Result<Vec<search_index::Document>> {
    Ok(Vec::new())
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(_: &mut Db, _: Option<&str>, _: i64) -> Result<Vec<String>> {
    Ok(Vec::new())
}
