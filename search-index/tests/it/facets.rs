//! Counts of values.

use search_index::{Document, FacetField, Filters, SearchRequest};

use crate::support::*;

fn counts(
    index: &search_index::SearchIndex,
    request: &SearchRequest,
    name: &str,
) -> Vec<(String, usize)> {
    let response = index.search(request).unwrap();
    response.facets[name].iter().map(|count| (count.value.clone(), count.count)).collect()
}

fn sample() -> search_index::SearchIndex {
    let mut documents = Vec::new();
    for number in 0..6 {
        documents.push(Document {
            region_code: if number < 4 { "440606".into() } else { "445200".into() },
            industry_codes: vec!["C3854".into(), "C3855".into(), "26".into()],
            cooperation_modes: vec!["transfer".into(), "transfer".into()],
            org_type: "university".into(),
            ..capability(&format!("c{number}"), "涂层")
        });
    }
    documents.push(Document { industry_codes: vec!["M73".into()], ..need("n", "涂层") });
    documents.push(Document { open: false, ..need("hidden", "涂层") });
    index(documents)
}

#[test]
fn facets_count_documents_not_values() {
    let request = SearchRequest { facets: FacetField::ALL.to_vec(), limit: 1, ..request("涂层") };
    let index = sample();
    let pairs = |name| counts(&index, &request, name);
    let expect = |pairs: &[(&str, usize)]| -> Vec<(String, usize)> {
        pairs.iter().map(|(value, count)| ((*value).to_owned(), *count)).collect()
    };
    assert_eq!(pairs("kind"), expect(&[("capability", 6), ("need", 1)]));
    assert_eq!(pairs("region_city"), expect(&[("4406", 4), ("4452", 2)]));
    assert_eq!(
        pairs("industry"),
        expect(&[("C", 6), ("C26", 6), ("C38", 6), ("M", 1), ("M73", 1)])
    );
    assert_eq!(pairs("cooperation_mode"), expect(&[("transfer", 6)]));
    assert_eq!(pairs("org_type"), expect(&[("university", 6)]));
    assert!(pairs("status").is_empty());
}

#[test]
fn facets_honour_filters_and_are_the_same_on_every_page() {
    let index = sample();
    let filters = Filters { regions: vec!["4452".into()], ..Filters::default() };
    let first =
        SearchRequest { facets: vec![FacetField::Kind], limit: 1, filters, ..request("涂层") };
    let response = index.search(&first).unwrap();
    assert_eq!(counts(&index, &first, "kind"), [("capability".to_owned(), 2)]);
    let second = SearchRequest { after: response.next, ..first };
    assert_eq!(counts(&index, &second, "kind"), [("capability".to_owned(), 2)]);
    assert_eq!(index.search(&second).unwrap().total, 2);
}

#[test]
fn facets_without_a_page_are_counted() {
    let request = SearchRequest { facets: vec![FacetField::Kind], limit: 0, ..request("") };
    let response = sample().search(&request).unwrap();
    assert_eq!((response.hits.len(), response.next, response.total), (0, None, 7));
    assert_eq!(response.facets["kind"][0].count, 6);
}

#[test]
fn facet_names_are_read_as_they_are_written() {
    for field in FacetField::ALL {
        assert_eq!(FacetField::parse(field.as_str()), Some(field));
    }
}
