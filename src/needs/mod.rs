//! Technical needs (技术需求): what a firm cannot solve alone.

pub mod api;
pub mod document;
pub mod life;
pub mod model;
pub mod ops;
pub mod pages;
pub mod rules;
pub mod store;
