//! Matching a need with capabilities, or a capability with needs.
//!
//! `profile` is the question, `settings` the figures that steer the answer, `condition` the
//! conditions of both sides, `violation` the same as queries, `score` the parts of the final score,
//! `explain` the text score taken apart into its terms. Candidates come from the text ranking, with
//! visibility, filters and hard conditions applied before the cut.

mod condition;
mod explain;
mod profile;
mod score;
mod settings;
mod split;
mod stance;
#[cfg(test)]
mod tests;
mod violation;

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

use crate::collect::{Found, Gather};
use crate::document::{Kind, Viewer};
use crate::error::{Error, Result};
use crate::filter::{self, Filters};
use crate::live::Live;
use crate::query::{Part, Plan, Recipe, TextQuery};
use crate::search::Sort;
use condition::{Pair, conditions};
use split::Split;
use violation::violations;

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
    /// Settings.
    pub settings: Arc<MatchSettings>,
    /// The time, seconds since 1970, that deadlines are held against.
    pub now: i64,
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
    /// Parts of the score.
    pub parts: Vec<ScorePart>,
    /// Terms of the text score, heaviest first.
    pub terms: Vec<TermWeight>,
    /// Conditions of both sides.
    pub conditions: Vec<Condition>,
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
    found: Found,
    score: f32,
    parts: Vec<ScorePart>,
    conditions: Vec<Condition>,
}

/// Finds the counterparts of a source.
pub(crate) fn matches(live: &Live, request: &MatchRequest) -> Result<MatchResponse> {
    let searcher = live.searcher();
    let matcher = Matcher::new(live, &searcher, request)?;
    let Some(query) = &matcher.query else {
        let none = MatchResponse { hits: vec![], excluded: vec![], considered: 0, none_good: true };
        return Ok(none);
    };
    let (kept, excluded) = matcher.find(query)?;
    let excluded = matcher.assess(excluded)?;
    let mut candidates = matcher.assess(kept)?;
    candidates.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| a.found.place.id.cmp(&b.found.place.id))
    });
    let best = candidates.first().map_or(0.0, |candidate| candidate.score);
    let best_text = candidates.iter().map(|candidate| candidate.found.score).fold(0.0, f32::max);
    let considered = candidates.len();
    let page: Vec<_> = candidates.into_iter().skip(request.offset).take(request.limit).collect();
    Ok(MatchResponse {
        hits: matcher.explained(query, page)?,
        excluded: matcher.reported(excluded, best_text),
        considered,
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
        Ok(Matcher { live, searcher, request, source, target, plan, query })
    }

    /// The targets of the best text that meet the filters: those that no hard condition excludes,
    /// and some of those that one does. Only open documents are matched: a draft is nobody's
    /// counterpart yet.
    fn find(&self, query: &TextQuery) -> Result<(Vec<Found>, Vec<Found>)> {
        let (fields, settings) = (&self.live.fields, &self.request.settings);
        let kind = self.target.kind().as_str().to_owned();
        let mut clauses = vec![filter::any(fields.kind, vec![kind])];
        clauses.push(filter::open(&self.request.viewer, fields));
        let viewer = &self.request.viewer;
        clauses.extend(filter::clauses(&self.request.filters, viewer, fields));
        let source = self.request.profile.id.iter();
        let source = source.map(|id| filter::any(fields.id, vec![id.clone()])).collect();
        let query = filter::within(Box::new(query.clone()), clauses, source);
        let violations = filter::either(violations(
            &self.source,
            self.target,
            self.request.now,
            settings,
            (viewer.tiers(), fields),
        ));
        let (kept, excluded) = (best(settings.candidates), best(MAX_EXCLUDED));
        let split = Split::new(self.searcher, violations.as_ref(), kept, excluded)?;
        let (kept, excluded) = self.searcher.search(&query, &split)?;
        Ok((kept.page, excluded.page))
    }

    /// Reads the stance of each target and holds it against the source.
    fn assess(&self, found: Vec<Found>) -> Result<Vec<Candidate>> {
        let settings = &self.request.settings;
        let assessed = found.into_iter().map(|found| {
            let target = stance_of(self.live, self.searcher, &found)?;
            let target = target.known(self.request.viewer.tiers());
            let (need, capability) = match self.target {
                Side::Capability => (&self.source, &target),
                Side::Need => (&target, &self.source),
            };
            let now = self.request.now;
            let pair = Pair { need, capability, target: self.target, now, settings };
            let conditions = conditions(&pair);
            let text = score::text_value(found.score, self.plan.ideal, settings.half_text);
            let parts = score::parts(&pair, text, &conditions);
            let score = parts.iter().map(|part| part.contribution).sum();
            Ok(Candidate { found, score, parts, conditions })
        });
        assessed.collect()
    }

    /// The page with the text score of each hit taken apart.
    fn explained(&self, query: &TextQuery, page: Vec<Candidate>) -> Result<Vec<MatchHit>> {
        let names: Vec<_> = self.request.profile.parts.iter().map(|p| p.field.as_str()).collect();
        let addresses: Vec<_> = page.iter().map(|candidate| candidate.found.address).collect();
        let terms = explain::terms(self.searcher, &self.plan, query, &names, &addresses)?;
        let hits = page.into_iter().zip(terms).map(|(candidate, terms)| MatchHit {
            id: candidate.found.place.id,
            kind: self.target.kind(),
            score: candidate.score,
            grade: Grade::of(candidate.score, &self.request.settings),
            text_score: candidate.found.score,
            parts: candidate.parts,
            terms,
            conditions: candidate.conditions,
        });
        Ok(hits.collect())
    }

    /// Of the excluded, those whose text is at least half as good as the best there is: the others
    /// would hardly have been shown anyway.
    fn reported(&self, excluded: Vec<Candidate>, best_text: f32) -> Vec<Excluded> {
        let best = excluded.iter().map(|candidate| candidate.found.score).fold(best_text, f32::max);
        let strong = excluded.into_iter().filter(|candidate| candidate.found.score * 2.0 >= best);
        let reported = strong.filter_map(|candidate| {
            let condition = candidate.conditions.into_iter().find(Condition::excludes)?;
            Some(Excluded { id: candidate.found.place.id, kind: self.target.kind(), condition })
        });
        reported.collect()
    }
}

