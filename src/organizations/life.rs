//! The verification of an organisation: its states, the legal steps, and who may take them.

use super::model::{OrgStatus, Organization};
use crate::accounts::principal::Caller;
use crate::records::life::Life;

impl OrgStatus {
    /// Whether everybody may know of it.
    pub fn is_open(self) -> bool {
        self == Self::Verified
    }

    /// Whether its name, credit code and type have been checked, so that only reviewers may
    /// change them.
    pub fn is_checked(self) -> bool {
        matches!(self, Self::Verified | Self::Suspended)
    }

    /// Whether a step to here must say why.
    pub fn needs_comment(self) -> bool {
        matches!(self, Self::Rejected | Self::Suspended)
    }
}

/// What the caller is to the organisation.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    /// Manages the organisation.
    pub manager: bool,
    /// Liaison of its town, officer above, or platform administrator.
    pub reviewer: bool,
}

impl Standing {
    /// The caller's standing towards an organisation.
    pub fn of(caller: &Caller, org: &Organization) -> Self {
        let Some(principal) = &caller.principal else {
            return Self { manager: false, reviewer: false };
        };
        Self {
            manager: principal.manages(org.id),
            reviewer: principal.is_admin() || principal.reviews(&org.region_code),
        }
    }

    /// Whether the caller may change the organisation at all.
    pub fn may_change(self) -> bool {
        self.manager || self.reviewer
    }
}

impl Life for OrgStatus {
    type Standing = Standing;

    const CODES: &'static str = "org_status";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Verified, Self::Rejected],
            Self::Verified => &[Self::Suspended],
            Self::Rejected => &[Self::Pending],
            Self::Suspended => &[Self::Verified],
        }
    }

    // Checking is the reviewer's; asking again after a refusal also the manager's.
    fn may_take(self, to: Self, standing: Standing) -> bool {
        standing.reviewer || (standing.manager && to == Self::Pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    const MANAGER: Standing = Standing { manager: true, reviewer: false };
    const REVIEWER: Standing = Standing { manager: false, reviewer: true };

    #[test]
    fn every_pair_of_states_is_legal_or_names_what_is() {
        let legal = [
            (OrgStatus::Pending, OrgStatus::Verified),
            (OrgStatus::Pending, OrgStatus::Rejected),
            (OrgStatus::Verified, OrgStatus::Suspended),
            (OrgStatus::Rejected, OrgStatus::Pending),
            (OrgStatus::Suspended, OrgStatus::Verified),
        ];
        for &from in OrgStatus::ALL {
            for &to in OrgStatus::ALL {
                match from.check_step(to, REVIEWER) {
                    Ok(()) => assert!(legal.contains(&(from, to)), "{from} {to}"),
                    Err(Error::Conflict { legal: Some(steps), .. }) => {
                        assert!(!legal.contains(&(from, to)), "{from} {to}");
                        assert_eq!(steps.len(), from.next().len());
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn nobody_verifies_an_organisation_of_ones_own() {
        let error = OrgStatus::Pending.check_step(OrgStatus::Verified, MANAGER).unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)));
        assert!(OrgStatus::Suspended.steps_for(MANAGER).is_empty());
        assert_eq!(OrgStatus::Rejected.steps_for(MANAGER), [OrgStatus::Pending]);
    }
}
