//! Notes what is new for each subscription, by the change log.
//!
//! All nodes share one position in the change log. What a batch of changes brings is added in the
//! transaction that moves the position on, so that it is found once, and found although a node dies
//! between a publication and this. A node takes no change that its own index has not seen. A
//! subscription is asked for the records of the batch alone, as its person would ask at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use super::asking::{self, counterpart};
use super::model::{Find, Subscription, SubscriptionId, SubscriptionKind};
use super::news::{self, News};
use super::patience::twice;
use super::{recommendations, rules, store};
use crate::accounts;
use crate::accounts::principal::{Caller, UserId};
use crate::accounts::users::model::User;
use crate::app::App;
use crate::db::{Db, positions};
use crate::error::Result;
use crate::records;
use crate::records::model::{ChangeEntry, RecordKind};

/// Name of the position in the change log.
pub const READER: &str = "subscriptions";
/// Changes taken at a time.
const CHANGES: i64 = asking::TOGETHER as i64;
/// Subscriptions asked at a time.
const SUBSCRIPTIONS: i64 = 200;

/// Changes that belong together.
struct Batch {
    from: i64,
    to: i64,
    news: Vec<News>,
    /// Records that are there no more.
    gone: Vec<String>,
}

/// A record found for a subscription.
struct Hit {
    subscription: SubscriptionId,
    /// Up to which change nothing was new to the subscription when it was asked.
    since_change: i64,
    kind: RecordKind,
    record: String,
    grade: Option<String>,
}

/// Goes through the changes that this node's index has seen and no node has gone through; returns how
/// much was found.
///
/// # Errors
/// Those of [`find_some`]; what was found before is kept.
pub async fn find_new(app: &Arc<App>) -> Result<usize> {
    let mut found = 0;
    while let Some(some) = find_some(app).await? {
        found += some;
    }
    Ok(found)
}

/// Goes through some of these changes, so that what is due can be told between; nothing when there are
/// none.
///
/// # Errors
/// Database or index faults.
pub async fn find_some(app: &Arc<App>) -> Result<Option<usize>> {
    let Some(found) = look(app).await? else { return Ok(None) };
    app.run(move |app| keep(app, &found)).await.map(Some)
}

/// What changes bring, not written down yet.
pub struct Found {
    batch: Batch,
    hits: Vec<Hit>,
}

/// Looks what some of these changes bring, which may take long; nothing when there are none.
///
/// # Errors
/// Database or index faults.
pub async fn look(app: &Arc<App>) -> Result<Option<Found>> {
    let Some(batch) = app.run(next_batch).await? else { return Ok(None) };
    let hits = hits(app, &batch).await?;
    Ok(Some(Found { batch, hits }))
}

/// Whether this node's index has seen everything that was found for.
///
/// # Errors
/// Database faults.
pub(super) fn is_up(app: &App) -> Result<bool> {
    let seen = i64::try_from(app.feed.position()).unwrap_or(i64::MAX);
    Ok(app.db.read(|db| positions::position(db, READER))? <= seen)
}

fn next_batch(app: &App) -> Result<Option<Batch>> {
    let seen = i64::try_from(app.feed.position()).unwrap_or(i64::MAX);
    app.db.read(|db| {
        let from = positions::position(db, READER)?;
        if from >= seen {
            return Ok(None);
        }
        let mut entries = records::ops::changes_after(db, from, CHANGES)?;
        entries.retain(|entry| entry.seq <= seen);
        let Some(to) = entries.last().map(|entry| entry.seq) else { return Ok(None) };
        Ok(Some(Batch { from, to, news: news::of(db, &entries)?, gone: gone(db, &entries)? }))
    })
}

/// Of these records, those that have been removed.
fn gone(db: &mut Db, entries: &[ChangeEntry]) -> Result<Vec<String>> {
    let mut ids: Vec<(RecordKind, &str)> = entries
        .iter()
        .filter(|one| matches!(one.record_kind, RecordKind::Need | RecordKind::Capability))
        .map(|one| (one.record_kind, one.record_id.as_str()))
        .collect();
    ids.sort_unstable();
    ids.dedup();
    let there = store::records(db, &ids)?;
    let gone = ids.into_iter().map(|(_, id)| id.to_owned());
    Ok(gone.filter(|id| !there.contains_key(id)).collect())
}

