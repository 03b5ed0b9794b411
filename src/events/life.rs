//! The life of an event: its states, the legal steps, and who may take them.

use super::model::{Event, EventStatus};
use crate::accounts::principal::Caller;
use crate::records::life::Life;

impl EventStatus {
    /// Whether its fields may still be changed.
    pub fn is_editable(self) -> bool {
        matches!(self, Self::Planned | Self::Open | Self::Closed)
    }

    /// Whether guests may be invited, and pairs put together.
    pub fn invites(self) -> bool {
        self.is_editable()
    }

    /// Whether those who were invited may still say whether they come.
    pub fn is_answerable(self) -> bool {
        matches!(self, Self::Open | Self::Closed)
    }

    /// Whether a step to here must say why.
    pub fn needs_comment(self) -> bool {
        self == Self::Cancelled
    }
}

/// What the caller is to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Runs it: liaison of the town, or administrator.
    pub runs: bool,
    /// Sees everything of it: an officer above, too.
    pub reviews: bool,
}

impl Standing {
    /// The caller's standing towards events of a town.
    pub fn in_town(caller: &Caller, town_code: &str) -> Self {
        let Some(principal) = &caller.principal else {
            return Self { runs: false, reviews: false };
        };
        let runs = principal.is_admin() || principal.is_liaison_of(town_code);
        Self { runs, reviews: runs || principal.reviews(town_code) }
    }

    /// The caller's standing towards an event.
    pub fn of(caller: &Caller, event: &Event) -> Self {
        Self::in_town(caller, &event.town_code)
    }
}

impl Life for EventStatus {
    type Standing = Standing;

    const CODES: &'static str = "event_status";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Open, Self::Cancelled],
            Self::Open => &[Self::Closed, Self::Cancelled],
            Self::Closed => &[Self::Held, Self::Open, Self::Cancelled],
            Self::Held | Self::Cancelled => &[],
        }
    }

    fn may_take(self, _: Self, standing: Standing) -> bool {
        standing.runs
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    #[test]
    fn who_runs_it_takes_the_steps_and_the_end_is_the_end() {
        use EventStatus as S;
        let runs = Standing { runs: true, reviews: true };
        let reads = Standing { runs: false, reviews: true };
        assert_eq!(S::Closed.steps_for(runs), [S::Held, S::Open, S::Cancelled]);
        assert!(S::Closed.steps_for(reads).is_empty());
        assert!(matches!(S::Planned.check_step(S::Open, reads), Err(Error::Forbidden(_))));
        let Err(Error::Conflict { legal, .. }) = S::Planned.check_step(S::Held, runs) else {
            panic!("skipped registration")
        };
        assert_eq!(legal, Some(vec!["open".to_owned(), "cancelled".to_owned()]));
        for ended in [S::Held, S::Cancelled] {
            for to in S::ALL {
                assert!(ended.check_step(*to, runs).is_err(), "{ended} to {to}");
            }
        }
    }

    proptest! {
        /// An event is held after its registration was closed and never without having been open;
        /// who does not run it moves nothing, and the end is the end.
        #[test]
        fn no_sequence_of_steps_leads_outside_the_life(
            wanted in prop::collection::vec(
                (prop::sample::select(EventStatus::ALL), any::<bool>()), 0..40),
        ) {
            use EventStatus as S;
            let mut path = vec![S::Planned];
            for (to, runs) in wanted {
                let from = path[path.len() - 1];
                if from.check_step(to, Standing { runs, reviews: true }).is_ok() {
                    prop_assert!(runs && from.next().contains(&to));
                    path.push(to);
                }
            }
            if let Some(at) = path.iter().position(|state| *state == S::Held) {
                prop_assert_eq!(path[at - 1], S::Closed);
                prop_assert!(path[..at].contains(&S::Open));
            }
            let ended = path.iter().position(|state| state.next().is_empty());
            prop_assert!(ended.is_none_or(|at| at == path.len() - 1));
        }
    }
}
