//! Projects (合作项目): the work that follows a match, with its parties, milestones, funds and what
//! came of it. See `docs/projects.md`.

pub mod api;
pub mod life;
pub mod model;
pub mod ops;
pub mod overdue;
pub mod pages;
pub mod ratings;
pub mod reminders;
pub mod rules;
pub mod steps;
pub mod store;
pub mod suggestion;
