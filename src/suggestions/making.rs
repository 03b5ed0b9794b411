//! Keeps suggestions true, by the change log.
//!
//! A need that is published is matched with what is offered, a capability with what is sought; the best
//! that are good become suggestions. The score of a pair is always that of the need's matches. When one
//! of the two changes or closes, its pairs are looked at again; none is forgotten, so that one that holds
//! again comes back. Everything is done in the eyes of a member of some verified organisation, who sees of
//! both what both sides may see of each other. Each match waits for its turn, behind those that somebody
//! waits for.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use search_index::Kind;

use super::model::{Suggestion, SuggestionId};
use super::{explaining, store};
use crate::accounts::principal::{Caller, OrgId, Principal, Role, RoleBinding, SessionId, UserId};
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::db::{Db, positions};
use crate::error::{Error, Result};
use crate::matching::aid;
use crate::matching::answer::Match;
use crate::matching::query::{DEFAULT_LIMIT, MatchQuery};
use crate::matching::scoring::{self, Readings};
use crate::needs::model::NeedId;
use crate::records;
use crate::records::model::RecordKind;
use crate::search::cards;
use crate::subscriptions::news;
use crate::subscriptions::patience::twice;

/// Name of the position in the change log.
pub const READER: &str = "suggestions";
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
    look: Look,
}

/// What holds for all records of one round.
struct Round {
    /// What their counterparts say.
    readings: Readings,
    /// Version of the ranking.
    ranking: String,
}

/// How a record is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Its best matches are found, and its earlier pairs looked at again.
    Anew,
    /// Earlier pairs that do not hold are looked at again.
    Again,
    /// It seeks nobody: its pairs do not hold.
    Not,
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
    let round =
        Arc::new(Round { readings: Readings::default(), ranking: explaining::ranking(app)? });
    while let Some((from, to, tasks)) = app.run(next_tasks).await? {
        for task in tasks {
            twice("record", &task.id, async || match of_record(app, &round, &task).await {
                // Closed or deleted since: the change that says so comes later.
                Err(Error::NotFound) => Ok(()),
                other => other,
            })
            .await?;
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
        let fresh: HashSet<&str> =
            fresh.iter().filter(|one| one.seeks.is_some()).map(|one| one.id.as_str()).collect();
        let records: BTreeSet<(RecordKind, String)> = entries
            .into_iter()
            .filter(|one| matches!(one.record_kind, RecordKind::Need | RecordKind::Capability))
            .map(|one| (one.record_kind, one.record_id))
            .collect();
        let seeking = seeking(app, db, &records)?;
        let paired = paired(db, &records)?;
        let tasks = records.into_iter().filter_map(|(kind, id)| {
            let look = match (seeking.contains(&id), paired.get(&id)) {
                (true, _) if fresh.contains(id.as_str()) => Look::Anew,
                (true, Some(_)) => Look::Again,
                (false, Some(true)) => Look::Not,
                _ => return None,
            };
            Some(Task { kind, id, look })
        });
        Ok(Some((from, to, tasks.collect())))
    })
}

/// Which of these records look for a partner, as anybody may know.
fn seeking(
    app: &App,
    db: &mut Db,
    records: &BTreeSet<(RecordKind, String)>,
) -> Result<HashSet<String>> {
    let wanted: Vec<(Kind, &str)> = records
        .iter()
        .filter_map(|(kind, id)| Some((Kind::parse(kind.as_str())?, id.as_str())))
        .collect();
    let seen = cards::load(app, db, &anybody(), &wanted)?.into_values().map(|seen| seen.card);
    let seeking = seen.filter(|card| news::seeks(card.kind, &card.status.code));
    Ok(seeking.map(|card| card.id).collect())
}

/// Which of these records are in a pair, and whether one of the pairs holds.
fn paired(db: &mut Db, records: &BTreeSet<(RecordKind, String)>) -> Result<HashMap<String, bool>> {
    let of = |kind| records.iter().filter(move |(one, _)| *one == kind).map(|(_, id)| id);
    let needs: Vec<NeedId> = of(RecordKind::Need).filter_map(|id| id.parse().ok()).collect();
    let offers: Vec<CapabilityId> =
        of(RecordKind::Capability).filter_map(|id| id.parse().ok()).collect();
    store::paired(db, &needs, &offers)
}

async fn of_record(app: &Arc<App>, round: &Arc<Round>, task: &Task) -> Result<()> {
    match task.kind {
        RecordKind::Need => {
            let Ok(id) = task.id.parse() else { return Ok(()) };
            of_need(app, round, id, task.look).await
        }
        _ => {
            let Ok(id) = task.id.parse() else { return Ok(()) };
            of_capability(app, round, id, task.look).await
        }
    }
}

/// Earlier pairs that are looked at: those that hold come first.
fn looked_at(before: &[Suggestion], look: Look) -> Vec<&Suggestion> {
    let due = before.iter().filter(|row| match look {
        Look::Anew => true,
        Look::Again => !row.holds,
        Look::Not => row.holds,
    });
    due.take(if look == Look::Not { usize::MAX } else { AGAIN }).collect()
}

