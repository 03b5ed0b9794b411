//! Links sent by mail: each holds a secret that works once.

pub mod model;
pub(super) mod ops;
pub(super) mod store;
