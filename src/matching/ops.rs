//! Use cases of matching.

use std::collections::HashMap;
use std::sync::Arc;

use search_index::matching::{Condition, Excluded, Grade};
use search_index::{Kind, MatchHit, MatchRequest, MatchResponse, MatchSettings, Side, Vocabulary};

use super::answer::{self, ExcludedMatch, Match, MatchAnswer};
use super::assurance::{assurance, calibrated};
use super::conditions::{Pair, clause, settled, view};
use super::evidence::{MatchRequirement, worth};
use super::query::{DEFAULT_LIMIT, MAX_OFFSET, MatchQuery, MatchText, Wanted, seeking};
use super::scoring::How;
use super::sentence::{Spellings, sentence};
use super::source::{self, Source};
use super::{advice, quotes};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::embeddings::server::Aid;
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::records::scope::Reach;
use crate::search::cards::{self, Alike, Seen};
use crate::search::names::Names;

/// Candidates asked for at a time to fill a page up.
const REFILL: usize = 50;
/// Matches, best first, that are put in order by what they say of the requirements, too. The index
/// does not know it, and to look at more would cost more than it tells.
const JUDGED: usize = DEFAULT_LIMIT;
/// Records listed as excluded that the index takes for matches.
const MAX_RULED_OUT: usize = 10;

/// Capabilities for a need.
///
/// # Errors
/// [`Error::NotFound`] when there is no such need, or it is not for the caller; [`Error::Invalid`]
/// with every parameter that cannot be.
pub fn of_need(
    app: &App,
    caller: &Caller,
    id: NeedId,
    query: &MatchQuery,
    aid: &Aid,
) -> Result<MatchAnswer> {
    let (source, wanted) = need_asked(app, caller, id, query)?;
    matches(app, caller, &source, wanted, aid, How::InWords)
}

/// What [`of_need`] asks the index.
///
/// # Errors
/// Those of [`of_need`].
pub fn request_of_need(
    app: &App,
    caller: &Caller,
    id: NeedId,
    query: &MatchQuery,
) -> Result<MatchRequest> {
    let (source, wanted) = need_asked(app, caller, id, query)?;
    Ok(request(app, caller, &source, wanted, &Aid::default()))
}

pub(super) fn need_asked(
    app: &App,
    caller: &Caller,
    id: NeedId,
    query: &MatchQuery,
) -> Result<(Source, Wanted)> {
    let source = app.db.read(|db| source::need(app, db, caller, id))?;
    Ok((source, query.wanted(Side::Need, &app.reference)?))
}

/// Needs for a capability.
///
/// # Errors
/// Like those of [`of_need`].
pub fn of_capability(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    query: &MatchQuery,
    aid: &Aid,
) -> Result<MatchAnswer> {
    let source = app.db.read(|db| source::capability(app, db, caller, id))?;
    let wanted = query.wanted(Side::Capability, &app.reference)?;
    matches(app, caller, &source, wanted, aid, How::InWords)
}

/// Counterparts of free text.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be.
pub fn of_text(app: &App, caller: &Caller, given: &MatchText, aid: &Aid) -> Result<MatchAnswer> {
    let wanted = given.wanted(&app.reference)?;
    matches(app, caller, &source::text(app, given), wanted, aid, How::InWords)
}

/// What [`of_text`] asks the index.
///
/// # Errors
/// Those of [`of_text`].
pub fn request_of_text(app: &App, caller: &Caller, given: &MatchText) -> Result<MatchRequest> {
    let wanted = given.wanted(&app.reference)?;
    Ok(request(app, caller, &source::text(app, given), wanted, &Aid::default()))
}

fn request(app: &App, caller: &Caller, source: &Source, wanted: Wanted, aid: &Aid) -> MatchRequest {
    let mut filters = wanted.filters;
    if let Some(org) = source.known_org {
        filters.exclude_owner_org_ids = vec![org.to_string()];
    }
    MatchRequest {
        profile: source.profile.clone(),
        viewer: Reach::of(caller).viewer(),
        filters,
        limit: wanted.offset + wanted.limit,
        offset: 0,
        grouped: wanted.grouped,
        settings: Arc::clone(&app.match_settings),
        now: app.clock.time().timestamp(),
        model: aid.query.clone(),
    }
}

