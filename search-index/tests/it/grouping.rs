//! Documents that say the same share a place.

use std::collections::{BTreeMap, BTreeSet};

use search_index::{
    Document, FacetField, Hit, Kind, MatchRequest, SearchIndex, SearchRequest, Side, Sort, Viewer,
};

use crate::support::*;

fn in_group(group: &str, document: Document) -> Document {
    Document { group: Some(group.to_owned()), ..document }
}

fn grouped(text: &str) -> SearchRequest {
    SearchRequest { grouped: true, ..request(text) }
}

fn names(hits: &[Hit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.id.as_str()).collect()
}

/// Three of one group, best first, and one besides.
fn index_of_four() -> SearchIndex {
    index([
        in_group("a", need("third", "涂层 压铸 模具 陶瓷 釉料 注塑")),
        in_group("a", need("first", "涂层")),
        in_group("a", need("second", "涂层 压铸 模具")),
        need("single", "涂层 压铸 模具 陶瓷"),
    ])
}

#[test]
fn the_best_takes_the_place_and_names_the_others() {
    let index = index_of_four();
    let request = SearchRequest { facets: vec![FacetField::Kind], ..grouped("涂层") };
    let found = index.search(&request).unwrap();
    assert_eq!(ids(&found), ["first", "single"]);
    assert_eq!(names(&found.hits[0].alike), ["second", "third"]);
    assert!(found.hits[0].score > found.hits[0].alike[0].score);
    assert_eq!((found.hits[0].more_alike, found.hits[1].alike.len()), (0, 0));
    // Totals and counts are of documents.
    assert_eq!((found.total, found.facets["kind"][0].count), (4, 4));
    let each = index.search(&request_of(false, "涂层")).unwrap();
    assert_eq!(ids(&each), ["first", "second", "single", "third"]);
    assert!(each.hits.iter().all(|hit| hit.alike.is_empty()));
}

fn request_of(grouped: bool, text: &str) -> SearchRequest {
    SearchRequest { grouped, ..request(text) }
}

#[test]
fn one_that_is_not_found_stands_for_nobody() {
    let index = index_of_four();
    let found = index.search(&grouped("釉料")).unwrap();
    assert_eq!((ids(&found), found.hits[0].alike.len()), (vec!["third".to_owned()], 0));
}

#[test]
fn nothing_tells_of_a_member_that_the_viewer_may_not_see() {
    let index = index([
        Document { open: false, ..in_group("a", need("draft", "涂层")) },
        Document { open_from: 1, ..in_group("a", need("members", "涂层 压铸")) },
        in_group("a", need("public", "涂层 压铸 模具")),
    ]);
    let visitor = index.search(&grouped("涂层")).unwrap();
    assert_eq!((ids(&visitor), visitor.total), (vec!["public".to_owned()], 1));
    assert_eq!((visitor.hits[0].alike.len(), visitor.hits[0].more_alike), (0, 0));
    let member = Viewer { clearance: 1, ..Viewer::default() };
    let member = index.search(&SearchRequest { viewer: member, ..grouped("涂层") }).unwrap();
    assert_eq!(member.hits.len(), 1);
    let group: BTreeSet<&str> =
        names(&member.hits).into_iter().chain(names(&member.hits[0].alike)).collect();
    assert_eq!(group, BTreeSet::from(["members", "public"]));
    let all = SearchRequest { viewer: Viewer::everything(), ..grouped("涂层") };
    assert_eq!(index.search(&all).unwrap().hits[0].alike.len(), 2);
}

#[test]
fn own_documents_stand_by_themselves() {
    let of = |org: &str, document| Document { owner_org_id: Some(org.to_owned()), ..document };
    let index = index([
        of("mine", in_group("a", need("own", "涂层 压铸 模具"))),
        of("other", in_group("a", need("b", "涂层"))),
        of("third", in_group("a", need("c", "涂层 压铸"))),
    ]);
    let viewer = Viewer { org_ids: vec!["mine".into(), "nobody".into()], ..Viewer::default() };
    let found = index.search(&SearchRequest { viewer, ..grouped("涂层") }).unwrap();
    assert_eq!(ids(&found), ["b", "own"]);
    assert_eq!(names(&found.hits[0].alike), ["c"]);
    assert_eq!(found.hits[1].alike.len(), 0);
    assert_eq!(ids(&index.search(&grouped("涂层")).unwrap()), ["b"]);
}

#[test]
fn only_ten_are_named_and_the_rest_counted() {
    let index = index([]);
    for batch in 0..3 {
        let documents = (0..8).map(|n| in_group("a", need(&format!("d{}", n * 3 + batch), "涂层")));
        add(&index, documents.collect::<Vec<_>>());
    }
    let found = index.search(&grouped("涂层")).unwrap();
    assert_eq!((ids(&found), found.total), (vec!["d0".to_owned()], 24));
    assert_eq!(found.hits[0].more_alike, 13);
    let mut expected: Vec<String> = (1..24).map(|n| format!("d{n}")).collect();
    expected.sort();
    assert_eq!(names(&found.hits[0].alike), expected[..10].iter().collect::<Vec<_>>());
}

