//! Starting and stopping the service.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use tempfile::TempDir;
use townbridge::app::App;
use townbridge::clock::Clock;
use townbridge::config::{Config, Overrides};
use townbridge::db::{Db, migrations};
use townbridge::http::server;
use townbridge::jobs::indexer;
use townbridge::records::store::last_change;

use super::client::Client;

/// How long anything may take before a test gives up on it.
const DEADLINE: Duration = Duration::from_secs(20);

/// A database file with all migrations applied, made once for the whole run.
static TEMPLATE: LazyLock<TempDir> = LazyLock::new(|| {
    let dir = tempfile::tempdir().unwrap();
    let mut db = Db::connect(&sqlite_url(&dir.path().join("template.sqlite"))).unwrap();
    migrations::apply(&mut db).unwrap();
    // Closing the last connection writes the log file back: one plain file is left.
    drop(db);
    dir
});

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}", path.display())
}

/// The running service: port, database, index, mail directory and clock are its own.
///
/// Derefs to [`App`], so `app.clock.advance(…)` and `app.db.read(…)` work directly. Dropping it
/// stops the service and fails the test when a change has not reached the index.
pub struct TestApp {
    app: Arc<App>,
    address: SocketAddr,
    http: reqwest::Client,
    server: ServerHandle,
    thread: Option<JoinHandle<()>>,
    // Dropped last: the directory must outlive the service.
    data: TempDir,
}

impl std::ops::Deref for TestApp {
    type Target = App;

    fn deref(&self) -> &App {
        &self.app
    }
}

impl TestApp {
    /// Starts the service with default settings.
    pub async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// Starts the service after changing settings.
    pub async fn start_with(change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let file = data.path().join("townbridge.sqlite");
        std::fs::copy(TEMPLATE.path().join("template.sqlite"), &file).unwrap();
        let mut config = settings(data.path());
        change(&mut config);
        let app =
            tokio::task::spawn_blocking(|| App::open(config, Clock::default())).await.unwrap();
        Self::serve(app.unwrap(), data)
    }

    /// A second node: the same database and clock, with an index of its own.
    pub async fn beside(&self) -> Self {
        self.beside_with(|_| {}).await
    }

    /// A second node with settings of its own.
    pub async fn beside_with(&self, change: impl FnOnce(&mut Config)) -> Self {
        let data = tempfile::tempdir().unwrap();
        let mut config = settings(data.path());
        config.database.url = self.app.config.database.url.clone();
        config.embeddings = self.app.config.embeddings.clone();
        change(&mut config);
        let clock = self.app.clock.clone();
        let app = tokio::task::spawn_blocking(|| App::open(config, clock)).await.unwrap();
        Self::serve(app.unwrap(), data)
    }

    fn serve(app: Arc<App>, data: TempDir) -> Self {
        let (ready, started) = mpsc::channel();
        let state = Arc::clone(&app);
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let (address, server) = server::serve(&state).unwrap();
                actix_web::rt::spawn(indexer::run(Arc::clone(&state)));
                ready.send((address, server.handle())).unwrap();
                server.await.unwrap();
            });
        });
        let (address, server) = started.recv_timeout(DEADLINE).unwrap();
        Self { app, address, http: http_client(), server, thread: Some(thread), data }
    }

    /// Address that the service listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The data directory.
    pub fn data_dir(&self) -> &Path {
        self.data.path()
    }

    /// Where mails are written.
    pub fn mail_dir(&self) -> PathBuf {
        self.data.path().join("mail")
    }

    /// The service itself, for calling use cases directly.
    pub fn service(&self) -> &Arc<App> {
        &self.app
    }

    /// A client that has not signed in.
    pub fn anonymous(&self) -> Client {
        Client::new(self.http.clone(), self.address, None)
    }

    /// A client that sends this access token.
    pub fn with_token(&self, token: impl Into<String>) -> Client {
        Client::new(self.http.clone(), self.address, Some(token.into()))
    }

    /// Waits until searches see a change.
    pub async fn wait_indexed(&self, change: i64) {
        let change = u64::try_from(change).unwrap();
        let reached = self.app.feed.wait_for(change, DEADLINE).await;
        assert!(reached, "change {change} not indexed; at {}", self.app.feed.position());
    }

    /// Waits until searches see everything written so far.
    pub async fn settle(&self) {
        let last = self.app.db.read(last_change).unwrap();
        self.app.feed.wake();
        self.wait_indexed(last).await;
    }

    /// The number of the last change, after giving the indexer time to reach it.
    fn undrained(&self) -> Option<String> {
        let last = u64::try_from(self.app.db.read(last_change).unwrap()).unwrap();
        self.app.feed.wake();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let app = Arc::clone(&self.app);
        // A thread of its own, because the test's runtime is in the way here.
        let waiting =
            std::thread::spawn(move || runtime.block_on(app.feed.wait_for(last, DEADLINE)));
        let drained = waiting.join().unwrap();
        (!drained).then(|| format!("change {last}; index at {}", self.app.feed.position()))
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        let failing = std::thread::panicking();
        let left = if failing { None } else { self.undrained() };
        // Sends the command at once; the future only waits for the answer.
        drop(self.server.stop(false));
        let ended = self.thread.take().map(JoinHandle::join);
        if !failing {
            assert_eq!(left, None, "the change log was not drained");
            assert!(ended.is_some_and(|result| result.is_ok()), "the service panicked");
        }
    }
}

fn settings(data_dir: &Path) -> Config {
    let overrides = Overrides {
        data_dir: Some(data_dir.to_owned()),
        listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
        database_url: Some(sqlite_url(&data_dir.join("townbridge.sqlite"))),
    };
    let mut config = Config::load(None, &overrides).unwrap();
    config.server.workers = 1;
    config.database.pool_size = 4;
    config.search.writer_memory_mb = 16;
    config.search.poll_ms = 50;
    config
}

/// A client without redirects, so that tests see them.
fn http_client() -> reqwest::Client {
    // Fails when another test has installed it already, which is just as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(DEADLINE)
        .no_proxy()
        .build()
        .unwrap()
}
