//! A table on trial: rows that somebody has sent by a page are looked at, mended there and looked at
//! again, and taken in when they are good. Nothing is kept in between: the table travels with its page.
//! Whoever may write for an organisation may bring in its records; the rules are those of writing them
//! one by one.

mod archive;
pub mod enter;
pub mod look;
pub mod read;
pub mod table;
