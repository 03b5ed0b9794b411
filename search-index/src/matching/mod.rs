//! Matching a need with capabilities, or a capability with needs.
//!
//! `profile` is the question, `settings` the figures that steer the answer, `condition` the
//! conditions of both sides, `violation` the same as queries, `score` the parts of the final score,
//! `explain` the text score taken apart into its terms. Candidates come from the text ranking and from
//! the vectors (`find`), with visibility, filters and hard conditions applied before the cut.

mod condition;
mod explain;
mod find;
mod profile;
mod score;
mod settings;
mod split;
mod stance;
#[cfg(test)]
mod tests;
mod violation;

use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use tantivy::schema::Value;
use tantivy::{Searcher, TantivyDocument};

pub use condition::{Condition, Outcome};
pub use explain::TermWeight;
pub use profile::{Profile, Side, TextPart};
pub use score::{Grade, ScorePart};
pub use settings::{HardConditions, MatchSettings, PartWeights};

pub(crate) use stance::Stance;

use crate::collect::Gather;
use crate::document::{Kind, Viewer};
use crate::error::{Error, Result};
use crate::filter::Filters;
use crate::group;
use crate::live::Live;
use crate::meaning::{ModelQuery, Rounded, Small};
use crate::query::{Part, Plan, Recipe, TextQuery};
use crate::search::Sort;
use condition::{Pair, conditions};
use find::Target;

/// A question for matches.
#[derive(Debug, Clone, Default)]
pub struct MatchRequest {
    /// The source.
    pub profile: Profile,
    /// Who asks.
    pub viewer: Viewer,
    /// Restrictions on the targets.
    pub filters: Filters,
    /// Matches wanted.
    pub limit: usize,
    /// Matches to pass over.
    pub offset: usize,
    /// Targets that say the same are one match, told by the best of them. Those of the viewer's own
    /// organisations stand by themselves.
    pub grouped: bool,
    /// Settings.
    pub settings: Arc<MatchSettings>,
    /// The time, seconds since 1970, that deadlines are held against.
    pub now: i64,
    /// What a model outside makes of the source; without it the match goes on by words and the
    /// sums of their vectors.
    pub model: Option<Arc<ModelQuery>>,
}

/// The answer.
#[derive(Debug, Clone, Serialize)]
pub struct MatchResponse {
    /// Best first.
    pub hits: Vec<MatchHit>,
    /// Strong text matches that a hard condition removed, best first.
    pub excluded: Vec<Excluded>,
    /// Documents that were scored in full.
    pub considered: usize,
    /// Matches that these make: fewer where some say the same.
    pub matches: usize,
    /// Not even the best match is good.
    pub none_good: bool,
}

/// One match with its reasons.
#[derive(Debug, Clone, Serialize)]
pub struct MatchHit {
    /// Id of the target.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Final score, 0 to 1: the sum of the contributions of `parts`.
    pub score: f32,
    /// The score in words.
    pub grade: Grade,
    /// Raw text score: the sum of the weights of `terms`.
    pub text_score: f32,
    /// How near the texts are in meaning: the cosine of their vectors.
    pub nearness: f32,
    /// How near a model outside finds the texts: the cosine of its vectors; none where source or
    /// target has none.
    pub model_nearness: Option<f32>,
    /// The chance that experts would call the match fairly strong or better, by text and meaning.
    pub confidence: f32,
    /// Parts of the score.
    pub parts: Vec<ScorePart>,
    /// Terms of the text score, heaviest first.
    pub terms: Vec<TermWeight>,
    /// Conditions of both sides.
    pub conditions: Vec<Condition>,
    /// Other matches that say the same, best first.
    pub alike: Vec<MatchHit>,
}

/// A strong text match that a hard condition removed.
#[derive(Debug, Clone, Serialize)]
pub struct Excluded {
    /// Id of the target.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The condition that is not met.
    pub condition: Condition,
}

/// Strong text matches reported as excluded.
const MAX_EXCLUDED: usize = 10;

