//! Near-duplicates: records whose wording is much alike.
//!
//! Every record has keys in the database (`store`) under which records of like wording meet;
//! [`model`] holds two wordings against each other, `lookup` finds records by keys, `originals` says
//! which record another one repeats, [`ops`] keeps keys and originals up to date and answers who
//! resembles what, [`batch`] does so for a file that is being imported, [`backlog`] for what there was
//! before.
//!
//! Nothing here tells more than a page of the records would: a key is looked up only by those who
//! may read the wording behind it, and what is compared is what the caller sees. What a record
//! repeats (`duplicate_of`) follows from wording that everybody may read.

pub mod api;
pub mod backlog;
pub mod batch;
mod lookup;
pub mod model;
pub mod ops;
mod originals;
mod store;
