//! The service is killed without warning, again and again, while clients write: what it has
//! acknowledged is there afterwards, becomes searchable by itself, and what is sent again under
//! the same key is not made twice.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How often the service is killed.
const ROUNDS: usize = 20;
/// Clients that write at the same time.
const CLIENTS: usize = 3;
/// How long anything may take before the test gives up on it.
const DEADLINE: Duration = Duration::from_secs(30);

/// A running service of the demo.
struct Service {
    process: Child,
    base: String,
    http: reqwest::Client,
}

impl Service {
    fn start(data: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_townbridge"))
            .args(["serve", "--demo", "--language", "en", "--listen", "127.0.0.1:0"])
            .arg("--data-dir")
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let base = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| {
                let rest = line.split_once("listens on ")?.1.to_owned();
                Some(rest.split_whitespace().next()?.to_owned())
            })
            .expect("the service says where it listens");
        std::thread::spawn(move || lines.for_each(drop));
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        Self { process, base, http }
    }

    /// Kills it as a power cut would: no signal that can be caught.
    fn kill(mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    async fn sign_in(&self) -> Writer {
        let body = json!({ "mail": "liang.qiyao@yaolan-lighting.example",
            "password": "demo-Yaolan-2026" });
        let url = format!("{}/api/v1/auth/sign-in", self.base);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        let token = tokens["access_token"].as_str().expect("signed in").to_owned();
        Writer { base: self.base.clone(), http: self.http.clone(), token }
    }
}

/// A signed-in client.
#[derive(Clone)]
struct Writer {
    base: String,
    http: reqwest::Client,
    token: String,
}

impl Writer {
    /// Creates a need under a mark; its id when that was acknowledged.
    async fn create(&self, mark: &str) -> Option<String> {
        let request = self
            .http
            .post(format!("{}/api/v1/needs", self.base))
            .bearer_auth(&self.token)
            .header("idempotency-key", mark)
            .json(&json!({ "title": mark, "need_kind": "tech_problem" }));
        let answer = request.send().await.ok()?;
        if answer.status().as_u16() != 201 {
            return None;
        }
        let need: Value = answer.json().await.ok()?;
        Some(need["id"].as_str()?.to_owned())
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let url = format!("{}/api/v1/{path}", self.base);
        let answer = self.http.get(url).bearer_auth(&self.token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Number of the firm's drafts that a search for the mark finds.
    async fn found(&self, mark: &str) -> u64 {
        let path = format!("search?kind=need&status=draft&q={mark}&limit=5");
        self.get(&path).await.1["total"].as_u64().unwrap()
    }
}

/// What one client knows of its writes.
#[derive(Default)]
struct Log {
    acknowledged: Vec<(String, String)>,
    unanswered: Vec<String>,
}

/// Writes until the service is gone.
async fn write(writer: Writer, round: usize, client: usize, log: Arc<Mutex<Log>>) {
    for number in 0.. {
        // One run of letters and digits is one term of the index.
        let mark = format!("crash{round}x{client}x{number}");
        match writer.create(&mark).await {
            Some(id) => log.lock().unwrap().acknowledged.push((mark, id)),
            None => return log.lock().unwrap().unanswered.push(mark),
        }
    }
}

/// What was acknowledged is there, findable, and once; what was not answered can be sent again.
async fn check(writer: &Writer, log: &Log) {
    for (mark, id) in &log.acknowledged {
        let (status, need) = writer.get(&format!("needs/{id}")).await;
        assert_eq!((status, need["title"].as_str()), (200, Some(mark.as_str())), "{mark} is lost");
    }
    let began = Instant::now();
    for mark in &log.unanswered {
        while writer.create(mark).await.is_none() {
            assert!(began.elapsed() < DEADLINE, "{mark} cannot be sent again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let acknowledged = log.acknowledged.iter().map(|(mark, _)| mark);
    for mark in acknowledged.chain(&log.unanswered) {
        while writer.found(mark).await == 0 {
            assert!(began.elapsed() < DEADLINE, "{mark} does not become searchable");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(writer.found(mark).await, 1, "{mark} was made twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let data = tempfile::tempdir().unwrap();
    let mut last = Log::default();
    let mut written = 0;
    for round in 0..ROUNDS {
        let service = Service::start(data.path());
        let writer = service.sign_in().await;
        check(&writer, &last).await;
        let log = Arc::new(Mutex::new(Log::default()));
        let writers: Vec<_> = (0..CLIENTS)
            .map(|client| tokio::spawn(write(writer.clone(), round, client, Arc::clone(&log))))
            .collect();
        // Other moments in each round: during commits of the database, of the index, in between.
        tokio::time::sleep(Duration::from_millis(37 + 53 * (round as u64 % 7))).await;
        service.kill();
        for writer in writers {
            writer.await.unwrap();
        }
        last = std::mem::take(&mut *log.lock().unwrap());
        written += last.acknowledged.len();
    }
    let service = Service::start(data.path());
    check(&service.sign_in().await, &last).await;
    service.kill();
    assert!(written > ROUNDS, "only {written} writes were acknowledged: nothing was tested");
    let verified = Command::new(env!("CARGO_BIN_EXE_townbridge"))
        .args(["audit", "verify", "--data-dir"])
        .arg(data.path())
        .status()
        .unwrap();
    assert!(verified.success(), "the audit chain is broken");
}
