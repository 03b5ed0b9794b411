//! `townbridge audit …`

use clap::Subcommand;

use super::{Context, Failure, Outcome, output};
use crate::audit;
use crate::db::Database;
use crate::error::Message;

/// What to do with the audit log.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no entry has been changed, removed or put in between
    ///
    /// Write the number and the hash that are printed down somewhere else: a later run must show
    /// the same hash at that number, otherwise the whole chain has been written anew.
    Verify,
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &AuditCommand) -> Outcome {
    let AuditCommand::Verify = command;
    let config = context.config()?;
    let report = audit::ops::verify(&Database::open(&config.database)?)?;
    if let Some(broken) = report.first_broken {
        output::say(context.language, Message::new("cli.audit_broken").with("seq", broken));
        return Err(Failure::Reported);
    }
    let message =
        Message::new("cli.audit_intact").with("count", report.entries).with("head", &report.head);
    output::say(context.language, message);
    Ok(())
}
