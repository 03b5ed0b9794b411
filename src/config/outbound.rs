//! `[outbound]`: what goes to addresses that users have named.

use serde::Deserialize;

/// `[outbound]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct OutboundConfig {
    pub allow_private: bool,
    pub allowed_hosts: Vec<String>,
    pub timeout_seconds: u64,
    pub max_answer_bytes: usize,
    pub max_attempts: u32,
    pub pause_after_days: u32,
    pub robot_messages_per_minute: u32,
}
