//! Use cases of search.

use search_index::highlight::Marker;
use search_index::{Kind, SearchRequest, TermSet, analysis};

use super::answer::{SearchAnswer, SearchHit, SuggestAnswer, SuggestedPhrase};
use super::cards::{self, Seen};
use super::query::{SearchQuery, SuggestQuery};
use super::{facets, fragments, names::Names};
use crate::accounts::principal::Caller;
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
        found.hits.iter().map(|hit| (hit.kind, hit.id.as_str())).collect();
    let mut seen = app.db.read(|db| cards::load(app, db, caller, &wanted))?;
    let terms = if request.text.trim().is_empty() { TermSet::default() } else { found.terms };
    let marker = Marker::new(&terms);
    let hits = found
        .hits
        .iter()
        .filter_map(|hit| Some(shown(seen.remove(&hit.id)?, hit.score, &marker)))
        .collect();
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

fn shown(seen: Seen, score: f32, marker: &Marker<'_>) -> SearchHit {
    SearchHit {
        score,
        title: fragments::marked(&seen.card.title, marker),
        highlights: fragments::best(&seen.texts, marker),
        record: seen.card,
    }
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
