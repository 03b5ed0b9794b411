//! `townbridge template …`

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::import::ImportKind;
use super::{Context, Outcome, output};
use crate::error::{Error, Message};
use crate::import::new_file::NewFile;
use crate::import::source::Format;
use crate::import::template;
use crate::reference;

/// Arguments of `template`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  townbridge template needs needs.xlsx")]
pub(crate) struct TemplateArgs {
    /// What is to be filled in
    kind: ImportKind,
    /// File to write, .xlsx; one that is there is not overwritten
    file: PathBuf,
}

/// Writes a template.
pub(crate) fn run(context: &Context, args: &TemplateArgs) -> Outcome {
    if !matches!(Format::to_write(&args.file), Ok(Format::Xlsx)) {
        return Err(Error::BadRequest(Message::new("import.template_format")).into());
    }
    let config = context.config()?;
    let reference = reference::load(&config.data_dir.join("reference"))?;
    let bytes = template::workbook(args.kind.into(), &reference)?;
    let mut file = NewFile::begin(&args.file)?;
    file.write_all(&bytes).map_err(Error::from)?;
    file.keep()?;
    output::say(context.language, Message::new("cli.written").with("file", args.file.display()));
    Ok(())
}
