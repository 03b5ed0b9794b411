//! The service is killed without warning, again and again, while clients write: what it has
//! acknowledged is there afterwards, becomes searchable by itself, and what is sent again under
//! the same key is not made twice.

mod deliveries;
mod mails;
mod robots;
mod subscriptions;

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

#[cfg(feature = "server-tests")]
use crate::support::Schema;
use crate::support::credit_code;
use crate::support::files::with_form;

/// How often the service is killed on SQLite, which dies with it.
const ROUNDS: usize = 20;
/// How often on PostgreSQL, which goes on beside it and finds its connections cut.
#[cfg(feature = "server-tests")]
const POSTGRES_ROUNDS: usize = 8;
/// Clients that write at the same time.
const CLIENTS: usize = 3;
/// How long anything may take before the test gives up on it.
const DEADLINE: Duration = Duration::from_secs(30);

/// Where the service keeps its data.
struct Place {
    directory: TempDir,
    /// Address of its database; none for a file in the directory.
    database: Option<String>,
    /// Further settings, by the names of the environment.
    settings: Vec<(&'static str, String)>,
}

impl Place {
    fn new(database: Option<String>) -> Self {
        Self { directory: tempfile::tempdir().unwrap(), database, settings: Vec::new() }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_townbridge"));
        command.args(arguments).arg("--data-dir").arg(self.directory.path());
        command.env("TOWNBRIDGE_OUTBOUND__ALLOW_PRIVATE", "true");
        command.env("TOWNBRIDGE_OUTBOUND__TIMEOUT_SECONDS", "1");
        command.env("TOWNBRIDGE_NOTICES__SUBSCRIPTION_PAUSE_MINUTES", "0");
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        if let Some(database) = &self.database {
            command.env("TOWNBRIDGE_DATABASE__URL", database);
        }
        command
    }
}

/// A running service of the demo.
struct Service {
    process: Child,
    base: String,
    http: reqwest::Client,
}

impl Service {
    fn start(place: &Place) -> Self {
        let mut process = place
            .command(&["serve", "--demo", "--language", "en", "--listen", "127.0.0.1:0"])
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
        let firm = self.token("liang.qiyao@yaolan-lighting.example", "demo-Yaolan-2026").await;
        let admin = self.token("admin@townbridge.example", "demo-Admin-2026").await;
        Writer { base: self.base.clone(), http: self.http.clone(), firm, admin }
    }

    async fn token(&self, mail: &str, password: &str) -> String {
        let body = json!({ "mail": mail, "password": password });
        let url = format!("{}/api/v1/auth/sign-in", self.base);
        let answer = self.http.post(url).json(&body).send().await.unwrap();
        let tokens: Value = answer.json().await.unwrap();
        tokens["access_token"].as_str().expect("signed in").to_owned()
    }
}

/// What is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Need,
    Capability,
    Organization,
    User,
}

impl Kind {
    /// What a client writes: two of them one kind each, the third two kinds in turn.
    fn of(client: usize, number: usize) -> Self {
        match (client, number % 2) {
            (0, _) => Self::Need,
            (1, _) => Self::Capability,
            (_, 0) => Self::Organization,
            _ => Self::User,
        }
    }

    fn folder(self) -> &'static str {
        match self {
            Self::Need => "needs",
            Self::Capability => "capabilities",
            Self::Organization => "organizations",
            Self::User => "users",
        }
    }
}

/// One write: the mark is the name of what is written, and its key.
#[derive(Debug, Clone)]
struct Write {
    kind: Kind,
    mark: String,
    /// Different for each write of the test.
    number: u32,
}

impl Write {
    fn new(round: usize, client: usize, number: usize) -> Self {
        // One run of letters and digits is one term of the index.
        let mark = format!("crash{round}x{client}x{number}");
        let kind = Kind::of(client, number);
        Self { kind, mark, number: u32::try_from(round * 100_000 + number).unwrap() }
    }

