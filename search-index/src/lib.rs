//! Full-text search and two-sided matching of needs and capabilities.
//!
//! Documents go in, ranked and explained matches come out. The crate knows no HTTP and no
//! database; the caller owns the truth, feeds it in as [`Document`]s with a position in its change
//! log, and loads the rows behind the ids it gets back.
//!
//! | module | what it owns |
//! |---|---|
//! | [`document`] | what goes in: [`Document`], [`Change`], and who asks: [`Viewer`] |
//! | [`analysis`], [`dictionary`] | from text to terms: folding, words, characters, pinyin, sentences |
//! | `charset` | a set of characters, asked for each character of a text |
//! | `schema`, `codes` | fields of the index and how a document is written into them |
//! | [`index`], [`rebuild`] | opening, applying, position, building again |
//! | `live`, `storage` | one generation of the index, and the directories that hold them |
//! | `query`, [`filter`] | from text to scored terms, from viewer and filters to what may be seen |
//! | [`search`], [`facet`], [`suggest`] | searching, counting, completing |
//! | `collect`, `group`, `cursor` | one pass over what is found; what says the same; where a listing goes on |
//! | [`matching`] | candidates, conditions of both sides, score and explanation |
//! | [`likeness`] | how like two texts are, and the keys that find likes |
//! | [`evidence`] | whether a text says that a requirement is met, and in which words |
//! | [`highlight`] | fragments and quotations that show why something was found |
//!
//! Two rules hold everywhere. What a viewer may not read is neither found nor counted, nor does it
//! move what that viewer does see. And the cost of a query is bounded whatever the length of its
//! text.
#![warn(missing_docs)]

pub mod analysis;
mod charset;
mod codes;
mod collect;
mod cursor;
pub mod dictionary;
pub mod document;
pub mod error;
pub mod evidence;
pub mod facet;
pub mod filter;
mod group;
pub mod highlight;
pub mod index;
pub mod likeness;
mod live;
pub mod matching;
mod meaning;
mod patents;
mod query;
pub mod rebuild;
mod schema;
pub mod search;
mod storage;
pub mod suggest;

pub use document::{Change, Document, Kind, ModelVector, Viewer};
pub use error::{Error, Result};
pub use facet::{FacetCount, FacetField};
pub use filter::Filters;
pub use group::MAX_ALIKE;
pub use highlight::TermSet;
pub use index::{Opened, Options, SearchIndex, State, Stats};
pub use likeness::Sketch;
pub use matching::{MatchHit, MatchRequest, MatchResponse, MatchSettings, Profile, Side, TextPart};
pub use meaning::{Affinity, MAX_DIMENSIONS, ModelQuery, Vocabulary};
pub use rebuild::Rebuild;
pub use search::{Hit, SearchRequest, SearchResponse, Sort};
pub use suggest::Suggestion;