/// A target with everything known about it.
struct Candidate {
    target: Target,
    score: f32,
    confidence: f32,
    parts: Vec<ScorePart>,
    conditions: Vec<Condition>,
}

/// Finds the counterparts of a source.
pub(crate) fn matches(live: &Live, request: &MatchRequest) -> Result<MatchResponse> {
    let searcher = live.searcher();
    let matcher = Matcher::new(live, &searcher, request)?;
    let (kept, excluded) = matcher.find()?;
    let excluded = matcher.assess(excluded)?;
    let mut candidates = matcher.assess(kept)?;
    candidates
        .sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.target.id.cmp(&b.target.id)));
    let best = candidates.first().map_or(0.0, |candidate| candidate.score);
    let best_text = candidates.iter().map(|c| c.target.text_score).fold(0.0, f32::max);
    let considered = candidates.len();
    let groups = matcher.grouped(candidates)?;
    let matches = groups.len();
    let page: Vec<_> = groups.into_iter().skip(request.offset).take(request.limit).collect();
    Ok(MatchResponse {
        hits: matcher.explained(page)?,
        excluded: matcher.reported(excluded, best_text),
        considered,
        matches,
        none_good: best < request.settings.good_threshold,
    })
}

/// One question on its way to the answer.
struct Matcher<'a> {
    live: &'a Live,
    searcher: &'a Searcher,
    request: &'a MatchRequest,
    source: Stance,
    target: Side,
    plan: Plan,
    /// None where the source has no term that any document has.
    query: Option<TextQuery>,
    /// None where no word of the source has a vector.
    meaning: Option<Arc<Small>>,
    /// The model outside and its vector of the source.
    model: Option<(u32, Arc<Rounded>)>,
}

impl<'a> Matcher<'a> {
    fn new(live: &'a Live, searcher: &'a Searcher, request: &'a MatchRequest) -> Result<Self> {
        let profile = &request.profile;
        let parts: Vec<_> =
            profile.parts.iter().map(|p| Part { text: &p.text, weight: p.weight }).collect();
        let recipe = Recipe::matching(request.settings.k3);
        let plan = Plan::new(searcher, &live.fields, &parts, &request.viewer, recipe, None)?;
        let query = if plan.is_empty() { None } else { Some(plan.query(searcher)?) };
        let source = Stance::of_profile(profile);
        let target = profile.side.opposite();
        let meaning = find::meaning_of(profile, &request.settings).map(Arc::new);
        let model = request
            .model
            .as_ref()
            .and_then(|model| Some((model.model, Arc::new(Rounded::of(&model.vector)?))));
        Ok(Matcher { live, searcher, request, source, target, plan, query, meaning, model })
    }

    /// Reads the stance of each target and holds it against the source.
    fn assess(&self, targets: Vec<Target>) -> Result<Vec<Candidate>> {
        let settings = &self.request.settings;
        let assessed = targets.into_iter().map(|found| {
            let target = stance_of(self.live, self.searcher, &found)?;
            let target = target.known(self.request.viewer.tiers());
            let (need, capability) = match self.target {
                Side::Capability => (&self.source, &target),
                Side::Need => (&target, &self.source),
            };
            let now = self.request.now;
            let pair = Pair { need, capability, target: self.target, now, settings };
            let conditions = conditions(&pair);
            let agreement = self.agreement(&found);
            let parts = score::parts(&pair, agreement, &conditions);
            let score = parts.iter().map(|part| part.contribution).sum();
            let confidence = agreement.confidence(settings);
            Ok(Candidate { target: found, score, confidence, parts, conditions })
        });
        assessed.collect()
    }

