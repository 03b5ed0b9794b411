//! Evidence for a match: does a record say that a requirement is met, and in which words?
//!
//! | file | what it owns |
//! |---|---|
//! | `text`, `words` | characters of one width; the word lists of `words.txt` |
//! | `unit` | units, their dimensions and conversion; `units.txt` |
//! | `figure` | figures in a text: numbers, ranges, how they are bounded |
//! | `property` | what a figure is a figure of; whether two names mean the same |
//! | `statement` | sentences: the figures in them, each with the property named right before it |
//! | `measured` | measured figures of a record |
//! | `compare` | a stated figure against a bound |
//! | `wording` | requirements in words |
//! | `judge` | all of it together: the verdict on one requirement |
//! | `derive` | requirements out of running text |
//!
//! Everything is a pure function of texts. One verdict rests on one statement of one record, never
//! on several put together. Where in doubt the verdict is [`Verdict::Unknown`]: what is called met
//! must be met.

pub mod compare;
pub mod derive;
pub mod figure;
pub mod judge;
mod measured;
pub mod property;
mod statement;
mod text;
pub mod unit;
mod wording;
mod words;

pub use derive::derived;
pub use judge::{Requirement, judge};

use measured::Measured;
use statement::Sentence;

/// A requirement as it is asked.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Asked {
    /// Name of the property.
    pub name: String,
    /// `ge`, `gt`, `le`, `lt`, `eq`, `range` or `text`.
    pub operator: String,
    /// Number, or words.
    pub value: String,
    /// Upper end of a range.
    pub value_max: Option<String>,
    /// Unit of the values.
    pub unit: Option<String>,
    /// Tolerance or condition in words.
    pub tolerance: Option<String>,
}

/// A measured figure of a record.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Place of its value in the record.
    pub field: String,
    /// Name of the property.
    pub name: String,
    /// Number, or words.
    pub value: String,
    /// Unit of the value.
    pub unit: Option<String>,
    /// How it was measured.
    pub basis: Option<String>,
}

/// A text of a record.
#[derive(Debug, Clone, Default)]
pub struct Passage {
    /// Place of the text in the record.
    pub field: String,
    /// The text.
    pub text: String,
}

/// What a record says, read once and asked for each requirement.
#[derive(Debug, Clone)]
pub struct Record {
    title: String,
    entries: Vec<Measured>,
    passages: Vec<(Passage, Vec<Sentence>)>,
}

impl Record {
    /// Reads a record: its title, its measured figures and its texts, the most telling first.
    pub fn new(title: &str, entries: Vec<Entry>, passages: Vec<Passage>) -> Self {
        let read = |passage: Passage| {
            let sentences = statement::sentences(&passage.text);
            (passage, sentences)
        };
        let title = title.to_owned();
        let entries = entries.into_iter().map(Measured::new).collect();
        Self { title, entries, passages: passages.into_iter().map(read).collect() }
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }
}

/// Whether a requirement is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// The record says so.
    Met,
    /// The record says nearly so; [`Reason`] tells what is lacking.
    Partly,
    /// The record says otherwise.
    NotMet,
    /// The record says nothing that could be compared.
    Unknown,
}

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// What is stated is allowed, or said in these words.
    Holds,
    /// What is stated misses the bound.
    Misses,
    /// It misses by no more than the stated tolerance.
    Tolerated,
    /// It misses by no more than [`compare::NEAR`] of the bound.
    Near,
    /// Only a part of the stated range is allowed.
    Overlap,
    /// It is stated as being near, and near is not enough here.
    About,
    /// It is the best that was reached, not what is always reached.
    Peak,
    /// It is said without a word that the requirement has.
    Broader,
    /// It is said of something narrower.
    Narrower,
    /// The requirement names one word that is said of very many things, and the titles do not say
    /// that both are about one thing.
    Subject,
    /// A condition of the requirement is not stated.
    Condition,
    /// Several figures are stated, of which some miss.
    Several,
    /// It is aimed at, not reached.
    Planned,
    /// What is stated bounds the other side.
    Open,
    /// Nothing is said.
    Silent,
}

/// A span of a field, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Place of the text in the record.
    pub field: String,
    /// The span.
    pub text: String,
    /// First character of the span in the text.
    pub start: usize,
    /// Character after it.
    pub end: usize,
}

/// The figure that a verdict rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    /// What it is a figure of, as it is said.
    pub name: String,
    /// The figure as it is written, with its unit.
    pub written: String,
    /// Its lower end in the unit of the requirement.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Place of a measured figure in the record's list; nothing for running text.
    pub entry: Option<usize>,
}

/// The verdict on one requirement.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Whether it is met.
    pub verdict: Verdict,
    /// What the verdict rests on.
    pub reason: Reason,
    /// The words that it rests on; always there when it is met.
    pub quote: Option<Quote>,
    /// The figure, when it rests on one.
    pub found: Option<Found>,
}

impl Finding {
    /// Nothing is said.
    pub const SILENT: Self =
        Self { verdict: Verdict::Unknown, reason: Reason::Silent, quote: None, found: None };
}
