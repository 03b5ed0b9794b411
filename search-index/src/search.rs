//! Full-text search: request and response, and the way from one to the other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tantivy::query::{AllQuery, EmptyQuery, Query};
use tantivy::{DocAddress, Searcher};

use crate::collect::{Found, Gather, Gathered, Place, score_key};
use crate::cursor::Cursor;
use crate::document::{Kind, Viewer};
use crate::error::Result;
use crate::facet::{self, FacetCount, FacetField};
use crate::filter::{self, Filters};
use crate::highlight::TermSet;
use crate::live::{Live, address_of};
use crate::query::{Part, Plan, Recipe, TextQuery};

/// Order of what is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// Best text score first; without text, newest first.
    #[default]
    Relevance,
    /// Latest published first.
    Newest,
    /// Earliest deadline first, records without one last.
    Deadline,
    /// Greatest budget first, records without one last.
    Budget,
}

/// A search.
#[derive(Debug, Clone, Default)]
pub struct SearchRequest {
    /// What was typed or pasted, taken as plain words of any length; empty lists everything.
    pub text: String,
    /// Restrictions.
    pub filters: Filters,
    /// Who asks.
    pub viewer: Viewer,
    /// Order.
    pub sort: Sort,
    /// Cursor of the previous page.
    pub after: Option<String>,
    /// Hits wanted, at most [`crate::search::MAX_LIMIT`].
    pub limit: usize,
    /// Facets wanted.
    pub facets: Vec<FacetField>,
}

/// Most hits of one page.
pub const MAX_LIMIT: usize = 200;

/// Documents of one listing that can be paged through. Who wants more wants a better search.
pub const MAX_DEPTH: usize = 10_000;

/// One document found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Id of the document.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// Text score; 0 where there was no text to score.
    pub score: f32,
}

/// What a search found.
#[derive(Debug, Clone, Serialize)]
pub struct SearchResponse {
    /// The page.
    pub hits: Vec<Hit>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Documents found over all pages.
    pub total: usize,
    /// The facets asked for, most frequent value first.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// The terms searched for with their weights, for highlighting.
    pub terms: TermSet,
}

/// Runs a search.
pub(crate) fn search(live: &Live, request: &SearchRequest) -> Result<SearchResponse> {
    let searcher = live.searcher();
    let text = request.text.trim();
    let parts = [Part { text, weight: 1.0 }];
    let plan = Plan::new(&searcher, &live.fields, &parts, &request.viewer, Recipe::SEARCH)?;
    let scored = if plan.is_empty() { None } else { Some(plan.query(&searcher)?) };
    let query: Box<dyn Query> = match &scored {
        Some(query) => Box::new(query.clone()),
        None if text.is_empty() => Box::new(AllQuery),
        // Text of which no document has a term finds nothing, not everything.
        None => Box::new(EmptyQuery),
    };
    let mut clauses = filter::clauses(&request.filters, &live.fields);
    clauses.extend(filter::visible(&request.viewer, &live.fields));
    let cursor = match &request.after {
        Some(after) => Some(Cursor::read(after, request)?),
        None => None,
    };
    let depth = cursor.as_ref().map_or(0, |cursor| cursor.depth);
    let limit = request.limit.min(MAX_LIMIT).min(MAX_DEPTH.saturating_sub(depth));
    let gather = Gather {
        sort: request.sort,
        scored: scored.is_some(),
        after: match cursor {
            Some(cursor) => Some(anchor(cursor.place, request.sort, live, &searcher, &scored)?),
            None => None,
        },
        // One more than asked for, to know whether there is another page.
        size: if limit == 0 { 0 } else { limit + 1 },
        facets: request.facets.clone(),
    };
    let gathered = searcher.search(&filter::within(query, clauses, Vec::new()), &gather)?;
    respond(&searcher, request, gathered, limit, depth, plan.term_set())
}

/// The place of the cursor as the index stands now. Scores move when documents come and go; the
/// page goes on after the document last seen, wherever that has moved to.
fn anchor(
    place: Place,
    sort: Sort,
    live: &Live,
    searcher: &Searcher,
    query: &Option<TextQuery>,
) -> Result<Place> {
    if let (Sort::Relevance, Some(query)) = (sort, query)
        && let Some(address) = address_of(searcher, &live.fields, &place.id)?
    {
        let reader = searcher.segment_reader(address.segment_ord);
        if let Some(score) = query.score(reader, address.doc_id)? {
            return Ok(Place { key: score_key(score), id: place.id });
        }
    }
    Ok(place)
}

fn respond(
    searcher: &Searcher,
    request: &SearchRequest,
    gathered: Gathered,
    limit: usize,
    depth: usize,
    terms: TermSet,
) -> Result<SearchResponse> {
    let Gathered { mut page, total, mut facets } = gathered;
    let more = page.len() > limit;
    page.truncate(limit);
    let depth = depth + page.len();
    let next = page.last().filter(|_| more && depth < MAX_DEPTH).map(|last| {
        let cursor = Cursor { place: last.place.clone(), depth };
        cursor.write(request)
    });
    let counted = request.facets.iter().map(|&field| {
        let counts = facets.remove(&field).unwrap_or_default();
        (field.as_str().to_owned(), facet::ranked(counts))
    });
    let facets = counted.collect();
    let hits = page.into_iter().map(|found| hit(searcher, found)).collect::<Result<_>>()?;
    Ok(SearchResponse { hits, next, total, facets, terms })
}

fn hit(searcher: &Searcher, found: Found) -> Result<Hit> {
    let kind = kind_of(searcher, found.address)?;
    Ok(Hit { id: found.place.id, kind, score: found.score })
}

/// The kind of a document.
pub(crate) fn kind_of(searcher: &Searcher, address: DocAddress) -> Result<Kind> {
    let columns = searcher.segment_reader(address.segment_ord).fast_fields();
    let mut word = String::new();
    if let Some(kinds) = columns.str("kind")?
        && let Some(number) = kinds.ords().first(address.doc_id)
    {
        kinds.ord_to_str(number, &mut word)?;
    }
    Kind::parse(&word)
        .ok_or_else(|| crate::Error::Damaged(format!("a document of the unknown kind {word:?}")))
}
