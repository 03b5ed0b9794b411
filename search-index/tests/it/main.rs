//! The crate as its callers see it: documents in, answers out.

mod cross_language;
mod cursors;
mod facets;
mod grouping;
mod matching;
mod model;
mod rebuilding;
mod searching;
mod storage;
mod suggesting;
mod support;
mod visibility;
