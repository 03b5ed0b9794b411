//! `[embeddings]`: the model server, if there is one.

use figment::Figment;
use figment::providers::{Format, Toml};
use reqwest::header::HeaderValue;
use search_index::MAX_DIMENSIONS;
use serde::{Deserialize, Serialize};

use super::rules::is_web_address;
use super::{ConfigError, DEFAULTS, describe};

/// `[embeddings]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct EmbeddingsConfig {
    pub url: String,
    pub model: String,
    pub query_model: String,
    pub query_prefix: String,
    pub passage_prefix: String,
    pub query_input_type: String,
    pub passage_input_type: String,
    pub dimensions: usize,
    pub api_key: String,
    pub batch_size: usize,
    pub max_text_chars: usize,
    pub send: SentTexts,
    pub send_free_text: bool,
    pub query_timeout_ms: u64,
    pub timeout_seconds: u64,
}

/// Without the key, so that settings can be printed.
impl std::fmt::Debug for EmbeddingsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EmbeddingsConfig")
            .field("url", &self.url)
            .field("model", &self.model)
            .field("send", &self.send)
            .finish_non_exhaustive()
    }
}

/// Which texts of records a model server is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SentTexts {
    /// What everybody may read.
    Public,
    /// What members may read as well.
    Members,
    /// What brokers may read as well.
    Brokers,
    /// Everything.
    All,
}

impl SentTexts {
    /// Number of text tiers, from the lowest, that are sent.
    pub fn tiers(self) -> usize {
        match self {
            Self::Public => 1,
            Self::Members => 2,
            Self::Brokers => 3,
            Self::All => search_index::document::TIERS,
        }
    }
}

/// A setting, whether it can be used, and what it must be.
pub(super) type Rule = (&'static str, bool, &'static str);

impl EmbeddingsConfig {
    /// Reads a text that holds the section `[embeddings]` and no other.
    ///
    /// # Errors
    /// Names the setting that is unknown or invalid.
    pub fn read(text: &str) -> Result<Self, ConfigError> {
        /// So that errors name the section.
        #[derive(Deserialize)]
        struct Section {
            embeddings: EmbeddingsConfig,
        }
        let figment = Figment::from(Toml::string(DEFAULTS)).merge(Toml::string(text));
        let Section { embeddings: config } = figment.extract().map_err(|error| describe(&error))?;
        match config.rules().iter().find(|(_, holds, _)| !holds) {
            Some((name, _, must)) => Err(ConfigError(format!("setting {name} {must}"))),
            None => Ok(config),
        }
    }

    /// Whether there is a model server.
    pub fn is_on(&self) -> bool {
        !self.url.is_empty()
    }

    /// What the settings must be.
    pub(super) fn rules(&self) -> [Rule; 8] {
        [
            (
                "embeddings.url",
                !self.is_on() || is_web_address(&self.url),
                "must be an http or https address without user and password",
            ),
            (
                "embeddings.model",
                !self.is_on() || !self.model.trim().is_empty(),
                "is needed when embeddings.url is set",
            ),
            (
                "embeddings.api_key",
                HeaderValue::from_str(&self.api_key).is_ok(),
                "must be of printable ASCII characters",
            ),
            (
                "embeddings.dimensions",
                self.dimensions <= MAX_DIMENSIONS,
                "must be 0 (whatever comes) to 8192",
            ),
            ("embeddings.batch_size", (1..=256).contains(&self.batch_size), "must be 1 to 256"),
            (
                "embeddings.max_text_chars",
                (50..=20_000).contains(&self.max_text_chars),
                "must be 50 to 20000",
            ),
            (
                "embeddings.query_timeout_ms",
                (10..=10_000).contains(&self.query_timeout_ms),
                "must be 10 to 10000",
            ),
            (
                "embeddings.timeout_seconds",
                (1..=600).contains(&self.timeout_seconds),
                "must be 1 to 600",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Overrides};

    fn load(text: &str) -> Result<Config, String> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("townbridge.toml");
        std::fs::write(&file, format!("[embeddings]\n{text}\n")).unwrap();
        Config::load(Some(&file), &Overrides::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn without_an_address_there_is_no_server() {
        assert!(!load("model = \"e5\"").unwrap().embeddings.is_on());
        let on = "url = \"http://127.0.0.1:8081/v1/embeddings\"\nmodel = \"e5\"";
        assert!(load(on).unwrap().embeddings.is_on());
    }

    #[test]
    fn a_wrong_setting_is_named() {
        let cases = [
            ("url = \"localhost:8081\"", "embeddings.url"),
            ("url = \"ftp://models.example/v1\"", "embeddings.url"),
            ("url = \"http://user:word@models.example/v1\"", "embeddings.url"),
            ("url = \"http://models.example/v1\"", "embeddings.model"),
            ("api_key = \"two\\nlines\"", "embeddings.api_key"),
            ("dimensions = 8193", "embeddings.dimensions"),
            ("batch_size = 0", "embeddings.batch_size"),
            ("max_text_chars = 10", "embeddings.max_text_chars"),
            ("query_timeout_ms = 0", "embeddings.query_timeout_ms"),
            ("timeout_seconds = 0", "embeddings.timeout_seconds"),
            ("send = \"some\"", "embeddings.send"),
            ("colour = 1", "embeddings.colour"),
        ];
        for (text, name) in cases {
            let error = load(text).unwrap_err();
            assert!(error.contains(name), "{text}: {error}");
        }
    }

    #[test]
    fn the_key_is_not_printed() {
        let config = load("api_key = \"geheim-7183\"").unwrap();
        assert!(!format!("{config:?}").contains("geheim-7183"));
    }
}
