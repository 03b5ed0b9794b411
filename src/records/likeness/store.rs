//! Rows of the keys by which like records are found.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{LikenessKey, SubjectId};
use crate::db::schema::likeness_keys;
use crate::db::{Db, dialect};
use crate::error::Result;
use crate::{insert_new, on};

/// Rows or values in one statement.
const CHUNK: usize = 2_000;
/// Rows that are read for the keys of one statement: bounds what texts that thousands have in
/// common can cost.
const MOST_ROWS: i64 = 50_000;

/// Adds keys; those that are there stay.
pub fn insert(db: &mut Db, rows: &[LikenessKey]) -> Result<()> {
    for chunk in rows.chunks(CHUNK) {
        insert_new!(db, likeness_keys::table, chunk)?;
    }
    Ok(())
}

/// Removes all keys of all records.
pub fn clear(db: &mut Db) -> Result<()> {
    Ok(dialect::empty(db, "likeness_keys")?)
}

/// Removes keys of a record.
pub fn delete(db: &mut Db, id: SubjectId, keys: &[i64]) -> Result<()> {
    use likeness_keys::dsl as l;
    on!(db, conn => diesel::delete(
        l::likeness_keys.filter(l::likeness_key.eq_any(keys)).filter(l::record_id.eq(id)),
    )
    .execute(conn))?;
    Ok(())
}

/// The records under each of these keys whose wording is in one of the tiers up to `tier`.
pub fn holders(db: &mut Db, keys: &[i64], tier: i32) -> Result<HashMap<i64, Vec<LikenessKey>>> {
    use likeness_keys::dsl as l;
    let mut found: HashMap<i64, Vec<LikenessKey>> = HashMap::new();
    for chunk in keys.chunks(CHUNK) {
        let rows: Vec<LikenessKey> = on!(db, conn => l::likeness_keys
            .filter(l::likeness_key.eq_any(chunk))
            .filter(l::tier.le(tier))
            .order((l::likeness_key.asc(), l::record_id.asc()))
            .limit(MOST_ROWS)
            .select(LikenessKey::as_select())
            .load(conn))?;
        for row in rows {
            found.entry(row.likeness_key).or_default().push(row);
        }
    }
    Ok(found)
}
