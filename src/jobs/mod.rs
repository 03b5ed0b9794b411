//! Work beside requests: feeding the index from the change log, expiring records, sending mail.

pub mod expiry;
pub mod housekeeping;
pub mod indexer;
pub mod likeness;
pub mod outbox;