    fn body(&self) -> Value {
        let mark = &self.mark;
        match self.kind {
            Kind::Need => json!({ "title": mark, "need_kind": "tech_problem" }),
            Kind::Capability => json!({ "title": mark, "asset_kind": "achievement" }),
            Kind::User => json!({ "name": mark, "mail": format!("{mark}@example.com") }),
            Kind::Organization => json!({
                "name": mark,
                "uscc": credit_code(900_000_000 + self.number),
                "org_type": "enterprise",
                "region_code": "4420",
                "town_code": "442000105",
                "industry_code": "C3872",
                "scale": "small",
                "contact": { "name": "何试", "phone": "0760-5550177" }
            }),
        }
    }
}

/// A client signed in as a firm and as the administrator.
#[derive(Clone)]
struct Writer {
    base: String,
    http: reqwest::Client,
    firm: String,
    admin: String,
}

impl Writer {
    fn token(&self, kind: Kind) -> &str {
        match kind {
            Kind::Need | Kind::Capability => &self.firm,
            Kind::Organization | Kind::User => &self.admin,
        }
    }

    /// Writes; the id when that was acknowledged.
    async fn create(&self, write: &Write) -> Option<String> {
        let request = self
            .http
            .post(format!("{}/api/v1/{}", self.base, write.kind.folder()))
            .bearer_auth(self.token(write.kind))
            .header("idempotency-key", &write.mark)
            .json(&write.body());
        let answer = request.send().await.ok()?;
        if answer.status().as_u16() != 201 {
            return None;
        }
        let created: Value = answer.json().await.ok()?;
        Some(created["id"].as_str()?.to_owned())
    }

