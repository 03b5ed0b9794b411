//! Queries on subscriptions and who wants nothing recommended; [`finds`] has those on what was found.

pub mod finds;

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Frequency, OptOut, Subscription, SubscriptionId, SubscriptionKind};
use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::db::schema::{
    capabilities, needs, recommendation_optouts, subscription_finds, subscriptions,
};
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::on;
use crate::records::model::RecordKind;

/// Rows of one statement.
const CHUNK: usize = 500;

/// Adds a subscription.
pub fn insert(db: &mut Db, row: &Subscription) -> Result<()> {
    on!(db, conn => diesel::insert_into(subscriptions::table).values(row).execute(conn))?;
    Ok(())
}

/// Replaces a subscription, if it still has the version that was read; its own is set already. What is
/// noted about its finds stays.
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

/// Keeps others off these subscriptions until the transaction ends. Whoever writes a subscription, or what
/// is found for it, does this first.
pub fn hold(db: &mut Db, ids: &[SubscriptionId]) -> Result<()> {
    let mut ids: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    for chunk in ids.chunks(CHUNK) {
        dialect::lock_rows(db, "subscriptions", chunk)?;
    }
    Ok(())
}

/// Those of these subscriptions that are on, with the change up to which nothing is new to them.
pub fn since(db: &mut Db, ids: &[SubscriptionId]) -> Result<HashMap<SubscriptionId, i64>> {
    use subscriptions::dsl as s;
    let mut found = HashMap::new();
    for chunk in ids.chunks(CHUNK) {
        let rows: Vec<(SubscriptionId, i64)> = on!(db, conn => s::subscriptions
            .filter(s::id.eq_any(chunk))
            .filter(s::active.eq(true))
            .select((s::id, s::since_change))
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// A subscription that is on, whosever it is.
pub fn active_unscoped(db: &mut Db, id: SubscriptionId) -> Result<Option<Subscription>> {
    use subscriptions::dsl as s;
    Ok(on!(db, conn => s::subscriptions
        .filter(s::id.eq(id))
        .filter(s::active.eq(true))
        .select(Subscription::as_select())
        .first(conn))
    .optional()?)
}

/// Ids of a person's subscriptions: all, or those to matches.
pub fn ids_of(db: &mut Db, user: UserId, matches_alone: bool) -> Result<Vec<SubscriptionId>> {
    use subscriptions::dsl as s;
    let search = SubscriptionKind::Search;
    Ok(on!(db, conn => {
        let mut query = s::subscriptions.filter(s::user_id.eq(user)).into_boxed();
        if matches_alone {
            query = query.filter(s::kind.ne(search));
        }
        query.order(s::id.asc()).select(s::id).load(conn)
    })?)
}

/// Which subscriptions are due.
#[derive(Debug, Clone, Copy)]
pub struct Due {
    /// Of those that are told this often.
    pub frequency: Frequency,
    /// Something must wait since before this.
    pub waiting_before: Timestamp,
    /// Its person must not have been told since.
    pub told_before: Timestamp,
}

/// Subscriptions with something to be told now, after one of them.
pub fn due(
    db: &mut Db,
    due: Due,
    after: Option<SubscriptionId>,
    limit: i64,
) -> Result<Vec<SubscriptionId>> {
    use subscriptions::dsl as s;
    let after = after.unwrap_or(SubscriptionId(uuid::Uuid::nil()));
    Ok(on!(db, conn => s::subscriptions
        .filter(s::waiting_since.is_not_null())
        .filter(s::frequency.eq(due.frequency))
        .filter(s::waiting_since.lt(due.waiting_before))
        .filter(s::told_at.is_null().or(s::told_at.le(due.told_before)))
        .filter(s::active.eq(true))
        .filter(s::id.gt(after))
        .order(s::id.asc())
        .limit(limit)
        .select(s::id)
        .load(conn))?)
}

/// Owner of a record, and the record that it repeats.
pub type Standing = (OrgId, Option<String>);

/// Needs and capabilities by id; those that are gone are missing.
pub fn records(db: &mut Db, wanted: &[(RecordKind, &str)]) -> Result<HashMap<String, Standing>> {
    use {capabilities::dsl as c, needs::dsl as n};
    let of = |kind| wanted.iter().filter(move |(one, _)| *one == kind).map(|(_, id)| *id);
    let wants: Vec<NeedId> = of(RecordKind::Need).filter_map(|id| id.parse().ok()).collect();
    let offers: Vec<CapabilityId> =
        of(RecordKind::Capability).filter_map(|id| id.parse().ok()).collect();
    let mut found = HashMap::new();
    for chunk in wants.chunks(CHUNK) {
        let rows = n::needs.filter(n::id.eq_any(chunk)).select((n::id, n::org_id, n::duplicate_of));
        let rows: Vec<(NeedId, OrgId, Option<NeedId>)> = on!(db, conn => rows.load(conn))?;
        let text = |id: NeedId| id.to_string();
        found.extend(rows.into_iter().map(|(id, org, one)| (text(id), (org, one.map(text)))));
    }
    for chunk in offers.chunks(CHUNK) {
        let rows =
            c::capabilities.filter(c::id.eq_any(chunk)).select((c::id, c::org_id, c::duplicate_of));
        let rows: Vec<(CapabilityId, OrgId, Option<CapabilityId>)> =
            on!(db, conn => rows.load(conn))?;
        let text = |id: CapabilityId| id.to_string();
        found.extend(rows.into_iter().map(|(id, org, one)| (text(id), (org, one.map(text)))));
    }
    Ok(found)
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