    /// Puts those that say the same together, each group where its best one is.
    fn grouped(&self, candidates: Vec<Candidate>) -> Result<Vec<Vec<Candidate>>> {
        if !self.request.grouped {
            return Ok(candidates.into_iter().map(|candidate| vec![candidate]).collect());
        }
        let addresses = candidates.iter().map(|candidate| candidate.target.address);
        let numbers = group::numbers(self.searcher, &self.request.viewer.org_ids, addresses)?;
        let mut groups: Vec<Vec<Candidate>> = Vec::with_capacity(candidates.len());
        let mut places: HashMap<u64, usize> = HashMap::new();
        for (candidate, number) in candidates.into_iter().zip(numbers) {
            let next = groups.len();
            match number.map_or(next, |number| *places.entry(number).or_insert(next)) {
                place if place < next => groups[place].push(candidate),
                _ => groups.push(vec![candidate]),
            }
        }
        Ok(groups)
    }

    /// The page with the text score of each hit taken apart.
    fn explained(&self, page: Vec<Vec<Candidate>>) -> Result<Vec<MatchHit>> {
        let names: Vec<_> = self.request.profile.parts.iter().map(|p| p.field.as_str()).collect();
        let all = page.iter().flatten();
        let addresses: Vec<_> = all.map(|candidate| candidate.target.address).collect();
        let terms = match &self.query {
            Some(query) => explain::terms(self.searcher, &self.plan, query, &names, &addresses)?,
            None => vec![Vec::new(); addresses.len()],
        };
        let mut terms = terms.into_iter();
        let hits = page.into_iter().filter_map(|group| {
            let mut hits = group
                .into_iter()
                .map(|candidate| self.explanation(candidate, terms.next().unwrap_or_default()));
            let best = hits.next()?;
            Some(MatchHit { alike: hits.collect(), ..best })
        });
        Ok(hits.collect())
    }

    fn explanation(&self, candidate: Candidate, terms: Vec<TermWeight>) -> MatchHit {
        MatchHit {
            id: candidate.target.id,
            kind: self.target.kind(),
            score: candidate.score,
            grade: Grade::of(candidate.score, &self.request.settings),
            text_score: candidate.target.text_score,
            nearness: candidate.target.nearness,
            model_nearness: candidate.target.model_nearness,
            confidence: candidate.confidence,
            parts: candidate.parts,
            terms,
            conditions: candidate.conditions,
            alike: Vec::new(),
        }
    }

    /// Of the excluded, those whose text is at least half as good as the best there is: the others
    /// would hardly have been shown anyway.
    fn reported(&self, excluded: Vec<Candidate>, best_text: f32) -> Vec<Excluded> {
        let best = excluded.iter().map(|c| c.target.text_score).fold(best_text, f32::max);
        let strong = excluded.into_iter().filter(|c| c.target.text_score * 2.0 >= best);
        let reported = strong.filter_map(|candidate| {
            let condition = candidate.conditions.into_iter().find(Condition::excludes)?;
            Some(Excluded { id: candidate.target.id, kind: self.target.kind(), condition })
        });
        reported.collect()
    }
}

/// All targets in the order of their text and meaning alone, best first, with the value that orders
/// them: the very order that chooses which targets are scored in full.
pub(crate) fn ranking(live: &Live, request: &MatchRequest) -> Result<Vec<(String, f32)>> {
    let searcher = live.searcher();
    let matcher = Matcher::new(live, &searcher, request)?;
    let (targets, _) = matcher.find()?;
    let value = |target: &Target| matcher.agreement(target).weighed(&request.settings);
    Ok(targets.iter().map(|target| (target.id.clone(), value(target))).collect())
}

/// Gathers the documents of the best text.
fn best(size: usize) -> Gather {
    let (sort, facets) = (Sort::Relevance, Vec::new());
    Gather { sort, scored: true, after: None, size, grouped: None, facets }
}

fn stance_of(live: &Live, searcher: &Searcher, found: &Target) -> Result<Stance> {
    let document: TantivyDocument = searcher.doc(found.address)?;
    let damaged = || Error::Damaged(format!("document {} has no stance", found.id));
    let stored = document.get_first(live.fields.stance).ok_or_else(damaged)?;
    let bytes = stored.as_bytes().ok_or_else(damaged)?;
    serde_json::from_slice(bytes).map_err(|_| damaged())
}
