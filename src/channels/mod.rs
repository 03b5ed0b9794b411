//! Channels: group robots (企业微信, 钉钉, 飞书) and webhooks to which an organisation or the office of
//! a region has events told.
//!
//! A message is written into the outbox ([`telling::announce`]) in the transaction that it tells of, and
//! [`delivery`] sends it: at least once, under one id for each receiver. It holds codes and links,
//! never the text of a record: who reads along in a group is not known.

pub mod api;
pub mod delivery;
pub mod guard;
pub mod model;
pub mod ops;
pub mod outbox;
pub mod pages;
pub mod pausing;
mod payload;
mod rules;
pub mod sender;
pub mod signing;
pub(crate) mod store;
pub mod telling;
