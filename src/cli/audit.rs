//! `townbridge audit …`

use clap::Subcommand;

use super::{Context, Failure, Outcome, output};
use crate::audit;
use crate::audit::model::{HeadState, RememberedHead};
use crate::db::Database;
use crate::error::Message;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no entry has been changed, removed or put in between
    ///
    /// Write the number and the hash that are printed down somewhere else, and give them to a later
    /// run: only so does it show that the end was cut off or written anew.
    Verify {
        /// Hash of the last entry, as an earlier run has printed it
        #[arg(long, requires = "entries")]
        head: Option<String>,
        /// Number of entries then
        #[arg(long, requires = "head")]
        entries: Option<i64>,
    },
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &AuditCommand) -> Outcome {
    let AuditCommand::Verify { head, entries } = command;
    let config = context.config()?;
    let database = Database::open(&config.database)?;
    let report = match head.clone().zip(*entries) {
        Some((hash, entries)) => {
            audit::ops::verify_against(&database, &RememberedHead { entries, hash })?
        }
        None => audit::ops::verify(&database)?,
    };
    let lost = match report.remembered {
        Some(HeadState::CutOff) => Some("cli.audit_cut_off"),
        Some(HeadState::Rewritten) => Some("cli.audit_rewritten"),
        Some(HeadState::Kept) | None => None,
    };
    if let Some(key) = lost {
        output::say(context.language, Message::new(key).with("count", entries.unwrap_or(0)));
        return Err(Failure::Reported);
    }
    if let Some(broken) = report.first_broken {
        output::say(context.language, Message::new("cli.audit_broken").with("seq", broken));
        return Err(Failure::Reported);
    }
    let message =
        Message::new("cli.audit_intact").with("count", report.entries).with("head", &report.head);
    output::say(context.language, message);
    Ok(())
}