async fn hits(app: &Arc<App>, batch: &Batch) -> Result<Vec<Hit>> {
    let mut all = Vec::new();
    let mut after = None;
    while !batch.news.is_empty() {
        let to = batch.to;
        let asked = move |app: &App| app.db.read(|db| asked(db, to, after));
        let (rows, last) = app.run(asked).await?;
        let Some(last) = last else { break };
        after = Some(last);
        for (row, caller) in rows {
            let ids = candidates(&row, batch);
            if ids.is_empty() {
                continue;
            }
            let ask = async || asking::ask(app, &row, &caller, &ids).await;
            let found = twice("subscription", row.id, ask).await?.unwrap_or_default();
            all.extend(found.into_iter().map(|one| Hit {
                subscription: row.id,
                since_change: row.since_change,
                kind: one.kind,
                record: one.id,
                grade: one.grade,
            }));
        }
    }
    Ok(all)
}

/// Subscriptions that are on, with their people as they would ask now, and the last of this page: those
/// of accounts that are closed, and those that rest, are left out.
type Asked = (Vec<(Subscription, Caller)>, Option<(UserId, SubscriptionId)>);

fn asked(db: &mut Db, before: i64, after: Option<(UserId, SubscriptionId)>) -> Result<Asked> {
    let rows = store::active(db, before, after, SUBSCRIPTIONS)?;
    let last = rows.last().map(|row| (row.user_id, row.id));
    let mut people: Vec<UserId> = rows.iter().map(|row| row.user_id).collect();
    people.dedup();
    let users: HashMap<UserId, User> =
        accounts::ops::active(db, &people)?.into_iter().map(|user| (user.id, user)).collect();
    let out = recommendations::opted_out(db, &people)?;
    let mut callers: HashMap<UserId, Caller> = HashMap::new();
    let mut asked = Vec::new();
    for row in rows {
        let rests = row.kind == SubscriptionKind::Matches && out.contains(&row.user_id);
        let Some(user) = users.get(&row.user_id).filter(|_| !rests) else { continue };
        let caller = match callers.get(&user.id) {
            Some(caller) => caller.clone(),
            None => accounts::ops::acting_as(db, user)?,
        };
        callers.insert(user.id, caller.clone());
        asked.push((row, caller));
    }
    Ok((asked, last))
}

/// Ids of what is new for a subscription, before it is asked.
fn candidates(row: &Subscription, batch: &Batch) -> Vec<String> {
    let change: fn(&News) -> Option<i64> = match row.kind {
        SubscriptionKind::Matches => |one| one.seeks,
        // Who asks for states by name wants to know what enters them.
        SubscriptionKind::Search => match rules::search(&row.query.0) {
            Ok(query) if query.status.is_some() => |one| one.stepped,
            Ok(_) => |one| one.published,
            Err(_) => return Vec::new(),
        },
    };
    let matches = row.kind == SubscriptionKind::Matches;
    let wanted = matches.then(|| counterpart(row.record_kind));
    let fresh = batch.news.iter().filter(|one| change(one) > Some(row.since_change));
    let fresh = fresh.filter(|one| wanted.is_none_or(|kind| one.kind == kind));
    fresh.map(|one| one.id.clone()).collect()
}

/// Keeps what was found and moves the position on; nothing where another node has done so. Subscriptions
/// that were removed, stopped or changed since they were asked are left out. Returns how much is kept.
///
/// # Errors
/// Database faults.
pub fn keep(app: &App, found: &Found) -> Result<usize> {
    let (Found { batch, hits }, now) = (found, app.clock.now());
    app.db.write(|db| {
        if !positions::advance(db, READER, batch.from, batch.to)? {
            return Ok(0);
        }
        let mut ids: Vec<SubscriptionId> = hits.iter().map(|hit| hit.subscription).collect();
        ids.dedup();
        let mut held = store::finds::holders(db, &batch.gone)?;
        held.extend(&ids);
        store::hold(db, &held)?;
        store::finds::forget_records(db, &batch.gone)?;
        let since = store::since(db, &ids)?;
        let as_asked = |hit: &&Hit| since.get(&hit.subscription) == Some(&hit.since_change);
        let hits: Vec<&Hit> = hits.iter().filter(as_asked).collect();
        let mut records: Vec<(RecordKind, &str)> =
            hits.iter().map(|hit| (hit.kind, hit.record.as_str())).collect();
        records.sort_unstable();
        records.dedup();
        let groups = store::records(db, &records)?;
        let group = |id: &String| groups.get(id).and_then(|(_, original)| original.clone());
        let find = |hit: &&Hit| Find {
            subscription_id: hit.subscription,
            record_kind: hit.kind,
            record_id: hit.record.clone(),
            group_id: group(&hit.record).unwrap_or_else(|| hit.record.clone()),
            grade: hit.grade.clone(),
            found_at: now,
            told_at: None,
        };
        let finds: Vec<Find> = hits.iter().map(find).collect();
        let mut waiting: Vec<SubscriptionId> =
            finds.iter().map(|find| find.subscription_id).collect();
        waiting.dedup();
        store::finds::wait(db, &waiting, now)?;
        store::finds::insert(db, &finds)
    })
}
