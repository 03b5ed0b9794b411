//! The commands: one file each. This one reads the command line and the settings, and turns a
//! failure into one line on stderr and an exit code: 1 when the command failed, 2 when the command
//! line or a setting is wrong.

mod audit;
mod bench;
mod check;
mod eval;
mod evidence;
mod export;
mod import;
mod logging;
mod migrate;
mod openapi;
mod output;
mod reindex;
mod serve;
mod template;
mod user;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::accounts::principal::Language;
use crate::config::{Config, ConfigError, Overrides};
use crate::error::Error;

const EXAMPLES: &str = "\
Examples:
  townbridge serve --demo                      try it out with invented records
  townbridge serve --config townbridge.toml    run it
  townbridge check                             is everything in order?

Every setting is described in the default file; print it with `townbridge settings`.
A setting can also be given by the environment: TOWNBRIDGE_DATABASE__URL=postgres://…";

/// Townbridge (镇桥): matches technical needs of firms in specialised towns with capabilities of
/// universities and institutes.
#[derive(Debug, Parser)]
#[command(name = "townbridge", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Where settings come from, for every command.
#[derive(Debug, Clone, Args)]
struct Settings {
    /// Settings file (TOML)
    #[arg(long, global = true, env = "TOWNBRIDGE_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Directory of everything the service writes
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// sqlite://PATH or postgres://USER:PASSWORD@HOST/NAME
    #[arg(long, global = true, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Language of messages: zh or en [default: that of the terminal]
    #[arg(long, global = true, value_name = "TAG", value_parser = ["zh", "en"])]
    language: Option<String>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the service until it is told to stop (Ctrl-C or SIGTERM)
    Serve(serve::ServeArgs),
    /// Bring the tables of the database up to date
    Migrate,
    /// Create accounts, set passwords, list who is there
    #[command(subcommand)]
    User(user::UserCommand),
    /// Import needs, capabilities, organisations or accounts from a file
    Import(import::ImportArgs),
    /// Write needs, capabilities or organisations to a file
    Export(export::ExportArgs),
    /// Write a spreadsheet to be filled in and imported
    Template(template::TemplateArgs),
    /// Build the search index anew from the database
    Reindex,
    /// Check settings, database, index and mail, and say what to do about what is wrong
    Check(check::CheckArgs),
    /// Look after the audit log
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Measure match quality on graded need–achievement pairs
    Eval(eval::EvalArgs),
    /// Judge the requirements of real needs on real texts, and compare every quotation with its text
    EvalEvidence(evidence::EvidenceArgs),
    /// Measure speed, size and memory on files of records, in a throw-away instance
    Bench(bench::BenchArgs),
    /// Print the OpenAPI document of the API
    Openapi,
    /// Print the default settings file with all explanations
    Settings,
}

/// Why a command ended without success.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// A setting is wrong.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// A setting or argument that parses and still cannot be.
    #[error("{0}")]
    Usage(String),
    /// The command could not do its work.
    #[error("{}", output::reason(.0))]
    Work(#[from] Error),
    /// The command did its work and has said what is wrong already.
    #[error("")]
    Reported,
}

/// What a command ends with.
pub(crate) type Outcome = Result<(), Failure>;

/// Everything a command knows besides its own arguments.
#[derive(Debug)]
pub(crate) struct Context {
    settings: Settings,
    /// Language of messages.
    pub(crate) language: Language,
}

impl Context {
    /// Settings of all levels, with the log set up for a command that a person waits for.
    pub(crate) fn config(&self) -> Result<Config, Failure> {
        let config = self.load(None)?;
        logging::start(&config.log, logging::Volume::Warnings)?;
        Ok(config)
    }

    /// Settings of all levels, with the log as they say.
    pub(crate) fn service_config(
        &self,
        listen: Option<std::net::SocketAddr>,
    ) -> Result<Config, Failure> {
        let config = self.load(listen)?;
        logging::start(&config.log, logging::Volume::Configured)?;
        Ok(config)
    }

    fn load(&self, listen: Option<std::net::SocketAddr>) -> Result<Config, ConfigError> {
        let overrides = Overrides {
            data_dir: self.settings.data_dir.clone(),
            listen,
            database_url: self.settings.database_url.clone(),
        };
        Config::load(self.settings.config.as_deref(), &overrides)
    }
}

/// Parses the command line and runs the command.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let language = output::language(cli.settings.language.as_deref());
    let context = Context { settings: cli.settings, language };
    match run(&context, cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Reported) => ExitCode::FAILURE,
        Err(failure @ (Failure::Setting(_) | Failure::Usage(_))) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(context: &Context, command: Command) -> Outcome {
    match command {
        Command::Serve(args) => serve::run(context, &args),
        Command::Migrate => migrate::run(context),
        Command::User(command) => user::run(context, &command),
        Command::Import(args) => import::run(context, &args),
        Command::Export(args) => export::run(context, &args),
        Command::Template(args) => template::run(context, &args),
        Command::Reindex => reindex::run(context),
        Command::Check(args) => check::run(context, &args),
        Command::Audit(command) => audit::run(context, &command),
        Command::Eval(args) => eval::run(&args),
        Command::EvalEvidence(args) => evidence::run(&args),
        Command::Bench(args) => bench::run(context, &args),
        Command::Openapi => openapi::run(),
        Command::Settings => {
            output::print(crate::config::DEFAULTS);
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn settings_may_follow_the_command() {
        let cli = Cli::parse_from(["townbridge", "migrate", "--data-dir", "x"]);
        assert_eq!(cli.settings.data_dir, Some("x".into()));
    }
}
