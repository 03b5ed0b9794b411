//! From text to terms: folding, words, character grams, sentences, quantities, pinyin.
//!
//! Documents and queries pass through the very same functions, so what is folded away on one side
//! is folded away on the other. Every token points into the original text by byte offsets; nothing
//! here changes or stores a text.

pub mod grams;
pub mod normalize;
pub mod numbers;
pub mod pinyin;
mod runs;
pub mod sentence;
mod stream;
pub mod words;

#[cfg(test)]
pub(crate) mod properties;

pub(crate) use grams::each_gram;
pub use grams::{GramTokenizer, grams};
pub(crate) use normalize::Folded;
pub use normalize::fold;
pub(crate) use runs::{Run, runs};
pub use stream::TermStream;
pub(crate) use words::{Wanted, each_word};
pub use words::{WordTokenizer, words};

/// A term and where it stands in the original text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The folded term, as it is indexed and searched.
    pub text: String,
    /// First byte of the term in the original text.
    pub from: usize,
    /// First byte after the term in the original text.
    pub to: usize,
}
