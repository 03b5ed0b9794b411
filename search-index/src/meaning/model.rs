//! Vectors that a model outside has made of whole texts.
//!
//! The crate asks no model: whoever feeds it puts the vectors into the document, one for each tier
//! of clearance at which its text grows, and gives that of a source with the question. They are
//! kept like those of words: eight bits a number, scanned in memory. A document may carry vectors
//! of several models, so that one can take over from another; a question asks with one.

use tantivy::{DocId, SegmentReader};

use super::segments::{dot, highest};
use crate::document::{Document, TIERS};

/// Most numbers that a vector may have.
pub const MAX_DIMENSIONS: usize = 8_192;

/// The vector of a source, and what its model's nearness means.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelQuery {
    /// The model, never 0; see [`ModelVector::model`](crate::document::ModelVector::model).
    pub model: u32,
    /// The vector, of any length but zero.
    pub vector: Vec<f32>,
    /// Cosine of texts that have nothing to do with each other, as this model sees it.
    pub unlike: f32,
    /// Cosine from which two texts are about the same matter.
    pub alike: f32,
}

/// A vector of length one in eight-bit numbers.
#[derive(Debug, Clone)]
pub(crate) struct Rounded {
    step: f32,
    bytes: Vec<i8>,
}

impl Rounded {
    /// Rounds; none where the vector has no direction.
    pub fn of(vector: &[f32]) -> Option<Rounded> {
        let length = vector.iter().map(|value| value * value).sum::<f32>().sqrt();
        if !length.is_finite() || length <= 0.0 || vector.len() > MAX_DIMENSIONS {
            return None;
        }
        let most = vector.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
        let step = most / 127.0;
        let bytes = vector.iter().map(|value| (value / step).round() as i8).collect();
        Some(Rounded { step: step / length, bytes })
    }
}

/// The vectors of an open document as numbers of the column, by model and rising tier.
pub(crate) fn write_models(document: &Document) -> Vec<u64> {
    let mut numbers = Vec::new();
    if !document.open {
        // Only open documents are matched.
        return numbers;
    }
    let mut vectors: Vec<_> = document.model_vectors.iter().collect();
    vectors.sort_by_key(|vector| (vector.model, vector.tier));
    for vector in vectors {
        let Some(small) = Rounded::of(&vector.values) else { continue };
        // A tier that does not exist is read by nobody, so nothing is shown too early.
        let tier = usize::from(vector.tier).min(TIERS) as u64;
        let dimensions = small.bytes.len() as u64;
        numbers.push(u64::from(small.step.to_bits()) | tier << 32 | dimensions << 40);
        numbers.push(u64::from(vector.model));
        for eight in small.bytes.chunks(8) {
            let byte = |at: usize| eight.get(at).map_or(0, |byte| byte.cast_unsigned());
            numbers.push(u64::from_le_bytes(std::array::from_fn(byte)));
        }
    }
    numbers
}

/// The vectors of the documents of a segment by one model.
pub(crate) struct ModelVectors {
    model: u32,
    /// Of every vector; those of another length are left out.
    dimensions: usize,
    /// Where the vectors of each document begin, and one number more.
    starts: Vec<u32>,
    tiers: Vec<u8>,
    steps: Vec<f32>,
    bytes: Vec<i8>,
}

impl ModelVectors {
    /// Reads those of a model from the index.
    pub fn read(reader: &SegmentReader, model: u32) -> tantivy::Result<ModelVectors> {
        let column = reader.fast_fields().u64("model")?;
        let mut read = ModelVectors {
            model,
            dimensions: 0,
            starts: Vec::with_capacity(reader.max_doc() as usize + 1),
            tiers: Vec::new(),
            steps: Vec::new(),
            bytes: Vec::new(),
        };
        let mut numbers = Vec::new();
        for document in 0..reader.max_doc() {
            read.starts.push(read.tiers.len() as u32);
            numbers.clear();
            numbers.extend(column.values_for_doc(document));
            read.take(&numbers);
        }
        read.starts.push(read.tiers.len() as u32);
        Ok(read)
    }

