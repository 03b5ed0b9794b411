//! Vectors in the index: eight bits a number, a column of 64-bit numbers.
//!
//! A document has a vector for each tier of clearance at which its text differs from that of the
//! tier below: what a viewer finds must not depend on text that viewer may not read.

use super::text::{Meaning, passage};
use super::words::DIMENSIONS;
use crate::document::Document;

/// Numbers of a stored vector: one for step and tier, then eight bytes each.
pub(crate) const WORDS_PER_VECTOR: usize = 1 + DIMENSIONS / 8;

/// A vector of eight-bit numbers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Small {
    /// What one stands for.
    pub step: f32,
    /// The numbers.
    pub bytes: [i8; DIMENSIONS],
}

impl Small {
    /// Rounds.
    pub fn of(meaning: &Meaning) -> Small {
        let most = meaning.0.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let step = (most / 127.0).max(f32::MIN_POSITIVE);
        Small { step, bytes: std::array::from_fn(|at| (meaning.0[at] / step).round() as i8) }
    }
}

/// The vectors of an open document as numbers of the column, by rising tier.
pub(crate) fn write(document: &Document) -> Vec<u64> {
    let mut numbers = Vec::new();
    for (tier, body) in document.texts_by_tier() {
        append(&passage(&document.title, &body), tier, &mut numbers);
    }
    numbers
}

fn append(meaning: &Meaning, tier: usize, numbers: &mut Vec<u64>) {
    let small = Small::of(meaning);
    numbers.push(u64::from(small.step.to_bits()) | (tier as u64) << 32);
    let (eights, _) = small.bytes.as_chunks::<8>();
    numbers.extend(eights.iter().map(|eight| u64::from_le_bytes(eight.map(i8::cast_unsigned))));
}
