//! Passwords: rules and hashes.

pub mod hash;
pub mod rules;
