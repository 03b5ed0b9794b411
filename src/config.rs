//! Settings: one commented default file, overridden by a file, the environment and flags.

mod attachments;
mod brokering;
mod effective;
mod embeddings;
mod environment;
mod log;
mod notices;
mod outbound;
mod retention;
mod rules;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use figment::error::{Actual, Kind};
use serde::Deserialize;

pub use attachments::AttachmentsConfig;
pub use brokering::BrokeringConfig;
pub use effective::{Origin, Setting};
pub use embeddings::{EmbeddingsConfig, SentTexts};
pub use log::{LogConfig, LogFormat};
pub use notices::NoticesConfig;
pub use outbound::OutboundConfig;
pub use retention::RetentionConfig;

/// The default file: what operators read is what the program parses.
pub const DEFAULTS: &str = include_str!("config.default.toml");

/// Every setting. The meaning of each is written in `config.default.toml`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct Config {
    pub data_dir: PathBuf,
    pub server: ServerConfig,
    pub database: DatabaseConfig,
    pub search: SearchConfig,
    pub matching: MatchingConfig,
    pub embeddings: EmbeddingsConfig,
    pub accounts: AccountsConfig,
    pub records: RecordsConfig,
    pub attachments: AttachmentsConfig,
    pub brokering: BrokeringConfig,
    pub notices: NoticesConfig,
    pub retention: RetentionConfig,
    pub outbound: OutboundConfig,
    pub mail: MailConfig,
    pub log: LogConfig,
    /// The same for reading, without what is secret.
    #[serde(skip)]
    pub effective: Vec<Setting>,
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct ServerConfig {
    pub listen: SocketAddr,
    pub public_url: String,
    pub style_page: bool,
    pub workers: usize,
    pub max_body_bytes: usize,
    pub cors_origins: Vec<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub secure_cookies: bool,
    pub max_wait_ms: u64,
    pub metrics_token: String,
    pub slow_request_ms: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct DatabaseConfig {
    pub url: String,
    pub pool_size: u32,
    pub wait_ms: u64,
}

/// `[search]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct SearchConfig {
    pub index_dir: String,
    pub writer_memory_mb: usize,
    pub poll_ms: u64,
}

/// `[matching]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct MatchingConfig {
    pub settings_file: String,
}

/// `[accounts]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct AccountsConfig {
    pub access_token_seconds: u32,
    pub refresh_token_days: u32,
    pub reset_hours: u32,
    pub link_days: u32,
    pub attempts_per_account: u32,
    pub attempts_per_address: u32,
    pub registrations_per_address: u32,
    pub signing_key_days: u32,
}

/// `[records]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct RecordsConfig {
    pub need_valid_days: u32,
    pub capability_valid_days: u32,
    pub expiry_check_seconds: u64,
    pub renewal_notice_days: u32,
    pub verify_after_days: u32,
    pub idempotency_hours: u32,
}

/// `[mail]`
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "each setting is documented in config.default.toml")]
pub struct MailConfig {
    pub transport: MailTransport,
    pub from: String,
    pub host: String,
    pub port: u16,
    pub encryption: MailEncryption,
    pub user: String,
    pub password: String,
    pub timeout_seconds: u64,
    pub max_attempts: u32,
}

/// Without the password, so that settings can be printed.
impl std::fmt::Debug for MailConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailConfig")
            .field("transport", &self.transport)
            .field("from", &self.from)
            .field("host", &self.host)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}

/// How mail leaves the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTransport {
    /// Files under the data directory: for development and trying out.
    File,
    /// An SMTP server.
    Smtp,
}

/// Encryption towards the SMTP server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailEncryption {
    /// Upgrade by STARTTLS, required.
    Starttls,
    /// TLS from the first byte.
    Tls,
    /// None: only for a relay on the same machine.
    None,
}

/// A setting that is unknown or cannot be used; names it and says where it came from.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(String);

/// What the command line sets. `None` leaves the value of the levels below.
#[derive(Debug, Default, Clone)]
pub struct Overrides {
    /// `--data-dir`
    pub data_dir: Option<PathBuf>,
    /// `--listen`
    pub listen: Option<SocketAddr>,
    /// `--database-url`
    pub database_url: Option<String>,
}

impl Config {
    /// Reads all levels and checks them.
    ///
    /// # Errors
    /// Names the setting that is unknown or invalid.
    pub fn load(file: Option<&Path>, overrides: &Overrides) -> Result<Self, ConfigError> {
        let levels = effective::levels(file, overrides)?;
        let mut config: Self = levels.whole.extract().map_err(|error| describe(&error))?;
        config.fill_in();
        rules::check(&config)?;
        config.effective = effective::settings(&levels, &config)?;
        Ok(config)
    }

    fn fill_in(&mut self) {
        if self.database.url.is_empty() {
            self.database.url =
                format!("sqlite://{}", self.data_dir.join("townbridge.sqlite").display());
        }
        if self.search.index_dir.is_empty() {
            self.search.index_dir = self.data_dir.join("index").display().to_string();
        }
        if self.server.public_url.is_empty() {
            self.server.public_url = format!("http://{}", self.server.listen);
        }
    }
}

