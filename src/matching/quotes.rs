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

/// A word lighter than this share of the heaviest one is not worth a mark.
const WORTH_MARKING: f32 = 0.1;

/// The terms of a match as a set that can be marked: the words that weigh something, and pairs of
/// characters for what is written together otherwise. A single character agrees by chance.
fn term_set(terms: &[TermWeight]) -> TermSet {
    let mut set = TermSet::default();
    for term in terms.iter().filter(|term| term.term.chars().nth(1).is_some()) {
        let slot = if term.field == "words" { &mut set.words } else { &mut set.grams };
        *slot.entry(term.term.clone()).or_default() += term.weight;
    }
    let heaviest = set.words.values().copied().fold(0.0, f32::max);
    set.words.retain(|_, weight| *weight >= heaviest * WORTH_MARKING);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_characters_and_light_words_are_not_marked() {
        let term = |term: &str, field: &'static str, weight| TermWeight {
            term: term.to_owned(),
            field,
            part: "title".to_owned(),
            weight,
        };
        let set = term_set(&[
            term("釉料", "words", 4.0),
            term("釉料", "words", 4.0),
            term("能", "words", 9.0),
            term("方法", "words", 0.5),
            term("釉", "characters", 5.0),
            term("釉料", "characters", 0.1),
        ]);
        assert_eq!(set.words.into_iter().collect::<Vec<_>>(), [("釉料".to_owned(), 8.0)]);
        assert_eq!(set.grams.len(), 1);
    }
}
