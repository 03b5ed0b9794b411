//! Capabilities of universities, institutes and service organisations.

pub mod ops;
