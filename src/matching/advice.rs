//! What to do when there is no good match: the right to say "none" comes with a way on.

use search_index::Side;
use serde::Serialize;

use crate::search::names::Names;

/// One thing to do next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Advice {
    /// `widen_region`, `ask_expert`, `open_challenge` or `follow_up`.
    pub code: &'static str,
    /// The same in words.
    pub text: String,
}

/// Ways on for the side that asks, the cheapest first. A wider region helps only where one was
/// asked for, and only a need can be opened as a challenge.
pub fn ways_on(names: Names<'_>, side: Side, region_restricted: bool) -> Vec<Advice> {
    let mut codes = Vec::with_capacity(4);
    if region_restricted {
        codes.push("widen_region");
    }
    codes.push("ask_expert");
    if side == Side::Need {
        codes.push("open_challenge");
    }
    codes.push("follow_up");
    let text = |code: &str| names.text(&format!("match_advice.{}.{code}", side.as_str()));
    codes.into_iter().map(|code| Advice { code, text: text(code) }).collect()
}
