//! Accounts of people.

pub mod api;
pub mod model;
pub mod ops;
pub mod pages;
pub(super) mod store;