pub(super) fn matches(
    app: &App,
    caller: &Caller,
    source: &Source,
    wanted: Wanted,
    aid: &Aid,
    how: How<'_>,
) -> Result<MatchAnswer> {
    // Read before the search, so that the answer never claims more than it has seen.
    let position = app.feed.position();
    let side = source.profile.side;
    let restricted =
        !wanted.filters.regions.is_empty() || !source.profile.preferred_regions.is_empty();
    let (offset, limit) = (wanted.offset, wanted.limit);
    let asked = (request(app, caller, source, wanted, aid), offset);
    let shown = shown(app, caller, source, asked, how)?;
    let end = offset + limit;
    let more = shown.more || shown.hits.len() > end;
    let best = shown.hits.first().map_or(0.0, |hit| hit.score);
    let none_good = best < app.match_settings.good_threshold;
    let names = Names::new(app, caller.language);
    let ways_on = if none_good { advice::ways_on(names, side, restricted) } else { Vec::new() };
    Ok(MatchAnswer {
        side: side.as_str(),
        hits: shown.hits.into_iter().skip(offset).take(limit).collect(),
        excluded: shown.excluded,
        considered: shown.considered,
        next_offset: (more && end <= MAX_OFFSET).then_some(end),
        none_good,
        advice: ways_on,
        degraded: answer::degraded(names, aid),
        position,
    })
}

/// What the caller is shown of the index's answer.
#[derive(Default)]
struct Shown {
    hits: Vec<Match>,
    excluded: Vec<ExcludedMatch>,
    considered: usize,
    /// Whether the index has candidates that were not looked at.
    more: bool,
}

/// The best matches from the first on, as many as the request asks for. What the index took for a
/// match may be none for a caller who sees more than it, or may be gone since; then the next of
/// its candidates take the place, so that pages are full for everybody.
fn shown(
    app: &App,
    caller: &Caller,
    source: &Source,
    (mut request, offset): (MatchRequest, usize),
    how: How<'_>,
) -> Result<Shown> {
    let names = Names::new(app, caller.language);
    let judged = source.evidence.asks();
    if judged {
        // However few are wanted: those of every page are put in order together.
        request.limit = request.limit.max(JUDGED);
    }
    let wanted = request.limit;
    let mut all = Shown::default();
    let mut ruled_out = Vec::new();
    let spellings = Spellings::of(&source.profile);
    let vocabulary = answer::vocabulary(source.title());
    loop {
        let mut found = app.index.matches(&request).map_err(|error| refused(app, error))?;
        if request.offset > 0 {
            // The index says the same each time.
            found.excluded.clear();
        }
        let full = found.hits.len() == request.limit;
        request.offset += found.hits.len();
        let seen = counterparts(app, caller, source, &found)?;
        let (spellings, vocabulary) = (&spellings, &vocabulary);
        let settings = &app.match_settings;
        let page = Page { names, source, settings, spellings, vocabulary, seen, offset, how };
        all.considered = found.considered;
        all.more = full && request.offset < found.matches;
        page.show(found, &mut all, &mut ruled_out);
        if !all.more || all.hits.len() >= wanted {
            break;
        }
        request.limit = REFILL;
    }
    if judged {
        let first = all.hits.len().min(JUDGED);
        all.hits[..first].sort_by(|a, b| b.score.total_cmp(&a.score));
    }
    ruled_out.truncate(MAX_RULED_OUT);
    all.excluded.splice(..0, ruled_out);
    Ok(all)
}

fn refused(app: &App, error: search_index::Error) -> Error {
    app.feed.suspect();
    error.into()
}

/// The rows behind the answer that the caller may know of and that still look for a partner: the
/// index may lag behind the database by a moment.
fn counterparts(
    app: &App,
    caller: &Caller,
    source: &Source,
    found: &MatchResponse,
) -> Result<HashMap<String, Seen>> {
    let all = found.hits.iter().flat_map(|hit| std::iter::once(hit).chain(&hit.alike));
    let hits = all.map(|hit| (hit.kind, hit.id.as_str()));
    let excluded = found.excluded.iter().map(|one| (one.kind, one.id.as_str()));
    let wanted: Vec<(Kind, &str)> = hits.chain(excluded).collect();
    let mut seen = app.db.read(|db| cards::load(app, db, caller, &wanted))?;
    let seeking = seeking(source.profile.side.opposite());
    seen.retain(|_, one| {
        let own = one.card.org.as_ref().is_some_and(|org| Some(org.id) == source.known_org);
        !own && seeking.contains(&one.card.status.code.as_str())
    });
    Ok(seen)
}

/// One page on its way into words.
struct Page<'a> {
    names: Names<'a>,
    source: &'a Source,
    settings: &'a MatchSettings,
    spellings: &'a Spellings,
    vocabulary: &'a Vocabulary,
    seen: HashMap<String, Seen>,
    /// Matches that are passed over.
    offset: usize,
    how: How<'a>,
}

