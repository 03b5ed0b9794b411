//! Conditions of both sides, each met, not met, or unknown because a side is silent.

use serde::Serialize;

use super::profile::Side;
use super::settings::{HardConditions, MatchSettings};
use super::stance::Stance;
use crate::codes;

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Met,
    /// It does not hold.
    NotMet,
    /// One side has not said.
    Unknown,
}

impl Outcome {
    fn of(holds: bool) -> Outcome {
        if holds { Outcome::Met } else { Outcome::NotMet }
    }

    fn known(holds: Option<bool>) -> Outcome {
        holds.map_or(Outcome::Unknown, Outcome::of)
    }
}

/// One condition of one side, held against the other.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Condition {
    /// `budget`, `region`, `excluded_region`, `trl`, `cooperation_mode`, `partner_type`,
    /// `industry`, `deadline` or `capacity`.
    pub name: &'static str,
    /// Whose condition it is.
    pub side: Side,
    /// Whether not meeting it excludes the pair.
    pub hard: bool,
    /// Whether it holds.
    pub outcome: Outcome,
    /// What that side wants: codes joined by `,`, amounts in 分, times in seconds since 1970.
    pub wanted: String,
    /// What the other side has, written likewise; empty when it has not said.
    pub offered: String,
}

impl Condition {
    /// Whether the pair is out because of this.
    pub fn excludes(&self) -> bool {
        self.hard && self.outcome == Outcome::NotMet
    }
}

/// A need and a capability held against each other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub need: &'a Stance,
    pub capability: &'a Stance,
    /// The side that was found, as against the side that asks.
    pub target: Side,
    pub now: i64,
    pub settings: &'a MatchSettings,
}

impl<'a> Pair<'a> {
    /// The stance of a side.
    pub fn of(&self, side: Side) -> &'a Stance {
        match side {
            Side::Need => self.need,
            Side::Capability => self.capability,
        }
    }

    fn hard(&self) -> &'a HardConditions {
        &self.settings.hard
    }
}

/// Every condition that at least one side has stated.
pub(crate) fn conditions(pair: &Pair<'_>) -> Vec<Condition> {
    let mut all = Vec::new();
    all.extend(budget(pair));
    for side in [Side::Need, Side::Capability] {
        all.extend(region(pair, side));
        all.extend(excluded_region(pair, side));
        all.extend(partner_type(pair, side));
    }
    all.extend(trl(pair));
    all.extend(cooperation_mode(pair));
    all.extend(industry(pair));
    all.extend(deadline(pair));
    all.extend(capacity(pair));
    all
}

/// The provider's least budget has to be within the greatest budget of the need. Above it, a
/// budget open to negotiation leaves the matter open.
fn budget(pair: &Pair<'_>) -> Option<Condition> {
    let (least, most) = (pair.capability.min_budget, pair.need.budget_max);
    if least.is_none() && most.is_none() {
        return None;
    }
    let within = least.zip(most).map(|(least, most)| least <= most);
    let within = within.filter(|&within| within || !pair.need.budget_negotiable);
    Some(Condition {
        name: "budget",
        side: Side::Capability,
        hard: pair.hard().budget,
        outcome: Outcome::known(within),
        wanted: number(least),
        offered: number(most),
    })
}

fn region(pair: &Pair<'_>, side: Side) -> Option<Condition> {
    let wanted = &pair.of(side).preferred_regions;
    let offered = &pair.of(side.opposite()).region_code;
    let within = wanted.iter().any(|area| codes::region_within(offered, area));
    (!wanted.is_empty()).then(|| Condition {
        name: "region",
        side,
        hard: pair.hard().region,
        outcome: Outcome::known((!offered.is_empty()).then_some(within)),
        wanted: wanted.join(","),
        offered: offered.clone(),
    })
}

