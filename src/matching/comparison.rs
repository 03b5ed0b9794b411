//! Up to three matches side by side: a row for each requirement of the need and each condition of either
//! side, a column for each match.

use super::answer::{Match, MatchCondition};
use super::evidence::MatchRequirement;

/// Matches that can stand side by side.
pub const MOST: usize = 3;

/// Conditions that have a row even when neither side says anything of them, in their order.
const ALWAYS: [&str; 5] = ["budget", "cooperation_mode", "region", "trl", "deadline"];

/// Matches beside each other.
pub struct Comparison {
    /// The matches, best first, each with its letter.
    pub columns: Vec<(char, Match)>,
}

/// One condition of one side, for all columns.
pub struct ConditionRow<'a> {
    /// `budget`, `region` and so on.
    pub name: &'static str,
    /// Whose condition it is; empty when no side says anything.
    pub side: &'static str,
    /// One for each column; none where nothing is said.
    pub cells: Vec<(char, Option<&'a MatchCondition>)>,
}

impl Comparison {
    /// The matches, in their order.
    pub fn new(hits: Vec<Match>) -> Self {
        Self { columns: ('A'..='Z').zip(hits).collect() }
    }

    /// Each requirement with what the columns say of it.
    pub fn requirements(&self) -> Vec<(&MatchRequirement, Vec<(char, &MatchRequirement)>)> {
        // All are held against the same list, so the place tells which requirement it is.
        let Some((_, first)) = self.columns.first() else { return Vec::new() };
        let row = |(at, asked)| {
            let cells = self.columns.iter();
            let cells =
                cells.filter_map(|(letter, hit)| Some((*letter, hit.requirements.get(at)?)));
            (asked, cells.collect())
        };
        first.requirements.iter().enumerate().map(row).collect()
    }

    /// Each condition of each side.
    pub fn conditions(&self) -> Vec<ConditionRow<'_>> {
        let all = || self.columns.iter().flat_map(|(_, hit)| &hit.conditions);
        let mut keys: Vec<(&'static str, &'static str)> = Vec::new();
        let stated = |name: &str| all().filter(|one| one.name == name).collect::<Vec<_>>();
        for name in ALWAYS {
            let mut sides: Vec<_> = stated(name).iter().map(|one| one.side).collect();
            sides.sort_unstable_by(|a, b| b.cmp(a));
            sides.dedup();
            if sides.is_empty() {
                sides.push("");
            }
            keys.extend(sides.into_iter().map(|side| (name, side)));
        }
        for one in all() {
            if !keys.contains(&(one.name, one.side)) {
                keys.push((one.name, one.side));
            }
        }
        keys.into_iter().map(|(name, side)| self.row(name, side)).collect()
    }

    fn row(&self, name: &'static str, side: &'static str) -> ConditionRow<'_> {
        let cell = |hit: &'_ Match| {
            hit.conditions.iter().position(|one| one.name == name && one.side == side)
        };
        let cells = self.columns.iter();
        let cells = cells
            .map(|(letter, hit)| (*letter, cell(hit).and_then(|at| hit.conditions.get(at))))
            .collect();
        ConditionRow { name, side, cells }
    }
}
