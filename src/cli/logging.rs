//! The log: to stderr, as text or JSON, filtered as the settings say.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use super::Failure;
use crate::config::{LogConfig, LogFormat};
use crate::error::Error;

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Volume {
    /// What the settings say: for the service.
    Configured,
    /// Warnings and errors: for commands that print their own answer.
    Warnings,
}

/// Starts the log of this process.
///
/// # Errors
/// When the filter cannot be read.
pub(crate) fn start(config: &LogConfig, volume: Volume) -> Result<(), Failure> {
    let configured = filter(&config.filter)?;
    let filter = match volume {
        Volume::Configured => configured,
        Volume::Warnings => EnvFilter::new("warn"),
    };
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let started = match config.format {
        LogFormat::Text => registry.with(layer.with_target(false)).try_init(),
        LogFormat::Json => registry.with(layer.json().flatten_event(true)).try_init(),
    };
    started.map_err(|error| Error::internal(format!("log: {error}")).into())
}

/// Reads the filter of the settings.
fn filter(text: &str) -> Result<EnvFilter, Failure> {
    EnvFilter::builder()
        .parse(text)
        .map_err(|error| Failure::Usage(format!("setting log.filter {text:?}: {error}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_that_cannot_be_read_is_named() {
        let failure = filter("info,townbridge=loud").unwrap_err().to_string();
        assert!(failure.contains("log.filter"), "{failure}");
        assert!(filter("info,townbridge=debug").is_ok());
    }
}
