//! Steps of a capability's life, as they are sent.

use serde::Deserialize;

use super::life::CapabilityStatus;
use crate::records::reviewed::StepTo;
pub use crate::records::reviewed::take_step;

/// A step to take, with a comment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeCapabilityStep {
    /// The state to go to.
    pub to: CapabilityStatus,
    /// Why; needed when a capability is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// New end of validity, when publishing or renewing.
    #[serde(default)]
    pub valid_until: Option<chrono::NaiveDate>,
}

impl From<&TakeCapabilityStep> for StepTo<CapabilityStatus> {
    fn from(step: &TakeCapabilityStep) -> Self {
        Self { to: step.to, comment: step.comment.clone(), valid_until: step.valid_until }
    }
}
