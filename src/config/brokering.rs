//! `[brokering]`: the clocks of cases.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::cases::stage::CaseStage;

/// Longest time that a clock may run, in working days.
const MAX_DAYS: u32 = 1_000;

/// `[brokering]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct BrokeringConfig {
    pub first_contact_days: u32,
    pub escalate_after_days: u32,
    pub remind_days: u32,
    pub usual_value_wan: u32,
    pub stage_days: BTreeMap<CaseStage, u32>,
}

impl BrokeringConfig {
    /// The name of the first setting that is out of bounds.
    pub(super) fn wrong(&self) -> Option<String> {
        let days = [
            ("first_contact_days", self.first_contact_days),
            ("escalate_after_days", self.escalate_after_days),
            ("remind_days", self.remind_days),
        ];
        let simple = days.into_iter().find(|(_, days)| *days > MAX_DAYS);
        let staged = self.stage_days.iter().find(|(_, days)| **days > MAX_DAYS);
        let stage_name = |(stage, _): (&CaseStage, &u32)| format!("brokering.stage_days.{stage}");
        simple.map(|(name, _)| format!("brokering.{name}")).or(staged.map(stage_name))
    }
}
