//! Whom to invite: the published needs of the event's town, each with the capabilities that fit it
//! best, as the matching of the platform finds them. Records of people who want nothing recommended are
//! left out: who runs the event may still invite them by name.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::model::{EventId, Meeting};
use super::ops::reviewed as reviewed_event;
use super::store;
use super::views::{ProposedPair, ProposedSide};
use crate::accounts::members;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::db::Db;
use crate::embeddings::server::Aid;
use crate::error::{Error, Message, Result};
use crate::matching;
use crate::matching::answer::Match;
use crate::matching::query::{DEFAULT_LIMIT, MatchQuery};
use crate::needs;
use crate::needs::model::{NeedId, NeedView};
use crate::needs::ops::ListNeeds;
use crate::records::reviewed::{self, Reviewed, ReviewedId};
use crate::subscriptions::recommendations;

/// Needs looked at for one page, by default and at most.
const NEEDS: usize = 5;
const MOST_NEEDS: usize = 20;
/// Capabilities proposed for each, by default and at most.
const EACH: usize = 3;
const MOST_EACH: usize = 10;
/// Matches among which a pair that was picked is looked for.
const LOOKED_AT: usize = 100;

/// Which pairs to propose.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListProposals {
    /// Capabilities for each need, 1 to 10; 3 by default.
    pub each: Option<usize>,
    /// Needs on the page, 1 to 20; 5 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of proposed pairs.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Proposals {
    /// Pairs, need by need, the best match of each first.
    pub items: Vec<ProposedPair>,
    /// Pass as `after` to get the pairs of further needs; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// States of needs that look for a partner.
const SEEKING: &str = "published,matching,negotiating";

fn bounded(given: Option<usize>, usual: usize, most: usize, pointer: &str) -> Result<usize> {
    match given.unwrap_or(usual) {
        number if (1..=most).contains(&number) => Ok(number),
        _ => {
            let message = Message::new("field.out_of_range").with("min", 1).with("max", most);
            Err(Error::field(pointer, message))
        }
    }
}

/// Pairs to invite to an event: for those who run it and officers above.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Invalid`] for a page that cannot be.
pub async fn list(
    app: &Arc<App>,
    caller: &Caller,
    id: EventId,
    query: ListProposals,
) -> Result<Proposals> {
    let who = caller.clone();
    let mut sought = app.run(move |app| sought(app, &who, id, &query)).await?;
    let (needs, next) = (std::mem::take(&mut sought.needs), sought.next.take());
    let who = caller.clone();
    let sought = Arc::new(sought);
    let pairs = move |app: &App, need: NeedView| sought.pairs(app, &who, &need);
    let items = app.run_matches(needs, pairs).await?.into_iter().flatten().collect();
    Ok(Proposals { items, next })
}

/// For which needs pairs are proposed.
pub struct Sought {
    /// The needs of a page, without those of people who want nothing recommended.
    pub needs: Vec<NeedView>,
    /// As in [`Proposals`].
    pub next: Option<String>,
    each: usize,
    invited: HashSet<(String, String)>,
}

/// The needs that [`list`] proposes pairs for.
///
/// # Errors
/// Those of [`list`].
pub fn sought(app: &App, caller: &Caller, id: EventId, query: &ListProposals) -> Result<Sought> {
    caller.signed_in()?;
    let each = bounded(query.each, EACH, MOST_EACH, "/each")?;
    let limit = bounded(query.limit, NEEDS, MOST_NEEDS, "/limit")?;
    let (event, meetings) = app.db.read(|db| {
        let event = reviewed_event(db, caller, id)?;
        let meetings = store::meetings(db, event.id)?;
        Ok::<_, Error>((event, meetings))
    })?;
    let pair = |one: &Meeting| (one.need_id.to_string(), one.capability_id.to_string());
    let invited = meetings.iter().map(pair).collect();
    let page = needs::ops::list(
        app,
        caller,
        &ListNeeds {
            status: Some(SEEKING.to_owned()),
            region: Some(event.town_code.clone()),
            limit: Some(limit),
            after: query.after.clone(),
            ..ListNeeds::default()
        },
    )?;
    let ids: Vec<NeedId> = page.items.iter().map(|need| need.id).collect();
    let unasked = app.db.read(|db| unwanted(db, caller, &ids))?;
    let mut needs = page.items;
    needs.retain(|need| !unasked.contains(&need.id));
    Ok(Sought { needs, next: page.next, each, invited })
}

