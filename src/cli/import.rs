//! `townbridge import …`

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, ValueEnum};

use super::{Context, Failure, Outcome, output};
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::clock::Clock;
use crate::error::Message;
use crate::import::columns::FileKind;
use crate::import::indexed;
use crate::import::run::{ImportOptions, ImportReport, NotedRow, SimilarRow};
use crate::records::likeness::batch::Resembled;

/// Rejected rows that are printed; all of them stand in the file of rejects.
const SHOWN: usize = 20;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ImportKind {
    /// Technical needs
    Needs,
    /// Achievements, patents, experts, instruments, services
    Capabilities,
    /// Organisations
    #[value(alias = "organisations")]
    Organizations,
    /// Accounts, without passwords
    Users,
}

impl From<ImportKind> for FileKind {
    fn from(kind: ImportKind) -> Self {
        match kind {
            ImportKind::Needs => Self::Needs,
            ImportKind::Capabilities => Self::Capabilities,
            ImportKind::Organizations => Self::Organizations,
            ImportKind::Users => Self::Users,
        }
    }
}

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = "\
A bad row never stops the others: it is reported with row, column and reason. A row that has been
imported before is passed over; records that are there are never changed. An organisation's credit
code under another name is an error of the row, other differences are noted. It may run while the
service is running.

Examples:
  townbridge import needs needs.xlsx --dry-run
  townbridge import needs needs.xlsx --org 91442000TB10914945 --rejects bad.xlsx
  townbridge import capabilities patents.jsonl --publish")]
pub(crate) struct ImportArgs {
    /// What the file holds
    kind: ImportKind,
    /// .xlsx, .csv (UTF-8 or GB18030) or .jsonl
    file: PathBuf,
    /// Check every row and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Organisation of rows that name none: credit code, id or full name
    #[arg(long, value_name = "ORG")]
    org: Option<String>,
    /// Leave out rows that say much the same as a record that is there, or as a row before them
    #[arg(long)]
    skip_similar: bool,
    /// Write rejected rows with their reasons to this file, in the same format; one that is there is
    /// not overwritten
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    /// Publish the records at once; organisations count as verified
    #[arg(long)]
    publish: bool,
}

/// Imports a file; fails when rows were rejected.
pub(crate) fn run(context: &Context, args: &ImportArgs) -> Outcome {
    let (app, own_index) = App::open_beside_service(context.config()?, Clock::default())?;
    let options = ImportOptions {
        kind: args.kind.into(),
        org: args.org.clone(),
        publish: args.publish,
        dry_run: args.dry_run,
        skip_similar: args.skip_similar,
        rejects: args.rejects.clone(),
    };
    let mut caller = Caller::system("import");
    caller.language = context.language;
    let started = Instant::now();
    let bar = output::progress(Some(0));
    let report = indexed::run(&app, own_index, &caller, &args.file, &options, &mut |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let report = report?;
    let seconds = started.elapsed().as_secs_f64();
    tell(context, args, &report, seconds);
    if !own_index && report.added > 0 && !args.dry_run {
        output::say(context.language, "cli.import.service_indexes");
    }
    if report.rejected > 0 { Err(Failure::Reported) } else { Ok(()) }
}

fn tell(context: &Context, args: &ImportArgs, report: &ImportReport, seconds: f64) {
    let language = context.language;
    for row in report.first_rejected.iter().take(SHOWN) {
        let message = Message::new("cli.import.rejected_row")
            .with("row", row.number)
            .with("reasons", row.reasons.join("; "));
        output::say(language, message);
    }
    if report.rejected > SHOWN {
        let rest = report.rejected - SHOWN;
        output::say(language, Message::new("cli.import.more_rejected").with("count", rest));
    }
    tell_notes(language, report);
    tell_similar(language, report);
    let key = if args.dry_run { "cli.import.dry_summary" } else { "cli.import.summary" };
    let rate = report.rows as f64 / seconds.max(0.001);
    let message = Message::new(key)
        .with("rows", report.rows)
        .with("added", report.added)
        .with("repeated", report.repeated)
        .with("similar", report.similar)
        .with("rejected", report.rejected)
        .with("seconds", format!("{seconds:.1}"))
        .with("rate", format!("{rate:.0}"));
    output::say(language, message);
    if !report.unowned.is_empty() {
        let message = Message::new("cli.import.unowned").with("count", report.unowned.len());
        output::say(language, message.with("rows", ranges(&report.unowned)));
    }
    if let (Some(path), true) = (&args.rejects, report.rejected > 0) {
        let message = Message::new("cli.import.rejects_file").with("file", path.display());
        output::say(language, message);
    }
}

/// Tells what is to be said about rows that nothing is wrong with.
fn tell_notes(language: Language, report: &ImportReport) {
    for NotedRow { number, note } in report.first_noted.iter().take(SHOWN) {
        let message = Message::new("cli.import.noted_row").with("row", number).with("note", note);
        output::say(language, message);
    }
    if report.noted > SHOWN {
        let rest = report.noted - SHOWN;
        output::say(language, Message::new("cli.import.more_noted").with("count", rest));
    }
}

/// Names the rows that say much the same as something else.
fn tell_similar(language: Language, report: &ImportReport) {
    for SimilarRow { number, resemblance } in report.first_similar.iter().take(SHOWN) {
        let percent = format!("{:.0}", resemblance.likeness * 100.0);
        let message = match &resemblance.to {
            Resembled::Row(row) => Message::new("cli.import.similar_to_row").with("other", row),
            Resembled::Record(code) => {
                Message::new("cli.import.similar_to_record").with("other", code)
            }
        };
        output::say(language, message.with("row", number).with("percent", percent));
    }
    if report.similar > SHOWN {
        let rest = report.similar - SHOWN;
        output::say(language, Message::new("cli.import.more_similar").with("count", rest));
    }
}

/// Row numbers in short: `4, 6–9, 12`; from many stretches the first ones.
fn ranges(numbers: &[u64]) -> String {
    let mut stretches: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match stretches.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => stretches.push((number, number)),
        }
    }
    let shown = stretches.iter().take(SHOWN).map(|(first, last)| match first == last {
        true => first.to_string(),
        false => format!("{first}–{last}"),
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if stretches.len() > SHOWN {
        text.push_str(", …");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_rows_are_told_in_stretches() {
        assert_eq!(ranges(&[4, 6, 7, 8, 9, 12]), "4, 6–9, 12");
        let many: Vec<u64> = (1..100).map(|number| number * 2).collect();
        assert!(ranges(&many).ends_with(", 40, …"), "{}", ranges(&many));
    }
}
