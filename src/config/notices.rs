//! `[notices]`: the inbox and the daily mail.

use serde::Deserialize;

/// `[notices]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct NoticesConfig {
    pub digest_hour: u32,
    pub subscription_pause_minutes: u32,
    /// Of releases before [`super::RetentionConfig`]; refused with its new name.
    #[serde(default)]
    pub keep_days: Option<u32>,
}
