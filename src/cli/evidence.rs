//! `townbridge eval-evidence`

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use search_index::MatchSettings;

use super::{Outcome, output};
use crate::error::Error;
use crate::evaluation::evidence::{Publication, evaluate};
use crate::evaluation::files::{Item, items};

/// Arguments of `eval-evidence`.
#[derive(Debug, Args)]
pub(crate) struct EvidenceArgs {
    /// Needs: JSON lines with id, title and text
    #[arg(long, value_name = "FILE")]
    needs: PathBuf,
    /// Patents or papers to hold them against: JSON lines with id, title and abstract
    #[arg(long, value_name = "FILE", required = true)]
    publications: Vec<PathBuf>,
    /// Best matches of each need that are looked at
    #[arg(long, value_name = "COUNT", default_value_t = 10)]
    top: usize,
    /// Look at every publication instead, whether it matches or not
    #[arg(long, conflicts_with = "top")]
    all: bool,
    /// Print every verdict that rests on a statement, one a line of JSON
    #[arg(long)]
    list: bool,
}

/// Judges the requirements of real needs on real texts, and fails where a quotation is not word for
/// word.
pub(crate) fn run(args: &EvidenceArgs) -> Outcome {
    let needs: Vec<Item> = items(&args.needs)?;
    let mut publications: Vec<Publication> = Vec::new();
    for file in &args.publications {
        publications.extend(items(file)?);
    }
    let settings = Arc::new(MatchSettings::default());
    let report = evaluate(&needs, &publications, &settings, (!args.all).then_some(args.top))?;
    if args.list {
        for need in &report.asked {
            output::print(&serde_json::to_string(need).map_err(Error::from)?);
        }
        for stated in &report.stated {
            output::print(&serde_json::to_string(stated).map_err(Error::from)?);
        }
    }
    output::print(&serde_json::to_string_pretty(&report).map_err(Error::from)?);
    if report.faults.is_empty() {
        return Ok(());
    }
    Err(Error::internal(format!("{} quotations are wrong", report.faults.len())).into())
}
