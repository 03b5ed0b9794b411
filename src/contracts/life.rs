//! The life of a contract: its states, the legal steps, and who may take them.

use super::model::{Contract, ContractStatus};
use crate::accounts::principal::Caller;
use crate::records::life::Life;
use crate::reference::policy::ContractSide;

impl ContractStatus {
    /// Whether it has been signed and stands, so that what it says changes by amendment only.
    pub fn is_amendable(self) -> bool {
        matches!(self, Self::Signed | Self::Refused | Self::Registered | Self::Amended)
    }

    /// Whether payments are made under it.
    pub fn is_payable(self) -> bool {
        !matches!(self, Self::Intended | Self::Cancelled)
    }

    /// Whether it is to be handed in for registration.
    pub fn awaits_registration(self) -> bool {
        matches!(self, Self::Signed | Self::Refused)
    }

    /// The state after an amendment: what the registry knows is no longer what holds.
    #[must_use]
    pub fn after_amendment(self) -> Self {
        if self == Self::Registered { Self::Amended } else { self }
    }

    /// Whether a step from here to there must say why.
    pub fn needs_comment(self, to: Self) -> bool {
        matches!(to, Self::Cancelled | Self::Refused)
            || (self == Self::Submitted && to == Self::Signed)
    }
}

/// What the caller is to a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Works for the buyer.
    pub buyer: bool,
    /// Works for the seller.
    pub seller: bool,
    /// Liaison of the town, officer above, or platform administrator.
    pub reviewer: bool,
    /// Who applies for registration by the rule that holds for the contract.
    pub registrant: Option<ContractSide>,
}

impl Standing {
    /// The caller's standing towards a contract.
    pub fn of(caller: &Caller, contract: &Contract, registrant: Option<ContractSide>) -> Self {
        let Some(principal) = &caller.principal else {
            return Self { buyer: false, seller: false, reviewer: false, registrant };
        };
        Self {
            buyer: contract.buyer_org_id.is_some_and(|org| principal.works_for(org)),
            seller: contract.seller_org_id.is_some_and(|org| principal.works_for(org)),
            reviewer: principal.is_admin() || principal.reviews(&contract.region_code),
            registrant,
        }
    }

    /// Whether the caller may know of the contract. Whoever does may also work on it: which steps
    /// are whose is the state machine's to say.
    pub fn takes_part(self) -> bool {
        self.buyer || self.seller || self.reviewer
    }

    /// Whether applying for registration is the caller's; either side's where nothing is ruled.
    fn registers(self) -> bool {
        match self.registrant {
            Some(ContractSide::Buyer) => self.buyer,
            Some(ContractSide::Seller) => self.seller,
            None => self.buyer || self.seller,
        }
    }
}

impl Life for ContractStatus {
    type Standing = Standing;

    const CODES: &'static str = "contract_status";

    fn next(self) -> &'static [Self] {
        match self {
            Self::Intended => &[Self::Signed],
            Self::Signed => &[Self::Submitted, Self::Cancelled],
            Self::Submitted => &[Self::Registered, Self::Refused, Self::Signed],
            Self::Registered => &[Self::Amended, Self::Cancelled],
            Self::Amended => &[Self::Registered, Self::Cancelled],
            Self::Refused => &[Self::Submitted, Self::Cancelled],
            Self::Cancelled => &[],
        }
    }

    // What the registry says, and the end of a contract, count in the statistics: the reviewer
    // has seen the paper.
    fn may_take(self, to: Self, standing: Standing) -> bool {
        match (self, to) {
            (_, Self::Submitted) | (Self::Submitted, Self::Signed) => {
                standing.reviewer || standing.registers()
            }
            (_, Self::Signed | Self::Amended) => standing.takes_part(),
            _ => standing.reviewer,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::error::Error;

    const BUYER: Standing = Standing {
        buyer: true,
        seller: false,
        reviewer: false,
        registrant: Some(ContractSide::Seller),
    };
    const SELLER: Standing = Standing { buyer: false, seller: true, ..BUYER };
    const REVIEWER: Standing = Standing { buyer: false, reviewer: true, ..BUYER };

    #[test]
    fn every_pair_of_states_is_legal_or_names_what_is() {
        for &from in ContractStatus::ALL {
            for &to in ContractStatus::ALL {
                match from.check_step(to, REVIEWER) {
                    Ok(()) => assert!(from.next().contains(&to), "{from} {to}"),
                    Err(Error::Conflict { legal: Some(steps), .. }) => {
                        assert!(!from.next().contains(&to), "{from} {to}");
                        assert_eq!(steps.len(), from.next().len());
                    }
                    Err(other) => panic!("{other}"),
                }
            }
        }
    }

    #[test]
    fn the_side_that_the_rule_names_applies_and_the_reviewer_records_the_answer() {
        use ContractStatus as S;
        assert_eq!(S::Signed.steps_for(SELLER), [S::Submitted]);
        assert_eq!(S::Signed.steps_for(BUYER), []);
        let buyer_registers = Standing { registrant: Some(ContractSide::Buyer), ..BUYER };
        assert_eq!(S::Signed.steps_for(buyer_registers), [S::Submitted]);
        assert_eq!(S::Signed.steps_for(Standing { registrant: None, ..BUYER }), [S::Submitted]);
        assert_eq!(S::Submitted.steps_for(SELLER), [S::Signed]);
        assert_eq!(S::Submitted.steps_for(REVIEWER), [S::Registered, S::Refused, S::Signed]);
        assert_eq!(S::Intended.steps_for(BUYER), [S::Signed]);
        let nobody = Standing { buyer: false, ..BUYER };
        for &state in S::ALL {
            assert_eq!(state.steps_for(nobody), [], "{state}");
        }
    }

    fn states() -> impl Strategy<Value = Vec<ContractStatus>> {
        prop::collection::vec(prop::sample::select(ContractStatus::ALL), 0..40)
    }

    proptest! {
        /// Whatever is asked for in whatever order, a contract is only where its life leads, and
        /// never unsigned again, nor registered without having been put forward.
        #[test]
        fn no_sequence_of_steps_leads_outside_the_life(wanted in states()) {
            let mut path = vec![ContractStatus::Intended];
            for to in wanted {
                let from = path[path.len() - 1];
                if from.check_step(to, REVIEWER).is_ok() {
                    prop_assert!(from.next().contains(&to));
                    path.push(to);
                }
            }
            prop_assert!(!path[1..].contains(&ContractStatus::Intended));
            if let Some(at) = path.iter().position(|state| *state == ContractStatus::Registered) {
                prop_assert!(path[..at].contains(&ContractStatus::Submitted));
            }
            if let Some(at) = path.iter().position(|state| *state == ContractStatus::Cancelled) {
                prop_assert_eq!(at, path.len() - 1);
            }
        }

        /// What anybody may do, somebody who may do everything may do as well.
        #[test]
        fn a_reviewer_may_take_every_legal_step(at in prop::sample::select(ContractStatus::ALL)) {
            prop_assert_eq!(at.steps_for(REVIEWER), at.next());
            for standing in [BUYER, SELLER] {
                prop_assert!(at.steps_for(standing).iter().all(|step| at.next().contains(step)));
            }
        }
    }
}
