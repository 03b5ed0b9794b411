//! What leaves the service: mail.
//!
//! A mail is written into the outbox in the transaction that it tells of, so that it is sent if
//! and only if that transaction is kept. [`jobs::outbox`](crate::jobs::outbox) delivers it.

pub mod addresses;
pub mod api;
pub mod delivery;
pub mod mailer;
pub mod model;
pub mod ops;
pub(crate) mod store;
