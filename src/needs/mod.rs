//! Technical needs of firms (技术需求). `rules` says what a need must hold when, `life` which steps
//! it can take; `ops` has the use cases, with lists, versions, grants and expiry beside it.

pub mod api;
pub mod document;
pub mod life;
pub mod listing;
pub mod model;
pub mod ops;
pub mod pages;
mod record;
pub mod rules;
pub mod steps;
pub mod store;
