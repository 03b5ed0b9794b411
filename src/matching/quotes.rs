//! Sentences of the counterpart that prove the agreement, word for word. They are chosen from
//! redacted fields by the very terms that the score is made of.

use search_index::TermSet;
use search_index::highlight;
use search_index::matching::TermWeight;

use super::answer::MatchQuote;
use crate::search::cards::Seen;
use crate::search::fragments::pieces;

/// Sentences quoted for one match.
const MAX_QUOTES: usize = 3;

/// The terms of a match as a set that can be marked.
pub fn term_set(terms: &[TermWeight]) -> TermSet {
    let mut set = TermSet::default();
    for term in terms {
        let slot = if term.field == "words" { &mut set.words } else { &mut set.grams };
        *slot.entry(term.term.clone()).or_default() += term.weight;
    }
    set
}

/// The best sentences of the counterpart; its title when no sentence shows anything.
pub fn quotes(seen: &Seen, terms: &[TermWeight]) -> Vec<MatchQuote> {
    let terms = term_set(terms);
    // Keywords are a list, not a sentence, and stand on the card anyway.
    let fields: Vec<(&str, &str)> = seen
        .texts
        .iter()
        .filter(|(field, _)| *field != "keywords")
        .map(|(field, text)| (*field, text.as_str()))
        .collect();
    let mut found = highlight::quotes(&fields, &terms, MAX_QUOTES);
    if found.is_empty() {
        found = highlight::quotes(&[("title", seen.card.title.as_str())], &terms, 1);
    }
    found
        .into_iter()
        .map(|quote| MatchQuote { pieces: pieces(&quote.text, &quote.marks), field: quote.field })
        .collect()
}
