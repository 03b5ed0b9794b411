//! Organisations (机构): firms, universities, institutes and whoever else takes part.

pub mod api;
pub mod document;
pub mod life;
pub mod model;
pub mod ops;
mod owners;
pub mod pages;
mod registration;
mod review;
pub mod rules;
pub mod store;
mod unclaimed;
