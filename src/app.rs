//! From settings to a running service.

use std::sync::Arc;

use futures_util::stream;
use futures_util::{StreamExt, TryStreamExt};
use search_index::{MatchSettings, Opened, Options, SearchIndex, State};

use crate::accounts::limits::AttemptLimits;
use crate::accounts::tokens::Keyring;
use crate::clock::Clock;
use crate::config::{Config, SearchConfig};
use crate::db::{Database, migrations};
use crate::embeddings::server::ModelServer;
use crate::error::{Error, Result};
use crate::http::metrics::Metrics;
use crate::idempotency::model::Running;
use crate::jobs::indexer::{self, IndexFeed};
use crate::outbound::mailer::Mailer;
use crate::reference::{self, Reference};
use crate::turns::{self, Turn, Turns};

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
    /// Figures for monitoring.
    pub metrics: Metrics,
    /// Idempotency keys of requests being worked on.
    pub running: Running,
    /// Limits on sign-in and reset.
    pub limits: AttemptLimits,
    /// Weights and hard conditions of the match.
    pub match_settings: Arc<MatchSettings>,
    /// The model server, if there is one.
    pub model_server: Option<ModelServer>,
    /// Turns of searches and matches.
    turns: Turns,
}

impl App {
    /// Opens everything, applies pending migrations, and brings the index up.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub fn open(config: Config, clock: Clock) -> Result<Arc<Self>> {
        Self::assemble(config, clock, indexer::open)
    }

    /// Opens everything for a command that may run beside the service: when that holds the index,
    /// an empty one in memory stands in for it, and the service picks the changes up. The answer
    /// tells whether the index is this process's own.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub fn open_beside_service(config: Config, clock: Clock) -> Result<(Arc<Self>, bool)> {
        let mut own = true;
        let app = Self::assemble(config, clock, |search| match indexer::open(search) {
            Err(error) if indexer::is_held_elsewhere(&error) => {
                own = false;
                stand_in()
            }
            opened => opened,
        })?;
        Ok((app, own))
    }

    /// Opens everything but the index, for commands that do not search.
    ///
    /// # Errors
    /// Says what cannot be opened.
    pub fn open_without_index(config: Config, clock: Clock) -> Result<Arc<Self>> {
        Self::assemble(config, clock, |_| stand_in())
    }

    fn assemble(
        config: Config,
        clock: Clock,
        open_index: impl FnOnce(&SearchConfig) -> Result<Opened>,
    ) -> Result<Arc<Self>> {
        std::fs::create_dir_all(&config.data_dir).map_err(|error| {
            Error::internal(format!("data directory {}: {error}", config.data_dir.display()))
        })?;
        // Mail settings that cannot work should stop the start, not the first mail.
        drop(Mailer::open(&config)?);
        let db = Database::open(&config.database)?;
        db.read(migrations::apply)?;
        let reference = reference::load(&config.data_dir.join("reference"))?;
        let opened = open_index(&config.search)?;
        let match_settings = crate::matching::settings::load(&config.matching)?;
        let app = Arc::new(Self {
            db,
            index: opened.index,
            reference,
            limits: AttemptLimits::new(&config.accounts, &clock),
            clock,
            feed: IndexFeed::default(),
            keyring: Keyring::default(),
            metrics: Metrics::new()?,
            running: Running::default(),
            match_settings: Arc::new(match_settings),
            model_server: ModelServer::of(&config.embeddings)?,
            turns: Turns::new(turns::cores()),
            config,
        });
        if !app.index.is_in_memory() {
            indexer::bring_up(&app, &opened.state)?;
        }
        Ok(app)
    }

    /// Like [`App::run`], for searches: they come in turn.
    ///
    /// # Errors
    /// Those of `work`; a panic in it is an internal error.
    pub async fn run_search<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_in(self.turns.search().await?, work).await
    }

    /// Like [`App::run`], for matches: they come in turn, beside searches.
    ///
    /// # Errors
    /// Those of `work`; a panic in it is an internal error.
    pub async fn run_match<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run_in(self.turns.matching().await?, work).await
    }

    /// Like [`App::run_match`], for several matches of one answer: as many at a time as have turns, so
    /// that others who ask meanwhile come between. Keeps the order.
    ///
    /// # Errors
    /// The first of `work`.
    pub async fn run_matches<I: Send + 'static, T: Send + 'static>(
        self: &Arc<Self>,
        of: Vec<I>,
        work: impl Fn(&Self, I) -> Result<T> + Clone + Send + 'static,
    ) -> Result<Vec<T>> {
        let one = |item| {
            let work = work.clone();
            self.run_match(move |app| work(app, item))
        };
        let at_a_time = turns::matches_at_once(turns::cores());
        stream::iter(of).map(one).buffered(at_a_time).try_collect().await
    }

    async fn run_in<T: Send + 'static>(
        self: &Arc<Self>,
        turn: Turn,
        work: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.run(move |app| {
            // Kept to the end of the work, even when nobody waits for the answer any more.
            let _turn = turn;
            work(app)
        })
        .await
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
        let span = tracing::Span::current();
        tokio::task::spawn_blocking(move || span.in_scope(|| work(&app)))
            .await
            .map_err(|error| Error::internal(format!("worker: {error}")))?
    }
}

/// An empty index in memory.
fn stand_in() -> Result<Opened> {
    Ok(Opened { index: SearchIndex::create_in_ram(Options::default())?, state: State::Fresh })
}
