//! What search and suggestion answer with.

use std::collections::BTreeMap;

use serde::Serialize;

use super::cards::{Alike, Card};
use super::facets::FacetValue;
use super::fragments::{FieldFragment, Piece};

/// One record found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SearchHit {
    /// What the caller may see of it, in short.
    pub record: Card,
    /// How well the text fits; 0 when nothing was searched for.
    pub score: f32,
    /// The title with what was searched for marked.
    pub title: Vec<Piece>,
    /// Parts of other fields that show why it was found.
    pub highlights: Vec<FieldFragment>,
    /// Other records found that say the same; absent when there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alike: Option<Alike>,
}

/// What a search found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SearchAnswer {
    /// The page, in the order asked for.
    pub hits: Vec<SearchHit>,
    /// Records found over all pages, each record of a group; facets count the same.
    pub total: usize,
    /// Pass as `after` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Counts by value of each field asked for, most frequent value first.
    pub facets: BTreeMap<String, Vec<FacetValue>>,
    /// Words that were searched for beside those typed: their synonyms.
    pub synonyms: Vec<String>,
    /// Number of the last change that the search has seen; in the header of the answer.
    #[serde(skip)]
    pub position: u64,
}

/// A phrase that completes what was typed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestedPhrase {
    /// The phrase.
    pub text: String,
    /// Open records that carry it.
    pub count: usize,
}

/// Phrases that complete what was typed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SuggestAnswer {
    /// The phrases, those of most records first.
    pub items: Vec<SuggestedPhrase>,
    /// Number of the last change that the index has seen; in the header of the answer.
    #[serde(skip)]
    pub position: u64,
}
