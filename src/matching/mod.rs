//! Two-sided matching of needs and capabilities, with reasons.
//!
//! [`source`] turns a need, a capability or free text into the profile that asks, made of what the
//! caller may see of it. The index ranks and explains; [`ops`] loads the rows behind the answer,
//! drops what the caller may not know of, and puts the index's own numbers into words:
//! [`conditions`] the conditions of both sides, [`sentence`] one readable reason, [`quotes`] the
//! sentences of the counterpart that prove it, [`evidence`] which requirement of the need is met, by
//! which words of the capability, [`advice`] what to do when nothing is good enough. [`assurance`] how
//! sure a match is. [`scoring`] leaves the words away; [`view`] and [`comparison`] are for pages.

pub mod advice;
pub mod aid;
pub mod answer;
pub mod api;
pub mod assurance;
pub mod comparison;
pub mod conditions;
pub mod evidence;
pub mod ops;
pub mod pages;
pub mod query;
pub mod quotes;
pub mod scoring;
pub mod sentence;
pub mod settings;
pub mod source;
pub mod view;
