//! Accounts of people.

pub mod api;
pub mod model;
pub mod ops;
pub(super) mod store;
