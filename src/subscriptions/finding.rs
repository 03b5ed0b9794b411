//! Notes what is new for each subscription, by the change log.
//!
//! All nodes share one position in the change log. What a batch of changes brings is added in the
//! transaction that moves the position on, so that it is found once, and found although a node dies
//! between a publication and this. A node takes no change that its own index has not seen. A
//! subscription is asked for the records of the batch alone, as its person would ask at this moment.

use std::collections::HashMap;
use std::sync::Arc;

use super::model::{Find, Subscription, SubscriptionId, SubscriptionKind, Threshold};
use super::news::{self, News};
use super::{recommendations, rules, store};
use crate::accounts;
use crate::accounts::principal::{Caller, Principal, UserId};
use crate::accounts::users::model::User;
use crate::app::App;
use crate::db::{Db, positions};
use crate::error::{Error, Result};
use crate::matching::query::MatchQuery;
use crate::matching::{self, aid};
use crate::records;
use crate::records::model::RecordKind;
use crate::search;
use crate::search::cards::Card;

/// Name of the position in the change log.
const READER: &str = "subscriptions";
/// Changes taken at a time: no more than a page of matches has.
const CHANGES: i64 = 100;
/// Subscriptions asked at a time.
const SUBSCRIPTIONS: i64 = 200;

/// Changes that belong together.
struct Batch {
    from: i64,
    to: i64,
    news: Vec<News>,
}

/// A record found for a subscription.
struct Hit {
    subscription: SubscriptionId,
    kind: RecordKind,
    record: String,
    grade: Option<String>,
}

/// Goes through the changes that this node's index has seen and no node has gone through; returns how
/// much was found.
///
/// # Errors
/// Database or index faults; what was found before is kept.
pub async fn find_new(app: &Arc<App>) -> Result<usize> {
    let mut found = 0;
    while let Some(batch) = app.run(next_batch).await? {
        let batch = Arc::new(batch);
        let hits = hits(app, &batch).await?;
        found += app.run(move |app| keep(app, &batch, &hits)).await?;
    }
    Ok(found)
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
        Ok(Some(Batch { from, to, news: news::of(db, &entries)? }))
    })
}

