//! Passwords: rules, hashes, changing and resetting.

pub mod api;
pub mod hash;
pub mod model;
pub mod ops;
pub mod rules;
