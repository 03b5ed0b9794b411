//! Term statistics a viewer is ranked by.
//!
//! They come from open documents and from the tiers free to the viewer alone. Text a viewer may
//! not read therefore cannot move the order of what the viewer does see.

use tantivy::query::Bm25Weight;
use tantivy::{Searcher, Term};

use super::terms::TermField;
use crate::document::TIERS;
use crate::error::Result;
use crate::schema::Fields;

/// Looks terms up.
pub(crate) struct Counts<'a> {
    searcher: &'a Searcher,
    fields: &'a Fields,
    /// Tiers free to the viewer, from the public one up.
    free: usize,
    /// Whether the words and the characters of each tier have any term at all.
    used: [[bool; TIERS]; 2],
}

/// How often a term occurs, as far as the viewer may know.
pub(crate) struct Count {
    /// Documents of the tier that has most.
    pub documents: u64,
    /// Postings over all the tiers.
    pub postings: u64,
    /// Tiers that have it.
    pub tiers: [bool; TIERS],
}

impl<'a> Counts<'a> {
    /// Counts for a viewer to whom so many tiers are free.
    pub fn new(searcher: &'a Searcher, fields: &'a Fields, free: usize) -> Result<Counts<'a>> {
        let mut used = [[false; TIERS]; 2];
        for field in [TermField::Words, TermField::Characters] {
            for (tier, used) in used[field as usize].iter_mut().enumerate() {
                for segment in searcher.segment_readers() {
                    let inverted = segment.inverted_index(field.of(fields)[tier])?;
                    *used |= inverted.terms().num_terms() > 0;
                }
            }
        }
        Ok(Counts { searcher, fields, free, used })
    }

    /// How often a term occurs.
    pub fn of(&self, field: TermField, text: &str) -> Result<Count> {
        let mut count = Count { documents: 0, postings: 0, tiers: [false; TIERS] };
        for tier in 0..self.free {
            let documents = self.documents(field, tier, text)?;
            count.documents = documents.max(count.documents);
            count.postings += documents;
            count.tiers[tier] = documents > 0;
        }
        Ok(count)
    }

    /// Whether a tier has a term, be it free to the viewer or not.
    pub fn has(&self, field: TermField, tier: usize, text: &str) -> Result<bool> {
        Ok(self.documents(field, tier, text)? > 0)
    }

    fn documents(&self, field: TermField, tier: usize, text: &str) -> Result<u64> {
        if !self.used[field as usize][tier] {
            return Ok(0);
        }
        Ok(self.searcher.doc_freq(&Term::from_field_text(field.of(self.fields)[tier], text))?)
    }

    /// Open documents that somebody of this clearance finds.
    fn open_documents(&self) -> Result<u64> {
        let mut documents = 0;
        for level in 0..self.free.min(TIERS - 1) {
            let term = Term::from_field_text(self.fields.open, &level.to_string());
            documents += self.searcher.doc_freq(&term)?;
        }
        Ok(documents)
    }

    fn tokens(&self, field: TermField, tier: usize) -> Result<u64> {
        let mut tokens = 0;
        for segment in self.searcher.segment_readers() {
            tokens += segment.inverted_index(field.of(self.fields)[tier])?.total_num_tokens();
        }
        Ok(tokens)
    }
}

/// What terms are weighed against.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Basis {
    /// Documents in all.
    pub documents: u64,
    /// Average length of the words and the characters of each tier.
    pub lengths: [[f32; TIERS]; 2],
}