/// Documents of random texts and days in several segments, some of them in groups, some deleted.
fn random(dice: &mut Dice) -> SearchIndex {
    let index = index([]);
    for batch in 0..5 {
        let documents = (0..30).map(|n| {
            let words = 1 + dice.below(6);
            let mut document = need(&format!("d{batch}-{n}"), &dice.text(words));
            document.texts[0] = "共有".to_owned();
            document.published_at = dice.below(7) as i64;
            document.deadline = (dice.below(3) > 0).then(|| dice.below(5) as i64);
            document.group = (dice.below(3) == 0).then(|| format!("g{}", dice.below(12)));
            document
        });
        add(&index, documents.collect::<Vec<_>>());
    }
    for n in 0..6 {
        delete(&index, &format!("d{}-{}", n % 5, dice.below(30)));
    }
    index
}

/// The listing that grouping has to give: the first of each group with all the others of it.
fn expected(
    index: &SearchIndex,
    groups: &BTreeMap<String, String>,
    request: &SearchRequest,
) -> Vec<Vec<String>> {
    let all = SearchRequest { limit: 200, grouped: false, ..request.clone() };
    let mut listing: Vec<Vec<String>> = Vec::new();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for id in ids(&index.search(&all).unwrap()) {
        match groups.get(&id).map(|group| *places.entry(group.as_str()).or_insert(listing.len())) {
            Some(place) if place < listing.len() => listing[place].push(id),
            _ => listing.push(vec![id]),
        }
    }
    listing
}

#[test]
fn pages_put_together_are_the_whole_list_with_none_short() {
    let mut dice = Dice(0x5eed);
    for round in 0..6 {
        let mut texts = Dice(dice.0);
        let index = random(&mut dice);
        // The same numbers again, to know who is in which group.
        let groups = groups_of(&mut texts);
        for sort in [Sort::Relevance, Sort::Newest, Sort::Deadline] {
            for (text, limit) in [("共有", 7), ("涂层 压铸", 3), ("", 1), ("", 40)] {
                let mut request = SearchRequest { sort, limit, ..grouped(text) };
                let expected = expected(&index, &groups, &request);
                let mut listing: Vec<Vec<String>> = Vec::new();
                loop {
                    let page = index.search(&request).unwrap();
                    let full = page.next.is_none() || page.hits.len() == limit;
                    assert!(full, "a short page in round {round}");
                    listing.extend(page.hits.iter().map(|hit| {
                        std::iter::once(hit).chain(&hit.alike).map(|one| one.id.clone()).collect()
                    }));
                    let Some(next) = page.next else { break };
                    request.after = Some(next);
                }
                let cut: Vec<Vec<String>> =
                    expected.iter().map(|group| group[..group.len().min(11)].to_vec()).collect();
                assert_eq!(listing, cut, "round {round}, {sort:?}, {text:?} by {limit}");
            }
        }
    }
}

/// Groups by id, from the very numbers that [`random`] uses.
fn groups_of(dice: &mut Dice) -> BTreeMap<String, String> {
    let mut groups = BTreeMap::new();
    for batch in 0..5 {
        for n in 0..30 {
            let words = 1 + dice.below(6);
            dice.text(words);
            dice.below(7);
            if dice.below(3) > 0 {
                dice.below(5);
            }
            if dice.below(3) == 0 {
                groups.insert(format!("d{batch}-{n}"), format!("g{}", dice.below(12)));
            }
        }
    }
    groups
}

#[test]
fn a_cursor_goes_on_in_the_listing_it_comes_from() {
    let index = index((0..6).map(|n| need(&format!("d{n}"), "压铸")));
    let first = index.search(&SearchRequest { limit: 2, ..grouped("压铸") }).unwrap();
    let other = SearchRequest { after: first.next, grouped: false, ..grouped("压铸") };
    assert!(matches!(index.search(&other), Err(search_index::Error::InvalidCursor)));
}

#[test]
fn matches_that_say_the_same_are_one() {
    let of = |org: &str, document| Document { owner_org_id: Some(org.to_owned()), ..document };
    let index = index([
        of("x", in_group("a", capability("better", "铝合金压铸气孔检测"))),
        of("y", in_group("a", capability("worse", "铝合金压铸气孔检测与模具"))),
        of("z", capability("single", "压铸气孔")),
    ]);
    let ask = |change: fn(&mut MatchRequest)| {
        let mut request = question(profile(Side::Need, "铝合金压铸气孔检测"));
        change(&mut request);
        index.matches(&request).unwrap()
    };
    let single = ask(|_| {});
    assert_eq!(matched_ids(&single), ["better", "worse", "single"]);
    assert_eq!((single.considered, single.matches), (3, 3));
    let groups = ask(|request| request.grouped = true);
    assert_eq!(matched_ids(&groups), ["better", "single"]);
    assert_eq!((groups.considered, groups.matches), (3, 2));
    let other = &groups.hits[0].alike[0];
    assert_eq!((other.id.as_str(), other.kind), ("worse", Kind::Capability));
    // Its reasons are its own.
    assert_eq!((other.score, &other.terms), (single.hits[1].score, &single.hits[1].terms));
    let second = ask(|request| {
        request.grouped = true;
        request.offset = 1;
    });
    assert_eq!(matched_ids(&second), ["single"]);
    let own = ask(|request| {
        request.grouped = true;
        request.viewer.org_ids = vec!["y".into()];
    });
    assert_eq!(matched_ids(&own), ["better", "worse", "single"]);
}
