//! What the index would show to a visitor.

use search_index::{SearchRequest, Viewer};

use super::TestApp;

impl TestApp {
    /// Ids of what a visitor finds by some words.
    pub fn visitor_finds(&self, text: &str) -> Vec<String> {
        let request =
            SearchRequest { text: text.to_owned(), limit: 50, ..SearchRequest::default() };
        let response = self.index.search(&request).unwrap();
        response.hits.into_iter().map(|hit| hit.id).collect()
    }

    /// How a visitor's typing is completed.
    pub fn visitor_completes(&self, typed: &str) -> Vec<String> {
        let found = self.index.suggest(typed, &Viewer::default(), 10).unwrap();
        found.into_iter().map(|suggestion| suggestion.text).collect()
    }
}
