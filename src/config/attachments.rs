//! Files kept with records.

use serde::Deserialize;

/// `[attachments]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct AttachmentsConfig {
    pub max_file_bytes: usize,
    pub max_per_record: usize,
}