impl Basis {
    /// The basis of a viewer. Documents that are not open count only for those who see everything.
    pub fn new(counts: &Counts<'_>, everything: bool) -> Result<Basis> {
        let segments = counts.searcher.segment_readers();
        let documents = if everything {
            segments.iter().map(|segment| u64::from(segment.max_doc())).sum()
        } else {
            counts.open_documents()?
        };
        let documents = documents.max(1);
        let mut lengths = [[1.0; TIERS]; 2];
        for field in [TermField::Words, TermField::Characters] {
            let averages = &mut lengths[field as usize];
            for tier in 0..counts.free {
                let average = counts.tokens(field, tier)? as f32 / documents as f32;
                // A tier that few documents use has a small average, against which each of its
                // texts would look long: no tier is held to be shorter than the public one.
                averages[tier] = average.max(averages[0]).max(1.0);
            }
            let public = averages[0];
            averages[counts.free..].fill(public);
        }
        Ok(Basis { documents, lengths })
    }

    /// Rarity of a term that `documents` documents have.
    pub fn idf(&self, documents: u64) -> f32 {
        let with = documents.min(self.documents) as f32;
        (1.0 + (self.documents as f32 - with + 0.5) / (with + 0.5)).ln()
    }

    /// BM25 of a term that `documents` documents have, in one tier.
    pub fn bm25(&self, field: TermField, tier: usize, documents: u64) -> Bm25Weight {
        let length = self.lengths[field as usize][tier];
        Bm25Weight::for_one_term_without_explain(documents, self.documents, length)
    }
}

/// The figures of a plan, kept in a cursor. As long as they are the same, a document keeps its
/// score to the last bit, whatever comes and goes around it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Frozen {
    pub basis: Basis,
    /// Terms by their number in the text, with the documents that have them.
    pub terms: Vec<(usize, u64)>,
}

impl Frozen {
    /// As text of letters, digits, dots and tildes.
    pub fn write(&self) -> String {
        let lengths = self.basis.lengths.as_flattened().iter().map(|length| length.to_bits());
        let mut text = format!("{:x}", self.basis.documents);
        for bits in lengths {
            text += &format!(".{bits:x}");
        }
        for (number, documents) in &self.terms {
            text += &format!("~{number:x}.{documents:x}");
        }
        text
    }

    /// Reads what [`Frozen::write`] wrote; none if that is something else.
    pub fn read(text: &str) -> Option<Frozen> {
        let mut groups = text.split('~');
        let mut first = groups.next()?.split('.');
        let documents = u64::from_str_radix(first.next()?, 16).ok().filter(|&count| count > 0)?;
        let mut lengths = [[1.0; TIERS]; 2];
        for length in lengths.as_flattened_mut() {
            let read = f32::from_bits(u32::from_str_radix(first.next()?, 16).ok()?);
            *length = Some(read).filter(|read| read.is_finite() && *read >= 1.0)?;
        }
        let term = |group: &str| {
            let (number, documents) = group.split_once('.')?;
            let number = usize::from_str_radix(number, 16).ok()?;
            Some((number, u64::from_str_radix(documents, 16).ok()?))
        };
        let terms = groups.map(term).collect::<Option<_>>()?;
        let end = first.next().is_none();
        end.then_some(Frozen { basis: Basis { documents, lengths }, terms })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frozen_figures_come_back_as_written() {
        let lengths = [[1.5, 20.25, 1.0, 3.0], [9.75, 1.0, 1e6, 7.0]];
        for terms in [vec![], vec![(0, 17), (300, 0)]] {
            let frozen = Frozen { basis: Basis { documents: 1_234_567, lengths }, terms };
            assert_eq!(Frozen::read(&frozen.write()), Some(frozen));
        }
        for broken in ["", "0", "1", "1.1.1.1.1.1.1.1.1", "x~", "ffffffffffffffffff"] {
            assert_eq!(Frozen::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn rarer_terms_weigh_more_and_every_term_weighs_something() {
        let basis = Basis { documents: 100, lengths: [[1.0; TIERS]; 2] };
        assert!(basis.idf(0) > basis.idf(1) && basis.idf(1) > basis.idf(99));
        assert!(basis.idf(100) > 0.0 && basis.idf(u64::MAX) > 0.0);
    }
}
