//! The database: connections, transactions, column types, the table definitions and what differs
//! between SQLite and PostgreSQL.
//!
//! Every query is written once in diesel and compiled for both databases by [`on!`](crate::on).
//! Stores take a `&mut Db`; only `ops` opens a transaction. Anything that one database alone
//! understands lives in [`dialect`].

mod connection;
pub mod dialect;
pub mod facts;
pub mod functions;
pub mod migrations;
pub mod positions;
pub mod schema;
pub mod types;

pub use connection::{Database, Db, connection_name};
pub use types::{Json, Timestamp};

/// Runs one diesel expression against whichever connection is inside a [`Db`].
///
/// The expression is type-checked once for each database.
#[macro_export]
macro_rules! on {
    ($db:expr, $conn:ident => $body:expr) => {
        match $db {
            $crate::db::Db::Postgres($conn) => $body,
            $crate::db::Db::Sqlite($conn) => $body,
        }
    };
}
