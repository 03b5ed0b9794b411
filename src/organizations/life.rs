//! The verification of an organisation: its states, the legal steps, and who may take them.

use super::model::{OrgStatus, Organization};
use crate::accounts::principal::Caller;
use crate::error::{Error, Message, Result};

impl OrgStatus {
    /// The steps that are legal from here.
    pub fn next(self) -> &'static [Self] {
        match self {
            Self::Pending => &[Self::Verified, Self::Rejected],
            Self::Verified => &[Self::Suspended],
            Self::Rejected => &[Self::Pending],
            Self::Suspended => &[Self::Verified],
        }
    }

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

/// Checking is the reviewer's; asking again after a refusal also the manager's.
fn may_take(to: OrgStatus, standing: Standing) -> bool {
    standing.reviewer || (standing.manager && to == OrgStatus::Pending)
}

/// The legal steps that this caller may take.
pub fn steps_for(from: OrgStatus, standing: Standing) -> Vec<OrgStatus> {
    from.next().iter().copied().filter(|to| may_take(*to, standing)).collect()
}

/// Checks a step.
///
/// # Errors
/// A conflict that lists the legal steps, or "forbidden" when the step is legal but not the
/// caller's to take.
pub fn check_step(from: OrgStatus, to: OrgStatus, standing: Standing) -> Result<()> {
    if !from.next().contains(&to) {
        return Err(Error::Conflict {
            message: Message::new("error.illegal_step").with("from", from).with("to", to),
            legal: Some(from.next().iter().map(ToString::to_string).collect()),
        });
    }
    if may_take(to, standing) {
        Ok(())
    } else {
        Err(Error::forbidden(Message::new("error.step_not_yours").with("to", to)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
                match check_step(from, to, REVIEWER) {
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
        let error = check_step(OrgStatus::Pending, OrgStatus::Verified, MANAGER).unwrap_err();
        assert!(matches!(error, Error::Forbidden(_)));
        assert!(steps_for(OrgStatus::Suspended, MANAGER).is_empty());
        assert_eq!(steps_for(OrgStatus::Rejected, MANAGER), [OrgStatus::Pending]);
    }
}
