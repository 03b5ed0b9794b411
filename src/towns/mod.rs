//! Specialised towns (专业镇).

pub mod ops;
