//! Measuring a throw-away instance on files of real records: import, index, start, memory, and
//! search and match through HTTP beside the same calls straight on the index.
//!
//! [`intake`] imports and indexes, [`questions`] makes the mix of queries, [`direct`] asks the
//! index in this process, [`instance`] is the service as a process of its own that [`clients`] ask
//! through HTTP, [`latency`] sums up what they measured, [`report`] holds it all against the aims.
//! [`deals`] does the same for cases, contracts and projects, beside plain queries.

pub mod clients;
pub mod deals;
pub mod direct;
pub mod instance;
pub mod intake;
pub mod latency;
pub mod questions;
pub mod report;
pub mod run;
