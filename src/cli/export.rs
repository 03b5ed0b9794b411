//! `townbridge export …`

use std::io::BufWriter;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Context, Outcome, output};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::clock::Clock;
use crate::error::{Message, Result};
use crate::import::columns::FileKind;
use crate::import::export::Exported;
use crate::import::files::{self, Selection};
use crate::import::new_file::NewFile;
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

fn write(app: &App, context: &Context, args: &ExportArgs, format: Format) -> Result<Exported> {
    let out = BufWriter::new(NewFile::begin(&args.file)?);
    let mut caller = Caller::system("export");
    caller.language = context.language;
    let selection = Selection {
        status: args.status.clone(),
        region: args.region.clone(),
        ..Selection::default()
    };
    let (out, exported) =
        files::write(app, &caller, args.kind.into(), &selection, format, out, None)?;
    out.into_inner().map_err(std::io::IntoInnerError::into_error)?.keep()?;
    Ok(exported)
}
