//! What can be subscribed to: the parameters of a search or of matches, checked by those who will run
//! them.

use form_urlencoded::Serializer;

use super::model::{Parameters, SubscribedRecord, SubscriptionKind, Threshold};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::matching::query::MatchQuery;
use crate::reading;
use crate::records::model::RecordKind;
use crate::search::query::SearchQuery;
use crate::validation::Checker;

/// Longest name, in characters.
const LONGEST_NAME: usize = 60;
/// Parameters that only lay out a page of results.
const OF_PAGES: [&str; 7] = ["sort", "limit", "after", "facets", "grouped", "offset", "min_change"];

/// The parameters that say what is found, without those that say nothing.
pub fn kept(query: &Parameters) -> Parameters {
    let kept = |name: &str, value: &str| !OF_PAGES.contains(&name) && !value.trim().is_empty();
    let pairs = query.iter().filter(|(name, value)| kept(name, value));
    pairs.map(|(name, value)| (name.clone(), value.trim().to_owned())).collect()
}

/// As a query string.
pub fn address(query: &Parameters) -> String {
    Serializer::new(String::new()).extend_pairs(query).finish()
}

/// The search that the parameters mean.
///
/// # Errors
/// [`Error::Invalid`] with what is not a parameter of a search.
pub fn search(query: &Parameters) -> Result<SearchQuery> {
    reading::from_query(&address(query))
}

/// The matches that the parameters mean.
///
/// # Errors
/// [`Error::Invalid`] with what is not a parameter of matches.
pub fn matches(query: &Parameters) -> Result<MatchQuery> {
    reading::from_query(&address(query))
}

/// The same error with pointers below the parameters.
fn within_query(error: Error) -> Error {
    match error {
        Error::Invalid(fields) => Error::Invalid(
            fields
                .into_iter()
                .map(|field| FieldError { pointer: format!("/query{}", field.pointer), ..field })
                .collect(),
        ),
        other => other,
    }
}

/// What is checked of a subscription.
pub struct Draft<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its parameters, without those of pages.
    pub query: &'a Parameters,
    /// The record, for matches.
    pub record: Option<&'a SubscribedRecord>,
    /// From which grade on.
    pub threshold: Option<Threshold>,
}

impl Draft<'_> {
    /// What is subscribed to.
    pub fn kind(&self) -> SubscriptionKind {
        if self.record.is_some() { SubscriptionKind::Matches } else { SubscriptionKind::Search }
    }
}

/// Refuses what cannot be subscribed to.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be.
pub fn check(app: &App, caller: &Caller, draft: &Draft<'_>) -> Result<()> {
    let mut checker = Checker::default();
    checker.name("/name", Some(draft.name));
    checker.line("/name", Some(draft.name.trim()), 0, LONGEST_NAME);
    let queried = match draft.record {
        None => {
            let no_grade = draft.threshold.is_none();
            checker.ensure(no_grade, "/threshold", "field.threshold_of_matches");
            checker.ensure(!draft.query.is_empty(), "/query", "field.required");
            let request = search(draft.query).and_then(|query| query.request(app, caller));
            request.map(drop)
        }
        Some(record) => {
            use search_index::Side;
            let side = match record.kind {
                RecordKind::Need => Some(Side::Need),
                RecordKind::Capability => Some(Side::Capability),
                _ => None,
            };
            checker.ensure(side.is_some(), "/record/kind", "field.need_or_capability");
            let side = side.unwrap_or(Side::Need);
            let wanted = matches(draft.query).and_then(|query| query.wanted(side, &app.reference));
            wanted.map(drop)
        }
    };
    match queried.map_err(within_query) {
        Ok(()) => {}
        Err(Error::Invalid(fields)) => {
            fields.into_iter().for_each(|field| checker.fail(field.pointer, field.message));
        }
        Err(other) => return Err(other),
    }
    checker.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(pairs: &[(&str, &str)]) -> Parameters {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_lays_out_a_page_is_not_kept() {
        let all = parameters(&[("q", " 釉料 "), ("sort", "newest"), ("after", "x"), ("city", "")]);
        assert_eq!(kept(&all), parameters(&[("q", "釉料")]));
    }

    #[test]
    fn parameters_are_those_of_the_search() {
        let query = search(&parameters(&[("q", "a&b=c"), ("trl_min", "4")])).unwrap();
        assert_eq!((query.q.as_deref(), query.trl_min), (Some("a&b=c"), Some(4)));
        let Err(Error::Invalid(fields)) = search(&parameters(&[("colour", "red")])) else {
            panic!("an unknown parameter passed")
        };
        assert_eq!(fields[0].pointer, "/colour");
    }
}