/// Raw text ranking of all open documents for a need of this title and body.
pub(crate) fn text_ranking(
    live: &Live,
    title: &str,
    body: &str,
    limit: usize,
) -> Result<Vec<(String, f32)>> {
    let searcher = live.searcher();
    let settings = MatchSettings::default();
    let parts =
        [Part { text: title, weight: 1.0 }, Part { text: body, weight: settings.body_weight }];
    let recipe = Recipe::matching(settings.k3);
    let plan = Plan::new(&searcher, &live.fields, &parts, &Viewer::default(), recipe, None)?;
    if plan.is_empty() {
        return Ok(Vec::new());
    }
    let clauses = vec![filter::open(&Viewer::default(), &live.fields)];
    let query = filter::within(Box::new(plan.query(&searcher)?), clauses, Vec::new());
    let page = searcher.search(&query, &best(limit))?.page;
    Ok(page.into_iter().map(|found| (found.place.id, found.score)).collect())
}

/// Gathers the documents of the best text.
fn best(size: usize) -> Gather {
    Gather { sort: Sort::Relevance, scored: true, after: None, size, facets: Vec::new() }
}

fn stance_of(live: &Live, searcher: &Searcher, found: &Found) -> Result<Stance> {
    let document: TantivyDocument = searcher.doc(found.address)?;
    let damaged = || Error::Damaged(format!("document {} has no stance", found.place.id));
    let stored = document.get_first(live.fields.stance).ok_or_else(damaged)?;
    let bytes = stored.as_bytes().ok_or_else(damaged)?;
    serde_json::from_slice(bytes).map_err(|_| damaged())
}
