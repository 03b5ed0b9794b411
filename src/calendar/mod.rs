//! The month of who is signed in: events, visits, and what is due of cases, projects and contracts. What
//! it shows is asked of the folders that own it, under their own rules.

pub mod model;
pub mod ops;
pub mod pages;
