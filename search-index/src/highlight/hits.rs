//! Finds where the terms of a query stand in a text.

use super::{Span, TermSet};
use crate::analysis;

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
pub(super) fn hits(text: &str, terms: &TermSet) -> Vec<Hit> {
    let mut found = word_hits(text, terms);
    found.extend(gram_hits(text, terms));
    found.sort_by(|a, b| a.span.cmp(&b.span).then_with(|| a.term.cmp(&b.term)));
    found.dedup();
    found
}

fn word_hits(text: &str, terms: &TermSet) -> Vec<Hit> {
    if terms.words.is_empty() {
        return Vec::new();
    }
    analysis::words(text)
        .into_iter()
        .filter_map(|token| {
            let weight = *terms.words.get(&token.text)?;
            let span = Span { from: token.from, to: token.to };
            Some(Hit { span, term: token.text, weight })
        })
        .collect()
}

/// What a character term weighs; one that is a word of the query weighs as that word does.
fn gram_weight(terms: &TermSet, term: &str) -> Option<f32> {
    let own = terms.grams.get(term)?;
    Some(terms.words.get(term).copied().unwrap_or(own * GRAM_SHARE))
}

fn gram_hits(text: &str, terms: &TermSet) -> Vec<Hit> {
    if terms.grams.is_empty() {
        return Vec::new();
    }
    let single = terms.is_single();
    let (mut found, mut run) = (Vec::new(), Run::default());
    for token in analysis::grams(text) {
        let Some(weight) = gram_weight(terms, &token.text) else { continue };
        let span = Span { from: token.from, to: token.to };
        let pair = token.text.chars().nth(1).is_some();
        let hit = Hit { span, term: token.text, weight };
        if single || (pair && hit.term.as_bytes()[0].is_ascii()) {
            found.push(hit);
        } else if !pair {
            run.single_to = span.to;
        } else if !hit.term.contains(is_particle) {
            run.add(hit, &mut found);
        }
    }
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
