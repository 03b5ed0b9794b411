//! A mail server on the loopback interface that behaves as a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use townbridge::config::{Config, MailEncryption, MailTransport};

/// How the server treats mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Takes everything.
    Accepting,
    /// Turns every recipient down, for ever.
    RefusingRecipients,
    /// Closes the door: "try later", then hangs up.
    Busy,
    /// Takes the connection and says nothing.
    Silent,
}

/// What the server has seen.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    /// Connections made.
    pub connections: usize,
    /// Commands received, without their arguments.
    pub commands: Vec<String>,
    /// User and password given, decoded.
    pub credentials: Vec<String>,
    /// Mails taken: recipient and text as sent.
    pub mails: Vec<(String, String)>,
}

/// The running server; stops when dropped.
pub struct SmtpServer {
    /// Where it listens.
    pub address: SocketAddr,
    manner: watch::Sender<Manner>,
    seen: Arc<Mutex<Seen>>,
    task: tokio::task::JoinHandle<()>,
}

impl SmtpServer {
    /// Starts it on a free port.
    pub async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (manner, told) = watch::channel(manner);
        let seen: Arc<Mutex<Seen>> = Arc::default();
        let shared = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                shared.lock().unwrap().connections += 1;
                let (told, seen) = (*told.borrow(), Arc::clone(&shared));
                tokio::spawn(async move {
                    // A client that hangs up is no fault of the server.
                    let _ = Dialogue::new(stream, told, seen).run().await;
                });
            }
        });
        Self { address, manner, seen, task }
    }

    /// Settings that send mail here, without encryption.
    pub fn settings(&self) -> impl FnOnce(&mut Config) + use<> {
        let port = self.address.port();
        move |config| {
            config.mail.transport = MailTransport::Smtp;
            config.mail.host = "127.0.0.1".to_owned();
            config.mail.port = port;
            config.mail.encryption = MailEncryption::None;
        }
    }

    /// Changes how the next connections are treated.
    pub fn behave(&self, manner: Manner) {
        self.manner.send_replace(manner);
    }

    /// What it has seen so far.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

struct Dialogue {
    input: BufReader<OwnedReadHalf>,
    output: OwnedWriteHalf,
    manner: Manner,
    seen: Arc<Mutex<Seen>>,
    recipient: String,
}

impl Dialogue {
    fn new(stream: TcpStream, manner: Manner, seen: Arc<Mutex<Seen>>) -> Self {
        let (input, output) = stream.into_split();
        Self { input: BufReader::new(input), output, manner, seen, recipient: String::new() }
    }

    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.output.write_all(format!("{line}\r\n").as_bytes()).await
    }

    async fn line(&mut self) -> std::io::Result<Option<String>> {
        let mut line = String::new();
        let read = self.input.read_line(&mut line).await?;
        Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
    }

    async fn run(mut self) -> std::io::Result<()> {
        match self.manner {
            // Ends when the client has had enough.
            Manner::Silent => return self.line().await.map(drop),
            Manner::Busy => return self.say("421 busy, try later").await,
            _ => self.say("220 test ready").await?,
        }
        while let Some(line) = self.line().await? {
            let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
            self.seen.lock().unwrap().commands.push(verb.clone());
            match verb.as_str() {
                "EHLO" => self.say("250-test\r\n250 AUTH PLAIN").await?,
                "AUTH" => self.authenticate(&line).await?,
                "RCPT" if self.manner == Manner::RefusingRecipients => {
                    self.say("550 5.1.1 no such mailbox").await?;
                }
                "RCPT" => {
                    let address = line.split(['<', '>']).nth(1).unwrap_or_default();
                    self.recipient = address.to_owned();
                    self.say("250 ok").await?;
                }
                "DATA" => self.take_mail().await?,
                "QUIT" => return self.say("221 bye").await,
                _ => self.say("250 ok").await?,
            }
        }
        Ok(())
    }

    async fn authenticate(&mut self, line: &str) -> std::io::Result<()> {
        let given = line.rsplit(' ').next().unwrap_or_default();
        let decoded = STANDARD.decode(given).unwrap_or_default();
        self.seen.lock().unwrap().credentials.push(String::from_utf8_lossy(&decoded).into_owned());
        self.say("235 welcome").await
    }

    async fn take_mail(&mut self) -> std::io::Result<()> {
        self.say("354 go on").await?;
        let mut text = String::new();
        while let Some(line) = self.line().await? {
            if line == "." {
                let mail = (self.recipient.clone(), text);
                self.seen.lock().unwrap().mails.push(mail);
                return self.say("250 taken").await;
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
            text.push('\n');
        }
        Ok(())
    }
}
