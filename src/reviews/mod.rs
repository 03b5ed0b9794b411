//! What waits for review: needs and capabilities that have been put forward, organisations that have
//! registered. Whose it is to review and what may be done is said by the records' own rules.

pub mod model;
pub mod ops;
pub mod pages;
pub mod store;