fn excluded_region(pair: &Pair<'_>, side: Side) -> Option<Condition> {
    let excluded = &pair.of(side).excluded_regions;
    let offered = &pair.of(side.opposite()).region_code;
    let within = excluded.iter().any(|area| codes::region_within(offered, area));
    (!excluded.is_empty()).then(|| Condition {
        name: "excluded_region",
        side,
        hard: pair.hard().excluded_region,
        outcome: Outcome::known((!offered.is_empty()).then_some(!within)),
        wanted: excluded.join(","),
        offered: offered.clone(),
    })
}

fn partner_type(pair: &Pair<'_>, side: Side) -> Option<Condition> {
    let wanted = &pair.of(side).partner_types;
    let offered = &pair.of(side.opposite()).org_type;
    (!wanted.is_empty()).then(|| Condition {
        name: "partner_type",
        side,
        hard: pair.hard().partner_type,
        outcome: Outcome::known((!offered.is_empty()).then(|| wanted.contains(offered))),
        wanted: wanted.join(","),
        offered: offered.clone(),
    })
}

/// A joint project bridges some levels of readiness, but not any number.
fn trl(pair: &Pair<'_>) -> Option<Condition> {
    let (wanted, offered) = (pair.need.target_trl, pair.capability.trl);
    if wanted.is_none() && offered.is_none() {
        return None;
    }
    let gap = pair.settings.trl_gap;
    let reached = wanted.zip(offered).map(|(wanted, has)| has.saturating_add(gap) >= wanted);
    Some(Condition {
        name: "trl",
        side: Side::Need,
        hard: pair.hard().trl,
        outcome: Outcome::known(reached),
        wanted: number(wanted),
        offered: number(offered),
    })
}

fn cooperation_mode(pair: &Pair<'_>) -> Option<Condition> {
    let (wanted, offered) = (&pair.need.cooperation_modes, &pair.capability.cooperation_modes);
    if wanted.is_empty() && offered.is_empty() {
        return None;
    }
    let both = !wanted.is_empty() && !offered.is_empty();
    Some(Condition {
        name: "cooperation_mode",
        side: Side::Need,
        hard: pair.hard().cooperation_mode,
        outcome: Outcome::known(both.then(|| wanted.iter().any(|mode| offered.contains(mode)))),
        wanted: wanted.join(","),
        offered: offered.join(","),
    })
}

/// Industries agree when they share a 大类, or the 门类 of a side that says no more than that.
fn industry(pair: &Pair<'_>) -> Option<Condition> {
    let (wanted, offered) = (pair.need.industry_classes(), pair.capability.industry_classes());
    if wanted.is_empty() && offered.is_empty() {
        return None;
    }
    let within = |class: &String, other: &String| codes::industry_levels(other).contains(class);
    let shared = |a: &[String], b: &[String]| a.iter().any(|x| b.iter().any(|y| within(x, y)));
    let agree = shared(&wanted, &offered) || shared(&offered, &wanted);
    let both = !wanted.is_empty() && !offered.is_empty();
    Some(Condition {
        name: "industry",
        side: Side::Need,
        hard: pair.hard().industry,
        outcome: Outcome::known(both.then_some(agree)),
        wanted: pair.need.industry_codes.join(","),
        offered: pair.capability.industry_codes.join(","),
    })
}

/// The target must not have lapsed. When the source lapses is no matter of the pair.
fn deadline(pair: &Pair<'_>) -> Option<Condition> {
    let due = pair.of(pair.target).due()?;
    Some(Condition {
        name: "deadline",
        side: pair.target,
        hard: pair.hard().deadline,
        outcome: Outcome::of(due >= pair.now),
        wanted: due.to_string(),
        offered: pair.now.to_string(),
    })
}

/// A capability that is found must be able to take on another project.
fn capacity(pair: &Pair<'_>) -> Option<Condition> {
    let left = pair.of(pair.target).capacity_left?;
    Some(Condition {
        name: "capacity",
        side: pair.target,
        hard: pair.hard().capacity,
        outcome: Outcome::of(left > 0),
        wanted: "1".to_owned(),
        offered: left.to_string(),
    })
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
