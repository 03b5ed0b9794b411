//! What both fronts share: errors as problem+json or page, extractors, middleware, paging.

pub mod extract;
pub mod html;
pub mod idempotency;
pub mod middleware;
pub mod openapi;
pub mod operations;
pub mod pagination;
pub mod problem;
pub mod server;
pub mod text;
