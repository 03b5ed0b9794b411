//! The text score taken apart into the very summands it was made of.

use std::collections::BTreeMap;

use serde::Serialize;
use tantivy::{DocAddress, Searcher};

use crate::error::Result;
use crate::query::{Plan, TextQuery};

/// What one term of one part of the source adds to the text score.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TermWeight {
    /// The term as it was searched for.
    pub term: String,
    /// `words` or `characters`.
    pub field: &'static str,
    /// The part of the source it comes from.
    pub part: String,
    /// What it adds to the text score.
    pub weight: f32,
}

/// The terms of the text score of each document, heaviest first.
pub(crate) fn terms(
    searcher: &Searcher,
    plan: &Plan,
    query: &TextQuery,
    parts: &[&str],
    documents: &[DocAddress],
) -> Result<Vec<Vec<TermWeight>>> {
    let mut by_segment: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::new();
    for (number, address) in documents.iter().enumerate() {
        by_segment.entry(address.segment_ord).or_default().push((address.doc_id, number));
    }
    let mut explained = vec![Vec::new(); documents.len()];
    for (segment, mut wanted) in by_segment {
        wanted.sort_unstable();
        let sorted: Vec<u32> = wanted.iter().map(|(document, _)| *document).collect();
        let summands = query.summands(searcher.segment_reader(segment), &sorted)?;
        for ((_, number), found) in wanted.iter().zip(summands) {
            explained[*number] = weights(plan, parts, &found);
        }
    }
    Ok(explained)
}

/// Divides each summand among the parts of the source that brought the term in.
fn weights(plan: &Plan, parts: &[&str], summands: &[(usize, f32)]) -> Vec<TermWeight> {
    let mut sums: BTreeMap<usize, f32> = BTreeMap::new();
    for (number, summand) in summands {
        // A term found in several tiers has a summand for each.
        *sums.entry(*number).or_default() += summand;
    }
    let mut weights = Vec::new();
    for (number, sum) in sums {
        let term = &plan.terms[number];
        let whole: f32 = term.shares.iter().map(|(_, weight)| weight).sum();
        for (part, weight) in &term.shares {
            weights.push(TermWeight {
                term: term.text.clone(),
                field: term.field.as_str(),
                part: parts[*part].to_owned(),
                weight: sum * weight / whole,
            });
        }
    }
    weights.sort_by(|a, b| b.weight.total_cmp(&a.weight).then_with(|| a.term.cmp(&b.term)));
    weights
}
