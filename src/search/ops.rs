//! Use cases of search.

use std::collections::HashMap;

use search_index::highlight::Marker;
use search_index::{Hit, Kind, SearchRequest, TermSet, analysis};

use super::answer::{SearchAnswer, SearchHit, SuggestAnswer, SuggestedPhrase};
use super::cards::{self, Alike, Card, Seen};
use super::query::{SearchQuery, SuggestQuery};
use super::{facets, fragments, names::Names};
use crate::accounts::principal::{Caller, Principal};
use crate::app::App;
use crate::error::{Error, Message, Result};
use crate::records::scope::Reach;

/// Suggestions of one answer: by default and at most.
const DEFAULT_SUGGESTIONS: usize = 10;
const MAX_SUGGESTIONS: usize = 20;

/// Searches the records that the caller may know of.
///
/// # Errors
/// [`Error::Invalid`] with every parameter that cannot be.
pub fn search(app: &App, caller: &Caller, query: &SearchQuery) -> Result<SearchAnswer> {
    let request = query.request(app, caller)?;
    // Read before the search, so that the answer never claims more than it has seen.
    let position = app.feed.position();
    let found = app.index.search(&request).map_err(|error| refused(app, error))?;
    let wanted: Vec<(Kind, &str)> =
        found.hits.iter().flat_map(group).map(|hit| (hit.kind, hit.id.as_str())).collect();
    let mut seen = app.db.read(|db| cards::load(app, db, caller, &wanted))?;
    let terms = if request.text.trim().is_empty() { TermSet::default() } else { found.terms };
    let marker = Marker::new(&terms);
    let hits = found.hits.iter().filter_map(|hit| shown(hit, &mut seen, &marker)).collect();
    let names = Names::new(app, caller.language);
    Ok(SearchAnswer {
        hits,
        total: found.total,
        next: found.next,
        facets: facets::named(names, &request, found.facets),
        synonyms: synonyms(&request, &terms),
        position,
    })
}

/// Which of these records a search finds for the caller, but for those of the caller's own
/// organisations: at most as many as a page of the index has.
///
/// # Errors
/// Like those of [`search`].
pub fn among(app: &App, caller: &Caller, query: &SearchQuery, ids: &[String]) -> Result<Vec<Card>> {
    let mut request = query.request(app, caller)?;
    let own = caller.principal.as_ref().map(Principal::org_ids).unwrap_or_default();
    request.filters.ids = ids.to_vec();
    request.filters.exclude_owner_org_ids = own.iter().map(ToString::to_string).collect();
    request.limit = ids.len();
    request.grouped = false;
    let found = app.index.search(&request).map_err(|error| refused(app, error))?;
    let wanted: Vec<(Kind, &str)> =
        found.hits.iter().map(|hit| (hit.kind, hit.id.as_str())).collect();
    let mut seen = app.db.read(|db| cards::load(app, db, caller, &wanted))?;
    let cards = found.hits.iter().filter_map(|hit| Some(seen.remove(&hit.id)?.card));
    let foreign = |card: &Card| !card.org.as_ref().is_some_and(|org| own.contains(&org.id));
    Ok(cards.filter(foreign).collect())
}

/// A hit and those that say the same, best first.
fn group(hit: &Hit) -> impl Iterator<Item = &Hit> {
    std::iter::once(hit).chain(&hit.alike)
}

/// A hit in words. The database has the last word on what the caller may know of: where that is not
/// the best of a group, the next one stands for it.
fn shown(hit: &Hit, seen: &mut HashMap<String, Seen>, marker: &Marker<'_>) -> Option<SearchHit> {
    let mut known = group(hit).filter_map(|one| Some((seen.remove(&one.id)?, one.score)));
    let (best, score) = known.next()?;
    let others: Vec<Seen> = known.map(|(other, _)| other).collect();
    Some(SearchHit {
        score,
        title: fragments::marked(&best.card.title, marker),
        highlights: fragments::best(&best.texts, marker),
        record: best.card,
        alike: Alike::of(others.iter().map(|other| &other.card), hit.more_alike),
    })
}

/// Words searched for that are not in the text itself.
fn synonyms(request: &SearchRequest, terms: &TermSet) -> Vec<String> {
    let own = analysis::words(&request.text);
    let mut added: Vec<String> = terms
        .words
        .keys()
        .filter(|word| !own.iter().any(|token| token.text == **word))
        .cloned()
        .collect();
    added.sort_unstable();
    added
}

/// What the caller is told when the index refuses; a damaged index is reported to be rebuilt.
fn refused(app: &App, error: search_index::Error) -> Error {
    match error {
        search_index::Error::InvalidCursor => Error::field("/after", "field.cursor"),
        other => {
            app.feed.suspect();
            other.into()
        }
    }
}

/// Completes what was typed with public phrases of open records.
///
/// # Errors
/// [`Error::Invalid`] for a limit out of bounds.
pub fn suggest(app: &App, caller: &Caller, query: &SuggestQuery) -> Result<SuggestAnswer> {
    let limit = query.limit.unwrap_or(DEFAULT_SUGGESTIONS);
    if !(1..=MAX_SUGGESTIONS).contains(&limit) {
        let message =
            Message::new("field.out_of_range").with("min", 1).with("max", MAX_SUGGESTIONS);
        return Err(Error::field("/limit", message));
    }
    let position = app.feed.position();
    let viewer = Reach::of(caller).viewer();
    let found = app.index.suggest(&query.q, &viewer, limit).map_err(|error| refused(app, error))?;
    let items = found
        .into_iter()
        .map(|phrase| SuggestedPhrase { text: phrase.text, count: phrase.count })
        .collect();
    Ok(SuggestAnswer { items, position })
}
