//! The clock of a case or a need, and how much it matters now. Nothing here reads a database.

use chrono::NaiveDate;
use serde::Serialize;

use super::stage::CaseStage;
use crate::config::BrokeringConfig;
use crate::reference::calendar::Calendar;

use CaseStage as S;

/// Age in working days beyond which nothing becomes more urgent: what is a month old and has not moved
/// is not saved by another day.
const OLDEST: i64 = 20;

/// The clock of something that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ClockView {
    /// Working days that it has waited.
    pub days: i64,
    /// Working days that it may wait; absent without a limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// Whether its limit, or the day that the broker has set, is over.
    pub overdue: bool,
    /// Whether it has waited more than twice its limit.
    pub stalled: bool,
    /// Whether it has been over its limit for so long that the officer above is to look at it.
    pub escalated: bool,
}

/// When a case or a need began to wait, and until when.
#[derive(Debug, Clone, Copy)]
pub struct Waiting {
    /// The day in China on which it began.
    pub since: NaiveDate,
    /// Working days that it may wait.
    pub limit: Option<u32>,
    /// The day that the broker has set.
    pub due_on: Option<NaiveDate>,
}

/// How the clock of something stands on a day.
pub fn clock(
    calendar: &Calendar,
    config: &BrokeringConfig,
    waiting: Waiting,
    today: NaiveDate,
) -> ClockView {
    let days = calendar.workdays_between(waiting.since, today).max(0);
    let limit = waiting.limit.map(i64::from);
    let over_limit = limit.map_or(0, |limit| days - limit);
    let over_due = waiting.due_on.map_or(0, |due| calendar.workdays_between(due, today));
    let past_due = waiting.due_on.is_some_and(|due| today > due);
    ClockView {
        days,
        limit,
        overdue: over_limit > 0 || past_due,
        stalled: limit.is_some_and(|limit| days > 2 * limit),
        escalated: over_limit.max(over_due) > i64::from(config.escalate_after_days),
    }
}

/// How likely something that stands here comes to a contract: the order of stages in shares of one.
/// They are set by judgement, between the 15 to 30 of 100 published needs that end in a contract and
/// the near certainty of one that is agreed on; docs/brokering.md says so.
pub fn chance(stage: Option<CaseStage>) -> f64 {
    match stage {
        None | Some(S::ClosedLost) => 0.05,
        Some(S::Suggested | S::OnHold) => 0.06,
        Some(S::Reviewed) => 0.08,
        Some(S::NeedInterested | S::ProviderInterested) => 0.12,
        Some(S::Mutual) => 0.2,
        Some(S::Introduced) => 0.25,
        Some(S::Met) => 0.35,
        Some(S::Nda) => 0.4,
        Some(S::Proposal) => 0.5,
        Some(S::Assessed) => 0.55,
        Some(S::Negotiating) => 0.65,
        Some(S::Agreed) => 0.8,
        Some(S::Signed | S::Registered | S::Delivering) => 0.95,
        Some(S::Accepted | S::ClosedWon) => 1.0,
    }
}

/// What an hour spent on it is worth now: value in 万元, times the chance, times its age in working
/// days, counted from one.
pub fn priority(value: f64, stage: Option<CaseStage>, days: i64) -> f64 {
    let age = f64::from(i32::try_from(days.clamp(0, OLDEST)).unwrap_or(0)) + 1.0;
    value * chance(stage) * age
}

#[cfg(test)]
mod tests;
