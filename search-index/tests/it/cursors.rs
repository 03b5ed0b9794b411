//! Paging while documents come and go.

use std::collections::BTreeMap;

use search_index::{Document, SearchIndex, SearchRequest, Sort};

use crate::support::*;

/// Pages through a listing; `between` runs after every page.
fn pages(
    index: &SearchIndex,
    request: &SearchRequest,
    mut between: impl FnMut(usize, &[String]),
) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    let mut request = request.clone();
    for page in 0.. {
        let response = index.search(&request).unwrap();
        let found = ids(&response);
        for id in &found {
            *seen.entry(id.clone()).or_default() += 1;
        }
        between(page, &found);
        match response.next {
            Some(next) => request.after = Some(next),
            None => break,
        }
    }
    seen
}

fn assert_each_once(seen: &BTreeMap<String, usize>, prefix: &str, count: usize) {
    let of_prefix: Vec<_> = seen.iter().filter(|(id, _)| id.starts_with(prefix)).collect();
    assert_eq!(of_prefix.len(), count);
    assert!(of_prefix.iter().all(|(_, times)| **times == 1), "{of_prefix:?}");
}

/// Documents in several segments, all of one moment.
fn tied() -> SearchIndex {
    let index = index([]);
    for batch in 0..4 {
        let documents = (0..8).map(|n| Document {
            published_at: 50,
            ..capability(&format!("d{}", (n * 5 + batch * 3) % 8 * 4 + batch), "压铸")
        });
        add(&index, documents.collect::<Vec<_>>());
    }
    index
}

#[test]
fn ties_are_paged_by_id_across_segments() {
    for sort in [Sort::Relevance, Sort::Newest, Sort::Deadline, Sort::Budget] {
        let index = tied();
        assert!(index.stats().segments > 1);
        let request = SearchRequest { limit: 3, sort, ..request("压铸") };
        let mut order = Vec::new();
        let seen = pages(&index, &request, |_, found| order.extend(found.to_vec()));
        assert_each_once(&seen, "d", 32);
        assert!(order.is_sorted(), "{sort:?}");
    }
}

#[test]
fn newest_is_stable_while_newer_documents_arrive() {
    let at = |id: String, published_at| Document { published_at, ..capability(&id, "压铸") };
    let index = index((0..25).map(|n| at(format!("old{n}"), n)));
    let request = SearchRequest { limit: 4, ..request("") };
    let seen = pages(&index, &request, |page, _| {
        add(&index, [at(format!("new{page}"), 1_000 + page as i64)]);
    });
    assert_each_once(&seen, "old", 25);
}

#[test]
fn relevance_is_stable_while_scores_move() {
    // The more often the word, the better; every arrival changes how rare the word is.
    let title = |n: usize| format!("{}{}", "压铸，".repeat(n + 1), "轴承，".repeat(30 - n));
    let index = index((0..25).map(|n| capability(&format!("old{n}"), &title(n))));
    let request = SearchRequest { limit: 4, ..request("压铸") };
    let mut scores = Vec::new();
    let seen = pages(&index, &request, |page, found| {
        scores.push(index.search(&request).unwrap().hits[0].score);
        add(&index, (0..10).map(|n| capability(&format!("new{page}-{n}"), "压铸，轴承，注塑")));
        add(&index, [capability(&format!("other{page}"), "污水")]);
        assert!(!found.is_empty());
    });
    assert!(scores.windows(2).any(|pair| pair[0] != pair[1]), "the scores were meant to move");
    assert_each_once(&seen, "old", 25);
}

#[test]
fn listing_goes_on_after_its_last_document_is_deleted() {
    let at = |n: i64| Document { published_at: n, ..capability(&format!("d{n:02}"), "压铸") };
    let index = index((0..12).map(at));
    let request = SearchRequest { limit: 5, ..request("") };
    let seen = pages(&index, &request, |_, found| delete(&index, found.last().unwrap()));
    assert_each_once(&seen, "d", 12);
}

#[test]
fn last_page_has_no_cursor() {
    let index = index((0..6).map(|n| capability(&format!("d{n}"), "压铸")));
    let mut request = SearchRequest { limit: 3, ..request("压铸") };
    let first = index.search(&request).unwrap();
    request.after = first.next;
    let second = index.search(&request).unwrap();
    assert_eq!((second.hits.len(), second.next, second.total), (3, None, 6));
}

#[test]
fn foreign_cursor_is_refused() {
    let index = index((0..6).map(|n| capability(&format!("d{n}"), "压铸 陶瓷")));
    let first = index.search(&SearchRequest { limit: 2, ..request("压铸") }).unwrap();
    let foreign = SearchRequest { after: first.next, ..request("陶瓷") };
    assert!(matches!(index.search(&foreign), Err(search_index::Error::InvalidCursor)));
    let nonsense = SearchRequest { after: Some("' OR 1=1".into()), ..request("陶瓷") };
    assert!(matches!(index.search(&nonsense), Err(search_index::Error::InvalidCursor)));
}
