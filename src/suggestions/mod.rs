//! Suggestions (推荐): pairs of a need and a capability that the service holds for good matches, for the
//! liaison of the need's town and for both sides. One that is taken up becomes a case.
//!
//! [`making`] reads the change log and keeps the pairs true. What is kept rests on what every member of
//! a verified organisation may see, so that a suggestion tells nobody more; who looks at one gets the
//! match as a match by hand would be explained. [`explaining`] says what a suggestion was made of.

pub mod api;
pub mod explaining;
pub mod making;
pub mod model;
pub mod ops;
pub mod pages;
pub(crate) mod store;
