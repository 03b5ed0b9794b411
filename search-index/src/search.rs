//! Full-text search: request and response, and the way from one to the other.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use tantivy::query::{AllQuery, EmptyQuery, Query};
use tantivy::{DocAddress, Searcher};

use crate::collect::{Found, Gather, Gathered};
use crate::cursor::Cursor;
use crate::document::{Kind, Viewer};
use crate::error::Result;
use crate::facet::{self, FacetCount, FacetField};
use crate::filter::{self, Filters};
use crate::highlight::TermSet;
use crate::live::Live;
use crate::query::{Part, Plan, Recipe};

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
    /// Of documents that say the same only the best takes a place, and names the others. Those of the
    /// viewer's own organisations stand by themselves.
    pub grouped: bool,
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
    /// Others found that say the same, in the same order, as far as they are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<Hit>,
    /// Further ones that are not named.
    #[serde(default)]
    pub more_alike: usize,
}

/// What a search found.
#[derive(Debug, Clone, Serialize)]
pub struct SearchResponse {
    /// The page.
    pub hits: Vec<Hit>,
    /// Cursor of the next page, if there is one.
    pub next: Option<String>,
    /// Documents found over all pages, each one of a group.
    pub total: usize,
    /// The facets asked for, most frequent value first.
    pub facets: BTreeMap<String, Vec<FacetCount>>,
    /// The terms searched for with their weights, for highlighting.
    pub terms: TermSet,
}

/// Runs a search.
pub(crate) fn search(live: &Live, request: &SearchRequest) -> Result<SearchResponse> {
    let searcher = live.searcher();
    let cursor = match &request.after {
        Some(after) => Some(Cursor::read(after, request)?),
        None => None,
    };
    let text = request.text.trim();
    let parts = [Part { text, weight: 1.0 }];
    let frozen = cursor.as_ref().and_then(|cursor| cursor.frozen.as_ref());
    let (fields, viewer) = (&live.fields, &request.viewer);
    let plan = Plan::new(&searcher, fields, &parts, viewer, Recipe::SEARCH, frozen)?;
    let scored = !plan.is_empty();
    let query: Box<dyn Query> = match (scored, text.is_empty()) {
        (true, _) => Box::new(plan.query(&searcher)?),
        (false, true) => Box::new(AllQuery),
        // Text of which no document has a term finds nothing, not everything.
        (false, false) => Box::new(EmptyQuery),
    };
    let mut clauses = filter::clauses(&request.filters, viewer, fields);
    clauses.extend(filter::visible(viewer, fields));
    let query = filter::within(query, clauses, Vec::new());
    let depth = cursor.as_ref().map_or(0, |cursor| cursor.depth);
    let limit = request.limit.min(MAX_LIMIT).min(MAX_DEPTH.saturating_sub(depth));
    let gather = Gather {
        sort: request.sort,
        scored,
        after: cursor.map(|cursor| cursor.place),
        // One more than asked for, to know whether there is another page.
        size: if limit == 0 { 0 } else { limit + 1 },
        grouped: request.grouped.then(|| viewer.org_ids.clone()),
        facets: request.facets.clone(),
    };
    let mut gathered = searcher.search(&query, &gather)?;
    if let Some(counts) = gathered.facets.get_mut(&FacetField::OrgType) {
        let own = own_org_types(live, &searcher, query, viewer)?;
        *counts = facet::known(std::mem::take(counts), own, viewer.tiers());
    }
    respond(&searcher, request, gathered, limit, depth, plan)
}

/// Sorts of owners of what is found among the viewer's own documents, whose owners are known to the
/// viewer at any tier.
fn own_org_types(
    live: &Live,
    searcher: &Searcher,
    query: Box<dyn Query>,
    viewer: &Viewer,
) -> Result<HashMap<String, usize>> {
    let own = filter::own(viewer, &live.fields).filter(|_| !viewer.everything);
    let Some(own) = own else { return Ok(HashMap::new()) };
    let gather = Gather {
        sort: Sort::Newest,
        scored: false,
        after: None,
        size: 0,
        grouped: None,
        facets: vec![FacetField::OrgType],
    };
    let mut gathered = searcher.search(&filter::both(query, own), &gather)?;
    Ok(gathered.facets.remove(&FacetField::OrgType).unwrap_or_default())
}

fn respond(
    searcher: &Searcher,
    request: &SearchRequest,
    gathered: Gathered,
    limit: usize,
    depth: usize,
    plan: Plan,
) -> Result<SearchResponse> {
    let Gathered { mut page, total, mut facets, .. } = gathered;
    let more = page.len() > limit;
    page.truncate(limit);
    let depth = depth + page.len();
    let terms = plan.term_set();
    let frozen = (!plan.is_empty()).then_some(plan.frozen);
    let next = page.last().filter(|_| more && depth < MAX_DEPTH).map(|last| {
        let cursor = Cursor { place: last.place.clone(), depth, frozen };
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

fn hit(searcher: &Searcher, mut found: Found) -> Result<Hit> {
    let kind = kind_of(searcher, found.address)?;
    // What says the same is of the same kind.
    let plain = |found: Found, alike, more_alike| Hit {
        id: found.place.id,
        kind,
        score: found.score,
        alike,
        more_alike,
    };
    let alike = std::mem::take(&mut found.alike);
    let alike = alike.into_iter().map(|one| plain(one, Vec::new(), 0)).collect();
    let more = found.more_alike;
    Ok(plain(found, alike, more))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::Place;
    use crate::document::{Change, Document};
    use crate::index::{Options, SearchIndex};

    #[test]
    fn listing_ends_at_its_greatest_depth() {
        let index = SearchIndex::create_in_ram(Options::default()).unwrap();
        let document =
            |n: usize| Document { open: true, ..Document::new(n.to_string(), Kind::Need, "锅") };
        index.apply((0..9).map(|n| Change::Upsert(document(n))).collect(), 1).unwrap();
        let mut request = SearchRequest { limit: 5, ..SearchRequest::default() };
        let place = Place { key: 0, id: String::new() };
        request.after = Some(
            Cursor { place: place.clone(), depth: MAX_DEPTH - 3, frozen: None }.write(&request),
        );
        let last = index.search(&request).unwrap();
        assert_eq!((last.hits.len(), last.next), (3, None));
        request.after = Some(Cursor { place, depth: usize::MAX, frozen: None }.write(&request));
        assert!(index.search(&request).unwrap().hits.is_empty());
    }
}
