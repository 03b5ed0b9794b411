//! Invitations to an organisation.

pub mod api;
pub mod model;
pub mod ops;
