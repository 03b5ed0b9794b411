//! `townbridge check`: is everything in order, and if not, what is to be done.
//!
//! It may run beside the service: it changes nothing, applies no migration, and opens the index
//! for reading only. What takes long on much data waits for `--deep`.

mod database;
mod index;
mod settings;

use clap::Args;

use super::{Context, Failure, Outcome, output};
use crate::accounts::principal::Language;
use crate::error::Message;
use crate::http::text;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Read everything: every page of a SQLite file, every entry of the audit log, every file of
    /// the index and every id in it; connect to the mail server and to the model server
    #[arg(long)]
    deep: bool,
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grade {
    Good,
    /// Works, but deserves a look.
    Doubtful,
    /// Does not work.
    Wrong,
}

/// One line of the answer.
#[derive(Debug)]
struct Finding {
    grade: Grade,
    message: Message,
    /// What to do about it.
    remedy: Option<Message>,
}

impl Finding {
    fn good(message: impl Into<Message>) -> Self {
        Self { grade: Grade::Good, message: message.into(), remedy: None }
    }

    fn doubtful(message: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self { grade: Grade::Doubtful, message: message.into(), remedy: Some(remedy.into()) }
    }

    fn wrong(message: impl Into<Message>, remedy: impl Into<Message>) -> Self {
        Self { grade: Grade::Wrong, message: message.into(), remedy: Some(remedy.into()) }
    }

    fn lines(&self, language: Language) -> String {
        let mark = match self.grade {
            Grade::Good => "cli.check.mark_good",
            Grade::Doubtful => "cli.check.mark_doubtful",
            Grade::Wrong => "cli.check.mark_wrong",
        };
        let mut lines =
            format!("{} {}", text::text(mark, language), text::render(&self.message, language));
        if let Some(remedy) = &self.remedy {
            lines.push_str("\n       → ");
            lines.push_str(&text::render(remedy, language));
        }
        lines
    }
}

/// Checks everything; fails when something does not work.
pub(crate) fn run(context: &Context, args: &CheckArgs) -> Outcome {
    let config = context.config()?;
    let mut findings = settings::check(&config, args.deep);
    let (database, found) = database::check(&config, args.deep);
    findings.extend(found);
    findings.extend(index::check(&config, database.as_ref(), args.deep));
    for finding in &findings {
        output::print(&finding.lines(context.language));
    }
    let wrong = findings.iter().filter(|finding| finding.grade == Grade::Wrong).count();
    if wrong == 0 {
        output::say(context.language, "cli.check.all_good");
        return Ok(());
    }
    output::say(context.language, Message::new("cli.check.some_wrong").with("count", wrong));
    Err(Failure::Reported)
}
