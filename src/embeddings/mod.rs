//! Vectors of texts by a model server: what is sent there, the queue of what it has yet to do, what
//! came back, and whether it answers.
//!
//! The vectors lie in the database, so that nodes share them, and go into each node's index with the
//! documents: a vector that has come is one more change of its record. `texts` decides what may
//! leave the program, `client` speaks to the server, `server` knows whether it answers, `yardstick`
//! what its nearness means. The loop
//! that puts texts into the queue and works it off is [`jobs::embedder`](crate::jobs::embedder).

pub mod client;
pub mod model;
pub mod ops;
pub mod server;
mod store;
pub mod texts;
pub mod yardstick;
