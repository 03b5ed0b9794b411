//! Work in the background, as those who run the platform see it.

use crate::db::Timestamp;

/// A queue in the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Queue {
    /// What waits.
    pub waiting: i64,
    /// Since when the longest has waited.
    pub oldest: Option<Timestamp>,
    /// What has been tried and failed, and waits on.
    pub failing: i64,
    /// What was given up.
    pub dead: i64,
    /// Why the latest of those that failed did.
    pub last_error: Option<String>,
}

/// A reader of the change log that works for all nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Its name.
    pub name: String,
    /// How far it has come.
    pub position: i64,
    /// Changes that it has not seen.
    pub lag: i64,
}

/// What the database knows of the work in the background.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Work {
    /// Number of the last change.
    pub last_change: i64,
    /// Mails.
    pub mails: Queue,
    /// Messages to robots and webhooks.
    pub deliveries: Queue,
    /// Readers of the change log.
    pub readers: Vec<Reader>,
}
