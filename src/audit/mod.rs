//! The append-only audit log: who did what to which record, from where, with the changed fields
//! before and after. Each entry carries the hash of the entry before it, so that a later change
//! anywhere breaks the chain from there on.

pub mod api;
pub mod model;
pub mod ops;
mod store;
