//! Technology contracts (技术合同): what is agreed between buyer and seller, how it is registered,
//! amended and paid. See `docs/contracts.md`.

pub mod amendments;
pub mod api;
pub mod form;
pub mod life;
pub mod model;
pub mod ops;
pub mod pages;
mod parties;
pub mod payments;
pub mod rules;
pub mod steps;
pub mod store;
pub mod suggestion;
