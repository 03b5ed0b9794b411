//! Notices: what people are told has happened. A notice is written in the transaction that it tells
//! of, stands in its reader's inbox, and goes out by mail as the reader wants it.
//!
//! A notice holds codes, never the text of a record: what it is about is put into words when it is
//! read or mailed, as far as its reader may see it then.

pub mod api;
pub mod digest;
mod letters;
pub mod model;
pub mod ops;
pub mod pages;
pub mod settings;
pub(crate) mod store;
mod wording;