impl Page<'_> {
    /// Adds to what is shown; `ruled_out` is what the caller's own sight excludes.
    fn show(&self, found: MatchResponse, all: &mut Shown, ruled_out: &mut Vec<ExcludedMatch>) {
        for hit in found.hits {
            let Some(mut hit) = self.group(hit, ruled_out) else { continue };
            let place = all.hits.len();
            // Of earlier pages only the order counts.
            if (place >= self.offset || place < JUDGED)
                && let Some(seen) = self.seen.get(&hit.record.id)
            {
                hit.requirements = self.requirements(seen);
            }
            if place < JUDGED
                && let Some(worth) = worth(&hit.requirements)
            {
                self.weigh(&mut hit, worth);
            }
            all.hits.push(hit);
        }
        all.excluded.extend(found.excluded.into_iter().filter_map(|one| self.excluded(one)));
    }

    fn requirements(&self, seen: &Seen) -> Vec<MatchRequirement> {
        if !self.source.evidence.asks() {
            // Reading the texts of the other side is dear.
            return Vec::new();
        }
        self.source.evidence.held_against(&self.how.reading(seen), self.names)
    }

    /// Puts into the score how well requirements are met.
    fn weigh(&self, hit: &mut Match, worth: f32) {
        if let Some(part) = hit.parts.iter_mut().find(|part| part.name == "requirements") {
            let before = part.contribution;
            (part.value, part.contribution) = (worth, worth * part.weight);
            hit.score += part.contribution - before;
            hit.grade = answer::grade(self.names, Grade::of(hit.score, self.settings));
            let (grade, chance) = (&hit.grade.code, hit.confidence);
            hit.assurance = assurance(self.names, grade, chance, hit.calibrated);
        }
    }

    fn pair<'b>(&'b self, seen: &'b Seen) -> Pair<'b> {
        Pair { names: self.names, source: self.source, target: &seen.card }
    }

    /// Matches that say the same in words, told by the best of them that is one for the caller.
    fn group(&self, mut hit: MatchHit, ruled_out: &mut Vec<ExcludedMatch>) -> Option<Match> {
        let alike = std::mem::take(&mut hit.alike);
        let mut best = None;
        let mut others = Vec::new();
        for mut hit in std::iter::once(hit).chain(alike) {
            let Some(seen) = self.seen.get(&hit.id) else { continue };
            match self.settled(seen, &mut hit) {
                Err(out) => ruled_out.push(*out),
                Ok(_) if best.is_some() => others.push(&seen.card),
                Ok(conditions) => best = Some(self.hit(seen, hit, &conditions)),
            }
        }
        Some(Match { alike: Alike::of(others.into_iter(), 0), ..best? })
    }

    /// The conditions of a match as the caller can see them; or why it is none after all, which the
    /// index could not.
    fn settled(
        &self,
        seen: &Seen,
        hit: &mut MatchHit,
    ) -> std::result::Result<Vec<Condition>, Box<ExcludedMatch>> {
        let pair = self.pair(seen);
        let conditions: Vec<_> =
            hit.conditions.drain(..).map(|condition| settled(&pair, condition)).collect();
        match conditions.iter().find(|condition| condition.excludes()) {
            Some(condition) => Err(Box::new(ruled_out(&pair, condition))),
            None => Ok(conditions),
        }
    }

    /// A match in words.
    fn hit(&self, seen: &Seen, hit: MatchHit, conditions: &[Condition]) -> Match {
        let (pair, words) = (self.pair(seen), self.how.in_words());
        let (terms, other_terms_weight) = answer::terms(&hit);
        // Words are dear, and who asks for scores reads none.
        let told = if words { conditions } else { &[] };
        let (grade, bare) = (answer::grade(self.names, hit.grade), calibrated(self.source, seen));
        Match {
            confidence: hit.confidence,
            assurance: assurance(self.names, &grade.code, hit.confidence, bare),
            calibrated: bare,
            nearness: hit.nearness,
            model_nearness: hit.model_nearness,
            affinities: match words {
                true => answer::affinities(self.vocabulary, &seen.card.title),
                false => Vec::new(),
            },
            sentence: match words {
                true => sentence(&pair, self.spellings, &hit.terms, conditions),
                false => String::new(),
            },
            record: seen.card.clone(),
            score: hit.score,
            grade,
            parts: answer::parts(self.names, &hit),
            text_score: hit.text_score,
            terms,
            other_terms_weight,
            quotes: if words { quotes::quotes(seen, &hit.terms) } else { Vec::new() },
            conditions: told.iter().map(|condition| view(&pair, condition)).collect(),
            requirements: Vec::new(),
            alike: None,
        }
    }

    fn excluded(&self, one: Excluded) -> Option<ExcludedMatch> {
        Some(ruled_out(&self.pair(self.seen.get(&one.id)?), &one.condition))
    }
}

fn ruled_out(pair: &Pair<'_>, condition: &Condition) -> ExcludedMatch {
    ExcludedMatch {
        record: pair.target.clone(),
        condition: view(pair, condition),
        reason: clause(pair, condition).unwrap_or_default(),
    }
}
