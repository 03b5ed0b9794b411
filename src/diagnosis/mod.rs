//! The need doctor (需求诊断): a score from 0 to 100 for the text of a need, the gaps that cost
//! points, each with an example, and a proposal to split what are several needs.
//!
//! `diagnose` is a pure function of the fields. `evidence` finds what the texts say, `figures`
//! the measurable targets in them, `series` the lists that hold several needs, `score` gives the
//! points; `words` are the word lists behind all of them. Nothing is stored.

pub mod api;
pub mod diagnose;
mod evidence;
mod figures;
pub mod model;
pub mod ops;
mod score;
mod series;
#[cfg(test)]
mod tests;
mod words;
