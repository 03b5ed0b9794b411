//! Records that come in with a past: the demonstration's, which have gone through their steps in
//! story only. Every step is traced as if it had been taken.

use std::collections::{BTreeMap, VecDeque};

use super::likeness::ops::Regrouped;
use super::ops::{Change, trace};
use crate::accounts::principal::{Caller, UserId};
use crate::db::{Db, Timestamp};
use crate::error::Result;

/// A step of a past.
#[derive(Debug, Clone)]
pub struct PastStep {
    /// The state entered.
    pub status: String,
    /// Who took the step.
    pub actor: Caller,
    /// The comment given.
    pub comment: Option<String>,
}

/// A record's past: its creation, and the steps after that.
#[derive(Debug)]
pub struct Past {
    /// The creation, as it is traced for a record without a past.
    pub creation: Change,
    /// What was done at a step, e.g. `need.step`.
    pub step_action: &'static str,
    /// All states in order, the first one included.
    pub steps: Vec<PastStep>,
    /// What its coming means for others.
    pub regrouped: Regrouped,
}

/// Traces pasts: first all creations, then all first steps, and so on, those of one actor
/// together. Call it last in the transaction: it takes the logs' lock.
///
/// # Errors
/// Database faults.
pub fn trace_pasts(db: &mut Db, at: Timestamp, pasts: Vec<Past>) -> Result<()> {
    let mut rounds: BTreeMap<(usize, Option<UserId>), (Caller, Vec<Change>)> = BTreeMap::new();
    for past in &pasts {
        let mut before = None;
        for (round, step) in past.steps.iter().enumerate() {
            let mut change = past.creation.clone();
            if round > 0 {
                change.action = past.step_action;
                change.before = change.after.clone();
            }
            change.version = i32::try_from(round + 1).unwrap_or(i32::MAX);
            change.step_from = Some(before.replace(step.status.clone()));
            change.status = step.status.clone();
            change.comment = step.comment.clone();
            let slot = rounds.entry((round, step.actor.actor_id()));
            slot.or_insert_with(|| (step.actor.clone(), Vec::new())).1.push(change);
        }
    }
    for (actor, changes) in rounds.values() {
        trace(db, actor, at, changes)?;
    }
    for past in pasts {
        past.regrouped.tell(db, at)?;
    }
    Ok(())
}

/// The shortest way from one state to another over legal steps, both included; only the end when
/// there is none.
pub fn route<S: Copy + Eq + 'static>(from: S, to: S, next: impl Fn(S) -> &'static [S]) -> Vec<S> {
    let mut open = VecDeque::from([vec![from]]);
    let mut seen = vec![from];
    while let Some(path) = open.pop_front() {
        let last = path.last().copied().unwrap_or(from);
        if last == to {
            return path;
        }
        for &step in next(last) {
            if !seen.contains(&step) {
                seen.push(step);
                open.push_back(path.iter().copied().chain([step]).collect());
            }
        }
    }
    vec![to]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::needs::life::NeedStatus as S;
    use crate::records::life::Life;

    #[test]
    fn the_way_to_a_state_is_the_shortest_legal_one() {
        assert_eq!(
            route(S::Draft, S::Expired, S::next),
            [S::Draft, S::Submitted, S::Published, S::Expired]
        );
        assert_eq!(route(S::Draft, S::Draft, S::next), [S::Draft]);
        assert_eq!(route(S::Solved, S::Draft, S::next), [S::Draft]);
    }
}
