//! Specialised towns (专业镇): the places whose trade the platform serves.

pub mod api;
pub mod document;
pub mod model;
pub mod ops;
pub mod pages;
pub mod register;
pub mod rules;
pub mod store;