    /// Takes the vectors of one document.
    fn take(&mut self, mut numbers: &[u64]) {
        while let [head, model, rest @ ..] = numbers {
            let dimensions = (head >> 40) as usize;
            let (vector, next) = rest.split_at(dimensions.div_ceil(8).min(rest.len()));
            numbers = next;
            if *model != u64::from(self.model) || dimensions == 0 {
                continue;
            }
            if self.dimensions == 0 {
                self.dimensions = dimensions;
            }
            if self.dimensions == dimensions {
                self.steps.push(f32::from_bits(*head as u32));
                self.tiers.push((head >> 32) as u8);
                let bytes = vector.iter().flat_map(|number| number.to_le_bytes());
                self.bytes.extend(bytes.take(dimensions).map(u8::cast_signed));
            }
        }
    }

    /// The model they are by.
    pub fn model(&self) -> u32 {
        self.model
    }

    /// The cosine of document and source, as far as text below tier `free` tells; none where the
    /// document has no vector by this model yet.
    pub fn nearness(&self, source: &Rounded, document: DocId, free: usize) -> Option<f32> {
        if source.bytes.len() != self.dimensions {
            return None;
        }
        let at = highest(&self.starts, &self.tiers, document, free)?;
        let row = &self.bytes[at * self.dimensions..(at + 1) * self.dimensions];
        Some(dot(&source.bytes, row) as f32 * source.step * self.steps[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Kind, ModelVector};

    fn carrying(vectors: &[(u32, u8, Vec<f32>)]) -> Document {
        let vector = |(model, tier, values): &(u32, u8, Vec<f32>)| ModelVector {
            model: *model,
            tier: *tier,
            values: values.clone(),
        };
        let model_vectors = vectors.iter().map(vector).collect();
        Document { open: true, model_vectors, ..Document::new("d", Kind::Capability, "釉料") }
    }

    fn read(model: u32, numbers: &[u64]) -> ModelVectors {
        let (starts, tiers, steps, bytes) = (vec![0], Vec::new(), Vec::new(), Vec::new());
        let mut read = ModelVectors { model, dimensions: 0, starts, tiers, steps, bytes };
        read.take(numbers);
        read.starts.push(read.tiers.len() as u32);
        read
    }

    #[test]
    fn each_model_finds_its_own_vector_of_the_highest_tier_that_may_be_read() {
        let long: Vec<f32> = (0..13).map(|n| n as f32 - 4.0).collect();
        let other: Vec<f32> = long.iter().rev().copied().collect();
        let document =
            carrying(&[(7, 0, vec![3.0, 4.0]), (9, 2, other.clone()), (9, 0, long.clone())]);
        let numbers = write_models(&document);
        let source = Rounded::of(&long).unwrap();
        let near = |free| read(9, &numbers).nearness(&source, 0, free).unwrap();
        assert!((near(1) - 1.0).abs() < 0.01 && (near(2) - 1.0).abs() < 0.01);
        assert!(near(3) < 0.5, "the vector of tier 2 speaks for those who may read it");
        assert_eq!(read(9, &numbers).nearness(&source, 0, 0), None);
        let short = Rounded::of(&[4.0, 3.0]).unwrap();
        let near = read(7, &numbers).nearness(&short, 0, 1).unwrap();
        assert!((near - 0.96).abs() < 0.01, "{near}");
        assert_eq!(read(7, &numbers).nearness(&source, 0, 1), None, "another length");
        assert_eq!(read(8, &numbers).nearness(&source, 0, 4), None, "another model");
    }

    #[test]
    fn what_has_no_direction_is_no_vector() {
        for vector in [vec![], vec![0.0; 4], vec![f32::NAN, 1.0], vec![1.0; MAX_DIMENSIONS + 1]] {
            assert!(Rounded::of(&vector).is_none());
        }
        assert!(write_models(&carrying(&[(1, 0, vec![0.0; 4])])).is_empty());
        let draft = Document { open: false, ..carrying(&[(1, 0, vec![1.0; 4])]) };
        assert!(write_models(&draft).is_empty());
    }
}
