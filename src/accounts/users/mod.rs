//! Accounts of people.

pub mod model;
pub mod ops;
pub(super) mod store;
