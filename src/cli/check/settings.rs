//! Settings that parse and still cannot work, the data directory, and mail.

use std::path::Path;

use tokio::runtime::{Builder, Runtime};

use super::Finding;
use crate::clock::Clock;
use crate::config::{Config, MailTransport};
use crate::embeddings::server::ModelServer;
use crate::error::Message;
use crate::outbound::mailer::Mailer;

/// Checks what needs neither database nor index.
pub(super) fn check(config: &Config, deep: bool) -> Vec<Finding> {
    let mut findings = vec![
        data_dir(&config.data_dir),
        holidays(&config.data_dir),
        matching(config),
        mail(config, deep),
    ];
    findings.extend(model_server(config, deep));
    let https = config.server.public_url.starts_with("https://");
    if https && !config.server.secure_cookies {
        findings.push(Finding::doubtful(
            "cli.check.cookies_not_secure",
            "cli.check.set_secure_cookies",
        ));
    }
    findings
}

fn data_dir(path: &Path) -> Finding {
    let shown = path.display().to_string();
    if !path.exists() {
        return Finding::doubtful(
            Message::new("cli.check.data_dir_missing").with("path", shown),
            "cli.check.run_serve_or_migrate",
        );
    }
    let probe = path.join(format!(".check-{}", std::process::id()));
    let written = std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe));
    match written {
        Ok(()) => Finding::good(Message::new("cli.check.data_dir").with("path", shown)),
        Err(error) => Finding::wrong(
            Message::new("cli.check.data_dir_unwritable").with("path", shown).with("reason", error),
            "cli.check.give_write_access",
        ),
    }
}

/// The reference tables, and whether they know the holidays that working days are counted by.
fn holidays(data_dir: &Path) -> Finding {
    let directory = data_dir.join("reference");
    let reference = match crate::reference::load(&directory) {
        Ok(reference) => reference,
        Err(error) => {
            let message = Message::new("cli.check.reference_wrong")
                .with("reason", super::output::reason(&error));
            return Finding::wrong(message, "cli.check.correct_file");
        }
    };
    let today = Clock::default().today_in_china();
    match reference.calendar().missing_year(today) {
        None => Finding::good("cli.check.holidays"),
        Some(year) => Finding::doubtful(
            Message::new("cli.check.holidays_missing").with("year", year),
            Message::new("cli.check.renew_holidays")
                .with("path", directory.join("holidays.csv").display()),
        ),
    }
}

fn matching(config: &Config) -> Finding {
    match crate::matching::settings::load(&config.matching) {
        Ok(_) => Finding::good("cli.check.matching"),
        Err(error) => Finding::wrong(
            Message::new("cli.check.matching_wrong").with("reason", super::output::reason(&error)),
            "cli.check.correct_file",
        ),
    }
}

fn mail(config: &Config, deep: bool) -> Finding {
    if let Err(error) = config.mail.from.parse::<lettre::message::Mailbox>() {
        return Finding::wrong(
            Message::new("cli.check.mail_from").with("reason", error),
            "cli.check.correct_mail_from",
        );
    }
    match config.mail.transport {
        MailTransport::File => Finding::doubtful("cli.check.mail_files", "cli.check.set_smtp"),
        MailTransport::Smtp => {
            let about = |key| {
                Message::new(key).with("host", &config.mail.host).with("port", config.mail.port)
            };
            match deep.then(|| greet(config)) {
                None => Finding::good(about("cli.check.mail_smtp")),
                Some(Ok(())) => Finding::good(about("cli.check.mail_smtp_answers")),
                Some(Err(reason)) => Finding::wrong(
                    about("cli.check.mail_smtp_refuses").with("reason", reason),
                    "cli.check.correct_smtp",
                ),
            }
        }
    }
}

/// Connects to the mail server and signs in there.
fn greet(config: &Config) -> Result<(), String> {
    let mailer = Mailer::open(config).map_err(|error| super::output::reason(&error))?;
    runtime()?.block_on(mailer.greet())
}

fn runtime() -> Result<Runtime, String> {
    Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())
}

/// The model server, where there is one. Matching goes on without it, so its absence is no fault.
fn model_server(config: &Config, deep: bool) -> Option<Finding> {
    if !config.embeddings.is_on() {
        return None;
    }
    let about = |key| Message::new(key).with("model", &config.embeddings.model);
    Some(match deep.then(|| ask(config)) {
        None => Finding::good(about("cli.check.model_server")),
        Some(Ok(())) => Finding::good(about("cli.check.model_server_answers")),
        Some(Err(reason)) => Finding::doubtful(
            about("cli.check.model_server_silent").with("reason", reason),
            "cli.check.start_model_server",
        ),
    })
}

/// Asks the model server for the vectors of a few fixed texts.
fn ask(config: &Config) -> Result<(), String> {
    let server = ModelServer::of(&config.embeddings);
    let server = server.map_err(|error| super::output::reason(&error))?;
    let Some(server) = server else { return Ok(()) };
    let proof = server.prove(Clock::default().time(), &server.recipe, None);
    match runtime()?.block_on(proof) {
        Some(_) => Ok(()),
        None => Err(server.trouble().unwrap_or_default()),
    }
}
