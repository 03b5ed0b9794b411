//! Subscriptions (订阅): what a person has asked to be told of, and what the service may recommend to
//! a person at all.
//!
//! A subscription is a saved search, or the matches of a record. [`finding`] reads the change log and
//! notes what is new for each of them, [`telling`] tells of it when it is time. Both take up where they
//! were left, on whichever node, so that nothing is forgotten and nothing is told twice. `news` says
//! what counts as new of a record, `rules` what can be subscribed to, `recommendations` keeps who
//! wants nothing recommended.

pub mod api;
mod asking;
pub mod finding;
mod letters;
pub mod model;
pub(crate) mod news;
pub mod ops;
pub mod pages;
pub(crate) mod patience;
pub mod recommendations;
mod rules;
pub(crate) mod store;
pub mod telling;
pub mod unsubscribing;
mod views;
