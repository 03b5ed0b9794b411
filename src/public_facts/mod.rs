//! What everybody may know of the whole platform: its statistics, and the addresses that search engines
//! are given. Which records are public is said once, in `store`: open ones that are published to
//! everybody. A record that only some may read is neither counted nor listed, so that no figure, however
//! small, tells anything of it.

pub mod descriptions;
pub mod model;
pub mod ops;
pub mod pages;
pub mod sitemap;
mod store;
