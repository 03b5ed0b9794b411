//! Keeps suggestions true, by the change log.
//!
//! A need that is published is matched with what is offered, a capability with what is sought; the best
//! that are good become suggestions. The score of a pair is always that of the need's matches. When one
//! of the two changes or closes, its pairs are looked at again. Everything is done in the eyes of a
//! member of some verified organisation, who sees of both what both sides may see of each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use search_index::Kind;

use super::model::{Suggestion, SuggestionId};
use super::{explaining, store};
use crate::accounts::principal::{Caller, OrgId, Principal, Role, RoleBinding, SessionId, UserId};
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::db::positions;
use crate::error::{Error, Result};
use crate::matching::answer::Match;
use crate::matching::query::{MatchQuery, seeking};
use crate::matching::{aid, ops};
use crate::needs::model::NeedId;
use crate::records;
use crate::records::model::RecordKind;
use crate::search::cards;
use crate::subscriptions::news;

/// Name of the position in the change log.
const READER: &str = "suggestions";
/// Changes taken at a time.
const CHANGES: i64 = 50;
/// Suggestions made of one record.
const BEST: usize = 5;
/// Earlier pairs of one record that are looked at again.
const AGAIN: usize = 50;

/// What is to be done about a record.
#[derive(Debug, Clone)]
struct Task {
    kind: RecordKind,
    id: String,
    /// Whether it looks for a partner.
    seeks: bool,
}

/// A member of some verified organisation that has no records.
pub(super) fn anybody() -> Caller {
    let binding = RoleBinding {
        role: Role::Expert,
        org_id: Some(OrgId(uuid::Uuid::nil())),
        org_verified: true,
        region_code: None,
    };
    let principal = Principal {
        user_id: UserId(uuid::Uuid::nil()),
        session_id: SessionId(uuid::Uuid::nil()),
        name: String::new(),
        roles: vec![binding],
    };
    Caller { principal: Some(principal), ..Caller::anonymous() }
}

/// Goes through the changes that this node's index has seen and no node has gone through; returns how
/// many records were looked at.
///
/// # Errors
/// Database or index faults; what was done before is kept. What is done again does no harm.
pub async fn make(app: &Arc<App>) -> Result<usize> {
    let mut done = 0;
    while let Some((from, to, tasks)) = app.run(next_tasks).await? {
        for task in tasks {
            match of_record(app, &task).await {
                // Closed or deleted since: the change that says so comes later.
                Err(Error::NotFound) => {}
                other => other?,
            }
            done += 1;
        }
        app.run(move |app| app.db.write(|db| positions::advance(db, READER, from, to))).await?;
    }
    Ok(done)
}

type Tasks = (i64, i64, Vec<Task>);

fn next_tasks(app: &App) -> Result<Option<Tasks>> {
    let seen = i64::try_from(app.feed.position()).unwrap_or(i64::MAX);
    app.db.read(|db| {
        let from = positions::position(db, READER)?;
        if from >= seen {
            return Ok(None);
        }
        let mut entries = records::ops::changes_after(db, from, CHANGES)?;
        entries.retain(|entry| entry.seq <= seen);
        let Some(to) = entries.last().map(|entry| entry.seq) else { return Ok(None) };
        let fresh = news::of(db, &entries)?;
        let mut records: BTreeMap<(RecordKind, String), bool> = BTreeMap::new();
        for entry in entries {
            if matches!(entry.record_kind, RecordKind::Need | RecordKind::Capability) {
                records.insert((entry.record_kind, entry.record_id), false);
            }
        }
        let wanted: Vec<(Kind, &str)> = records
            .keys()
            .filter_map(|(kind, id)| Some((Kind::parse(kind.as_str())?, id.as_str())))
            .collect();
        let seen = cards::load(app, db, &anybody(), &wanted)?;
        let tasks = records.into_keys().filter_map(|(kind, id)| {
            let seeks = seen
                .get(&id)
                .is_some_and(|one| seeking(side(kind)).contains(&one.card.status.code.as_str()));
            let new =
                fresh.iter().any(|one| one.published.is_some() && one.kind == kind && one.id == id);
            (new || !seeks).then_some(Task { kind, id, seeks })
        });
        Ok(Some((from, to, tasks.collect())))
    })
}

fn side(kind: RecordKind) -> search_index::Side {
    match kind {
        RecordKind::Need => search_index::Side::Need,
        _ => search_index::Side::Capability,
    }
}