impl Sought {
    /// The pairs proposed for one of the needs, best first.
    ///
    /// # Errors
    /// Database faults.
    pub fn pairs(&self, app: &App, caller: &Caller, need: &NeedView) -> Result<Vec<ProposedPair>> {
        // More than are shown: some may be left out.
        let limit = Some(self.each.max(DEFAULT_LIMIT));
        let wanted = MatchQuery { limit, ..MatchQuery::default() };
        let found = matching::ops::of_need(app, caller, need.id, &wanted, &Aid::default());
        // Nothing for a need that has been hidden or closed since it was read.
        let Some(found) = Error::unless_absent(found)? else { return Ok(Vec::new()) };
        let ids: Vec<CapabilityId> =
            found.hits.iter().filter_map(|hit| hit.record.id.parse().ok()).collect();
        let unasked = app.db.read(|db| unwanted(db, caller, &ids))?;
        let asked = |hit: &&Match| !hit.record.id.parse().is_ok_and(|id| unasked.contains(&id));
        let best = found.hits.iter().filter(asked).take(self.each);
        Ok(best.map(|hit| pair(need, hit, &self.invited)).collect())
    }
}

/// Of these records, those of people who want nothing recommended: of their author, while the author works
/// for the organisation, or of all who answer for them.
fn unwanted<I: ReviewedId>(db: &mut Db, caller: &Caller, ids: &[I]) -> Result<BTreeSet<I>> {
    let mut found = BTreeSet::new();
    for seen in reviewed::find_many(db, caller, ids)? {
        let head = seen.row.head();
        let people = members::ops::responsible(db, head.org_id, head.created_by)?;
        let out = recommendations::opted_out(db, &people)?;
        let author = head.created_by.is_some_and(|author| out.contains(&author));
        if author || (!people.is_empty() && out.len() == people.len()) {
            found.insert(seen.row.id());
        }
    }
    Ok(found)
}

fn pair(need: &NeedView, hit: &Match, invited: &HashSet<(String, String)>) -> ProposedPair {
    let key = (need.id.to_string(), hit.record.id.clone());
    ProposedPair {
        invited: invited.contains(&key),
        need: ProposedSide {
            id: key.0,
            code: need.code.clone(),
            title: need.fields.title.clone().unwrap_or_default(),
            org: need.org.clone(),
        },
        capability: ProposedSide {
            id: key.1,
            code: hit.record.code.clone(),
            title: hit.record.title.clone(),
            org: hit.record.org.clone(),
        },
        score: f64::from(thousandths(hit.score)) / 1_000.0,
        grade: hit.grade.code.clone(),
        why: hit.sentence.clone(),
    }
}

fn thousandths(score: f32) -> i32 {
    // Scores lie between 0 and 1, so nothing is lost.
    (score.clamp(0.0, 1.0) * 1_000.0).round() as i32
}

/// How well a pair fits in thousandths, and why; nothing when matching does not bring the two together.
///
/// # Errors
/// [`Error::NotFound`] when there is no such need for the caller.
pub(super) fn reasons(
    app: &App,
    caller: &Caller,
    need: NeedId,
    capability: CapabilityId,
) -> Result<(i32, String)> {
    let wanted = MatchQuery { limit: Some(LOOKED_AT), ..MatchQuery::default() };
    let found = matching::ops::of_need(app, caller, need, &wanted, &Aid::default())?;
    let id = capability.to_string();
    let hit = found.hits.iter().find(|hit| hit.record.id == id);
    Ok(hit.map(|hit| (thousandths(hit.score), hit.sentence.clone())).unwrap_or_default())
}
