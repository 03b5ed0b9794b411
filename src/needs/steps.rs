//! Steps of a need's life, as they are sent.

use serde::Deserialize;

use super::life::NeedStatus;
use crate::records::reviewed::StepTo;
pub use crate::records::reviewed::take_step;

/// A step to take, with a comment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeNeedStep {
    /// The state to go to.
    pub to: NeedStatus,
    /// Why; needed when a need is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// New end of validity, when publishing or renewing.
    #[serde(default)]
    pub valid_until: Option<chrono::NaiveDate>,
}

impl From<&TakeNeedStep> for StepTo<NeedStatus> {
    fn from(step: &TakeNeedStep) -> Self {
        Self { to: step.to, comment: step.comment.clone(), valid_until: step.valid_until }
    }
}
