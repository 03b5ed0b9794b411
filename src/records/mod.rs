//! What all records share: kinds, readable codes, versions, steps of their life, and the one
//! function that writes version, audit entry and change-log entry together.

pub mod history;
pub mod model;
pub mod ops;
pub mod page;
pub mod parts;
pub mod patch;
pub mod rules;
pub mod scope;
pub mod store;
