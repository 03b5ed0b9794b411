//! Reading records from files, and writing them to files.
//!
//! A row of a file goes through [`source`] (bytes to rows), [`rows`] with [`cells`] and
//! [`notation`] (text to fields, and back for the export), [`foreign`] (lines of other
//! collections) and [`destination`] (fields to checked records); [`run`] does it in batches and
//! reports. [`columns`] says which columns there are, for import, [`export`] and [`template`]
//! alike, and [`indexed`] feeds the index beside it. [`trial`] is for what people send by a page. The formats are described in `docs/import.md`.

pub mod api;
pub mod cells;
pub mod columns;
pub mod destination;
pub mod export;
pub mod files;
pub mod foreign;
pub mod indexed;
pub mod new_file;
pub mod notation;
pub mod owners;
pub mod pages;
pub mod rejects;
pub mod rows;
pub mod run;
pub mod source;
pub mod tables;
pub mod template;
pub mod trial;
