//! What the service knows of a person, for that person (个人信息保护法): consents with the version of the
//! text, everything on record as one document, and erasure.

pub mod api;
pub mod consents;
pub mod erasure;
pub mod export;
pub mod model;
pub mod pages;
mod store;
