//! The stores on both databases: each suite runs on SQLite always, and on PostgreSQL with the
//! feature `server-tests`, which needs a server in `TEST_POSTGRES_URL` (`scripts/with-postgres`).

mod accounts;
mod attachments;
mod audit;
mod capabilities;
mod cases;
mod change_log;
mod channels;
mod contracts;
mod dashboard;
pub mod databases;
mod events;
mod freshness;
mod grants;
mod imports;
mod keys;
mod likeness;
mod mails;
mod messages;
mod migrations;
mod needs;
mod notices;
mod organizations;
mod originals;
mod platforms;
mod privacy;
mod projects;
mod records;
mod registrations;
mod report_properties;
mod report_sums;
mod reports;
mod retention;
mod subscriptions;
mod suggestions;
mod towns;
mod vectors;
mod visits;

/// Makes tests `name::on_sqlite` and `name::on_postgres` of a suite `fn name(&TestDatabase)`.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::stores::databases::TestDatabase;

            #[test]
            fn on_sqlite() {
                super::$name(&TestDatabase::sqlite());
            }

            #[cfg(feature = "server-tests")]
            #[test]
            fn on_postgres() {
                super::$name(&TestDatabase::postgres());
            }
        }
    )+};
}
use on_both;
