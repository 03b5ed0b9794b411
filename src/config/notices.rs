//! `[notices]`: the inbox and the daily mail.

use serde::Deserialize;

/// `[notices]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct NoticesConfig {
    pub digest_hour: u32,
    pub keep_days: u32,
}
