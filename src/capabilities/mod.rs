//! Capabilities (科技成果 / 技术能力) of universities, institutes and service organisations:
//! achievements, patents, services, instruments, teams and experts. The shape is that of
//! [`needs`](crate::needs); `consent` is what only people have.

pub mod api;
pub mod consent;
pub mod document;
pub mod life;
pub mod listing;
pub mod model;
pub mod ops;
pub mod pages;
pub mod parts;
mod record;
pub mod rules;
pub mod steps;
pub mod store;
