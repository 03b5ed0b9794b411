//! Queries on what was found for subscriptions. Who writes holds the subscriptions first.

use std::collections::HashSet;

use diesel::prelude::*;

use super::CHUNK;
use crate::db::schema::{subscription_finds, subscriptions};
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::subscriptions::model::{Find, SubscriptionId};
use crate::{insert_new, on};

/// Adds what was found; what is there already is left as it is. Returns how many were added.
pub fn insert(db: &mut Db, rows: &[Find]) -> Result<usize> {
    let mut added = 0;
    for chunk in rows.chunks(CHUNK) {
        added += insert_new!(db, subscription_finds::table, chunk)?;
    }
    Ok(added)
}

/// Notes that something waits for these subscriptions, if not before then since now.
pub fn wait(db: &mut Db, ids: &[SubscriptionId], now: Timestamp) -> Result<()> {
    use subscriptions::dsl as s;
    for chunk in ids.chunks(CHUNK) {
        let rows = s::subscriptions.filter(s::id.eq_any(chunk)).filter(s::waiting_since.is_null());
        on!(db, conn => diesel::update(rows).set(s::waiting_since.eq(Some(now))).execute(conn))?;
    }
    Ok(())
}

/// Notes since when something waits for a subscription, as it is.
pub fn recount(db: &mut Db, id: SubscriptionId) -> Result<()> {
    use {subscription_finds::dsl as f, subscriptions::dsl as s};
    let first: Option<Timestamp> = on!(db, conn => f::subscription_finds
        .filter(f::subscription_id.eq(id))
        .filter(f::told_at.is_null())
        .select(diesel::dsl::min(f::found_at))
        .first(conn))?;
    on!(db, conn => diesel::update(s::subscriptions.find(id))
        .set(s::waiting_since.eq(first))
        .execute(conn))?;
    Ok(())
}

/// Notes that the person was told now.
pub fn note_told(db: &mut Db, id: SubscriptionId, now: Timestamp) -> Result<()> {
    use subscriptions::dsl as s;
    on!(db, conn => diesel::update(s::subscriptions.find(id))
        .set(s::told_at.eq(Some(now)))
        .execute(conn))?;
    Ok(())
}

/// What waits to be told for a subscription, found before a time, in the order of finding.
pub fn waiting(
    db: &mut Db,
    id: SubscriptionId,
    before: Timestamp,
    limit: i64,
) -> Result<Vec<Find>> {
    use subscription_finds::dsl as f;
    Ok(on!(db, conn => f::subscription_finds
        .filter(f::subscription_id.eq(id))
        .filter(f::told_at.is_null())
        .filter(f::found_at.lt(before))
        .order((f::found_at.asc(), f::record_id.asc()))
        .limit(limit)
        .select(Find::as_select())
        .load(conn))?)
}

/// Which of these records wait to be told for a subscription.
pub fn still_waiting(
    db: &mut Db,
    id: SubscriptionId,
    records: &[String],
) -> Result<HashSet<String>> {
    use subscription_finds::dsl as f;
    let mut found = HashSet::new();
    for chunk in records.chunks(CHUNK) {
        let rows: Vec<String> = on!(db, conn => f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::told_at.is_null())
            .filter(f::record_id.eq_any(chunk))
            .select(f::record_id)
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Of which of these groups one has been told for a subscription.
pub fn told_groups(db: &mut Db, id: SubscriptionId, groups: &[String]) -> Result<HashSet<String>> {
    use subscription_finds::dsl as f;
    let mut found = HashSet::new();
    for chunk in groups.chunks(CHUNK) {
        let rows: Vec<String> = on!(db, conn => f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::told_at.is_not_null())
            .filter(f::group_id.eq_any(chunk))
            .select(f::group_id)
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// What has been told for a subscription, last told first, before one of them.
pub fn told(
    db: &mut Db,
    id: SubscriptionId,
    before: Option<(Timestamp, String)>,
    limit: i64,
) -> Result<Vec<Find>> {
    use subscription_finds::dsl as f;
    Ok(on!(db, conn => {
        let mut query = f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::told_at.is_not_null())
            .into_boxed();
        if let Some((at, record)) = &before {
            let earlier = f::told_at.lt(at);
            query = query.filter(earlier.or(f::told_at.eq(at).and(f::record_id.lt(record))));
        }
        query
            .order((f::told_at.desc(), f::record_id.desc()))
            .limit(limit)
            .select(Find::as_select())
            .load(conn)
    })?)
}

/// Notes that these have been told.
pub fn mark_told(db: &mut Db, id: SubscriptionId, records: &[String], at: Timestamp) -> Result<()> {
    use subscription_finds::dsl as f;
    for chunk in records.chunks(CHUNK) {
        let rows = f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::record_id.eq_any(chunk));
        on!(db, conn => diesel::update(rows).set(f::told_at.eq(Some(at))).execute(conn))?;
    }
    Ok(())
}

/// Notes that all that waits and was found before a time has been told; how many these are.
pub fn mark_rest_told(
    db: &mut Db,
    id: SubscriptionId,
    before: Timestamp,
    at: Timestamp,
) -> Result<usize> {
    use subscription_finds::dsl as f;
    let rows = f::subscription_finds
        .filter(f::subscription_id.eq(id))
        .filter(f::told_at.is_null())
        .filter(f::found_at.lt(before));
    Ok(on!(db, conn => diesel::update(rows).set(f::told_at.eq(Some(at))).execute(conn))?)
}

/// Forgets these records, as far as they wait for a subscription.
pub fn forget(db: &mut Db, id: SubscriptionId, records: &[String]) -> Result<()> {
    use subscription_finds::dsl as f;
    for chunk in records.chunks(CHUNK) {
        let rows = f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::told_at.is_null())
            .filter(f::record_id.eq_any(chunk));
        on!(db, conn => diesel::delete(rows).execute(conn))?;
    }
    Ok(())
}

/// Forgets all that waits for these subscriptions.
pub fn forget_all(db: &mut Db, ids: &[SubscriptionId]) -> Result<()> {
    use {subscription_finds::dsl as f, subscriptions::dsl as s};
    for chunk in ids.chunks(CHUNK) {
        let rows = f::subscription_finds
            .filter(f::subscription_id.eq_any(chunk))
            .filter(f::told_at.is_null());
        on!(db, conn => diesel::delete(rows).execute(conn))?;
        let theirs = s::subscriptions.filter(s::id.eq_any(chunk));
        on!(db, conn => diesel::update(theirs)
            .set(s::waiting_since.eq(None::<Timestamp>))
            .execute(conn))?;
    }
    Ok(())
}

/// Subscriptions that these records were found for.
pub fn holders(db: &mut Db, records: &[String]) -> Result<Vec<SubscriptionId>> {
    use subscription_finds::dsl as f;
    let mut found = Vec::new();
    for chunk in records.chunks(CHUNK) {
        let rows = f::subscription_finds
            .filter(f::record_id.eq_any(chunk))
            .select(f::subscription_id)
            .distinct();
        found.extend(on!(db, conn => rows.load::<SubscriptionId>(conn))?);
    }
    Ok(found)
}

/// Forgets that these records were found, told or not.
pub fn forget_records(db: &mut Db, records: &[String]) -> Result<()> {
    use subscription_finds::dsl as f;
    for chunk in records.chunks(CHUNK) {
        let rows = f::subscription_finds.filter(f::record_id.eq_any(chunk));
        on!(db, conn => diesel::delete(rows).execute(conn))?;
    }
    Ok(())
}
