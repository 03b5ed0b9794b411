//! Full-text search and suggestions over all kinds of records.
//!
//! The index answers with ids; [`cards`] loads the rows behind them through the `ops` of their
//! folders, so that visibility is decided a second time on what the database says now, and only
//! what the caller may see is shown, marked or quoted. [`query`] reads the parameters, [`answer`]
//! holds what goes out, [`fragments`] marks what was found, [`names`] turns codes into words, and
//! [`freshness`] waits for the index to have seen a change.

pub mod answer;
pub mod api;
pub mod cards;
pub mod facets;
pub mod fragments;
pub mod freshness;
pub mod names;
pub mod ops;
pub mod pages;
pub mod query;
