//! `townbridge eval`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use search_index::MatchSettings;

use super::{Failure, Outcome, output};
use crate::config::MatchingConfig;
use crate::evaluation::bootstrap::Estimate;
use crate::evaluation::files::Collection;
use crate::evaluation::run::{Report, evaluate};
use crate::matching::settings;

/// Arguments of `eval`.
#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// Achievements to rank: JSON lines with id and title (and text)
    #[arg(long, value_name = "FILE")]
    corpus: PathBuf,
    /// Needs to rank them for: JSON lines with id, title and text
    #[arg(long, value_name = "FILE")]
    queries: PathBuf,
    /// Grades: query id, achievement id, score 0 to 3, one pair a line
    #[arg(long, value_name = "FILE")]
    qrels: PathBuf,
    /// Match settings (TOML) to measure instead of the built-in ones
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures every ranking variant on a graded collection.
pub(crate) fn run(args: &EvalArgs) -> Outcome {
    let collection = Collection::read(&args.corpus, &args.queries, &args.qrels)?;
    let settings = match_settings(args.settings.as_deref())?;
    let reports = evaluate(&collection, &settings)?;
    if args.json {
        let text = serde_json::to_string_pretty(&reports).map_err(crate::error::Error::from)?;
        output::print(&text);
    } else {
        output::print(&table(&reports));
    }
    Ok(())
}

fn match_settings(file: Option<&Path>) -> Result<Arc<MatchSettings>, Failure> {
    let settings_file = file.map(|path| path.display().to_string()).unwrap_or_default();
    Ok(Arc::new(settings::load(&MatchingConfig { settings_file })?))
}

fn table(reports: &BTreeMap<&'static str, Report>) -> String {
    let cell = |e: &Estimate| format!("{:.3} [{:.3}–{:.3}] n={}", e.value, e.low, e.high, e.n);
    let mut lines = vec![
        "| ranking | nDCG@10 | AUC | Recall@50 | hit@10 | MRR |".to_owned(),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    for (name, report) in reports {
        let cells = [&report.ndcg10, &report.auc, &report.recall50, &report.hit10, &report.mrr];
        let cells: Vec<String> = cells.into_iter().map(cell).collect();
        lines.push(format!("| {name} | {} |", cells.join(" | ")));
    }
    lines.join("\n")
}
