//! Finds where the terms of a query stand in a text.

use super::{Marker, Span, TermSet};
use crate::analysis::{self, Folded, Wanted, each_gram, each_word, runs};

/// One place where a term stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Hit {
    pub span: Span,
    /// Names the term, so that repeating it counts once.
    pub term: String,
    /// The same wherever the term stands.
    pub weight: f32,
}

/// A pair of characters is a weaker sign than a word.
const GRAM_SHARE: f32 = 0.5;

/// All hits of a text, sorted by place: words, and runs of at least two adjoining character terms.
pub(super) fn hits(text: &str, marker: &Marker<'_>) -> Vec<Hit> {
    if marker.terms.is_empty() {
        return Vec::new();
    }
    let folded = Folded::new(text);
    let runs = runs(folded.text());
    let mut found = word_hits(&folded, &runs, marker);
    found.extend(gram_hits(&folded, &runs, marker));
    found.sort_by(|a, b| a.span.cmp(&b.span).then_with(|| a.term.cmp(&b.term)));
    found.dedup();
    found
}

fn word_hits(folded: &Folded, runs: &[analysis::Run], marker: &Marker<'_>) -> Vec<Hit> {
    let mut found = Vec::new();
    if marker.terms.words.is_empty() {
        return found;
    }
    let wanted = Wanted {
        in_run: |run: &str| marker.may_hold_word(run),
        begins: |character| marker.begins_word(character),
    };
    each_word(folded.text(), runs, &wanted, |word, from, to| {
        if let Some(weight) = marker.terms.words.get(word.as_ref()) {
            let (from, to) = folded.origin(from, to);
            found.push(Hit { span: Span { from, to }, term: word.into_owned(), weight: *weight });
        }
    });
    found
}

/// What a character term weighs; one that is a word of the query weighs as that word does.
fn gram_weight(terms: &TermSet, term: &str) -> Option<f32> {
    let own = terms.grams.get(term)?;
    Some(terms.words.get(term).copied().unwrap_or(own * GRAM_SHARE))
}

fn gram_hits(folded: &Folded, runs: &[analysis::Run], marker: &Marker<'_>) -> Vec<Hit> {
    let (mut found, mut run) = (Vec::new(), Run::default());
    if marker.terms.grams.is_empty() {
        return found;
    }
    let begins = |character| marker.begins_gram(character);
    each_gram(folded.text(), runs, begins, |from, to| {
        let text = &folded.text()[from..to];
        let Some(weight) = gram_weight(marker.terms, text) else { return };
        let (from, to) = folded.origin(from, to);
        let hit = Hit { span: Span { from, to }, term: text.to_owned(), weight };
        let pair = text.chars().nth(1).is_some();
        if marker.single || (pair && text.as_bytes()[0].is_ascii()) {
            found.push(hit);
        } else if !pair {
            run.single_to = to;
        } else if !text.contains(is_particle) {
            run.add(hit, &mut found);
        }
    });
    run.close(&mut found);
    found
}

/// Pairs such as 锅的 join what is not one notion; as part of a word these come as word hits.
fn is_particle(character: char) -> bool {
    matches!(character, '的' | '了' | '与' | '和' | '及' | '之' | '在' | '是')
}

/// Adjoining pairs of characters in the making.
#[derive(Default)]
struct Run {
    pairs: Vec<Hit>,
    /// How many character terms the run holds, single ones included.
    terms: usize,
    /// Where the last single character that is a term ended.
    single_to: usize,
}

impl Run {
    fn add(&mut self, hit: Hit, found: &mut Vec<Hit>) {
        if self.pairs.last().is_some_and(|last| hit.span.from > last.span.to) {
            self.close(found);
        }
        // In the order of the grams a pair comes right after its first character.
        let begins_with_term = self.single_to > hit.span.from && self.single_to < hit.span.to;
        self.terms += 1 + usize::from(begins_with_term);
        self.pairs.push(hit);
    }

    /// A pair alone, with neither neighbour nor single character asked for, is chance.
    fn close(&mut self, found: &mut Vec<Hit>) {
        if self.terms > 1 {
            found.append(&mut self.pairs);
        }
        self.pairs.clear();
        self.terms = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::properties::Generator;

    /// The word hits as found by cutting the whole text into words.
    fn by_cutting_all(text: &str, terms: &TermSet) -> Vec<Hit> {
        let hit = |token: analysis::Token| {
            let weight = *terms.words.get(&token.text)?;
            let span = Span { from: token.from, to: token.to };
            Some(Hit { span, term: token.text, weight })
        };
        analysis::words(text).into_iter().filter_map(hit).collect()
    }

    fn by_looking_first(text: &str, terms: &TermSet) -> Vec<Hit> {
        let folded = Folded::new(text);
        word_hits(&folded, &runs(folded.text()), &Marker::new(terms))
    }

    #[test]
    fn looking_first_finds_the_same_words_as_cutting_all() {
        let mut generator = Generator(0xa076_1d64_78bd_642f);
        let mut some = 0;
        for _ in 0..1_000 {
            let (text, query) = (generator.text(), generator.text());
            let terms = TermSet::from_text(&query);
            let expected = by_cutting_all(&text, &terms);
            some += usize::from(!expected.is_empty());
            assert_eq!(by_looking_first(&text, &terms), expected, "{query:?} in {text:?}");
        }
        assert!(some > 300, "{some} texts with hits");
    }

    #[test]
    fn a_word_of_two_scripts_hides_its_parts() {
        let text = "纯棉T恤面料，3D打印机";
        for query in ["T", "恤", "t恤", "T恤面料", "3D", "3D打印", "d", "印机", "Printing"]
        {
            let terms = TermSet::from_text(query);
            assert_eq!(by_looking_first(text, &terms), by_cutting_all(text, &terms), "{query}");
        }
        let mut letter = TermSet::default();
        letter.add_word("t", 1.0);
        assert_eq!(by_looking_first(text, &letter), []);
    }
}
