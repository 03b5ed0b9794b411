//! The embedded migrations. Both folders hold the same names and yield the same tables.

use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::Db;
use crate::error::Error;

const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Error {
    Error::internal(format!("migration: {error}"))
}

/// Applies what is pending and returns the names applied, oldest first.
///
/// # Errors
/// When a migration fails; those before it stay.
pub fn apply(db: &mut Db) -> Result<Vec<String>, Error> {
    let versions = match db {
        Db::Postgres(conn) => conn.run_pending_migrations(POSTGRES),
        Db::Sqlite(conn) => conn.run_pending_migrations(SQLITE),
    }
    .map_err(failed)?;
    Ok(versions.iter().map(ToString::to_string).collect())
}

/// Whether the database still lacks a migration.
///
/// # Errors
/// When the list of applied migrations cannot be read.
pub fn pending(db: &mut Db) -> Result<bool, Error> {
    match db {
        Db::Postgres(conn) => conn.has_pending_migration(POSTGRES),
        Db::Sqlite(conn) => conn.has_pending_migration(SQLITE),
    }
    .map_err(failed)
}

/// Takes every migration back, newest first: for tests and for leaving.
///
/// # Errors
/// When a `down.sql` fails.
pub fn revert_all(db: &mut Db) -> Result<(), Error> {
    match db {
        Db::Postgres(conn) => conn.revert_all_migrations(POSTGRES).map(drop),
        Db::Sqlite(conn) => conn.revert_all_migrations(SQLITE).map(drop),
    }
    .map_err(failed)
}