async fn hits(app: &Arc<App>, batch: &Arc<Batch>) -> Result<Vec<Hit>> {
    let mut all = Vec::new();
    let mut after = None;
    while !batch.news.is_empty() {
        let to = batch.to;
        let asked = move |app: &App| app.db.read(|db| asked(db, to, after));
        let (rows, last) = app.run(asked).await?;
        let Some(last) = last else { break };
        after = Some(last);
        let (searches, matches): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(row, _)| row.kind == SubscriptionKind::Search);
        let given = Arc::clone(batch);
        all.extend(app.run(move |app| of_searches(app, &searches, &given)).await?);
        for (row, caller) in matches {
            all.extend(of_matches(app, row, caller, batch).await?);
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
fn candidates(
    row: &Subscription,
    batch: &Batch,
    change: impl Fn(&News) -> Option<i64>,
) -> Vec<String> {
    let since = Some(row.since_change);
    let fresh = batch.news.iter().filter(|one| change(one) > since);
    fresh.map(|one| one.id.clone()).collect()
}

/// What cannot be asked any more, as a code that is gone, or a record that is closed, holds nobody up.
fn unless_refused<T>(row: &Subscription, asked: Result<Vec<T>>) -> Result<Vec<T>> {
    match asked {
        Err(error @ (Error::Invalid(_) | Error::NotFound)) => {
            tracing::debug!(subscription = %row.id, %error, "cannot be asked now");
            Ok(Vec::new())
        }
        other => other,
    }
}

fn of_searches(app: &App, rows: &[(Subscription, Caller)], batch: &Batch) -> Result<Vec<Hit>> {
    let mut hits = Vec::new();
    for (row, caller) in rows {
        let Ok(query) = rules::search(&row.query.0) else { continue };
        // Who asks for states by name wants to know what enters them.
        let by_state = query.status.is_some();
        let ids = candidates(row, batch, |one| if by_state { one.stepped } else { one.published });
        if ids.is_empty() {
            continue;
        }
        let found = unless_refused(row, search::ops::among(app, caller, &query, &ids))?;
        hits.extend(found.into_iter().map(|card| Hit {
            subscription: row.id,
            kind: card.kind,
            record: card.id,
            grade: None,
        }));
    }
    Ok(hits)
}

/// The other side of a record.
pub(super) fn counterpart(kind: Option<RecordKind>) -> RecordKind {
    if kind == Some(RecordKind::Need) { RecordKind::Capability } else { RecordKind::Need }
}

async fn of_matches(
    app: &Arc<App>,
    row: Subscription,
    caller: Caller,
    batch: &Batch,
) -> Result<Vec<Hit>> {
    let wanted = counterpart(row.record_kind);
    let among = candidates(&row, batch, |one| one.published.filter(|_| one.kind == wanted));
    let Ok(query) = rules::matches(&row.query.0) else { return Ok(Vec::new()) };
    if among.is_empty() {
        return Ok(Vec::new());
    }
    let limit = Some(among.len());
    let query = MatchQuery { among, limit, grouped: Some(false), ..query };
    let record = row.record_id.clone().unwrap_or_default();
    let who = caller.clone();
    // The same aid as on the page, so that a match has one grade.
    let answer = match row.record_kind {
        Some(RecordKind::Need) => {
            let Ok(id) = record.parse() else { return Ok(Vec::new()) };
            let aid = aid::of_need(app, move |_| Ok(who), id).await;
            let own = caller.clone();
            app.run(move |app| matching::ops::of_need(app, &own, id, &query, &aid)).await
        }
        _ => {
            let Ok(id) = record.parse() else { return Ok(Vec::new()) };
            let aid = aid::of_capability(app, move |_| Ok(who), id).await;
            let own = caller.clone();
            app.run(move |app| matching::ops::of_capability(app, &own, id, &query, &aid)).await
        }
    };
    let hits = unless_refused(&row, answer.map(|answer| answer.hits))?;
    let least = row.threshold.unwrap_or(Threshold::Weak);
    let good = hits.into_iter().filter(|hit| reaches(&hit.grade.code, least));
    let foreign = good.filter(|hit| is_foreign(&caller, &hit.record));
    Ok(foreign
        .map(|hit| Hit {
            subscription: row.id,
            kind: wanted,
            record: hit.record.id,
            grade: Some(hit.grade.code),
        })
        .collect())
}

/// Whether a grade is as good as asked for.
fn reaches(grade: &str, least: Threshold) -> bool {
    grade.parse::<Threshold>().is_ok_and(|grade| grade >= least)
}

/// Whether a record is not, as far as the caller may know, one of the caller's own organisations.
pub(super) fn is_foreign(caller: &Caller, card: &Card) -> bool {
    let own = caller.principal.as_ref().map(Principal::org_ids).unwrap_or_default();
    !card.org.as_ref().is_some_and(|org| own.contains(&org.id))
}

/// Keeps what was found and moves the position on; nothing where another node has done so.
fn keep(app: &App, batch: &Batch, hits: &[Hit]) -> Result<usize> {
    let now = app.clock.now();
    app.db.write(|db| {
        if !positions::advance(db, READER, batch.from, batch.to)? {
            return Ok(0);
        }
        let groups = groups(db, hits)?;
        let find = |hit: &Hit| Find {
            subscription_id: hit.subscription,
            record_kind: hit.kind,
            record_id: hit.record.clone(),
            group_id: groups.get(&hit.record).unwrap_or(&hit.record).clone(),
            grade: hit.grade.clone(),
            found_at: now,
            told_at: None,
        };
        store::insert_finds(db, &hits.iter().map(find).collect::<Vec<_>>())
    })
}

/// For what repeats another record, that record.
fn groups(db: &mut Db, hits: &[Hit]) -> Result<HashMap<String, String>> {
    let mut ids: Vec<(RecordKind, &str)> =
        hits.iter().map(|hit| (hit.kind, hit.record.as_str())).collect();
    ids.sort_unstable();
    ids.dedup();
    let of = |kind| ids.iter().filter(move |(one, _)| *one == kind).map(|(_, id)| *id);
    let needs: Vec<_> = of(RecordKind::Need).filter_map(|id| id.parse().ok()).collect();
    let offers: Vec<_> = of(RecordKind::Capability).filter_map(|id| id.parse().ok()).collect();
    let mut groups = HashMap::new();
    for (id, original) in store::original_needs(db, &needs)? {
        groups.extend(original.map(|original| (id.to_string(), original.to_string())));
    }
    for (id, original) in store::original_capabilities(db, &offers)? {
        groups.extend(original.map(|original| (id.to_string(), original.to_string())));
    }
    Ok(groups)
}
