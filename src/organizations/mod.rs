//! Organisations (机构): firms, universities, institutes and whoever else takes part.

pub mod document;
pub mod model;
pub mod ops;
mod registration;
pub mod rules;
pub mod store;
