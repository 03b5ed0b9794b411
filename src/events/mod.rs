//! Events (对接会, 路演 and the like): planned by the liaison of a town, sides invited by match, their
//! meetings at tables without double booking, who came, and what became of it. See `docs/events.md`.

pub mod api;
pub mod between;
pub mod calendar;
mod clashes;
pub mod guests;
pub mod life;
pub mod meetings;
pub mod model;
pub mod ops;
pub mod pages;
pub mod proposals;
pub mod results;
pub mod rules;
pub mod slots;
pub mod steps;
pub mod store;
mod telling;
pub mod timetable;
pub mod views;
