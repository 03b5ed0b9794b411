//! From settings to a running service.

use std::sync::Arc;

use search_index::{MatchSettings, SearchIndex};

use crate::accounts::limits::AttemptLimits;
use crate::accounts::tokens::Keyring;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, migrations};
use crate::error::{Error, Result};
use crate::idempotency::model::Running;
use crate::jobs::indexer::{self, IndexFeed};
use crate::outbound::mailer::Mailer;
use crate::reference::{self, Reference};

/// Everything that a use case needs. One for the whole process.
pub struct App {
    /// Settings.
    pub config: Config,
    /// The database.
    pub db: Database,
    /// The search index of this node.
    pub index: SearchIndex,
    /// Reference tables.
    pub reference: Reference,
    /// Tells the time.
    pub clock: Clock,
    /// Wakes the indexer and tells how far it has come.
    pub feed: IndexFeed,
    /// Keys that sign access tokens.
    pub keyring: Keyring,
    /// Idempotency keys of requests being worked on.
    pub running: Running,
    /// Limits on sign-in and reset.
    pub limits: AttemptLimits,
    /// Weights and hard conditions of the match.
    pub match_settings: Arc<MatchSettings>,
}

impl App {
    /// Opens everything, applies pending migrations, and brings the index up.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| {
            Error::internal(format!("data directory {}: {error}", config.data_dir.display()))
        })?;
        // Mail settings that cannot work should stop the start, not the first mail.
        drop(Mailer::open(&config)?);
        let db = Database::open(&config.database)?;
        db.read(migrations::apply)?;
        let reference = reference::load(&config.data_dir.join("reference"))?;
        let opened = indexer::open(&config.search)?;
        let match_settings = crate::matching::settings::load(&config.matching)?;
        let app = Arc::new(Self {
            db,
            index: opened.index,
            reference,
            limits: AttemptLimits::new(&config.accounts, &clock),
            clock,
            feed: IndexFeed::default(),
            keyring: Keyring::default(),
            running: Running::default(),
            match_settings: Arc::new(match_settings),
            config,
        });
        indexer::bring_up(&app, &opened.state)?;
        Ok(app)
    }

    /// Runs blocking work (database, index) off the async threads.
    ///
    /// # Errors
    /// Those of `work`; a panic in it is an internal error.
    pub async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let app = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&app))
            .await
            .map_err(|error| Error::internal(format!("worker: {error}")))?
    }
}
