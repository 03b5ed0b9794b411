//! The database: reachable, up to date, undamaged; the audit log unbroken.

use std::path::Path;

use super::Finding;
use crate::clock::Clock;
use crate::config::Config;
use crate::db::{Database, connection_name, dialect, migrations};
use crate::error::Message;
use crate::{audit, records, retention};

/// Checks the database; also hands it on when it can be read.
pub(super) fn check(config: &Config, deep: bool) -> (Option<Database>, Vec<Finding>) {
    let name = connection_name(&config.database.url);
    // Connecting would create the file.
    if let Some(path) = config.database.url.strip_prefix("sqlite://")
        && !Path::new(path).is_file()
    {
        let message = Message::new("cli.check.database_missing").with("name", name);
        return (None, vec![Finding::wrong(message, "cli.check.run_serve_or_migrate")]);
    }
    let database = match Database::open(&config.database) {
        Ok(database) => database,
        Err(error) => {
            let message = Message::new("cli.check.database_unreachable")
                .with("name", name)
                .with("reason", super::output::reason(&error));
            return (None, vec![Finding::wrong(message, "cli.check.correct_database_url")]);
        }
    };
    let mut findings = vec![Finding::good(Message::new("cli.check.database").with("name", name))];
    match database.read(migrations::pending) {
        Ok(false) => {}
        Ok(true) => {
            findings.push(Finding::wrong("cli.check.migrations_pending", "cli.check.run_migrate"));
            return (None, findings);
        }
        Err(error) => {
            findings.push(unreadable(&error));
            return (None, findings);
        }
    }
    findings.push(counts(&database));
    findings.push(kept_too_long(config, &database));
    if deep {
        findings.push(integrity(&database));
        findings.push(audit_chain(&database));
    }
    (Some(database), findings)
}

fn unreadable(error: &crate::error::Error) -> Finding {
    Finding::wrong(
        Message::new("cli.check.database_unreadable").with("reason", super::output::reason(error)),
        "cli.check.restore_backup",
    )
}

fn counts(database: &Database) -> Finding {
    match database.read(records::store::last_change) {
        Ok(last) => Finding::good(Message::new("cli.check.changes").with("count", last)),
        Err(error) => unreadable(&error),
    }
}

/// Whether what has had its time is gone.
fn kept_too_long(config: &Config, database: &Database) -> Finding {
    let overdue = database.read(|db| retention::ops::overdue(db, config, &Clock::default()));
    match overdue {
        Ok(classes) if classes.is_empty() => Finding::good("cli.check.retention"),
        Ok(classes) => {
            let names: Vec<&str> = classes.iter().map(|class| class.as_str()).collect();
            Finding::doubtful(
                Message::new("cli.check.retention_overdue").with("classes", names.join(", ")),
                "cli.check.run_the_service",
            )
        }
        Err(error) => unreadable(&error),
    }
}

fn integrity(database: &Database) -> Finding {
    match database.read(dialect::damage) {
        Ok(damage) if damage.is_empty() => Finding::good("cli.check.database_whole"),
        Ok(damage) => Finding::wrong(
            Message::new("cli.check.database_damaged").with("reason", damage.join("; ")),
            "cli.check.restore_backup",
        ),
        Err(error) => unreadable(&error),
    }
}

fn audit_chain(database: &Database) -> Finding {
    match audit::ops::verify(database) {
        Ok(report) => match report.first_broken {
            None => Finding::good(
                Message::new("cli.audit_intact")
                    .with("count", report.entries)
                    .with("head", report.head),
            ),
            Some(seq) => Finding::wrong(
                Message::new("cli.audit_broken").with("seq", seq),
                "cli.check.audit_remedy",
            ),
        },
        Err(error) => unreadable(&error),
    }
}
