//! How far readers of the change log have come that work for all nodes together.

use diesel::prelude::*;

use super::Db;
use super::schema::feed_positions;
use crate::error::Result;
use crate::on;

/// How far a reader has come.
///
/// # Errors
/// Database faults.
pub fn position(db: &mut Db, name: &str) -> Result<i64> {
    use feed_positions::dsl as p;
    let seq: Option<i64> =
        on!(db, conn => p::feed_positions.find(name).select(p::seq).first(conn)).optional()?;
    Ok(seq.unwrap_or(0))
}

/// Moves a reader on; false when another node has done so meanwhile.
///
/// # Errors
/// Database faults.
pub fn advance(db: &mut Db, name: &str, from: i64, to: i64) -> Result<bool> {
    use feed_positions::dsl as p;
    let there = p::feed_positions.filter(p::name.eq(name)).filter(p::seq.eq(from));
    Ok(on!(db, conn => diesel::update(there).set(p::seq.eq(to)).execute(conn))? == 1)
}
