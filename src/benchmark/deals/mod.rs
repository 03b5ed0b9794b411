//! What brokering costs: cases, contracts and projects in bulk, and what an officer asks of them through
//! HTTP beside plain queries of the same rows.
//!
//! [`bulk`] makes them by the use cases, [`asking`] asks for them, [`store`] is the plain way.

pub mod asking;
pub mod bulk;
pub mod store;

use serde::Serialize;

use super::report::Load;

/// What was made, and what it costs to look at it.
#[derive(Debug, Clone, Serialize)]
pub struct DealFigures {
    /// Cases, contracts and projects.
    pub made: Made,
    /// Latencies by number of clients, beside plain queries of the same rows.
    pub loads: Vec<Load>,
}

/// How many were made.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Made {
    /// Cases; half of them have ended.
    pub cases: usize,
    /// Signed contracts.
    pub contracts: usize,
    /// Projects under way.
    pub projects: usize,
    /// Time that it took to make them.
    pub seconds: f64,
}
