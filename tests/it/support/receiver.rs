//! A receiver of messages on the loopback interface that behaves as a test wants.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the receiver answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// This status and body.
    With(u16, String),
    /// Not at all.
    Never,
    /// A status at once, and the body a byte at a time, for ever.
    Dripping,
    /// A status and a body without end.
    Flooding,
    /// Elsewhere.
    Redirect(u16, String),
}

impl Reply {
    /// What a webhook's receiver answers.
    pub fn ok() -> Self {
        Self::With(200, String::new())
    }

    /// What a robot answers.
    pub fn robot(code: i64) -> Self {
        Self::With(200, format!(r#"{{"errcode":{code},"errmsg":"said so"}}"#))
    }
}

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Taken {
    /// Path and query.
    pub path: String,
    /// Headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Body.
    pub body: String,
}

impl Taken {
    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// The running receiver; stops when dropped.
pub struct Receiver {
    /// Where it listens.
    pub address: SocketAddr,
    reply: Arc<Mutex<Reply>>,
    taken: Arc<Mutex<Vec<Taken>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Receiver {
    /// Starts it on a free port.
    pub async fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let reply = Arc::new(Mutex::new(reply));
        let taken: Arc<Mutex<Vec<Taken>>> = Arc::default();
        let (manner, seen) = (Arc::clone(&reply), Arc::clone(&taken));
        let task = tokio::spawn(async move {
            loop {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (manner, seen) = (Arc::clone(&manner), Arc::clone(&seen));
                // A client that hangs up is no fault of the receiver.
                tokio::spawn(async move { drop(serve(stream, &manner, &seen).await) });
            }
        });
        Self { address, reply, taken, task }
    }

    /// An address below it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Changes how the next requests are answered.
    pub fn behave(&self, reply: Reply) {
        *self.reply.lock().unwrap() = reply;
    }

    /// What has come so far.
    pub fn taken(&self) -> Vec<Taken> {
        self.taken.lock().unwrap().clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    stream: TcpStream,
    manner: &Mutex<Reply>,
    seen: &Mutex<Vec<Taken>>,
) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    let mut first = String::new();
    stream.read_line(&mut first).await?;
    let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).await?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    let body = String::from_utf8(body).unwrap();
    seen.lock().unwrap().push(Taken { path, headers, body });
    let reply = manner.lock().unwrap().clone();
    answer(stream.get_mut(), reply).await
}

async fn answer(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    let close = "connection: close\r\n";
    match reply {
        Reply::With(status, body) => {
            let length = body.len();
            let text =
                format!("HTTP/1.1 {status} X\r\n{close}content-length: {length}\r\n\r\n{body}");
            stream.write_all(text.as_bytes()).await?;
            stream.shutdown().await
        }
        Reply::Redirect(status, to) => {
            let text = format!(
                "HTTP/1.1 {status} X\r\n{close}location: {to}\r\ncontent-length: 0\r\n\r\n"
            );
            stream.write_all(text.as_bytes()).await?;
            stream.shutdown().await
        }
        Reply::Never => {
            std::future::pending::<()>().await;
            Ok(())
        }
        Reply::Dripping => {
            stream.write_all(format!("HTTP/1.1 200 X\r\n{close}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        Reply::Flooding => {
            stream.write_all(format!("HTTP/1.1 200 X\r\n{close}\r\n").as_bytes()).await?;
            loop {
                stream.write_all(&[b' '; 4096]).await?;
            }
        }
    }
}
