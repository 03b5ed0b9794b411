//! What was done in the towns, in counts and money: by programme, channel, kind of activity, place and
//! time, each figure with the records behind it. A period can be locked; what changes afterwards
//! enters its report by a correction alone.
//!
//! Everything is a sum over *facts* ([`fact`]): one visit, one meeting, one contract that was signed.
//! Facts are drawn from the records when somebody asks ([`live`]), or from the report that was locked
//! ([`locked`]); [`collect`] puts the two together, [`tally`] adds up.

pub mod api;
pub mod collect;
pub mod dashboard;
pub mod differences;
pub mod dimension;
pub mod export;
pub mod fact;
pub mod live;
pub mod locked;
pub mod locks;
pub mod model;
pub mod ops;
pub mod pages;
pub mod period;
pub mod progress;
pub mod query;
mod store;
pub mod tally;
