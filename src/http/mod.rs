//! What both fronts share: errors as problem+json or page, extractors, middleware, paging.

pub mod answer;
pub mod cors;
pub mod docs;
pub mod entry;
pub mod extract;
pub mod finish;
pub mod health;
pub mod html;
pub mod idempotency;
pub mod metrics;
pub mod middleware;
pub mod openapi;
pub mod operations;
pub mod pagination;
pub mod problem;
pub mod server;
pub mod text;
pub mod trace;
pub mod upload;
