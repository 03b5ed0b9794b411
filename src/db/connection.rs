//! Connections, the pool and the transaction helper.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::{Builder, ManageConnection, Pool, PooledConnection, R2D2Connection};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::{Connection, PgConnection, SqliteConnection};

use super::dialect;
use crate::config::DatabaseConfig;
use crate::error::Error;

/// One open connection to either database.
pub enum Db {
    /// PostgreSQL, for several nodes.
    Postgres(PgConnection),
    /// The embedded file.
    Sqlite(SqliteConnection),
}

/// How often a transaction is tried when PostgreSQL reports a serialization failure or a deadlock.
const TRANSACTION_ATTEMPTS: u32 = 4;

impl Db {
    /// Opens one connection from a URL: `sqlite://path` or `postgres://…`.
    ///
    /// # Errors
    /// The database's own message when it cannot be opened.
    pub fn connect(url: &str) -> Result<Self, diesel::r2d2::Error> {
        use diesel::r2d2::Error::{ConnectionError, QueryError};
        if is_postgres(url) {
            let mut conn = PgConnection::establish(url).map_err(ConnectionError)?;
            conn.batch_execute(
                "SET TIME ZONE 'UTC'; SET statement_timeout = '30s'; SET lock_timeout = '10s';",
            )
            .map_err(QueryError)?;
            return Ok(Self::Postgres(conn));
        }
        let path = url.strip_prefix("sqlite://").unwrap_or(url);
        let mut conn = SqliteConnection::establish(path).map_err(ConnectionError)?;
        // busy_timeout first: switching to WAL itself needs a lock.
        // cache_size: what matters is the inner pages of the trees; the rows of a search are others
        // every time, and each connection of the pool has a cache of its own.
        // synchronous=FULL: in WAL mode NORMAL may lose the last commits on power loss, and an
        // acknowledged write must survive.
        conn.batch_execute(
            "PRAGMA busy_timeout=10000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
             PRAGMA foreign_keys=ON; PRAGMA cache_size=-2000; PRAGMA temp_store=MEMORY;",
        )
        .map_err(QueryError)?;
        Ok(Self::Sqlite(conn))
    }

    /// Whether this is PostgreSQL.
    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Runs `work` in a transaction: `BEGIN IMMEDIATE` on SQLite (a deferred one fails with
    /// "database is locked" when it turns from reading to writing), a savepoint when nested.
    pub fn transaction<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        use AnsiTransactionManager as Manager;
        match self {
            Self::Postgres(conn) => Manager::begin_transaction(conn)?,
            Self::Sqlite(conn) => match Manager::begin_transaction_sql(conn, "BEGIN IMMEDIATE") {
                Err(DieselError::AlreadyInTransaction) => Manager::begin_transaction(conn)?,
                other => other?,
            },
        }
        self.ended(work)
    }

    /// Tries something that the database may refuse, within a transaction that is open: what is refused
    /// leaves that as it was before.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.transaction(work)
    }

    /// Runs reading `work` in a transaction in which all queries see the same state.
    fn snapshot<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let begin = dialect::begin_snapshot(self);
        crate::on!(self, conn => AnsiTransactionManager::begin_transaction_sql(conn, begin))?;
        self.ended(work)
    }

    /// Runs `work` in the transaction that has begun, and ends this.
    fn ended<T>(&mut self, work: impl FnOnce(&mut Self) -> Result<T, Error>) -> Result<T, Error> {
        use AnsiTransactionManager as Manager;
        match work(self) {
            Ok(value) => {
                crate::on!(self, conn => Manager::commit_transaction(conn))?;
                Ok(value)
            }
            Err(error) => match crate::on!(self, conn => Manager::rollback_transaction(conn)) {
                Ok(()) | Err(DieselError::BrokenTransactionManager) => Err(error),
                Err(rollback) => Err(rollback.into()),
            },
        }
    }

    /// Runs SQL that is the same for both databases and returns nothing.
    ///
    /// # Errors
    /// Whatever the database says.
    pub fn execute_batch(&mut self, sql: &str) -> Result<(), DieselError> {
        crate::on!(self, conn => conn.batch_execute(sql))
    }
}

/// Whether a database URL means PostgreSQL.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// The database of a URL as it may be shown and logged: without user and password.
pub fn connection_name(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    if !is_postgres(url) {
        return rest.to_owned();
    }
    // A password may hold an `@`, a host may not; parameters may hold a password, too.
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    let place = place.split_once('?').map_or(place, |(place, _)| place);
    format!("{scheme}://{place}")
}

/// Hands out connections by URL scheme. The derived `MultiConnection` tries each database in turn
/// and hides the real error, so the choice is made here.
struct Manager {
    url: String,
}

impl ManageConnection for Manager {
    type Connection = Db;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<Db, Self::Error> {
        Db::connect(&self.url)
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), Self::Error> {
        crate::on!(db, conn => conn.ping()).map_err(diesel::r2d2::Error::QueryError)
    }

