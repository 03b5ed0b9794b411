//! Retention: what is personal and has no legal duty to stay goes when its period has ended.
//!
//! Each [`DataClass`](model::DataClass) has a period of the settings. A job of every node removes
//! what is older, some rows a transaction, and writes down what it did. Contracts, cases and the audit
//! log are no class: they stay as the law asks, see `docs/privacy.md`.

pub mod api;
pub mod model;
pub mod ops;
pub mod pages;
pub(crate) mod store;
