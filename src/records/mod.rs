//! What all records share: kinds, readable codes, versions, steps of their life, and the one
//! function that writes version, audit entry and change-log entry together. What is
//! [`Traced`](traced::Traced) can be asked for its steps and versions; what is
//! [`Reviewed`](reviewed::Reviewed) has the whole life of a need or a capability.

pub mod api;
pub mod freshness;
pub mod history;
pub mod life;
pub mod likeness;
pub mod model;
pub mod ops;
pub mod page;
pub mod pages;
pub mod parts;
pub mod patch;
pub mod reviewed;
pub mod rules;
pub mod scope;
pub mod store;
pub mod traced;