    fn has_broken(&self, db: &mut Db) -> bool {
        std::thread::panicking() || crate::on!(db, conn => conn.is_broken())
    }
}

/// Connections of the pool.
#[derive(Debug, Clone, Copy)]
pub struct Connections {
    /// Open ones.
    pub open: u32,
    /// Of these, unused ones.
    pub idle: u32,
}

fn pool_of(config: &DatabaseConfig) -> Builder<Manager> {
    Pool::builder()
        .max_size(config.pool_size)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_millis(config.wait_ms))
        .test_on_check_out(is_postgres(&config.url))
}

/// The pool of connections, shared by the whole process.
#[derive(Clone)]
pub struct Database {
    pool: Pool<Manager>,
    /// SQLite has one writer. Queueing here is fair and immediate; its own busy handler sleeps.
    writer: Option<Arc<Mutex<()>>>,
}

impl Database {
    /// Opens the pool. One connection is tried first, because a pool on a bad URL waits for its
    /// whole timeout and then hides the reason.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub fn open(config: &DatabaseConfig) -> Result<Self, Error> {
        let manager = Manager { url: config.url.clone() };
        drop(manager.connect().map_err(|e| Error::internal(format!("database: {e}")))?);
        let pool = pool_of(config)
            .build(manager)
            .map_err(|e| Error::internal(format!("database pool: {e}")))?;
        let writer = (!is_postgres(&config.url)).then(Arc::default);
        Ok(Self { pool, writer })
    }

    /// How many connections there are.
    pub fn connections(&self) -> Connections {
        let state = self.pool.state();
        Connections { open: state.connections, idle: state.idle_connections }
    }

    fn get(&self) -> Result<PooledConnection<Manager>, Error> {
        self.pool.get().map_err(|e| Error::unavailable(format!("no database connection: {e}")))
    }

    /// Runs reading work on a connection of the pool.
    ///
    /// # Errors
    /// Those of `work`, or "unavailable" when no connection is free in time.
    pub fn read<T>(&self, work: impl FnOnce(&mut Db) -> Result<T, Error>) -> Result<T, Error> {
        let mut conn = self.get()?;
        work(&mut conn)
    }

    /// Runs reading work of several queries that must see the same state: what others write
    /// meanwhile is not in it.
    ///
    /// # Errors
    /// Those of `work`, or "unavailable" when no connection is free in time.
    pub fn snapshot<T>(&self, work: impl FnOnce(&mut Db) -> Result<T, Error>) -> Result<T, Error> {
        self.get()?.snapshot(work)
    }

    /// Runs `work` in one write transaction; retried when PostgreSQL asks for it.
    ///
    /// # Errors
    /// Those of `work`; nothing is kept then.
    pub fn write<T>(&self, work: impl Fn(&mut Db) -> Result<T, Error>) -> Result<T, Error> {
        let _turn =
            self.writer.as_ref().map(|lock| lock.lock().unwrap_or_else(PoisonError::into_inner));
        let mut conn = self.get()?;
        let mut attempt = 1;
        loop {
            match conn.transaction(&work) {
                Err(error) if attempt < TRANSACTION_ATTEMPTS && is_retryable(&error) => {
                    attempt += 1
                }
                result => return result,
            }
        }
    }
}

fn is_retryable(error: &Error) -> bool {
    use std::error::Error as _;
    match error.source().and_then(|source| source.downcast_ref::<DieselError>()) {
        Some(DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => true,
        // Diesel has no kind of its own for SQLSTATE 40P01.
        Some(DieselError::DatabaseError(_, told)) => {
            told.message().starts_with("deadlock detected")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_server_that_is_away_is_waited_for_no_longer_than_set() {
        // Nobody listens on port 1.
        let url = "postgres://somebody@127.0.0.1:1/nothing".to_owned();
        let config = DatabaseConfig { url: url.clone(), pool_size: 2, wait_ms: 300 };
        assert!(Database::open(&config).is_err());
        let pool = pool_of(&config).build_unchecked(Manager { url });
        let database = Database { pool, writer: None };
        for write in [false, true] {
            let started = Instant::now();
            let answer = if write { database.write(|_| Ok(())) } else { database.read(|_| Ok(())) };
            assert!(matches!(answer, Err(Error::Unavailable(_))), "{answer:?}");
            let waited = started.elapsed();
            assert!(waited >= Duration::from_millis(300), "{waited:?}");
            assert!(waited < Duration::from_millis(2_500), "{waited:?}");
        }
    }

    #[test]
    fn the_shown_name_of_a_database_holds_no_password() {
        let cases = [
            ("postgres://user:p@ss@db.example:5432/town", "postgres://db.example:5432/town"),
            ("postgres://db.example/town?password=secret", "postgres://db.example/town"),
            ("sqlite://data/townbridge.sqlite", "data/townbridge.sqlite"),
        ];
        for (url, shown) in cases {
            assert_eq!(connection_name(url), shown);
        }
    }
}