/// Good matches of a need, the best or those with some capabilities.
async fn matches(
    app: &Arc<App>,
    round: &Arc<Round>,
    need: NeedId,
    among: Vec<String>,
) -> Result<Vec<Match>> {
    let limit = Some(if among.is_empty() { BEST } else { among.len() });
    let query = MatchQuery { among, limit, ..MatchQuery::default() };
    let aid = aid::of_need(app, |_| Ok(anybody()), need).await;
    let round = Arc::clone(round);
    let work =
        move |app: &App| scoring::of_need(app, &anybody(), need, &query, &aid, &round.readings);
    let hits = app.run_match(work).await?;
    let least = app.match_settings.good_threshold;
    Ok(hits.into_iter().filter(|hit| hit.score >= least).collect())
}

async fn of_need(app: &Arc<App>, round: &Arc<Round>, id: NeedId, look: Look) -> Result<()> {
    let before = app.run(move |app| app.db.read(|db| store::of_need(db, id))).await?;
    let looked_at = looked_at(&before, look);
    let mut good = Vec::new();
    if look == Look::Anew {
        good = matches(app, round, id, Vec::new()).await?;
    }
    if look != Look::Not {
        let again: Vec<String> = looked_at
            .iter()
            .map(|row| row.capability_id.to_string())
            .filter(|one| !good.iter().any(|hit| hit.record.id == *one))
            .collect();
        // As many as are held against the requirements together.
        for some in again.chunks(DEFAULT_LIMIT) {
            good.extend(matches(app, round, id, some.to_vec()).await?);
        }
    }
    let found: HashSet<&str> = good.iter().map(|hit| hit.record.id.as_str()).collect();
    let gone = gone(&looked_at, |row| found.contains(row.capability_id.to_string().as_str()));
    let pairs = good.into_iter().map(|hit| (id, hit)).collect();
    keep(app, round, pairs, gone).await
}

async fn of_capability(
    app: &Arc<App>,
    round: &Arc<Round>,
    id: CapabilityId,
    look: Look,
) -> Result<()> {
    let before = app.run(move |app| app.db.read(|db| store::of_capability(db, id))).await?;
    let looked_at = looked_at(&before, look);
    let mut good: Vec<(NeedId, Match)> = Vec::new();
    if look != Look::Not {
        let mut needs: BTreeSet<NeedId> = looked_at.iter().map(|row| row.need_id).collect();
        if look == Look::Anew {
            let query = MatchQuery { limit: Some(BEST), ..MatchQuery::default() };
            let aid = aid::of_capability(app, |_| Ok(anybody()), id).await;
            let own = Arc::clone(round);
            let work = move |app: &App| {
                scoring::of_capability(app, &anybody(), id, &query, &aid, &own.readings)
            };
            let found = app.run_match(work).await?;
            needs.extend(found.iter().filter_map(|hit| hit.record.id.parse::<NeedId>().ok()));
        }
        for need in still_seeking(app, needs).await? {
            let hits = Error::unless_absent(matches(app, round, need, vec![id.to_string()]).await)?;
            good.extend(hits.unwrap_or_default().into_iter().map(|hit| (need, hit)));
        }
    }
    let found: HashSet<NeedId> = good.iter().map(|(need, _)| *need).collect();
    let gone = gone(&looked_at, |row| found.contains(&row.need_id));
    keep(app, round, good, gone).await
}

/// Of these needs, those that look for a partner.
async fn still_seeking(app: &Arc<App>, needs: BTreeSet<NeedId>) -> Result<Vec<NeedId>> {
    app.run(move |app| {
        let records = needs.iter().map(|id| (RecordKind::Need, id.to_string())).collect();
        let seeking = app.db.read(|db| seeking(app, db, &records))?;
        Ok(needs.into_iter().filter(|id| seeking.contains(&id.to_string())).collect())
    })
    .await
}

/// Of the pairs that were looked at, those that held until now and do not any more.
fn gone(looked_at: &[&Suggestion], good: impl Fn(&Suggestion) -> bool) -> Vec<SuggestionId> {
    let gone = looked_at.iter().filter(|row| row.holds && !good(row));
    gone.map(|row| row.id).collect()
}

/// A share in thousandths.
fn thousandths(share: f32) -> i32 {
    (share * 1_000.0).round() as i32
}

/// Writes down what holds and takes back what does not.
async fn keep(
    app: &Arc<App>,
    round: &Arc<Round>,
    pairs: Vec<(NeedId, Match)>,
    gone: Vec<SuggestionId>,
) -> Result<()> {
    if pairs.is_empty() && gone.is_empty() {
        return Ok(());
    }
    let round = Arc::clone(round);
    app.run(move |app| write(app, &round.ranking, &pairs, &gone)).await
}

fn write(app: &App, ranking: &str, pairs: &[(NeedId, Match)], gone: &[SuggestionId]) -> Result<()> {
    let now = app.clock.now();
    app.db.write(|db| {
        store::retire(db, gone)?;
        for (need_id, hit) in pairs {
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
                    ranking: ranking.to_owned(),
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
