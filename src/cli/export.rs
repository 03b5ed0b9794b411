//! `townbridge export …`

use std::io::BufWriter;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tempfile::NamedTempFile;

use super::{Context, Outcome, output};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::clock::Clock;
use crate::error::{Error, Message, Result};
use crate::import::columns::FileKind;
use crate::import::export::Exported;
use crate::import::files::{self, Selection};
use crate::import::source::Format;

/// Kinds of records that can be exported; accounts cannot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ExportKind {
    /// Technical needs
    Needs,
    /// Achievements, patents, experts, instruments, services
    Capabilities,
    /// Organisations
    #[value(alias = "organisations")]
    Organizations,
}

impl From<ExportKind> for FileKind {
    fn from(kind: ExportKind) -> Self {
        match kind {
            ExportKind::Needs => Self::Needs,
            ExportKind::Capabilities => Self::Capabilities,
            ExportKind::Organizations => Self::Organizations,
        }
    }
}

/// Arguments of `export`.
#[derive(Debug, Args)]
#[command(after_help = "\
The file holds everything, contacts and restricted details included: keep it like the database. Its
columns are those that `import` reads.

Examples:
  townbridge export needs needs.xlsx
  townbridge export capabilities published.csv --status published
  townbridge export organizations all.jsonl")]
pub(crate) struct ExportArgs {
    /// What to export
    kind: ExportKind,
    /// File to write: .csv, .xlsx or .jsonl; one that is there is not overwritten
    file: PathBuf,
    /// Only records in these states, separated by commas
    #[arg(long, value_name = "STATES")]
    status: Option<String>,
    /// Only records of this region, at any level of the code
    #[arg(long, value_name = "CODE")]
    region: Option<String>,
}

/// Writes all records of a kind.
pub(crate) fn run(context: &Context, args: &ExportArgs) -> Outcome {
    let format = Format::to_write(&args.file)?;
    let app = App::open_without_index(context.config()?, Clock::default())?;
    let exported = write(&app, context, args, format)?;
    let message = Message::new("cli.exported")
        .with("count", exported.count)
        .with("file", args.file.display());
    output::say(context.language, message);
    Ok(())
}

/// Writes beside the file first: one that is there is whole, and a failure leaves none behind.
fn write(app: &App, context: &Context, args: &ExportArgs, format: Format) -> Result<Exported> {
    let unwritable = |reason: std::io::Error| {
        let message = Message::new("import.unwritable_file").with("file", args.file.display());
        Error::BadRequest(message.with("reason", reason))
    };
    if args.file.exists() {
        return Err(unwritable(std::io::ErrorKind::AlreadyExists.into()));
    }
    let folder = args.file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new("."))).map_err(unwritable)?;
    let mut caller = Caller::system("export");
    caller.language = context.language;
    let selection = Selection {
        status: args.status.clone(),
        region: args.region.clone(),
        ..Selection::default()
    };
    let out = BufWriter::new(file);
    let (out, exported) =
        files::write(app, &caller, args.kind.into(), &selection, format, out, None)?;
    let file = out.into_inner().map_err(|error| unwritable(error.into_error()))?;
    file.as_file().sync_all().map_err(unwritable)?;
    file.persist_noclobber(&args.file).map_err(|error| unwritable(error.error))?;
    Ok(exported)
}
