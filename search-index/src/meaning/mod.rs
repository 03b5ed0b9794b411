//! What a text means, as a vector: near for texts about the same matter in other words.
//!
//! `words` is the list of word vectors that ships with the crate, `text` makes the vector of a text
//! from those of its words, `stored` writes it into the index and `segments` reads it back.
//! `nearest` finds the documents whose vectors are nearest. No model runs here: a vector is a sum,
//! made in microseconds, and every product of two vectors can be taken apart into pairs of words.
//! `model` keeps vectors that a model outside has made of whole texts, where there is one.

mod cache;
mod model;
mod nearest;
mod segments;
mod stored;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use model::{MAX_DIMENSIONS, ModelQuery};
pub use text::{Affinity, Vocabulary};

pub(crate) use cache::VectorCache;
pub(crate) use model::{Rounded, write_models};
pub(crate) use nearest::{Near, Nearest};
pub(crate) use stored::{Small, write};
pub(crate) use text::source;
pub(crate) use words::fingerprint;
