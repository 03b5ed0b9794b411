//! The same questions straight on the index, in this process: no HTTP, no database, no rendering.

use search_index::{MatchRequest, SearchIndex, SearchRequest};

use super::intake::Asker;
use super::questions::{Question, Sort};
use crate::app::App;
use crate::error::Result;
use crate::matching;
use crate::matching::query::MatchQuery;

/// A question as the index takes it.
pub enum Request {
    /// A search.
    Search(Box<SearchRequest>),
    /// A match.
    Match(Box<MatchRequest>),
}

/// What the service would ask its index for these questions: the same filters, facets, page and
/// explanations.
///
/// # Errors
/// Those of the use cases.
pub fn requests(
    app: &App,
    asker: &Asker,
    questions: &[(Sort, Question)],
) -> Result<Vec<(Sort, Request)>> {
    let request = |question: &Question| -> Result<Request> {
        let caller = &asker.caller;
        Ok(match question {
            Question::Search(query) => Request::Search(Box::new(query.request(app, caller)?)),
            Question::Need(id) => {
                let query = MatchQuery::default();
                let request = matching::ops::request_of_need(app, caller, *id, &query)?;
                Request::Match(Box::new(request))
            }
            Question::Text(text) => {
                let text = Question::text(text);
                Request::Match(Box::new(matching::ops::request_of_text(app, caller, &text)?))
            }
        })
    };
    questions.iter().map(|(sort, question)| Ok((*sort, request(question)?))).collect()
}

/// Asks the index.
///
/// # Errors
/// Index faults.
pub fn ask(index: &SearchIndex, request: &Request) -> Result<()> {
    match request {
        Request::Search(request) => drop(std::hint::black_box(index.search(request)?)),
        Request::Match(request) => drop(std::hint::black_box(index.matches(request)?)),
    }
    Ok(())
}
