//! What those who run the platform look at: organisations, reference data, settings, work in the
//! background, the audit log. Rules and figures are those of the folders that own them.

pub mod model;
pub mod ops;
pub mod pages;
pub mod store;
