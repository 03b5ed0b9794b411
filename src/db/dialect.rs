//! Everything that one database alone understands.

use diesel::{QueryResult, RunQueryDsl};

use super::Db;

/// Lock that makes numbers of the change log and the audit chain commit in order.
const LOG_LOCK: i64 = 0x746f_776e;

/// Serialises writers of the numbered logs until the transaction ends.
///
/// PostgreSQL hands out sequence numbers before commit, so a reader could see 7 before 6 commits
/// and pass 6 for ever. SQLite has one writer anyway. Take it as late as possible.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_logs(db: &mut Db) -> QueryResult<()> {
    if let Db::Postgres(conn) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(LOG_LOCK)
            .execute(conn)?;
    }
    Ok(())
}

/// Inserts rows and leaves those alone whose key is there: `insert_new!(db, table, rows)`.
#[macro_export]
macro_rules! insert_new {
    ($db:expr, $table:expr, $rows:expr) => {
        match $db {
            $crate::db::Db::Postgres(conn) => {
                diesel::insert_into($table).values($rows).on_conflict_do_nothing().execute(conn)
            }
            $crate::db::Db::Sqlite(conn) => {
                diesel::insert_or_ignore_into($table).values($rows).execute(conn)
            }
        }
    };
}

/// What is broken in the database file, read page by page; PostgreSQL looks after its own files.
///
/// # Errors
/// When it cannot even be read.
pub fn damage(db: &mut Db) -> Result<Vec<String>, crate::error::Error> {
    #[derive(diesel::QueryableByName)]
    struct Line {
        #[diesel(sql_type = diesel::sql_types::Text)]
        integrity_check: String,
    }
    let Db::Sqlite(conn) = db else { return Ok(Vec::new()) };
    let lines: Vec<Line> = diesel::sql_query("PRAGMA integrity_check(20)").load(conn)?;
    Ok(lines.into_iter().map(|line| line.integrity_check).filter(|line| line != "ok").collect())
}