    async fn get(&self, kind: Kind, path: &str) -> (u16, Value) {
        let url = format!("{}/api/v1/{path}", self.base);
        let answer = self.http.get(url).bearer_auth(self.token(kind)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// How many records of the mark can be found: by a search, where the index holds such records.
    async fn found(&self, write: &Write) -> usize {
        let Write { kind, mark, .. } = write;
        let path = match kind {
            Kind::Need => format!("search?kind=need&status=draft&q={mark}&limit=5"),
            Kind::Capability => format!("search?kind=capability&status=draft&q={mark}&limit=5"),
            Kind::Organization => format!("organizations?name={mark}&status=pending&limit=100"),
            Kind::User => format!("users?mail={mark}%40example.com"),
        };
        let found = self.get(*kind, &path).await.1;
        let total = found["total"].as_u64().map(|total| usize::try_from(total).unwrap());
        total.unwrap_or_else(|| {
            let items = found["items"].as_array().unwrap();
            items
                .iter()
                .filter(|item| kind != &Kind::Organization || item["name"] == **mark)
                .count()
        })
    }
}

/// What one client knows of its writes.
#[derive(Default)]
struct Log {
    acknowledged: Vec<(Write, String)>,
    unanswered: Vec<Write>,
}

/// Writes until the service is gone.
async fn write(writer: Writer, round: usize, client: usize, log: Arc<Mutex<Log>>) {
    for number in 0.. {
        let write = Write::new(round, client, number);
        match writer.create(&write).await {
            Some(id) => log.lock().unwrap().acknowledged.push((write, id)),
            None => return log.lock().unwrap().unanswered.push(write),
        }
    }
}

/// What was acknowledged is there, findable, and once; what was not answered can be sent again.
async fn check(writer: &Writer, log: &Log) {
    for (write, id) in &log.acknowledged {
        let (kind, mark) = (write.kind, write.mark.as_str());
        let (status, record) = writer.get(kind, &format!("{}/{id}", kind.folder())).await;
        let name = record["title"].as_str().or_else(|| record["name"].as_str());
        assert_eq!((status, name), (200, Some(mark)), "{write:?} is lost");
    }
    let began = Instant::now();
    for write in &log.unanswered {
        while writer.create(write).await.is_none() {
            assert!(began.elapsed() < DEADLINE, "{write:?} cannot be sent again");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    let acknowledged = log.acknowledged.iter().map(|(write, _)| write);
    for write in acknowledged.chain(&log.unanswered) {
        while writer.found(write).await == 0 {
            assert!(began.elapsed() < DEADLINE, "{write:?} does not become searchable");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(writer.found(write).await, 1, "{write:?} was made twice");
    }
}

async fn kill_again_and_again(place: &Place, rounds: usize) {
    let mut last = Log::default();
    let mut written = Vec::new();
    for round in 0..rounds {
        let service = Service::start(place);
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
        written.extend(last.acknowledged.iter().map(|(write, _)| write.kind));
    }
    let service = Service::start(place);
    check(&service.sign_in().await, &last).await;
    service.kill();
    for kind in [Kind::Need, Kind::Capability, Kind::Organization, Kind::User] {
        let count = written.iter().filter(|written| **written == kind).count();
        assert!(count > 0, "no {kind:?} was acknowledged: nothing was tested");
    }
    assert!(written.len() > rounds, "only {} writes were acknowledged", written.len());
    let verified = place.command(&["audit", "verify"]).status().unwrap();
    assert!(verified.success(), "the audit chain is broken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_acknowledged_is_lost() {
    let place = Place::new(None);
    kill_again_and_again(&place, ROUNDS).await;
}

#[cfg(feature = "server-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_nothing_acknowledged_is_lost_on_postgres() {
    let schema = Schema::create();
    let place = Place::new(Some(schema.url().to_owned()));
    kill_again_and_again(&place, POSTGRES_ROUNDS).await;
}

/// A file that was acknowledged, with its address.
type Kept = (String, Vec<u8>);

/// Sends files to a visit until the service is gone.
async fn send_files(admin: Writer, visit: String, sent: Arc<Mutex<Vec<Kept>>>) {
    for number in 0..15 {
        let bytes = format!("{visit} {number}\n").repeat(20_000).into_bytes();
        let address = format!("{}/api/v1/visits/{visit}/attachments", admin.base);
        let request = admin.http.post(&address).bearer_auth(&admin.admin);
        let request = with_form(request, &[], &[("file", "记录.txt", &bytes)]);
        let Ok(answer) = request.send().await else { return };
        assert_eq!(answer.status().as_u16(), 201);
        let Ok(view) = answer.json::<Value>().await else { return };
        let path = format!("visits/{visit}/attachments/{}", view["id"].as_str().unwrap());
        sent.lock().unwrap().push((path, bytes));
    }
}

async fn fetch(admin: &Writer, path: &str) -> Vec<u8> {
    let request = admin.http.get(format!("{}/api/v1/{path}/content", admin.base));
    let answer = request.bearer_auth(&admin.admin).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200, "{path}");
    answer.bytes().await.unwrap().to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_acknowledged_are_whole_after_a_kill() {
    let place = Place::new(None);
    let mut kept: Vec<Kept> = Vec::new();
    let mut visits: Vec<String> = Vec::new();
    for round in 0..4 {
        let service = Service::start(&place);
        let admin = service.sign_in().await;
        let body =
            json!({ "town_code": "442000105", "org_name": "晨舟配件厂", "findings": "看了。" });
        let request = admin.http.post(format!("{}/api/v1/visits", admin.base));
        let answer = request.bearer_auth(&admin.admin).json(&body).send().await.unwrap();
        let visit: Value = answer.json().await.unwrap();
        visits.push(visit["id"].as_str().unwrap().to_owned());
        let sent = Arc::new(Mutex::new(Vec::new()));
        let last = visits[round].clone();
        let sending = tokio::spawn(send_files(admin, last, Arc::clone(&sent)));
        let start = Instant::now();
        while sent.lock().unwrap().len() < 2 + round {
            assert!(start.elapsed() < DEADLINE, "no file is acknowledged");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        service.kill();
        sending.await.unwrap();
        kept.append(&mut sent.lock().unwrap());
    }
    let service = Service::start(&place);
    let admin = service.sign_in().await;
    for (path, bytes) in &kept {
        assert!(fetch(&admin, path).await == *bytes, "{path}");
    }
    // One that was stored and not acknowledged any more is whole as well.
    for visit in &visits {
        let (status, files) = admin.get(Kind::User, &format!("visits/{visit}/attachments")).await;
        assert_eq!(status, 200);
        for file in files.as_array().unwrap() {
            let path = format!("visits/{visit}/attachments/{}", file["id"].as_str().unwrap());
            let size = u64::try_from(fetch(&admin, &path).await.len()).unwrap();
            assert_eq!(file["size"], size, "{path}");
        }
    }
    service.kill();
}
