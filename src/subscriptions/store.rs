//! Queries on subscriptions, what was found for them, and who wants nothing recommended.

use diesel::prelude::*;

use super::model::{Find, Frequency, OptOut, Subscription, SubscriptionId};
use crate::accounts::principal::UserId;
use crate::capabilities::model::CapabilityId;
use crate::db::schema::{
    capabilities, needs, recommendation_optouts, subscription_finds, subscriptions,
};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::on;

/// Rows of one statement.
const CHUNK: usize = 500;

/// Adds a subscription.
pub fn insert(db: &mut Db, row: &Subscription) -> Result<()> {
    on!(db, conn => diesel::insert_into(subscriptions::table).values(row).execute(conn))?;
    Ok(())
}

/// Replaces a subscription, if it still has the version that was read; its own is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Subscription) -> Result<()> {
    use subscriptions::dsl as s;
    let there = s::subscriptions.filter(s::id.eq(row.id)).filter(s::version.eq(row.version - 1));
    let changed = on!(db, conn => diesel::update(there).set(row).execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// Removes a subscription with what was found for it.
pub fn delete(db: &mut Db, id: SubscriptionId) -> Result<()> {
    use subscription_finds::dsl as f;
    let finds = f::subscription_finds.filter(f::subscription_id.eq(id));
    on!(db, conn => diesel::delete(finds).execute(conn))?;
    on!(db, conn => diesel::delete(subscriptions::table.find(id)).execute(conn))?;
    Ok(())
}

/// A person's subscription.
pub fn find(db: &mut Db, user: UserId, id: SubscriptionId) -> Result<Option<Subscription>> {
    use subscriptions::dsl as s;
    Ok(on!(db, conn => s::subscriptions
        .filter(s::user_id.eq(user))
        .filter(s::id.eq(id))
        .select(Subscription::as_select())
        .first(conn))
    .optional()?)
}

/// The subscription that a secret stops.
pub fn by_secret(db: &mut Db, secret: &str) -> Result<Option<Subscription>> {
    use subscriptions::dsl as s;
    Ok(on!(db, conn => s::subscriptions
        .filter(s::off_secret.eq(secret))
        .select(Subscription::as_select())
        .first(conn))
    .optional()?)
}

/// A person's subscriptions, newest first, before one of them.
pub fn list(
    db: &mut Db,
    user: UserId,
    before: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    use subscriptions::dsl as s;
    let before = before.unwrap_or(SubscriptionId(uuid::Uuid::max()));
    Ok(on!(db, conn => s::subscriptions
        .filter(s::user_id.eq(user))
        .filter(s::id.lt(before))
        .order(s::id.desc())
        .limit(limit)
        .select(Subscription::as_select())
        .load(conn))?)
}

/// How many a person has.
pub fn count(db: &mut Db, user: UserId) -> Result<i64> {
    use subscriptions::dsl as s;
    Ok(on!(db, conn => s::subscriptions.filter(s::user_id.eq(user)).count().get_result(conn))?)
}

/// Subscriptions that are on and were so before a change, after one of them, by person and id.
pub fn active(
    db: &mut Db,
    before_change: i64,
    after: Option<(UserId, SubscriptionId)>,
    limit: i64,
) -> Result<Vec<Subscription>> {
    use subscriptions::dsl as s;
    let least = (UserId(uuid::Uuid::nil()), SubscriptionId(uuid::Uuid::nil()));
    let (user, id) = after.unwrap_or(least);
    Ok(on!(db, conn => s::subscriptions
        .filter(s::active.eq(true))
        .filter(s::since_change.lt(before_change))
        .filter(s::user_id.gt(user).or(s::user_id.eq(user).and(s::id.gt(id))))
        .order((s::user_id.asc(), s::id.asc()))
        .limit(limit)
        .select(Subscription::as_select())
        .load(conn))?)
}

/// Keeps others off a subscription until the transaction ends; none when it is gone or off.
pub fn lock(db: &mut Db, id: SubscriptionId) -> Result<Option<Subscription>> {
    use subscriptions::dsl as s;
    let there = s::subscriptions.filter(s::id.eq(id)).filter(s::active.eq(true));
    // A write of what is there already: both databases lock the row by it.
    let held = on!(db, conn => diesel::update(there).set(s::active.eq(true)).execute(conn))?;
    if held == 0 {
        return Ok(None);
    }
    Ok(on!(db, conn => s::subscriptions.find(id).select(Subscription::as_select()).first(conn))
        .optional()?)
}

/// Adds what was found; what is there already, or says the same as what is, is left as it is.
/// Returns how many were added.
pub fn insert_finds(db: &mut Db, rows: &[Find]) -> Result<usize> {
    let mut added = 0;
    for row in rows {
        // One by one: of two that say the same the first one counts, in one statement neither would.
        added += on!(db, conn => diesel::insert_into(subscription_finds::table)
            .values(row)
            .on_conflict_do_nothing()
            .execute(conn))?;
    }
    Ok(added)
}

/// Up to when something must have been found to be told now, by how often its person is told.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// At once.
    pub at_once: Timestamp,
    /// Once a day.
    pub daily: Timestamp,
    /// Once a week.
    pub weekly: Timestamp,
}

