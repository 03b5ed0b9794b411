//! The points: weights that add up to 100, and how much of each a need has earned.
//!
//! A part is earned by a field of its own, or by the texts. What the texts earn is capped by their
//! length, so that a title of twenty characters with the right words is still no good need. Every
//! finding can only add: a need that says more never has fewer points, unless it turns out to be
//! several needs.

use super::evidence::Evidence;
use super::model::Finding;
use crate::needs::model::NeedFields;

/// Text length at which the part `detail` is earned in full.
pub(super) const DETAILED: usize = 120;
/// What the texts can earn, beside one point a character.
const CAP_BASE: usize = 15;
/// Gaps with examples for each trade.
pub(super) const TRADE_EXAMPLES: [&str; 3] = ["no_target", "no_material", "no_application"];

/// A part with what it has earned.
pub(super) struct Earned {
    pub code: &'static str,
    pub weight: u8,
    /// Earned by a field of its own.
    pub by_field: u8,
    /// Earned by the texts beyond that.
    pub by_text: u8,
    /// The gap that is left when it is not earned in full.
    pub gap: &'static str,
    /// Where what is missing belongs.
    pub field: &'static str,
    pub found: Vec<Finding>,
}

impl Earned {
    /// All points of the part.
    pub fn points(&self) -> u8 {
        self.by_field + self.by_text
    }
}

/// What a need has earned, and what the cap takes away from the points of the texts.
pub(super) struct Earnings {
    pub parts: Vec<Earned>,
    pub capped: u8,
}

/// Gives the points.
pub(super) fn earn(fields: &NeedFields, found: &mut Evidence) -> Earnings {
    let mut parts = vec![target(fields, found), detail(found), focus(found)];
    parts.extend(elements(fields, found));
    parts.extend([state(fields, found), budget(fields, found), deadline(fields, found)]);
    let by_text: usize = parts.iter().map(|part| usize::from(part.by_text)).sum();
    let capped = by_text.saturating_sub(CAP_BASE + found.length);
    // Never more than all the points there are.
    Earnings { parts, capped: u8::try_from(capped).unwrap_or(100) }
}

/// A part that is there or not.
fn whole(
    (code, weight, gap, field): (&'static str, u8, &'static str, &'static str),
    by_field: bool,
    found: Vec<Finding>,
) -> Earned {
    let by_text = if !by_field && !found.is_empty() { weight } else { 0 };
    let by_field = if by_field { weight } else { 0 };
    Earned { code, weight, by_field, by_text, gap, field, found }
}

fn filled(text: Option<&String>) -> bool {
    text.is_some_and(|text| text.trim().chars().count() >= 2)
}

/// One measurable target earns most, a second one the rest.
fn target(fields: &NeedFields, found: &mut Evidence) -> Earned {
    let usable = |one: &&crate::needs::model::Requirement| {
        !one.name.trim().is_empty() && !one.value.trim().is_empty()
    };
    let listed = fields.requirements.iter().filter(usable).count();
    let worth = |count: usize| match count {
        0 => 0,
        1 => 17,
        _ => 25,
    };
    let all = worth(listed + found.targets);
    Earned {
        code: "target",
        weight: 25,
        by_field: worth(listed),
        by_text: all - worth(listed),
        gap: if all == 0 { "no_target" } else { "few_targets" },
        field: "/requirements",
        found: std::mem::take(&mut found.target_places),
    }
}

fn detail(found: &Evidence) -> Earned {
    let points = found.length.min(DETAILED) * 10 / DETAILED;
    Earned {
        code: "detail",
        weight: 10,
        by_field: 0,
        // At most ten.
        by_text: u8::try_from(points).unwrap_or(10),
        gap: "too_short",
        field: "/problem",
        found: Vec::new(),
    }
}

/// It says what is to be solved, and that is one thing.
fn focus(found: &mut Evidence) -> Earned {
    let single = found.split.is_empty();
    let gap = if single { "no_task" } else { "several_needs" };
    let tasks = std::mem::take(&mut found.task);
    whole(("focus", 10, gap, "/problem"), false, if single { tasks } else { Vec::new() })
}

fn elements(fields: &NeedFields, found: &mut Evidence) -> [Earned; 5] {
    let given = fields.elements.as_ref();
    let take = std::mem::take::<Vec<Finding>>;
    [
        whole(
            ("material", 10, "no_material", "/elements/material"),
            filled(given.and_then(|e| e.material.as_ref())),
            take(&mut found.material),
        ),
        whole(
            ("method", 5, "no_method", "/elements/method"),
            filled(given.and_then(|e| e.method.as_ref())),
            take(&mut found.method),
        ),
        whole(
            ("efficacy", 5, "no_efficacy", "/elements/efficacy"),
            filled(given.and_then(|e| e.efficacy.as_ref())),
            take(&mut found.efficacy),
        ),
        whole(
            ("product", 5, "no_product", "/elements/product"),
            filled(given.and_then(|e| e.product.as_ref())),
            take(&mut found.product),
        ),
        whole(
            ("application", 10, "no_application", "/elements/application"),
            filled(given.and_then(|e| e.application.as_ref())),
            take(&mut found.application),
        ),
    ]
}

fn state(fields: &NeedFields, found: &mut Evidence) -> Earned {
    let told = filled(fields.background.as_ref()) || fields.current_trl.is_some();
    whole(("state", 5, "no_state", "/background"), told, std::mem::take(&mut found.state))
}

/// A figure earns everything, readiness to negotiate one half.
fn budget(fields: &NeedFields, found: &mut Evidence) -> Earned {
    let named = fields.budget_max.or(fields.budget_min).or(fields.reward_amount).is_some();
    let open = fields.budget_negotiable == Some(true);
    let places = std::mem::take(&mut found.budget);
    let mut part = whole(("budget", 10, "no_budget", "/budget_max"), named, places);
    if !named && open {
        part.by_field = 5;
        part.by_text = part.by_text.saturating_sub(5);
        part.gap = "open_budget";
    }
    part
}

fn deadline(fields: &NeedFields, found: &mut Evidence) -> Earned {
    let places = std::mem::take(&mut found.deadline);
    whole(("deadline", 5, "no_deadline", "/deadline"), fields.deadline.is_some(), places)
}
