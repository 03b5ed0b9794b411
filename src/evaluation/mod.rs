//! Measures match quality on graded need–achievement pairs, with the production index and ranking.

pub mod baseline;
pub mod bootstrap;
pub mod evidence;
pub mod files;
pub mod measures;
pub mod model;
pub mod ranking;
pub mod run;
