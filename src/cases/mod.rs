//! 对接: a need and a capability that are brought together, by the liaison or by the interest of a
//! side, through the stages from a suggestion to an accepted delivery.

pub mod allotment;
pub mod api;
mod balance;
mod clocks;
pub mod cockpit;
pub mod commands;
pub mod due;
mod effects;
pub mod escalation;
pub mod feedback;
pub mod handover;
pub mod links;
pub mod loads;
pub mod model;
mod moves;
mod opening;
pub mod ops;
pub mod pages;
mod reading;
mod record;
pub mod stage;
pub(crate) mod store;
mod telling;
pub mod views;
mod visiting;
