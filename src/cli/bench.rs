//! `townbridge bench`

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::{Context, Failure, Outcome, output};
use crate::accounts::principal::Language;
use crate::benchmark::deals::DealFigures;
use crate::benchmark::report::{Load, Report, megabytes};
use crate::benchmark::run::{self, Plan, Stage};
use crate::error::{Error, Message};
use crate::http::text;

/// Arguments of `bench`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing of the configured database or index is touched: all of it happens in a directory below
TMPDIR that is removed at the end. Use a release build on a quiet machine.

Example:
  townbridge bench --needs needs.jsonl --capabilities patents.jsonl --capabilities papers.jsonl")]
pub(crate) struct BenchArgs {
    /// Needs (.jsonl); may be given repeatedly
    #[arg(long, value_name = "FILE", required = true)]
    needs: Vec<PathBuf>,
    /// Capabilities (.jsonl); may be given repeatedly
    #[arg(long, value_name = "FILE", required = true)]
    capabilities: Vec<PathBuf>,
    /// Numbers of clients that ask at the same time
    #[arg(long, value_name = "N,…", value_delimiter = ',', default_value = "1,8")]
    clients: Vec<usize>,
    /// Seconds of each load of questions
    #[arg(long, value_name = "N", default_value_t = 10.0)]
    seconds: f64,
    /// Cases to make as well, with contracts and projects, and to ask for; 0 for none
    #[arg(long, value_name = "N", default_value_t = 0)]
    deals: usize,
    /// Wait until suggestions are made and subscribers told of these records before asking, and tell how
    /// long that takes: several minutes on 20,000. Without it the questions run beside that work
    #[arg(long)]
    settled: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Measures and prints.
pub(crate) fn run(context: &Context, args: &BenchArgs) -> Outcome {
    if args.clients.iter().any(|clients| !(1..=1_000).contains(clients)) {
        return Err(Failure::Usage("--clients: 1 to 1000 each".to_owned()));
    }
    if !(0.05..=3_600.0).contains(&args.seconds) {
        return Err(Failure::Usage("--seconds: 0.05 to 3600".to_owned()));
    }
    if args.deals > 1_000_000 {
        return Err(Failure::Usage("--deals: 0 to 1000000".to_owned()));
    }
    let plan = Plan {
        needs: args.needs.clone(),
        capabilities: args.capabilities.clone(),
        clients: args.clients.clone(),
        seconds: args.seconds,
        settled: args.settled,
        deals: args.deals,
    };
    let dir = tempfile::tempdir().map_err(Error::from)?;
    let language = context.language;
    let told = &mut |stage| eprintln!("{}", text::render(&progress(stage), language));
    let report = run::run(context.config()?, dir.path(), &plan, told)?;
    if args.json {
        let whole = json!({ "report": report, "aims": report.aims() });
        output::print(&serde_json::to_string_pretty(&whole).map_err(Error::from)?);
    } else {
        output::print(&tables(&report, language));
    }
    Ok(())
}

fn progress(stage: Stage) -> Message {
    match stage {
        Stage::Importing(file) => Message::new("cli.bench.importing").with("file", file.display()),
        Stage::Dealing(cases) => Message::new("cli.bench.dealing").with("cases", cases),
        Stage::Settling => Message::new("cli.bench.settling"),
        Stage::Indexing => Message::new("cli.bench.indexing"),
        Stage::Asking(asker, clients) => {
            Message::new("cli.bench.asking").with("asker", asker).with("clients", clients)
        }
    }
}

fn tables(report: &Report, language: Language) -> String {
    let mut lines = vec![machine(report, language), String::new()];
    lines.extend(figures(report, language));
    for load in &report.loads {
        lines.push(String::new());
        lines.extend(latencies(load, language));
    }
    if let Some(deals) = &report.deals {
        lines.push(String::new());
        lines.extend(dealings(deals, language));
    }
    lines.push(String::new());
    lines.extend(aims(report, language));
    lines.join("\n")
}

fn machine(report: &Report, language: Language) -> String {
    let machine = &report.machine;
    let build = if machine.optimised { "cli.bench.optimised" } else { "cli.bench.unoptimised" };
    let load = machine.load_before.map_or_else(|| "–".to_owned(), |load| format!("{load:.2}"));
    let message = Message::new("cli.bench.machine")
        .with("version", machine.version)
        .with("build", text::text(build, language))
        .with("cores", machine.cores)
        .with("system", &machine.system)
        .with("load", load);
    text::render(&message, language)
}

/// Rows of a table of a name and a value.
fn figures(report: &Report, language: Language) -> Vec<String> {
    let row = |name: String, value: String| format!("| {name} | {value} |");
    let named = |key: &str, value: String| row(text::text(key, language), value);
    let mut lines = vec!["| | |".to_owned(), "|---|---|".to_owned()];
    lines.extend(report.imports.iter().map(|import| {
        let message = Message::new("cli.bench.import_file").with("file", &import.file);
        let value = format!("{} · {:.0}/s", import.rows, import.rows_per_second);
        row(text::render(&message, language), value)
    }));
    let index = &report.index;
    let unknown = || text::text("cli.bench.unknown", language);
    let memory = report.memory.map_or_else(unknown, |memory| {
        format!("{} ({})", megabytes(memory.resident), megabytes(memory.peak))
    });
    lines.extend([
        named("cli.bench.import_all", format!("{:.0}/s", report.rows_per_second)),
        named(
            "cli.bench.reindex",
            format!("{} · {:.0}/s", index.documents, index.documents_per_second),
        ),
        named("cli.bench.index_size", megabytes(index.index_bytes)),
        named("cli.bench.database_size", megabytes(index.database_bytes)),
        named("cli.bench.start", format!("{:.2} s", report.start_seconds)),
        named("cli.bench.memory", memory),
    ]);
    let settled = report.settle_seconds;
    lines.extend(settled.map(|seconds| named("cli.bench.settle", format!("{seconds:.1} s"))));
    lines
}

fn latencies(load: &Load, language: Language) -> Vec<String> {
    let title = Message::new("cli.bench.load")
        .with("asker", text::text(asker_key(load.asker), language))
        .with("clients", load.clients)
        .with("http", format!("{:.0}", load.http_per_second))
        .with("direct", format!("{:.0}", load.direct_per_second));
    let mut lines = vec![
        text::render(&title, language),
        String::new(),
        text::text("cli.bench.columns", language),
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|".to_owned(),
    ];
    lines.extend(load.sorts.iter().map(|(sort, pair)| {
        let (http, direct) = (pair.http, pair.direct);
        let figures: Vec<String> = [
            http.p50, http.p95, http.p99, http.max, direct.p50, direct.p95, direct.p99, pair.ratio,
        ]
        .iter()
        .map(|figure| format!("{figure:.2}"))
        .collect();
        let name = text::text(&format!("cli.bench.sort.{}", sort.as_str()), language);
        let (count, figures) = (http.count, figures.join(" | "));
        format!("| {name} | {count} | {figures} | {} |", mark(Some(pair.within_aim)))
    }));
    lines
}

/// What was made of cases, contracts and projects, and what it costs to look at it: no aim is set.
fn dealings(deals: &DealFigures, language: Language) -> Vec<String> {
    let made = Message::new("cli.bench.deals")
        .with("cases", deals.made.cases)
        .with("contracts", deals.made.contracts)
        .with("projects", deals.made.projects)
        .with("seconds", format!("{:.1}", deals.made.seconds));
    let mut lines = vec![text::render(&made, language)];
    for load in &deals.loads {
        lines.push(String::new());
        lines.extend(latencies(load, language));
    }
    lines
}

fn asker_key(asker: &str) -> &'static str {
    match asker {
        "member" => "cli.bench.member",
        "officer" => "cli.bench.officer",
        _ => "cli.bench.visitor",
    }
}

fn aims(report: &Report, language: Language) -> Vec<String> {
    let row = |aim: crate::benchmark::report::Aim| {
        let name = text::text(&format!("cli.bench.aim.{}", aim.name), language);
        format!("{} {name}: {}", mark(aim.reached), aim.measured)
    };
    report.aims().into_iter().map(row).collect()
}

fn mark(reached: Option<bool>) -> &'static str {
    match reached {
        Some(true) => "✓",
        Some(false) => "✗",
        None => "?",
    }
}
