//! Work beside requests: feeding the index from the change log, having vectors made of texts,
//! expiring records, telling people, sending mail.

pub mod allotment;
pub mod deliveries;
pub mod digest;
pub mod embedder;
pub mod escalation;
pub mod expiry;
pub mod housekeeping;
pub mod indexer;
pub mod likeness;
pub mod outbox;
pub mod reminders;
pub mod renewal;
pub mod subscriptions;
pub mod suggestions;
