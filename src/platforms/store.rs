//! Queries on platforms. All of them are public.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::model::{Platform, PlatformId};
use crate::db::functions::{containing, lower};
use crate::db::schema::{platform_firms, platforms};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::on;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct PlatformFilter {
    /// Only of these kinds.
    pub kinds: Vec<String>,
    /// Only of these levels.
    pub levels: Vec<String>,
    /// Only of towns with this prefix.
    pub region: Option<String>,
    /// Only what counts on this day.
    pub active_on: Option<NaiveDate>,
    /// Only with this text in the name.
    pub text: Option<String>,
}

fn insert_firms(db: &mut Db, row: &Platform) -> Result<()> {
    for chunk in row.firm_rows().chunks(500) {
        on!(db, conn => diesel::insert_into(platform_firms::table).values(chunk).execute(conn))?;
    }
    Ok(())
}

fn remove_firms(db: &mut Db, id: PlatformId) -> Result<()> {
    let firms = platform_firms::table.filter(platform_firms::platform_id.eq(id));
    on!(db, conn => diesel::delete(firms).execute(conn))?;
    Ok(())
}

/// Inserts a platform with its firms.
pub fn insert(db: &mut Db, row: &Platform) -> Result<()> {
    on!(db, conn => diesel::insert_into(platforms::table).values(row).execute(conn))?;
    insert_firms(db, row)
}

/// Replaces a platform, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Platform) -> Result<()> {
    let current = platforms::table
        .filter(platforms::id.eq(row.id))
        .filter(platforms::version.eq(row.version - 1));
    let changed = on!(db, conn => diesel::update(current).set(row).execute(conn))?;
    if changed != 1 {
        return Err(Error::PreconditionFailed);
    }
    remove_firms(db, row.id)?;
    insert_firms(db, row)
}

/// Removes a platform, if it still has the version that was read.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn remove(db: &mut Db, row: &Platform) -> Result<()> {
    remove_firms(db, row.id)?;
    let current = platforms::table
        .filter(platforms::id.eq(row.id))
        .filter(platforms::version.eq(row.version));
    let removed = on!(db, conn => diesel::delete(current).execute(conn))?;
    if removed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// A platform by id.
pub fn find(db: &mut Db, id: PlatformId) -> Result<Option<Platform>> {
    Ok(on!(db, conn => platforms::table.find(id).select(Platform::as_select()).first(conn))
        .optional()?)
}

/// Platforms of the filter, newest first; a page of them, or all.
pub fn list(
    db: &mut Db,
    filter: &PlatformFilter,
    before: Option<(Timestamp, PlatformId)>,
    limit: i64,
) -> Result<Vec<Platform>> {
    use platforms::dsl as p;
    Ok(on!(db, conn => {
        let mut query = p::platforms.into_boxed();
        if !filter.kinds.is_empty() {
            query = query.filter(p::kind.eq_any(filter.kinds.clone()));
        }
        if !filter.levels.is_empty() {
            query = query.filter(p::level.eq_any(filter.levels.clone()));
        }
        if let Some(region) = &filter.region {
            query = query.filter(p::town_code.like(format!("{region}%")));
        }
        if let Some(on) = filter.active_on {
            let open = p::closed_on.is_null().or(p::closed_on.assume_not_null().gt(on));
            query = query.filter(p::opened_on.le(on)).filter(open);
        }
        if let Some(text) = &filter.text {
            query = query.filter(lower(p::name).like(containing(text)).escape('!'));
        }
        if let Some((at, id)) = before {
            query = query.filter(p::created_at.lt(at).or(p::created_at.eq(at).and(p::id.lt(id))));
        }
        query
            .order((p::created_at.desc(), p::id.desc()))
            .limit(limit)
            .select(Platform::as_select())
            .load(conn)
    })?)
}

/// How many firms platforms of these towns that count on a day house then: each firm once, however many
/// house it.
pub fn firms_housed(
    db: &mut Db,
    filter: &PlatformFilter,
    towns: &[String],
    on: NaiveDate,
) -> Result<usize> {
    use platforms::dsl as p;
    let keys = on!(db, conn => {
        let mut housing = p::platforms
            .filter(p::opened_on.le(on))
            .filter(p::closed_on.is_null().or(p::closed_on.assume_not_null().gt(on)))
            .filter(p::town_code.eq_any(towns))
            .select(p::id)
            .into_boxed();
        if !filter.kinds.is_empty() {
            housing = housing.filter(p::kind.eq_any(filter.kinds.clone()));
        }
        platform_firms::table
            .filter(platform_firms::platform_id.eq_any(housing))
            .filter(platform_firms::entered_on.le(on))
            .filter(
                platform_firms::left_on.is_null()
                    .or(platform_firms::left_on.assume_not_null().gt(on)),
            )
            .select(platform_firms::firm_key)
            .distinct()
            .load::<String>(conn)
    })?;
    Ok(keys.len())
}
