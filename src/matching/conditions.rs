//! The conditions of both sides in words.

use search_index::matching::{Condition, Outcome};
use search_index::{Profile, Side};

use super::answer::{MatchCondition, outcome_code};
use super::source::Source;
use crate::search::cards::Card;
use crate::search::names::Names;

/// A source and one counterpart, as the caller sees them.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Words.
    pub names: Names<'a>,
    /// What asks.
    pub source: &'a Source,
    /// What was found.
    pub target: &'a Card,
}

impl Pair<'_> {
    fn profile(&self) -> &Profile {
        &self.source.profile
    }

    fn withheld(&self, side: Side) -> &[String] {
        if side == self.profile().side { &self.source.withheld } else { &self.target.withheld }
    }

    fn need_budget_min(&self) -> Option<i64> {
        match self.profile().side {
            Side::Need => self.profile().budget_min,
            Side::Capability => self.target.budget_min.map(|money| money.0),
        }
    }

    fn budget_negotiable(&self) -> bool {
        match self.profile().side {
            Side::Need => self.profile().budget_negotiable,
            Side::Capability => self.target.budget_negotiable.unwrap_or(false),
        }
    }
}

/// Decides what the index could not: it knows less of the counterpart than this caller, who may
/// see the budget of the need that was found, or who owns it. The score is left alone, so that the
/// ranking tells nobody more than the index knows.
pub fn settled(pair: &Pair<'_>, condition: Condition) -> Condition {
    let open = condition.outcome == Outcome::Unknown && condition.offered.is_empty();
    match (open, condition.name) {
        (true, "budget") if pair.profile().side == Side::Capability => budgeted(pair, condition),
        (true, "partner_type") if condition.side == pair.profile().side => owned(pair, condition),
        _ => condition,
    }
}

/// Decided on the sort of the organisation that owns the counterpart.
fn owned(pair: &Pair<'_>, mut condition: Condition) -> Condition {
    if let Some(org) = &pair.target.org {
        condition.offered.clone_from(&org.org_type);
        let met = condition.wanted.split(',').any(|wanted| wanted == org.org_type);
        condition.outcome = if met { Outcome::Met } else { Outcome::NotMet };
    }
    condition
}

/// Decided on the budget of the need that was found.
fn budgeted(pair: &Pair<'_>, mut condition: Condition) -> Condition {
    let (Some(most), Ok(least)) = (pair.target.budget_max, condition.wanted.parse::<i64>()) else {
        return condition;
    };
    condition.offered = most.0.to_string();
    if least <= most.0 {
        condition.outcome = Outcome::Met;
    } else if !pair.budget_negotiable() {
        condition.outcome = Outcome::NotMet;
    }
    condition
}

/// A condition in words.
pub fn view(pair: &Pair<'_>, condition: &Condition) -> MatchCondition {
    let (wanted, offered) = words(pair, condition);
    MatchCondition {
        name: condition.name,
        label: pair.names.text(&format!("match_condition.{}", condition.name)),
        side: condition.side.as_str(),
        hard: condition.hard,
        outcome: outcome_code(condition.outcome),
        wanted,
        offered,
    }
}

/// What is wanted and what is offered, in words.
pub fn words(pair: &Pair<'_>, condition: &Condition) -> (String, String) {
    let side = condition.side;
    (value(pair, condition, side, &condition.wanted), {
        value(pair, condition, side.opposite(), &condition.offered)
    })
}

/// One value of a condition, which belongs to `side`.
fn value(pair: &Pair<'_>, condition: &Condition, side: Side, raw: &str) -> String {
    let names = pair.names;
    if is_withheld(pair, condition.name, side, raw) {
        return names.text("match_value.withheld");
    }
    if raw.is_empty() {
        return names.text("match_value.silent");
    }
    let each = |name: &dyn Fn(&str) -> String| names.list(raw.split(',').map(name));
    let number = raw.parse::<i64>().unwrap_or_default();
    match condition.name {
        "budget" if side == Side::Need => budget(pair, number),
        "budget" => names.amount(number),
        "region" | "excluded_region" => each(&|code| names.region(code)),
        "partner_type" => each(&|code| names.code("org_type", code)),
        "cooperation_mode" => each(&|code| names.code("cooperation_mode", code)),
        // Names of industries are lists themselves.
        "industry" => {
            let industries: Vec<String> = raw.split(',').map(|code| names.industry(code)).collect();
            industries.join(" / ")
        }
        "trl" => format!("TRL {raw}"),
        // The other side of the term is no term, but the day it is held against.
        "deadline" if side != condition.side => {
            names.filled("match_value.today", &[("day", &names.day(number))])
        }
        "deadline" => names.day(number),
        _ => raw.to_owned(),
    }
}

/// What the need can spend, with the word "negotiable" where that is so.
fn budget(pair: &Pair<'_>, most: i64) -> String {
    let amount = pair.names.amounts(pair.need_budget_min(), most);
    if pair.budget_negotiable() {
        return format!("{amount}{}", pair.names.text("match_value.negotiable"));
    }
    amount
}

/// Whether the caller may not see the value. Of the index's conditions only these depend on fields
/// that are not on everybody's card.
fn is_withheld(pair: &Pair<'_>, name: &str, side: Side, raw: &str) -> bool {
    let held = |field: &str| pair.withheld(side).iter().any(|one| one == field);
    match (name, side) {
        ("budget", Side::Need) => raw.is_empty() && held("budget_max"),
        ("budget", Side::Capability) => raw.is_empty() && held("min_budget"),
        // The sort of an organisation tells something of who it is.
        ("partner_type", _) => pair.profile().side != side && held("org"),
        _ => false,
    }
}

/// Why a condition rules a counterpart out, or what speaks for or against the pair: one clause,
/// or nothing where the condition says nothing worth reading.
pub fn clause(pair: &Pair<'_>, condition: &Condition) -> Option<String> {
    let variant = match (condition.outcome, condition.name) {
        (Outcome::Unknown, _) => return None,
        (Outcome::Met, "excluded_region" | "deadline" | "capacity") => return None,
        (Outcome::Met, "trl") if number(&condition.offered) < number(&condition.wanted) => "near",
        (Outcome::Met, _) => "met",
        (Outcome::NotMet, _) => "not_met",
    };
    let (wanted, offered) = words(pair, condition);
    let side = |side: Side| pair.names.text(&format!("match_side.{}", side.as_str()));
    Some(pair.names.filled(
        &format!("match_clause.{}.{variant}", condition.name),
        &[
            ("wanted", &wanted),
            ("offered", &offered),
            ("shared", &shared(pair, condition)),
            ("side", &side(condition.side)),
            ("other", &side(condition.side.opposite())),
        ],
    ))
}

/// What both sides of a condition on lists have in common.
fn shared(pair: &Pair<'_>, condition: &Condition) -> String {
    let both =
        condition.wanted.split(',').filter(|code| condition.offered.split(',').any(|o| o == *code));
    pair.names.list(both.map(|code| pair.names.code("cooperation_mode", code)))
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}
