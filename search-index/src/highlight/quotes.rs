//! Verbatim sentences that prove a match.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::fragment::cut;
use super::hits::{Hit, hits};
use super::{Marker, Span, TermSet};
use crate::analysis::sentence::sentences;

/// A sentence quoted word for word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quote {
    /// The field it stands in, as named by the caller.
    pub field: String,
    /// First byte in the field's text.
    pub from: usize,
    /// First byte after it in the field's text.
    pub to: usize,
    /// The sentence.
    pub text: String,
    /// What to mark, as byte offsets into `text`.
    pub marks: Vec<Span>,
    /// What the terms in it weigh that no better quotation showed already.
    pub weight: f32,
}

/// Longer sentences are cut at commas: nobody reads a quotation of half a page.
const LONGEST_QUOTE: usize = 120;
/// What a term is still worth that an earlier quotation showed.
const REPEATED: f32 = 0.2;
/// Length, in characters, from which a quotation must hold more to be chosen.
const COMFORTABLE: f32 = 60.0;

struct Candidate<'a> {
    field: &'a str,
    text: &'a str,
    range: Range<usize>,
    hits: Vec<Hit>,
}

/// The `max` sentences of all fields that together show the weightiest terms, best first.
pub fn quotes(fields: &[(&str, &str)], terms: &TermSet, max: usize) -> Vec<Quote> {
    let marker = Marker::new(terms);
    let mut candidates: Vec<Candidate<'_>> =
        fields.iter().flat_map(|(field, text)| candidates(field, text, &marker)).collect();
    let mut texts = HashSet::new();
    candidates.retain(|candidate| texts.insert(&candidate.text[candidate.range.clone()]));
    let mut shown: HashSet<String> = HashSet::new();
    let mut chosen = Vec::new();
    while chosen.len() < max {
        let best = candidates
            .iter()
            .enumerate()
            .map(|(at, candidate)| (at, worth(candidate, &shown)))
            // The earlier of two equals is kept: authors say the main thing first.
            .reduce(|best, next| if next.1 > best.1 * 1.0001 { next } else { best });
        let Some((at, weight)) = best.filter(|(_, weight)| *weight > 0.0) else { break };
        let candidate = candidates.remove(at);
        shown.extend(candidate.hits.iter().map(|hit| hit.term.clone()));
        chosen.push(quote(&candidate, weight));
    }
    chosen
}

fn candidates<'a>(field: &'a str, text: &'a str, marker: &Marker<'_>) -> Vec<Candidate<'a>> {
    let mut rest = hits(text, marker).into_iter().peekable();
    let mut found = Vec::new();
    for range in sentences(text).into_iter().flat_map(|range| clauses(text, range)) {
        let mut inside = Vec::new();
        while let Some(hit) = rest.next_if(|hit| hit.span.from < range.end) {
            if hit.span.from >= range.start && hit.span.to <= range.end {
                inside.push(hit);
            }
        }
        if !inside.is_empty() {
            found.push(Candidate { field, text, range, hits: inside });
        }
    }
    found
}

/// A sentence, cut at its commas into pieces of a readable length where it is too long.
fn clauses(text: &str, sentence: Range<usize>) -> Vec<Range<usize>> {
    let (mut pieces, mut start, mut length) = (Vec::new(), sentence.start, 0);
    let mut comma = None;
    for (at, character) in text[sentence.clone()].char_indices() {
        let end = sentence.start + at + character.len_utf8();
        length += 1;
        if matches!(character, '，' | ',' | '、' | '：' | ':' | '；' | ' ' | '）' | ')') {
            comma = Some((end, length));
        }
        if length >= LONGEST_QUOTE {
            let (border, taken) = comma.take().unwrap_or((end, length));
            pieces.push(start..border);
            (start, length) = (border, length - taken);
        }
    }
    pieces.push(start..sentence.end);
    pieces.retain(|piece| !text[piece.clone()].trim().is_empty());
    pieces
}

fn worth(candidate: &Candidate<'_>, shown: &HashSet<String>) -> f32 {
    let mut best: HashMap<&str, f32> = HashMap::new();
    for hit in &candidate.hits {
        let known = best.entry(&hit.term).or_insert(hit.weight);
        *known = known.max(hit.weight);
    }
    // Sorted, because sums of floats depend on their order and the map has none.
    let mut weights: Vec<f32> = best
        .into_iter()
        .map(|(term, weight)| if shown.contains(term) { weight * REPEATED } else { weight })
        .collect();
    weights.sort_by(f32::total_cmp);
    let length = candidate.text[candidate.range.clone()].chars().count() as f32;
    weights.iter().sum::<f32>() / (1.0 + (length / COMFORTABLE).ln().max(0.0))
}

fn quote(candidate: &Candidate<'_>, weight: f32) -> Quote {
    let Range { start, end } = candidate.range.clone();
    let shown = cut(candidate.text, start, end, &candidate.hits);
    let piece = &candidate.text[start..end];
    let from = start + (piece.len() - piece.trim_start().len());
    Quote {
        field: candidate.field.to_string(),
        from,
        to: from + shown.text.len(),
        marks: shown.marks,
        text: shown.text,
        weight,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "本公司位于古镇。现有LED路灯散热不良，寿命只有两年！\n希望开发新的散热结构；\
                        预算三十万元。欢迎高校联系。";

    #[test]
    fn quotes_are_verbatim_and_best_first() {
        let terms = TermSet::from_text("LED路灯散热结构设计");
        let found = quotes(&[("title", "路灯改进"), ("body", BODY)], &terms, 3);
        assert_eq!(found[0].text, "现有LED路灯散热不良，寿命只有两年！");
        assert!(found.windows(2).all(|pair| pair[0].weight >= pair[1].weight));
        for quote in found.iter().filter(|quote| quote.field == "body") {
            assert_eq!(&BODY[quote.from..quote.to], quote.text);
            assert!(!quote.marks.is_empty());
        }
    }

    #[test]
    fn sentences_without_terms_are_never_quoted() {
        let found = quotes(&[("body", BODY)], &TermSet::from_text("散热"), 10);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn equal_sentences_are_quoted_once() {
        let terms = TermSet::from_text("釉料");
        let found = quotes(&[("a", "釉料改进。"), ("b", "釉料改进。")], &terms, 5);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].field, "a");
    }

    #[test]
    fn new_terms_come_before_repeated_ones() {
        let text = "压铸模具压铸工艺。压铸模具。脱模剂。";
        let found = quotes(&[("body", text)], &TermSet::from_text("压铸模具工艺脱模剂"), 3);
        assert_eq!(found[1].text, "脱模剂。");
    }

    #[test]
    fn endless_sentences_are_cut_at_commas() {
        let text = format!("{}型材表面处理，{}", "前言，".repeat(60), "后语，".repeat(60));
        let found = quotes(&[("body", &text)], &TermSet::from_text("型材"), 1);
        assert!(found[0].text.chars().count() <= LONGEST_QUOTE);
        assert_eq!(&text[found[0].from..found[0].to], found[0].text);
    }
}
