//! The vector of a text: the sum of the vectors of its words, each weighted by what it tells.
//!
//! The weights are part of the word vectors (smooth inverse frequency: Arora, Liang and Ma, A simple
//! but tough-to-beat baseline for sentence embeddings, 2017).

use std::collections::BTreeMap;

use serde::Serialize;

use super::words::{DIMENSIONS, WORDS, Word};
use crate::analysis::words::surface_words;

/// What running text of a document counts beside its title.
const BODY: f32 = 0.7;

/// A vector; of length one unless nothing in the text is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Meaning(pub [f32; DIMENSIONS]);

impl Meaning {
    /// Whether nothing is known of the text.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|value| *value == 0.0)
    }

    fn unit(mut self) -> Meaning {
        let length = self.0.iter().map(|value| value * value).sum::<f32>().sqrt();
        if length > 0.0 {
            self.0.iter_mut().for_each(|value| *value /= length);
        }
        self
    }
}

/// The words of a text and how often each is there.
fn counted(text: &str) -> BTreeMap<Word, f32> {
    let mut counts = BTreeMap::new();
    for name in surface_words(text) {
        for word in WORDS.spell(&name) {
            *counts.entry(word).or_insert(0.0) += 1.0;
        }
    }
    counts
}

fn of(text: &str) -> Meaning {
    let mut sum = [0.0; DIMENSIONS];
    for (word, count) in counted(text) {
        WORDS.add(word, count, &mut sum);
    }
    Meaning(sum).unit()
}

/// The sum of the passages, each of length one times its weight.
fn mixed<'a>(passages: impl Iterator<Item = (&'a str, f32)>) -> (Meaning, f32) {
    let (mut sum, mut weights) = ([0.0; DIMENSIONS], 0.0);
    for (text, weight) in passages {
        let part = of(text);
        if !part.is_empty() {
            sum.iter_mut().zip(&part.0).for_each(|(sum, value)| *sum += weight * value);
            weights += weight;
        }
    }
    (Meaning(sum), weights)
}

/// The vector of a document: title and running text.
pub(crate) fn passage(title: &str, body: &str) -> Meaning {
    mixed([(title, 1.0), (body, BODY)].into_iter()).0.unit()
}

/// The vector of a question: the product with that of a document is the weighted mean of the
/// nearness of its passages.
pub(crate) fn source<'a>(passages: impl Iterator<Item = (&'a str, f32)>) -> Meaning {
    let (mut sum, weights) = mixed(passages);
    if weights > 0.0 {
        sum.0.iter_mut().for_each(|value| *value /= weights);
    }
    sum
}

/// Two words, one of each text, that bring the texts near.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Affinity {
    /// Word of the source.
    pub source: String,
    /// Word of the target.
    pub target: String,
    /// Their share of the nearness of the two texts.
    pub share: f32,
}

/// Words less alike than this (cosine) are not worth naming together.
const LEAST_LIKENESS: f32 = 0.35;

/// The words of a text with their vectors, as often as they are there.
#[derive(Debug)]
pub struct Vocabulary(Vec<Known>);

#[derive(Debug)]
struct Known {
    word: Word,
    vector: [f32; DIMENSIONS],
    length: f32,
}

fn product(a: &[f32; DIMENSIONS], b: &[f32; DIMENSIONS]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

impl Vocabulary {
    /// The words of a text.
    pub fn of(text: &str) -> Vocabulary {
        let known = |(word, count)| {
            let mut vector = [0.0; DIMENSIONS];
            WORDS.add(word, count, &mut vector);
            Known { word, vector, length: product(&vector, &vector).sqrt() }
        };
        Vocabulary(counted(text).into_iter().map(known).collect())
    }

    /// The pairs of different words, one of this text and one of the target, that bring the two
    /// nearest, heaviest first, at most `limit`, each word once; single characters and words hardly
    /// alike are left out. The product of two sums is the sum of all the products, so these are
    /// summands of the nearness itself.
    pub fn affinities(&self, target: &str, limit: usize) -> Vec<Affinity> {
        let (mut pairs, mut whole) = (Vec::new(), 0.0);
        let target = Vocabulary::of(target);
        for a in &self.0 {
            for b in &target.0 {
                let product = product(&a.vector, &b.vector);
                whole += product;
                if a.word != b.word && product >= LEAST_LIKENESS * a.length * b.length {
                    pairs.push((product, a.word, b.word));
                }
            }
        }
        pairs.sort_by(|x, y| y.0.total_cmp(&x.0).then_with(|| (x.1, x.2).cmp(&(y.1, y.2))));
        let mut taken: Vec<Affinity> = Vec::new();
        for (product, a, b) in pairs {
            let (a, b) = (WORDS.spelling(a), WORDS.spelling(b));
            let new = !taken.iter().any(|pair| pair.source == a || pair.target == b);
            let telling = [a, b].iter().all(|word| word.chars().nth(1).is_some());
            if whole > 0.0 && product > 0.0 && new && telling && taken.len() < limit {
                let share = product / whole;
                taken.push(Affinity { source: a.to_owned(), target: b.to_owned(), share });
            }
        }
        taken
    }
}
