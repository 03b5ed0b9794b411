//! Counts by value, with names for the values.

use std::collections::BTreeMap;

use search_index::{FacetCount, Kind, SearchRequest};
use serde::Serialize;

use super::names::Names;

/// One value of a field and how many of the records found have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FacetValue {
    /// The value, as the filter of the same name takes it.
    pub value: String,
    /// Its name in the caller's language.
    pub name: String,
    /// Records found that have it.
    pub count: usize,
}

/// Names every value.
pub fn named(
    names: Names<'_>,
    request: &SearchRequest,
    facets: BTreeMap<String, Vec<FacetCount>>,
) -> BTreeMap<String, Vec<FacetValue>> {
    let kind = match request.filters.kinds.as_slice() {
        [only] => Kind::parse(only),
        _ => None,
    };
    facets
        .into_iter()
        .map(|(field, counts)| {
            let values = counts
                .into_iter()
                .map(|FacetCount { value, count }| {
                    let name = name(names, kind, &field, &value);
                    FacetValue { value, name, count }
                })
                .collect();
            (field, values)
        })
        .collect()
}

fn name(names: Names<'_>, kind: Option<Kind>, field: &str, value: &str) -> String {
    match field {
        "kind" => Kind::parse(value).map_or_else(|| value.to_owned(), |kind| names.kind(kind)),
        "subkind" => names.subkind(kind, value),
        "region_city" => names.region(value),
        "industry" => names.industry(value),
        "status" => names.status(value),
        // The other facets are named like their tables.
        table => names.code(table, value),
    }
}
