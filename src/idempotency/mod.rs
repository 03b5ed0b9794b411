//! Writes that a client may repeat: it names them by a key, and the service makes each one once.
//!
//! The key's row is written in the transaction of the write itself, so that the two exist together
//! or not at all, whenever the process is killed. The answer is added to the row afterwards; when
//! that did not happen any more, the row still names the record that was created.

pub mod model;
pub mod ops;
mod store;

pub use model::Claim;