/// Whether a file is TOML; what reads the settings would not name the file that is none.
fn readable(path: &Path) -> Result<(), ConfigError> {
    let wrong = |reason: &dyn std::fmt::Display| {
        let reason = reason.to_string();
        ConfigError(format!("configuration file {}: {}", path.display(), reason.trim()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(&error))?;
    match text.parse::<toml::Table>() {
        Ok(_) => Ok(()),
        // Line and column, not the line itself: it may hold a password.
        Err(error) => {
            let before = error.span().map_or("", |span| text.get(..span.start).unwrap_or(&text));
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            Err(wrong(&format!("line {line}, column {column}: {}", error.message())))
        }
    }
}

fn describe(error: &figment::Error) -> ConfigError {
    let parts: Vec<String> = error
        .clone()
        .into_iter()
        .map(|one| {
            let name = one.path.join(".");
            let reason = match &one.kind {
                Kind::UnknownField(field, known) => {
                    let name = name.strip_suffix(field.as_str()).unwrap_or(&name);
                    format!("setting {name}{field} is not known; known here: {}", known.join(", "))
                }
                // The value itself stays out of the message: it may be a password.
                Kind::InvalidType(actual, expected) => {
                    format!("setting {name} is {}, but must be {expected}", kind_of(actual))
                }
                other => format!("setting {name}: {other}"),
            };
            format!("{reason}{}", origin(one.metadata.as_ref()))
        })
        .collect();
    ConfigError(parts.join("; "))
}

fn kind_of(actual: &Actual) -> &'static str {
    match actual {
        Actual::Bool(_) => "true or false",
        Actual::Unsigned(_) | Actual::Signed(_) | Actual::Float(_) => "a number",
        Actual::Char(_) | Actual::Str(_) => "a text",
        Actual::Seq => "a list",
        Actual::Map => "a section",
        _ => "of another type",
    }
}

/// Where a setting came from: the file, or the environment.
fn origin(metadata: Option<&figment::Metadata>) -> String {
    let Some(metadata) = metadata else { return String::new() };
    match metadata.source.as_ref().and_then(figment::Source::file_path) {
        Some(path) => format!(" (in {})", path.display()),
        None => format!(" (from {})", metadata.name.replace('`', "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load_text(text: &str) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("townbridge.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(Some(&file), &Overrides::default())
    }

    #[test]
    fn defaults_are_valid() {
        let config = load_text("").unwrap();
        assert_eq!(config.accounts.access_token_seconds, 900);
        assert_eq!(config.database.url, "sqlite://data/townbridge.sqlite");
    }

    #[test]
    fn unknown_setting_is_named() {
        let error = load_text("[server]\nlisten_on = 3\n").unwrap_err().to_string();
        assert!(error.contains("listen_on"), "{error}");
    }

    #[test]
    fn invalid_value_is_named() {
        let error = load_text("[database]\npool_size = 0\n").unwrap_err().to_string();
        assert!(error.contains("database.pool_size"), "{error}");
        let error = load_text("[server]\nlisten = \"here\"\n").unwrap_err().to_string();
        assert!(error.contains("server.listen"), "{error}");
    }

    #[test]
    fn numbers_that_nothing_could_work_with_are_refused_by_name() {
        let cases = [
            ("server", "workers", "100000"),
            ("server", "max_body_bytes", "0"),
            ("records", "need_valid_days", "0"),
            ("records", "need_valid_days", "4294967295"),
            ("records", "capability_valid_days", "0"),
            ("records", "expiry_check_seconds", "0"),
            ("records", "idempotency_hours", "0"),
            ("accounts", "refresh_token_days", "0"),
            ("accounts", "signing_key_days", "0"),
            ("accounts", "link_days", "0"),
            ("accounts", "reset_hours", "0"),
            ("mail", "max_attempts", "0"),
        ];
        for (section, name, value) in cases {
            let error = load_text(&format!("[{section}]\n{name} = {value}\n")).unwrap_err();
            let expected = format!("setting {section}.{name} must be ");
            assert!(error.to_string().starts_with(&expected), "{error}");
        }
    }

    #[test]
    fn addresses_are_web_addresses() {
        let with = |setting: &str| load_text(&format!("[server]\n{setting}\n"));
        for wrong in ["foo", "javascript:alert(1)", "ftp://a.example", "https://", "http://a b"] {
            let error = with(&format!("public_url = {wrong:?}")).unwrap_err().to_string();
            assert!(error.contains("server.public_url"), "{error}");
        }
        for right in ["https://match.example", "http://10.0.0.5:8080/town/"] {
            with(&format!("public_url = {right:?}")).unwrap();
        }
        for wrong in ["not a url", "https://a.example/", "a.example", "*"] {
            let error = with(&format!("cors_origins = [{wrong:?}]")).unwrap_err().to_string();
            assert!(error.contains("server.cors_origins") && error.contains(wrong), "{error}");
        }
        with("cors_origins = [\"https://a.example\", \"http://localhost:3000\"]").unwrap();
    }

    #[test]
    fn a_file_that_is_no_toml_is_named_with_the_place() {
        let error =
            load_text("[mail]\nuser = \"u\"\npassword = \"71830\n").unwrap_err().to_string();
        assert!(error.contains("townbridge.toml") && error.contains("line 3"), "{error}");
        assert!(!error.contains("71830") && !error.contains("setting"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_not_shown() {
        let error = load_text("[mail]\npassword = 71830\n").unwrap_err().to_string();
        assert!(error.contains("mail.password") && error.contains("townbridge.toml"), "{error}");
        assert!(!error.contains("71830"), "{error}");
    }

    #[test]
    fn flags_win_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("townbridge.toml");
        std::fs::write(&file, "data_dir = \"a\"\n").unwrap();
        let overrides = Overrides { data_dir: Some("b".into()), ..Overrides::default() };
        let config = Config::load(Some(&file), &overrides).unwrap();
        assert_eq!(config.data_dir, PathBuf::from("b"));
    }
}
