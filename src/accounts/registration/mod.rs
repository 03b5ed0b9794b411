//! Registering an organisation together with the first person who manages it.

pub mod api;
pub mod model;
pub mod ops;
