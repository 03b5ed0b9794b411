//! Reading one's own writes: a search can wait until the index has seen a change.

use std::time::Duration;

use crate::app::App;
use crate::error::{Error, Result};

/// Waits, within the configured limit, until searches see the change.
///
/// # Errors
/// [`Error::Unavailable`] when the index has not come that far in time.
pub async fn wait(app: &App, min_change: Option<u64>) -> Result<()> {
    let Some(change) = min_change else { return Ok(()) };
    let limit = Duration::from_millis(app.config.server.max_wait_ms);
    if app.feed.wait_for(change, limit).await {
        return Ok(());
    }
    let position = app.feed.position();
    Err(Error::unavailable(format!("index is at change {position}, {change} was asked for")))
}

/// Waits, within the configured limit, until searches of this node see a write that has been made.
/// For writes that hide something: it must be gone from completions and counts, which come from the
/// index alone, when the writer is told so.
pub async fn settle(app: &App, change: i64) {
    let limit = Duration::from_millis(app.config.server.max_wait_ms);
    let change = u64::try_from(change).unwrap_or(0);
    if !app.feed.wait_for(change, limit).await {
        tracing::warn!(change, "the index is slow; a write was answered before searches see it");
    }
}

/// The header that names the last change an answer has seen.
pub fn position_header(position: u64) -> (&'static str, String) {
    ("townbridge-index-position", position.to_string())
}
