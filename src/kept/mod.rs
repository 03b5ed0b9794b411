//! What has been typed into a form and not been followed yet: drafts that are saved while somebody types,
//! and forms that came when their session had ended.
//!
//! A draft belongs to a person and an address of a form, and carries a version: two tabs cannot write over
//! each other. A lost form belongs to the browser that sent it and to whom its page was made for, which its
//! token tells; nobody else is given it.

pub mod drafts;
pub mod model;
pub mod ops;
pub mod pages;
mod store;
