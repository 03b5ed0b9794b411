//! The ways in which mail leaves: files for trying out, SMTP for the rest.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};

use super::model::OutboxMail;
use crate::config::{Config, MailConfig, MailEncryption, MailTransport};
use crate::error::{Error, Result};

enum Transport {
    Files(PathBuf),
    // Without a pool: each mail has its own connection, and nothing outlives the runtime.
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
}

/// Hands mails over.
pub struct Mailer {
    from: Mailbox,
    transport: Transport,
    limit: Duration,
}

impl Mailer {
    /// A mailer by the settings. Nothing is connected yet.
    ///
    /// # Errors
    /// Names the setting that cannot be used.
    pub fn open(config: &Config) -> Result<Self> {
        let mail = &config.mail;
        let from = mail
            .from
            .parse::<Mailbox>()
            .map_err(|error| Error::internal(format!("setting mail.from: {error}")))?;
        let transport = match mail.transport {
            MailTransport::File => Transport::Files(config.data_dir.join("mail")),
            MailTransport::Smtp => Transport::Smtp(smtp(mail)?),
        };
        Ok(Self { from, transport, limit: Duration::from_secs(mail.timeout_seconds) })
    }

    /// Hands one mail over. Every header is encoded by the library, so that no name in a subject
    /// can begin a header of its own; the body is plain text.
    ///
    /// # Errors
    /// Why it was not taken, for the outbox.
    pub async fn send(&self, mail: &OutboxMail) -> std::result::Result<(), String> {
        let message = self.message(mail)?;
        match &self.transport {
            Transport::Files(dir) => {
                let (dir, name) = (dir.clone(), format!("{}.eml", mail.id));
                let write = move || write_file(&dir, &name, &message.formatted());
                let written = tokio::task::spawn_blocking(write).await;
                written.map_err(|error| error.to_string())?.map_err(|error| error.to_string())
            }
            Transport::Smtp(smtp) => self.in_time(smtp.send(message)).await.map(drop),
        }
    }

    /// Connects to the server, signs in, and leaves again without a mail. Files need no server.
    ///
    /// # Errors
    /// Why mail would not be taken.
    pub async fn greet(&self) -> std::result::Result<(), String> {
        let Transport::Smtp(smtp) = &self.transport else { return Ok(()) };
        match self.in_time(smtp.test_connection()).await? {
            true => Ok(()),
            false => Err("the server hung up".to_owned()),
        }
    }

    /// Bounds the whole exchange: a server may answer each command just in time.
    async fn in_time<T>(
        &self,
        exchange: impl Future<Output = std::result::Result<T, lettre::transport::smtp::Error>>,
    ) -> std::result::Result<T, String> {
        match tokio::time::timeout(self.limit, exchange).await {
            Ok(answer) => answer.map_err(|error| error.to_string()),
            Err(_) => Err(format!("no success within {} s", self.limit.as_secs())),
        }
    }

    fn message(&self, mail: &OutboxMail) -> std::result::Result<Message, String> {
        let to = mail
            .recipient
            .parse::<lettre::Address>()
            .map_err(|error| format!("recipient: {error}"))?;
        // The same id at each attempt: a receiver can tell a repeat.
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.clone())
            .date(mail.created_at.0.into())
            .message_id(Some(id))
            .raw_header(header("Auto-Submitted", "auto-generated"));
        let message = match &mail.unsubscribe_url {
            None => message,
            Some(url) => message
                .raw_header(header("List-Unsubscribe", &format!("<{url}>")))
                .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")),
        };
        message
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|error| format!("message: {error}"))
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn smtp(mail: &MailConfig) -> Result<AsyncSmtpTransport<Tokio1Executor>> {
    let tls = || {
        TlsParameters::new(mail.host.clone())
            .map_err(|error| Error::internal(format!("setting mail.host: {error}")))
    };
    let tls = match mail.encryption {
        MailEncryption::Starttls => Tls::Required(tls()?),
        MailEncryption::Tls => Tls::Wrapper(tls()?),
        MailEncryption::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(mail.host.clone())
        .port(mail.port)
        .tls(tls)
        .timeout(Some(Duration::from_secs(mail.timeout_seconds)));
    if !mail.user.is_empty() {
        builder = builder.credentials(Credentials::new(mail.user.clone(), mail.password.clone()));
    }
    Ok(builder.build())
}

/// Writes under another name first, so that nobody reads half a mail; for the owner's eyes only,
/// because links in it open accounts.
fn write_file(dir: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    std::fs::create_dir_all(dir)?;
    let draft = dir.join(format!(".{name}.part"));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&draft, dir.join(name))
}
