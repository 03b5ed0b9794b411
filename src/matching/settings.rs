//! Weights and hard conditions of the match, from the file the operator names.

use search_index::MatchSettings;

use crate::config::MatchingConfig;
use crate::error::{Error, Result};

/// The built-in settings, or those of the file.
///
/// # Errors
/// Names the setting that is unknown or invalid.
pub fn load(config: &MatchingConfig) -> Result<MatchSettings> {
    if config.settings_file.is_empty() {
        return Ok(MatchSettings::default());
    }
    let named = |error: &dyn std::fmt::Display| {
        Error::internal(format!("matching.settings_file {}: {error}", config.settings_file))
    };
    let text = std::fs::read_to_string(&config.settings_file).map_err(|error| named(&error))?;
    toml::from_str(&text).map_err(|error| named(&error))
}
