//! `townbridge eval`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{Failure, Outcome, output};
use crate::error::Error;
use crate::evaluation::baseline;
use crate::evaluation::bootstrap::Estimate;
use crate::evaluation::files::Collection;
use crate::evaluation::ranking::Ranking;
use crate::evaluation::run::{Measured, Report, compare, evaluate, summarise};

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
    /// Match settings (TOML) to measure instead of the built-in ones; with the section [embeddings]
    /// of the service's settings the model server it names takes part
    #[arg(long, alias = "settings", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Other match settings (TOML) to compare with, need by need
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// Fail if the ranking is worse than in this file, written by --write-baseline
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write the measures of every need to this file
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures every ranking variant on a graded collection.
pub(crate) fn run(args: &EvalArgs) -> Outcome {
    let collection = Collection::read(&args.corpus, &args.queries, &args.qrels)?;
    let measured = measured(&collection, args.config.as_deref())?;
    let reports = summaries(&measured);
    let against = match &args.against {
        Some(file) => {
            let other = self::measured(&collection, Some(file))?;
            let better = measured.iter().map(|(name, new)| (*name, compare(new, &other[name])));
            Some(better.collect::<BTreeMap<_, _>>())
        }
        None => None,
    };
    if args.json {
        let mut value = json!(reports);
        if let Some(against) = &against {
            value["difference"] = json!(against);
        }
        output::print(&serde_json::to_string_pretty(&value).map_err(Error::from)?);
    } else {
        output::print(&table("ranking", &reports));
        if let Some(against) = &against {
            output::print(&format!("\n{}", table("difference", against)));
        }
    }
    if let Some(file) = &args.write_baseline {
        baseline::write(file, &measured)?;
    }
    args.baseline.as_deref().map_or(Ok(()), |file| held(file, &measured))
}

/// Fails where the shipped ranking has lost.
fn held(file: &Path, measured: &Measured) -> Outcome {
    let difference = baseline::against(file, measured)?;
    let lost = baseline::losses(&difference);
    eprintln!(
        "{}",
        table("difference from the baseline", &BTreeMap::from([("shipped", difference)]))
    );
    if lost.is_empty() {
        return Ok(());
    }
    Err(Error::internal(format!(
        "the ranking is worse than in {}: {}",
        file.display(),
        lost.join(", ")
    ))
    .into())
}

fn summaries(measured: &Measured) -> BTreeMap<&'static str, Report> {
    measured.iter().map(|(name, queries)| (*name, summarise(queries))).collect()
}

fn measured(collection: &Collection, file: Option<&Path>) -> Result<Measured, Failure> {
    let ranking = Ranking::read(file)?;
    let asked = ranking.embeddings.is_on();
    let bar = asked.then(|| output::progress(Some(collection.corpus.len() as u64)));
    let mut done = |count: usize| bar.iter().for_each(|bar| bar.inc(count as u64));
    let measured = evaluate(collection, &ranking, &mut done)?;
    bar.iter().for_each(|bar| bar.finish_and_clear());
    Ok(measured)
}

fn table(title: &str, reports: &BTreeMap<&'static str, Report>) -> String {
    let cell = |e: &Estimate| format!("{:.3} [{:.3}–{:.3}] n={}", e.value, e.low, e.high, e.n);
    let mut lines = vec![
        format!("| {title} | nDCG@10 | AUC | Recall@50 | hit@10 | MRR |"),
        "|---|---|---|---|---|---|".to_owned(),
    ];
    for (name, report) in reports {
        let cells = [&report.ndcg10, &report.auc, &report.recall50, &report.hit10, &report.mrr];
        let cells: Vec<String> = cells.into_iter().map(cell).collect();
        lines.push(format!("| {name} | {} |", cells.join(" | ")));
    }
    lines.join("\n")
}
