//! Term statistics a viewer is ranked by.
//!
//! They come from open documents and from the tiers free to the viewer alone. Text a viewer may
//! not read therefore cannot move the order of what the viewer does see.

use tantivy::query::Bm25Weight;
use tantivy::{Searcher, Term};

use super::Frequency;
use super::terms::TermField;
use crate::document::TIERS;
use crate::error::Result;
use crate::schema::Fields;

/// Statistics of one searcher for one viewer.
pub(crate) struct Statistics<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    free: usize,
    documents: u64,
    /// Average length of the words and the characters of each tier.
    lengths: [[f32; TIERS]; 2],
}

impl<'a> Statistics<'a> {
    /// Statistics from the first `free` tiers. Only for those who see everything do documents
    /// count that are not open.
    pub fn new(
        searcher: &'a Searcher,
        fields: &'a Fields,
        free: usize,
        everything: bool,
    ) -> Result<Statistics<'a>> {
        let all: u64 = searcher.segment_readers().iter().map(|r| u64::from(r.max_doc())).sum();
        let open = searcher.doc_freq(&Term::from_field_bool(fields.open, true))?;
        let documents = if everything { all } else { open }.max(1);
        let mut lengths = [[1.0; TIERS]; 2];
        for field in [TermField::Words, TermField::Characters] {
            let averages = &mut lengths[field as usize];
            for tier in 0..TIERS {
                let of_tier =
                    if tier < free { field.of(fields)[tier] } else { field.of(fields)[0] };
                let mut tokens = 0;
                for segment in searcher.segment_readers() {
                    tokens += segment.inverted_index(of_tier)?.total_num_tokens();
                }
                // A tier that few documents use has a small average, against which each of its
                // texts would look long: no tier is held to be shorter than the public one.
                let average = tokens as f32 / documents as f32;
                averages[tier] = average.max(averages[0]);
            }
        }
        Ok(Statistics { searcher, fields, free, documents, lengths })
    }

    /// How often a term occurs.
    pub fn frequency(&self, field: TermField, text: &str) -> Result<Frequency> {
        let (mut documents, mut postings) = (0, 0);
        for tier in &field.of(self.fields)[..self.free] {
            let count = self.searcher.doc_freq(&Term::from_field_text(*tier, text))?;
            documents = count.max(documents);
            postings += count;
        }
        let documents = documents.min(self.documents);
        let (all, with) = (self.documents as f32, documents as f32);
        let idf = (1.0 + (all - with + 0.5) / (with + 0.5)).ln();
        Ok(Frequency { documents, postings, idf })
    }

    /// BM25 of a term that `documents` documents have, in one tier.
    pub fn bm25(&self, field: TermField, tier: usize, documents: u64) -> Bm25Weight {
        let length = self.lengths[field as usize][tier];
        Bm25Weight::for_one_term_without_explain(documents, self.documents, length)
    }
}