impl Due {
    /// For this frequency.
    pub fn of(&self, frequency: Frequency) -> Timestamp {
        match frequency {
            Frequency::AtOnce => self.at_once,
            Frequency::Daily => self.daily,
            Frequency::Weekly => self.weekly,
        }
    }
}

/// Subscriptions with something to be told now, after one of them.
pub fn due(
    db: &mut Db,
    due: Due,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<SubscriptionId>> {
    use subscription_finds::dsl as f;
    use subscriptions::dsl as s;
    let after = after.unwrap_or(SubscriptionId(uuid::Uuid::nil()));
    let often =
        |frequency: Frequency| s::frequency.eq(frequency).and(f::found_at.lt(due.of(frequency)));
    Ok(on!(db, conn => f::subscription_finds
        .inner_join(s::subscriptions.on(s::id.eq(f::subscription_id)))
        .filter(f::told_at.is_null())
        .filter(s::active.eq(true))
        .filter(f::subscription_id.gt(after))
        .filter(
            often(Frequency::AtOnce).or(often(Frequency::Daily)).or(often(Frequency::Weekly)),
        )
        .select(f::subscription_id)
        .distinct()
        .order(f::subscription_id.asc())
        .limit(limit)
        .load(conn))?)
}

/// What waits to be told for a subscription, found before a time, in the order of finding.
pub fn waiting(db: &mut Db, id: SubscriptionId, before: Timestamp) -> Result<Vec<Find>> {
    use subscription_finds::dsl as f;
    Ok(on!(db, conn => f::subscription_finds
        .filter(f::subscription_id.eq(id))
        .filter(f::told_at.is_null())
        .filter(f::found_at.lt(before))
        .order((f::found_at.asc(), f::record_id.asc()))
        .select(Find::as_select())
        .load(conn))?)
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
pub fn mark_told(
    db: &mut Db,
    id: SubscriptionId,
    records: &[String],
    at: Timestamp,
) -> Result<usize> {
    use subscription_finds::dsl as f;
    let mut marked = 0;
    for chunk in records.chunks(CHUNK) {
        let rows = f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::record_id.eq_any(chunk))
            .filter(f::told_at.is_null());
        marked += on!(db, conn => diesel::update(rows).set(f::told_at.eq(Some(at))).execute(conn))?;
    }
    Ok(marked)
}

/// Forgets what waits for a subscription: these, or all.
pub fn forget_waiting(db: &mut Db, id: SubscriptionId, records: Option<&[String]>) -> Result<()> {
    use subscription_finds::dsl as f;
    on!(db, conn => {
        let rows = f::subscription_finds
            .filter(f::subscription_id.eq(id))
            .filter(f::told_at.is_null());
        match records {
            None => diesel::delete(rows).execute(conn),
            Some(records) => {
                diesel::delete(rows.filter(f::record_id.eq_any(records))).execute(conn)
            }
        }
    })?;
    Ok(())
}

/// The records that these needs repeat.
pub fn original_needs(db: &mut Db, ids: &[NeedId]) -> Result<Vec<(NeedId, Option<NeedId>)>> {
    use needs::dsl as n;
    let rows = n::needs.filter(n::id.eq_any(ids)).select((n::id, n::duplicate_of));
    Ok(on!(db, conn => rows.load(conn))?)
}

/// The records that these capabilities repeat.
pub fn original_capabilities(
    db: &mut Db,
    ids: &[CapabilityId],
) -> Result<Vec<(CapabilityId, Option<CapabilityId>)>> {
    use capabilities::dsl as c;
    let rows = c::capabilities.filter(c::id.eq_any(ids)).select((c::id, c::duplicate_of));
    Ok(on!(db, conn => rows.load(conn))?)
}

/// Notes that a person wants nothing recommended.
pub fn opt_out(db: &mut Db, row: OptOut) -> Result<()> {
    on!(db, conn => diesel::insert_into(recommendation_optouts::table)
        .values(row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    Ok(())
}

/// Notes that a person wants things recommended again.
pub fn opt_in(db: &mut Db, user: UserId) -> Result<()> {
    on!(db, conn => diesel::delete(recommendation_optouts::table.find(user)).execute(conn))?;
    Ok(())
}

/// Which of these people want nothing recommended.
pub fn opted_out(db: &mut Db, people: &[UserId]) -> Result<Vec<UserId>> {
    use recommendation_optouts::dsl as o;
    let mut found = Vec::new();
    for chunk in people.chunks(CHUNK) {
        let rows = o::recommendation_optouts.filter(o::user_id.eq_any(chunk)).select(o::user_id);
        found.extend(on!(db, conn => rows.load::<UserId>(conn))?);
    }
    Ok(found)
}
