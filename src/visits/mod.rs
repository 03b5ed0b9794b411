//! Visits of liaisons to firms (走访记录): logged in a minute from a phone, with photos, and a problem
//! that was found becomes a draft need of the firm. Seen by the reviewers of the town's region and
//! administrators alone.

pub mod api;
pub mod links;
pub mod model;
pub mod needs;
pub mod ops;
pub mod pages;
pub mod rules;
pub mod store;