async fn of_record(app: &Arc<App>, task: &Task) -> Result<()> {
    match task.kind {
        RecordKind::Need => {
            let Ok(id) = task.id.parse() else { return Ok(()) };
            of_need(app, id, task.seeks).await
        }
        _ => {
            let Ok(id) = task.id.parse() else { return Ok(()) };
            of_capability(app, id, task.seeks).await
        }
    }
}

/// The matches of a need, all or those with some capabilities.
async fn matches(app: &Arc<App>, need: NeedId, among: Vec<String>) -> Result<Vec<Match>> {
    let limit = Some(if among.is_empty() { BEST } else { among.len() });
    let query = MatchQuery { among, limit, ..MatchQuery::default() };
    let aid = aid::of_need(app, |_| Ok(anybody()), need).await;
    let answer = app.run(move |app| ops::of_need(app, &anybody(), need, &query, &aid)).await?;
    let least = app.match_settings.good_threshold;
    Ok(answer.hits.into_iter().filter(|hit| hit.score >= least).collect())
}

async fn of_need(app: &Arc<App>, id: NeedId, seeks: bool) -> Result<()> {
    let before = app.run(move |app| app.db.read(|db| store::of_need(db, id))).await?;
    let mut good = Vec::new();
    if seeks {
        good = matches(app, id, Vec::new()).await?;
        let again: Vec<String> = before
            .iter()
            .map(|row| row.capability_id.to_string())
            .filter(|one| !good.iter().any(|hit| hit.record.id == *one))
            .take(AGAIN)
            .collect();
        if !again.is_empty() {
            good.extend(matches(app, id, again).await?);
        }
    }
    let gone = before
        .into_iter()
        .filter(|row| !good.iter().any(|hit| hit.record.id == row.capability_id.to_string()))
        .map(|row| row.id)
        .collect();
    let pairs = good.into_iter().map(|hit| (id, hit)).collect();
    app.run(move |app| keep(app, pairs, gone)).await
}

async fn of_capability(app: &Arc<App>, id: CapabilityId, seeks: bool) -> Result<()> {
    let before = app.run(move |app| app.db.read(|db| store::of_capability(db, id))).await?;
    let mut needs: Vec<NeedId> = before.iter().map(|row| row.need_id).take(AGAIN).collect();
    let mut good: Vec<(NeedId, Match)> = Vec::new();
    if seeks {
        let query = MatchQuery { limit: Some(BEST), ..MatchQuery::default() };
        let aid = aid::of_capability(app, |_| Ok(anybody()), id).await;
        let found =
            app.run(move |app| ops::of_capability(app, &anybody(), id, &query, &aid)).await?;
        needs.extend(found.hits.iter().filter_map(|hit| hit.record.id.parse::<NeedId>().ok()));
        needs.sort_unstable();
        needs.dedup();
        for need in needs {
            match matches(app, need, vec![id.to_string()]).await {
                Ok(hits) => good.extend(hits.into_iter().map(|hit| (need, hit))),
                Err(Error::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
    }
    let gone = before
        .into_iter()
        .filter(|row| !good.iter().any(|(need, _)| *need == row.need_id))
        .map(|row| row.id)
        .collect();
    app.run(move |app| keep(app, good, gone)).await
}

/// A share in thousandths.
fn thousandths(share: f32) -> i32 {
    (share * 1_000.0).round() as i32
}

/// Writes down what holds and takes back what does not.
fn keep(app: &App, pairs: Vec<(NeedId, Match)>, gone: Vec<SuggestionId>) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        store::retire(db, &gone)?;
        for (need_id, hit) in &pairs {
            let Ok(capability_id) = hit.record.id.parse::<CapabilityId>() else { continue };
            let place = store::place_of_need(db, *need_id)?;
            let provider = store::provider(db, capability_id)?;
            let Some(((need_org_id, region_code), provider_org_id)) = place.zip(provider) else {
                continue;
            };
            // Neither side may know whose the other is, but nobody trades with himself.
            if need_org_id == provider_org_id {
                continue;
            }
            store::upsert(
                db,
                &Suggestion {
                    id: SuggestionId::new(),
                    need_id: *need_id,
                    capability_id,
                    need_org_id,
                    provider_org_id,
                    region_code,
                    score: thousandths(hit.score),
                    grade: hit.grade.code.clone(),
                    threshold: thousandths(app.match_settings.good_threshold),
                    ranking: explaining::ranking(app)?,
                    dictionary: explaining::dictionary().to_owned(),
                    holds: true,
                    need_dismissed: None,
                    provider_dismissed: None,
                    broker_dismissed: None,
                    case_id: None,
                    created_at: now,
                    updated_at: now,
                },
            )?;
        }
        Ok(())
    })
}
