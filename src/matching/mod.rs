//! Two-sided matching of needs and capabilities, with reasons.

pub mod cards;
pub mod settings;
