//! The vectors of a segment in memory, laid out for a scan.

use simsimd::SpatialSimilarity;
use tantivy::{DocId, SegmentReader};

use super::stored::{Small, WORDS_PER_VECTOR};
use super::words::DIMENSIONS;

/// The vectors of the documents of a segment.
pub(crate) struct SegmentVectors {
    /// Where the vectors of each document begin, and one number more.
    starts: Vec<u32>,
    tiers: Vec<u8>,
    steps: Vec<f32>,
    rows: Vec<[i8; DIMENSIONS]>,
}

impl SegmentVectors {
    /// Reads them from the index.
    pub fn read(reader: &SegmentReader) -> tantivy::Result<SegmentVectors> {
        let column = reader.fast_fields().u64("vector")?;
        let documents = reader.max_doc();
        let vectors = column.values.num_vals() as usize / WORDS_PER_VECTOR;
        let mut read = SegmentVectors {
            starts: Vec::with_capacity(documents as usize + 1),
            tiers: Vec::with_capacity(vectors),
            steps: Vec::with_capacity(vectors),
            rows: Vec::with_capacity(vectors),
        };
        let mut numbers = Vec::with_capacity(WORDS_PER_VECTOR);
        for document in 0..documents {
            read.starts.push(read.rows.len() as u32);
            numbers.clear();
            numbers.extend(column.values_for_doc(document));
            for vector in numbers.chunks_exact(WORDS_PER_VECTOR) {
                read.push(vector);
            }
        }
        read.starts.push(read.rows.len() as u32);
        Ok(read)
    }

    fn push(&mut self, numbers: &[u64]) {
        self.steps.push(f32::from_bits(numbers[0] as u32));
        self.tiers.push((numbers[0] >> 32) as u8);
        let mut row = [0; DIMENSIONS];
        for (place, number) in row.as_chunks_mut::<8>().0.iter_mut().zip(&numbers[1..]) {
            *place = number.to_le_bytes().map(u8::cast_signed);
        }
        self.rows.push(row);
    }

    /// How near the document is to the source, as far as text below tier `free` tells.
    pub fn nearness(&self, source: &Small, document: DocId, free: usize) -> Option<f32> {
        let at = highest(&self.starts, &self.tiers, document, free)?;
        Some(dot(&source.bytes, &self.rows[at]) as f32 * source.step * self.steps[at])
    }
}

/// The last vector of a document that is made of text below tier `free` alone.
pub(super) fn highest(starts: &[u32], tiers: &[u8], document: DocId, free: usize) -> Option<usize> {
    let document = document as usize;
    let (from, to) = (starts[document] as usize, starts[document + 1] as usize);
    (from..to).rev().find(|&at| usize::from(tiers[at]) < free)
}

/// Products of eight-bit numbers, by the widest instructions of the processor that runs this; as
/// exact as a sum of whole numbers below 2³¹ is.
pub(super) fn dot(a: &[i8], b: &[i8]) -> i32 {
    i8::dot(a, b).unwrap_or(0.0) as i32
}
