//! Messages: the texts of everything that the service sends, and what administrators have put in
//! their place.
//!
//! [`catalogue`] names every message, its texts and the values they may use; the shipped texts are in
//! `locales/`. [`template`] puts values in for names, [`escape`] keeps what people have typed from
//! meaning anything in the channel that it goes out by. What is sent is rendered when it is written
//! into an outbox, and stays as it is.

pub mod api;
pub mod catalogue;
pub mod escape;
pub mod model;
pub mod ops;
pub mod pages;
mod preview;
mod rules;
pub(crate) mod store;
pub mod template;
mod texts;

pub use escape::Values;
pub use texts::Texts;
