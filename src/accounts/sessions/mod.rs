//! Sessions: one sign-in on one device, with its family of refresh tokens.

pub mod api;
pub mod model;
pub mod ops;
pub(super) mod store;
