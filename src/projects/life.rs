//! The life of a project: its states, the legal steps, and who may take them.

use super::model::{Project, ProjectStatus};
use crate::accounts::principal::Caller;
use crate::records::life::Life;

impl ProjectStatus {
    /// Whether its fields may still be changed.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Closed | Self::Cancelled)
    }

    /// Whether a step to here must say why.
    pub fn needs_comment(self) -> bool {
        matches!(self, Self::Suspended | Self::Cancelled)
    }
}

/// What the caller is to a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Works for one of the parties.
    pub party: bool,
    /// Liaison of one of the towns, officer above, or platform administrator.
    pub reviewer: bool,
}

impl Standing {
    /// The caller's standing towards a project.
    pub fn of(caller: &Caller, project: &Project) -> Self {
        let Some(principal) = &caller.principal else {
            return Self { party: false, reviewer: false };
        };
        let fields = &project.doc.0;
        let mut parties = fields.parties.iter().filter_map(|party| party.org_id);
        let mut towns = fields.town_codes.iter();
        Self {
            party: parties.any(|org| principal.works_for(org)),
            reviewer: principal.is_admin() || towns.any(|town| principal.reviews(town)),
        }
    }

    /// Whether the caller may know of the project.
    pub fn takes_part(self) -> bool {
        self.party || self.reviewer
    }
}

impl Life for ProjectStatus {
    type Standing = Standing;

    const CODES: &'static str = "project_status";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Planned => &[Self::Active, Self::Cancelled],
            Self::Active => &[Self::Closed, Self::Suspended, Self::Cancelled],
            Self::Suspended => &[Self::Active, Self::Cancelled],
            Self::Closed | Self::Cancelled => &[],
        }
    }

    // What came of a project and that it came to nothing count in the reports: the reviewer has
    // asked both sides.
    fn may_take(self, to: Self, standing: Standing) -> bool {
        match to {
            Self::Closed | Self::Cancelled => standing.reviewer,
            _ => standing.takes_part(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    const PARTY: Standing = Standing { party: true, reviewer: false };
    const REVIEWER: Standing = Standing { party: false, reviewer: true };

    #[test]
    fn the_end_is_the_reviewers_to_record() {
        use ProjectStatus as S;
        assert_eq!(S::Active.steps_for(PARTY), [S::Suspended]);
        assert_eq!(S::Active.steps_for(REVIEWER), S::Active.next());
        assert_eq!(S::Planned.steps_for(PARTY), [S::Active]);
        let error = S::Active.check_step(S::Closed, PARTY).unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)));
        assert!(S::Active.steps_for(Standing { party: false, reviewer: false }).is_empty());
    }

    proptest! {
        /// Whatever is asked for in whatever order, a project is only where its life leads, closes
        /// only out of work, and never moves again after its end.
        #[test]
        fn no_sequence_of_steps_leads_outside_the_life(
            wanted in prop::collection::vec(prop::sample::select(ProjectStatus::ALL), 0..30),
        ) {
            let mut path = vec![ProjectStatus::Planned];
            for to in wanted {
                let from = path[path.len() - 1];
                match from.check_step(to, REVIEWER) {
                    Ok(()) => {
                        prop_assert!(from.next().contains(&to));
                        path.push(to);
                    }
                    Err(Error::Conflict { legal, .. }) => {
                        prop_assert_eq!(legal.map(|legal| legal.len()), Some(from.next().len()));
                    }
                    Err(other) => prop_assert!(false, "{}", other),
                }
            }
            for (at, state) in path.iter().enumerate() {
                if !state.is_open() {
                    prop_assert_eq!(at, path.len() - 1);
                }
                if *state == ProjectStatus::Closed {
                    prop_assert_eq!(path[at - 1], ProjectStatus::Active);
                }
            }
        }
    }
}
