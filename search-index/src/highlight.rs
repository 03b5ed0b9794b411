//! Shows why something was found: marked fragments and quotations.
//!
//! Text handed out here is always a verbatim slice of the text handed in. Escaping is left to the
//! page that shows it; marks are byte offsets on character borders.

mod fragment;
mod hits;
mod quotes;
mod terms;

pub use fragment::{Fragment, fragment};
pub use quotes::{Quote, quotes};
pub use terms::{Marker, TermSet};

use serde::{Deserialize, Serialize};

/// A marked part of a text, as byte offsets on character borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Span {
    /// First byte of the part.
    pub from: usize,
    /// First byte after the part.
    pub to: usize,
}

/// Joins spans that overlap or touch. The spans must be sorted.
fn merge(spans: impl IntoIterator<Item = Span>) -> Vec<Span> {
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => merged.push(span),
        }
    }
    merged
}
