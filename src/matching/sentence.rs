//! One readable sentence for a match, from the numbers that ranked it: the heaviest terms that
//! agree, the conditions that are met, and then those that are not.

use std::collections::{BTreeMap, HashMap};

use search_index::matching::{Condition, Outcome, TermWeight};
use search_index::{Profile, analysis};

use super::conditions::{Pair, clause};

/// Terms named in the sentence.
const MAX_TERMS: usize = 4;
/// A term lighter than this share of the heaviest one explains little.
const WORTH_NAMING: f32 = 0.2;

/// How the terms of a source are written in it: terms are folded and English ones stemmed.
pub struct Spellings(HashMap<String, String>);

impl Spellings {
    /// The spellings of a source.
    pub fn of(profile: &Profile) -> Self {
        let mut spellings = HashMap::new();
        for part in &profile.parts {
            for token in analysis::words(&part.text) {
                let written = part.text[token.from..token.to].trim();
                spellings.entry(token.text).or_insert_with(|| written.to_owned());
            }
        }
        Self(spellings)
    }

    fn written(&self, term: &str) -> String {
        self.0.get(term).cloned().unwrap_or_else(|| term.to_owned())
    }
}

/// The sentence.
pub fn sentence(
    pair: &Pair<'_>,
    spellings: &Spellings,
    terms: &[TermWeight],
    conditions: &[Condition],
) -> String {
    let names = pair.names;
    let source = names.text(&format!("match_source.{}", pair.source.origin.as_str()));
    let named = heaviest(terms);
    let quoted = named.iter().map(|term| {
        let word = spellings.written(term);
        names.filled("match_sentence.term", &[("term", &word)])
    });
    let first = if named.is_empty() {
        names.filled("match_sentence.characters", &[("source", &source)])
    } else {
        let list = names.list(quoted);
        names.filled("match_sentence.terms", &[("source", &source), ("terms", &list)])
    };
    let with = |outcome: Outcome| {
        conditions
            .iter()
            .filter(move |condition| condition.outcome == outcome)
            .filter_map(|condition| clause(pair, condition))
    };
    let against = with(Outcome::NotMet).enumerate().map(|(at, clause)| match at {
        0 => names.filled("match_sentence.but", &[("clause", &clause)]),
        _ => clause,
    });
    let clauses: Vec<String> =
        std::iter::once(first).chain(with(Outcome::Met)).chain(against).collect();
    let joined = clauses.join(&names.text("match_sentence.joint"));
    format!("{joined}{}", names.text("match_sentence.stop"))
}

/// The heaviest words, those of several parts of the source taken together. Parts of a longer one
/// that is named already are left out.
fn heaviest(terms: &[TermWeight]) -> Vec<String> {
    let mut sums: BTreeMap<&str, f32> = BTreeMap::new();
    for term in terms.iter().filter(|term| term.field == "words") {
        *sums.entry(&term.term).or_default() += term.weight;
    }
    let telling = |word: &str| {
        word.chars().nth(1).is_some() && word.chars().any(|c| !c.is_ascii_digit() && c != '.')
    };
    let mut words: Vec<(&str, f32)> = sums.into_iter().filter(|(word, _)| telling(word)).collect();
    words.sort_by(|a, b| b.1.total_cmp(&a.1));
    let least = words.first().map_or(0.0, |first| first.1 * WORTH_NAMING);
    let mut named: Vec<String> = Vec::new();
    for (word, weight) in words {
        if weight < least || named.len() == MAX_TERMS {
            break;
        }
        if !named.iter().any(|longer| longer.contains(word)) {
            named.push(word.to_owned());
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(term: &str, field: &'static str, weight: f32) -> TermWeight {
        TermWeight { term: term.to_owned(), field, part: "title".to_owned(), weight }
    }

    #[test]
    fn heavy_words_are_named_and_light_ones_and_characters_are_not() {
        let terms = [
            term("釉料", "words", 2.0),
            term("色差", "words", 1.5),
            term("釉料", "words", 1.0),
            term("方法", "words", 0.1),
            term("200", "words", 5.0),
            term("一次烧", "characters", 9.0),
        ];
        assert_eq!(heaviest(&terms), ["釉料", "色差"]);
    }

    #[test]
    fn terms_are_shown_as_the_source_writes_them() {
        let text = "Lead-free Brass Castings 電飯鍋";
        let profile =
            Profile { parts: vec![search_index::TextPart::title(text)], ..Profile::default() };
        let spellings = Spellings::of(&profile);
        let written: Vec<String> =
            analysis::words(text).iter().map(|token| spellings.written(&token.text)).collect();
        assert!(written.contains(&"Castings".to_owned()), "{written:?}");
        assert!(written.contains(&"電飯鍋".to_owned()), "{written:?}");
        assert_eq!(spellings.written("电饭煲"), "电饭煲");
    }
}
