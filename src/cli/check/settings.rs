//! Settings that parse and still cannot work, the data directory, and mail.

use std::path::Path;

use super::Finding;
use crate::config::{Config, MailTransport};
use crate::error::Message;
use crate::outbound::mailer::Mailer;

/// Checks what needs neither database nor index.
pub(super) fn check(config: &Config, deep: bool) -> Vec<Finding> {
    let mut findings = vec![data_dir(&config.data_dir), matching(config), mail(config, deep)];
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
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| error.to_string())?.block_on(mailer.greet())
}
