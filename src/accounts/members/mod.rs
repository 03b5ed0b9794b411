//! The people of an organisation.

pub mod api;
pub mod model;
pub mod ops;
