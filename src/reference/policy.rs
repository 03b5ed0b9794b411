//! Rules on technology contracts that policy changes. They are rows of `contract_rules.csv`, each
//! with a region and a time for which it holds, so that a contract follows the rule of the day on
//! which it was signed. See `docs/contracts.md`.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::code_enum;
use crate::money::Money;

code_enum!(
    /// What a row of `contract_rules.csv` rules.
    ContractRuleKind {
        /// Contract types that exist, separated by spaces.
        ContractTypes = "contract_types",
        /// Who applies for registration: `buyer` or `seller`.
        Registrant = "registrant",
        /// Days after signing within which registration is applied for.
        RegistrationDays = "registration_days",
        /// Days after the application within which the registry decides.
        DecisionDays = "decision_days",
        /// Amount in 万元 from which on a contract counts as major.
        MajorAmount = "major_amount",
    }
);

code_enum!(
    /// A side of a contract.
    ContractSide {
        /// 买方
        Buyer = "buyer",
        /// 卖方
        Seller = "seller",
    }
);

/// One row of `contract_rules.csv`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ContractRule {
    /// What it rules.
    pub rule: ContractRuleKind,
    /// Region at any level of the code; empty for the whole country.
    pub region_code: String,
    /// First day of signing for which it holds.
    pub valid_from: NaiveDate,
    /// Last day; none while it is in force.
    pub valid_to: Option<NaiveDate>,
    /// What holds.
    pub value: String,
    /// Where it is written.
    pub source: String,
}

impl ContractRule {
    /// Checks the row by itself.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.valid_to.is_some_and(|last| last < self.valid_from) {
            return Err("ends before it begins".to_owned());
        }
        match self.rule {
            ContractRuleKind::ContractTypes => {
                let some = self.value.split_whitespace().next();
                some.map(drop).ok_or_else(|| "names no type".to_owned())
            }
            ContractRuleKind::Registrant => self.value.parse::<ContractSide>().map(drop),
            ContractRuleKind::RegistrationDays | ContractRuleKind::DecisionDays => {
                self.value.parse::<u32>().map(drop).map_err(|error| error.to_string())
            }
            ContractRuleKind::MajorAmount => Money::parse_wan(&self.value).map(drop),
        }
    }

    fn holds(&self, region: &str, day: NaiveDate) -> bool {
        region.starts_with(&self.region_code)
            && self.valid_from <= day
            && self.valid_to.is_none_or(|last| day <= last)
    }

    /// Whether both rule the same for the same region on some day.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        let starts_within = |one: &Self, two: &Self| {
            one.valid_from <= two.valid_from
                && one.valid_to.is_none_or(|last| two.valid_from <= last)
        };
        self.rule == other.rule
            && self.region_code == other.region_code
            && (starts_within(self, other) || starts_within(other, self))
    }
}

/// The rules that hold for one contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractPolicy {
    /// Contract types that exist; none when nothing is ruled.
    pub contract_types: Option<HashSet<String>>,
    /// Who applies for registration.
    pub registrant: Option<ContractSide>,
    /// Days after signing within which registration is applied for.
    pub registration_days: Option<u32>,
    /// Days after the application within which the registry decides.
    pub decision_days: Option<u32>,
    /// Amount from which on a contract counts as major.
    pub major_amount: Option<Money>,
}

impl ContractPolicy {
    /// The policy for a contract of a region that was signed on a day. The row of the narrowest
    /// region counts, rule by rule.
    pub(super) fn of(rules: &[ContractRule], region: &str, day: NaiveDate) -> Self {
        let value = |kind: ContractRuleKind| {
            let held = rules.iter().filter(|rule| rule.rule == kind && rule.holds(region, day));
            held.max_by_key(|rule| rule.region_code.len()).map(|rule| rule.value.as_str())
        };
        let types = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        let days = |kind| value(kind).and_then(|text: &str| text.parse().ok());
        Self {
            contract_types: value(ContractRuleKind::ContractTypes).map(types),
            registrant: value(ContractRuleKind::Registrant).and_then(|text| text.parse().ok()),
            registration_days: days(ContractRuleKind::RegistrationDays),
            decision_days: days(ContractRuleKind::DecisionDays),
            major_amount: value(ContractRuleKind::MajorAmount)
                .and_then(|text| Money::parse_wan(text).ok()),
        }
    }

    /// The day until which registration is to be applied for.
    pub fn registration_due(&self, signed_on: NaiveDate) -> Option<NaiveDate> {
        signed_on.checked_add_days(Days::new(u64::from(self.registration_days?)))
    }

    /// The day until which the registry is to decide.
    pub fn decision_due(&self, submitted_on: NaiveDate) -> Option<NaiveDate> {
        submitted_on.checked_add_days(Days::new(u64::from(self.decision_days?)))
    }
}
