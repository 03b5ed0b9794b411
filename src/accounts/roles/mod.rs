//! Roles: who may be what, and where.

pub mod api;
pub mod model;
pub mod ops;
pub(super) mod store;
