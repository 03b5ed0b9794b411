//! Everything that one database alone understands.

use diesel::{QueryResult, RunQueryDsl};

use super::Db;
use super::types::sql::Uid;
use crate::channels::model::EndpointId;

/// Lock that makes numbers of the change log and the audit chain commit in order.
const LOG_LOCK: i64 = 0x746f_776e;
/// Lock of those who say which record repeats which.
const LIKENESS_LOCK: i64 = 0x6c69_6b65;
/// Lock of those who change cases.
const CASE_LOCK: i64 = 0x6361_7365;
/// Lock of those who give away places and tables of events.
const EVENT_LOCK: i64 = 0x6576_656e;
const REPORT_LOCK: i64 = 0x7265_706f;
/// Lock of those who count what a robot was sent.
const DELIVERY_LOCK: i64 = 0x726f_626f;
/// Lock of those who register.
const REGISTRATION_LOCK: i64 = 0x7265_6769;

/// What begins a transaction whose queries all see the state of the first one. On SQLite any one that
/// reads does.
pub fn begin_snapshot(db: &Db) -> &'static str {
    if db.is_postgres() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" }
}

/// Serialises writers of the numbered logs until the transaction ends.
///
/// PostgreSQL hands out sequence numbers before commit, so a reader could see 7 before 6 commits
/// and pass 6 for ever. SQLite has one writer anyway. Take it as late as possible.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_logs(db: &mut Db) -> QueryResult<()> {
    lock(db, LOG_LOCK)
}

/// Serialises those who say which record repeats which until the transaction ends: two who each see
/// only their own record would make each an original, or one the original of the other in both ways.
/// Take it before [`lock_logs`], and before rows are written.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_likeness(db: &mut Db) -> QueryResult<()> {
    lock(db, LIKENESS_LOCK)
}

/// Serialises those who register until the transaction ends: two who each count the places taken
/// would both take the last.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_registrations(db: &mut Db) -> QueryResult<()> {
    lock(db, REGISTRATION_LOCK)
}

/// Serialises those who change cases until the transaction ends: the state of a need follows from all
/// its cases, and two that end at a time would each see the other as open. Take it first.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_cases(db: &mut Db) -> QueryResult<()> {
    lock(db, CASE_LOCK)
}

/// Serialises those who change who comes to events until the transaction ends: two who each count the
/// places taken would both take the last. Take it first.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_events(db: &mut Db) -> QueryResult<()> {
    lock(db, EVENT_LOCK)
}

/// Serialises those who lock and correct reports until the transaction ends: two who lock overlapping
/// periods would both take down the same facts. Take it first.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_reports(db: &mut Db) -> QueryResult<()> {
    lock(db, REPORT_LOCK)
}

/// Serialises those who count what a robot was sent lately until the transaction ends. Take nothing
/// else with it.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_deliveries(db: &mut Db) -> QueryResult<()> {
    lock(db, DELIVERY_LOCK)
}

/// Waits for those who are writing messages to an endpoint, and lets nobody write more until the
/// transaction ends.
///
/// # Errors
/// When the lock cannot be taken in time.
pub fn lock_endpoint(db: &mut Db, id: EndpointId) -> QueryResult<()> {
    if let Db::Postgres(conn) = db {
        diesel::sql_query("SELECT 1 FROM endpoints WHERE id = $1 FOR UPDATE")
            .bind::<Uid, _>(id)
            .execute(conn)?;
    }
    Ok(())
}

fn lock(db: &mut Db, number: i64) -> QueryResult<()> {
    if let Db::Postgres(conn) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock($1)")
            .bind::<diesel::sql_types::BigInt, _>(number)
            .execute(conn)?;
    }
    Ok(())
}

/// Keeps others off rows until the transaction ends, in the order of their ids: who locks several takes
/// them as everybody else does. SQLite has one writer anyway.
///
/// # Errors
/// When a row cannot be locked in time.
pub fn lock_rows(db: &mut Db, table: &'static str, ids: &[uuid::Uuid]) -> QueryResult<()> {
    use diesel::sql_types::{Array, Uuid};
    if let Db::Postgres(conn) = db {
        let rows = format!("SELECT id FROM {table} WHERE id = ANY($1) ORDER BY id FOR UPDATE");
        diesel::sql_query(rows).bind::<Array<Uuid>, _>(ids).execute(conn)?;
    }
    Ok(())
}

/// Removes all rows of a table without looking at each: both databases give its pages back whole.
///
/// # Errors
/// When the table cannot be locked in time.
pub fn empty(db: &mut Db, table: &'static str) -> QueryResult<()> {
    match db {
        Db::Postgres(conn) => diesel::sql_query(format!("TRUNCATE {table}")).execute(conn)?,
        Db::Sqlite(conn) => diesel::sql_query(format!("DELETE FROM {table}")).execute(conn)?,
    };
    Ok(())
}

/// The month (`2026-03`) of a column that holds a day, as SQL.
pub fn month_of_day(db: &Db, column: &str) -> String {
    match db {
        Db::Postgres(_) => format!("to_char({column}, 'YYYY-MM')"),
        Db::Sqlite(_) => format!("substr({column}, 1, 7)"),
    }
}

/// The month in China of a column that holds a moment, as SQL. SQLite would round a moment to
/// milliseconds, and the last of a month into the next.
pub fn month_of_moment(db: &Db, column: &str) -> String {
    match db {
        Db::Postgres(_) => {
            format!("to_char({column} AT TIME ZONE 'UTC' + INTERVAL '8 hours', 'YYYY-MM')")
        }
        Db::Sqlite(_) => format!("strftime('%Y-%m', substr({column}, 1, 19), '+8 hours')"),
    }
}

/// The day in China (`2026-03-01`) of a moment, as SQL.
pub fn day_of_moment(db: &Db, moment: &str) -> String {
    match db {
        Db::Postgres(_) => {
            format!("to_char({moment} AT TIME ZONE 'UTC' + INTERVAL '8 hours', 'YYYY-MM-DD')")
        }
        Db::Sqlite(_) => format!("strftime('%Y-%m-%d', substr({moment}, 1, 19), '+8 hours')"),
    }
}

/// The day (`2026-03-01`) of a column that holds a day, as SQL.
pub fn day_of_day(db: &Db, column: &str) -> String {
    match db {
        Db::Postgres(_) => format!("to_char({column}, 'YYYY-MM-DD')"),
        Db::Sqlite(_) => column.to_owned(),
    }
}

/// An id that stands in a column of texts, to be compared with ids, as SQL.
pub fn id_of_text(db: &Db, column: &str) -> String {
    match db {
        Db::Postgres(_) => format!("CAST({column} AS UUID)"),
        Db::Sqlite(_) => column.to_owned(),
    }
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
