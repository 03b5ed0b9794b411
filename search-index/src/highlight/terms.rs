//! The terms of a query, as far as they are worth showing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::analysis;
use crate::charset::CharSet;
use crate::dictionary::genre_weight;

/// Weighted terms to mark in texts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TermSet {
    /// Word terms as [`analysis::words()`] gives them.
    pub words: HashMap<String, f32>,
    /// Character terms as [`analysis::grams()`] gives them.
    pub grams: HashMap<String, f32>,
}

impl TermSet {
    /// All terms of a text. Longer words weigh more, words every text of the kind uses weigh less.
    pub fn from_text(text: &str) -> Self {
        let mut terms = Self::default();
        for token in analysis::words(text) {
            let length = token.text.chars().count() as f32;
            let weight = genre_weight(&token.text) * length.sqrt();
            terms.add_word(token.text, weight);
        }
        for token in analysis::grams(text) {
            terms.add_gram(token.text, 1.0);
        }
        terms
    }

    /// Adds a word term; of two weights the larger stays.
    pub fn add_word(&mut self, term: impl Into<String>, weight: f32) {
        let known = self.words.entry(term.into()).or_insert(weight);
        *known = known.max(weight);
    }

    /// Adds a character term; of two weights the larger stays.
    pub fn add_gram(&mut self, term: impl Into<String>, weight: f32) {
        let known = self.grams.entry(term.into()).or_insert(weight);
        *known = known.max(weight);
    }

    /// Whether there is nothing to mark.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.grams.is_empty()
    }

    /// Whether the query was no longer than one character, so that single ones must be marked.
    fn is_single(&self) -> bool {
        self.words.keys().chain(self.grams.keys()).all(|term| term.chars().nth(1).is_none())
    }
}

/// A [`TermSet`] made ready to be looked for in many texts.
#[derive(Debug, Clone)]
pub struct Marker<'a> {
    pub(super) terms: &'a TermSet,
    pub(super) single: bool,
    /// First characters of the words.
    words: CharSet,
    /// First characters of the character terms.
    grams: CharSet,
    /// The words by first character.
    by_first: HashMap<char, Vec<&'a str>>,
}

impl<'a> Marker<'a> {
    /// Makes terms ready.
    pub fn new(terms: &'a TermSet) -> Self {
        let mut by_first: HashMap<char, Vec<&'a str>> = HashMap::new();
        for word in terms.words.keys() {
            if let Some(first) = word.chars().next() {
                by_first.entry(first).or_default().push(word);
            }
        }
        Self {
            terms,
            single: terms.is_single(),
            words: by_first.keys().copied().collect(),
            grams: terms.grams.keys().filter_map(|term| term.chars().next()).collect(),
            by_first,
        }
    }

    pub(super) fn begins_word(&self, character: char) -> bool {
        self.words.may_contain(character)
    }

    pub(super) fn begins_gram(&self, character: char) -> bool {
        self.grams.may_contain(character)
    }

    /// Whether one of the words stands in a run of Chinese, whatever the segmenter makes of it.
    /// Segmenting costs far more than looking.
    pub(super) fn may_hold_word(&self, run: &str) -> bool {
        run.char_indices().any(|(at, character)| {
            self.begins_word(character)
                && self
                    .by_first
                    .get(&character)
                    .is_some_and(|words| words.iter().any(|word| run[at..].starts_with(word)))
        })
    }
}
