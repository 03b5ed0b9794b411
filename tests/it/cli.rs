//! The program as operators start it: arguments, exit codes, what it prints.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{Manner, SmtpServer};

/// The program with a data directory of its own, in English, without settings from outside.
fn townbridge(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_townbridge"));
    command.args(arguments).arg("--data-dir").arg(data).args(["--language", "en"]);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TOWNBRIDGE_")) {
        command.env_remove(name);
    }
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    townbridge(data, arguments).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn succeed(data: &Path, arguments: &[&str]) -> String {
    let output = run(data, arguments);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {errors}\n{}", stdout(&output));
    stdout(&output)
}

/// A running service, stopped at the end.
struct Service {
    process: Child,
    out: BufReader<ChildStdout>,
    /// What it has printed up to its address.
    printed: String,
    address: String,
}

impl Service {
    fn start(data: &Path, arguments: &[&str]) -> Self {
        let mut all = vec!["serve", "--listen", "127.0.0.1:0"];
        all.extend(arguments);
        let log = std::fs::File::create(data.join("log")).unwrap();
        let mut process =
            townbridge(data, &all).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut out = BufReader::new(process.stdout.take().unwrap());
        let mut printed = String::new();
        let address = loop {
            let mut line = String::new();
            let read = out.read_line(&mut line).unwrap();
            assert!(read > 0, "{printed}\n{}", std::fs::read_to_string(data.join("log")).unwrap());
            printed.push_str(&line);
            if let Some(rest) = line.split("listens on http://").nth(1) {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
        };
        Self { process, out, printed, address }
    }

    /// Sends a signal and waits for the end; the exit code.
    fn stop(mut self, signal: &str) -> Option<i32> {
        let process = self.process.id().to_string();
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).unwrap();
        self.process.wait().unwrap().code()
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("http://{}{path}", self.address);
        let answer = client.post(url).json(&body).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn sign_in(&self, mail: &str, password: &str) -> u16 {
        self.post("/api/v1/auth/sign-in", json!({ "mail": mail, "password": password })).await.0
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Ended already, unless a test has failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn data() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_wrong_setting_ends_with_one_line_and_code_2() {
    let data = data();
    let file = data.path().join("townbridge.toml");
    std::fs::write(&file, "[server]\nport = 80\n").unwrap();
    let output = run(data.path(), &["migrate", "--config", file.to_str().unwrap()]);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{errors}");
    assert_eq!(errors.lines().count(), 1, "{errors}");
    assert!(errors.contains("port") && errors.contains("townbridge.toml"), "{errors}");
    assert_eq!(run(data.path(), &["migrate", "--listen"]).status.code(), Some(2));
}

#[test]
fn the_openapi_document_and_the_settings_are_printed_whole() {
    let data = data();
    let document: Value = serde_json::from_str(&succeed(data.path(), &["openapi"])).unwrap();
    assert!(document["paths"]["/api/v1/needs/export"]["get"].is_object());
    let settings = succeed(data.path(), &["settings"]);
    assert_eq!(settings.trim(), townbridge::config::DEFAULTS.trim());
}

#[test]
fn check_says_what_is_missing_and_what_is_damaged() {
    let data = data();
    let output = run(data.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("there is no database"), "{}", stdout(&output));
    assert!(!data.path().join("townbridge.sqlite").exists());
    assert!(succeed(data.path(), &["migrate"]).contains("Applied"));
    assert!(succeed(data.path(), &["migrate"]).contains("up to date"));
    succeed(data.path(), &["reindex"]);
    assert!(succeed(data.path(), &["check", "--deep"]).contains("Everything works"));
    std::fs::write(data.path().join("index/CURRENT"), "generation-99\n").unwrap();
    let output = run(data.path(), &["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("townbridge reindex"), "{}", stdout(&output));
}

/// Checks everything with a mail server at this port; exit code and what is printed.
async fn check_mail_server(data: &Path, port: u16, flags: &[&str]) -> (Option<i32>, String) {
    let mut command = townbridge(data, &["check"]);
    command.args(flags).envs([
        ("TOWNBRIDGE_MAIL__TRANSPORT", "smtp"),
        ("TOWNBRIDGE_MAIL__HOST", "127.0.0.1"),
        ("TOWNBRIDGE_MAIL__ENCRYPTION", "none"),
        ("TOWNBRIDGE_MAIL__TIMEOUT_SECONDS", "2"),
        // Digits alone are a user and a password all the same.
        ("TOWNBRIDGE_MAIL__USER", "20261122"),
        ("TOWNBRIDGE_MAIL__PASSWORD", "0012345678901234567890"),
    ]);
    command.env("TOWNBRIDGE_MAIL__PORT", port.to_string());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    (output.status.code(), stdout(&output))
}

#[tokio::test]
async fn a_deep_check_signs_in_to_the_mail_server() {
    let data = data();
    succeed(data.path(), &["migrate"]);
    succeed(data.path(), &["reindex"]);
    let server = SmtpServer::start(Manner::Accepting).await;
    let port = server.address.port();
    let (code, printed) = check_mail_server(data.path(), port, &[]).await;
    assert_eq!(code, Some(0), "{printed}");
    assert_eq!(server.seen().connections, 0, "only a deep check takes the time");

    let (code, printed) = check_mail_server(data.path(), port, &["--deep"]).await;
    assert_eq!(code, Some(0), "{printed}");
    assert!(printed.contains(&format!("mail server 127.0.0.1:{port} answers")), "{printed}");
    let seen = server.seen();
    assert_eq!(seen.credentials, ["\0".to_owned() + "20261122\0" + "0012345678901234567890"]);
    assert!(seen.mails.is_empty());

    for manner in [Manner::Busy, Manner::Silent] {
        server.behave(manner);
        let (code, printed) = check_mail_server(data.path(), port, &["--deep"]).await;
        assert_eq!(code, Some(1), "{manner:?}: {printed}");
        assert!(printed.contains("cannot be used"), "{manner:?}: {printed}");
    }
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (code, printed) = check_mail_server(data.path(), closed, &["--deep"]).await;
    assert_eq!(code, Some(1), "{printed}");
    assert!(printed.contains(&format!("mail server 127.0.0.1:{closed} cannot be used")));
    assert!(printed.contains("check mail.host"), "{printed}");
}

#[actix_web::test]
async fn the_first_administrator_is_created_beside_the_running_service() {
    let data = data();
    let service = Service::start(data.path(), &[]);
    assert!(service.printed.contains("townbridge user create"), "{}", service.printed);
    let arguments = ["user", "create", "root@example.com", "--role", "platform_admin"];
    let printed = succeed(data.path(), &arguments);
    let password = printed.trim().rsplit(' ').next().unwrap().to_owned();
    assert_eq!(service.sign_in("root@example.com", &password).await, 200);
    let mut process = townbridge(data.path(), &["user", "set-password", "root@example.com"])
        .arg("--password-stdin")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    writeln!(process.stdin.take().unwrap(), "another good passphrase").unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(service.sign_in("root@example.com", &password).await, 401);
    assert_eq!(service.sign_in("root@example.com", "another good passphrase").await, 200);
    assert!(succeed(data.path(), &["user", "list"]).contains("root@example.com"));
    assert_eq!(service.stop("-TERM"), Some(0));
    let log = std::fs::read_to_string(data.path().join("log")).unwrap();
    assert!(!log.contains(&password) && !log.contains("another good"), "{log}");
    let again = Service::start(data.path(), &[]);
    assert!(!again.printed.contains("user create"), "{}", again.printed);
    assert_eq!(again.stop("-INT"), Some(0));
}

#[actix_web::test]
async fn the_demonstration_is_loaded_once_and_keeps_changes() {
    let data = data();
    let service = Service::start(data.path(), &["--demo"]);
    let mut accounts = 0;
    for line in service.printed.lines().filter(|line| line.starts_with("  ")) {
        let mut words = line.split_whitespace();
        let (mail, password) = (words.next().unwrap(), words.next().unwrap());
        assert_eq!(service.sign_in(mail, password).await, 200, "{line}");
        accounts += 1;
    }
    assert!(accounts >= 6, "{}", service.printed);
    let second = run(data.path(), &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1), "the index has one writer");
    assert_eq!(service.stop("-TERM"), Some(0));
    succeed(data.path(), &["user", "create", "new@example.com", "--role", "platform_admin"]);
    let again = Service::start(data.path(), &["--demo"]);
    assert!(again.printed.contains("loaded before"), "{}", again.printed);
    assert_eq!(again.stop("-TERM"), Some(0));
    let users = succeed(data.path(), &["user", "list"]);
    assert!(users.contains("new@example.com") && users.contains("admin@townbridge.example"));
    let check = succeed(data.path(), &["check", "--deep"]);
    assert!(check.contains("hold the same records"), "{check}");
    assert!(succeed(data.path(), &["audit", "verify"]).contains("intact"));
}

#[test]
fn the_demonstration_stays_out_of_a_database_in_use() {
    let data = data();
    succeed(data.path(), &["user", "create", "root@example.com", "--role", "platform_admin"]);
    let output = run(data.path(), &["serve", "--demo", "--listen", "127.0.0.1:0"]);
    assert_eq!(output.status.code(), Some(1));
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("demonstration"), "{errors}");
    assert!(!succeed(data.path(), &["user", "list"]).contains("townbridge.example"));
}

#[test]
fn an_import_tells_what_it_did_and_fails_when_rows_were_rejected() {
    let data = data();
    let file = data.path().join("needs.jsonl");
    let good = json!({ "id": "a1", "title": "石灰窑炉供风系统", "text": "窑内供风不均匀。" });
    std::fs::write(&file, format!("{good}\nnot json\n")).unwrap();
    let rejects = data.path().join("bad.jsonl");
    let (file, rejects) = (file.to_str().unwrap(), rejects.to_str().unwrap());
    let output = run(data.path(), &["import", "needs", file, "--rejects", rejects, "--publish"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("1 added"), "{}", stdout(&output));
    assert!(stdout(&output).contains("row 2"), "{}", stdout(&output));
    assert_eq!(std::fs::read_to_string(rejects).unwrap().lines().count(), 1);
    std::fs::write(file, format!("{good}\n")).unwrap();
    let again = succeed(data.path(), &["import", "needs", file]);
    assert!(again.contains("0 added, 1 imported before"), "{again}");
    let out = data.path().join("out.csv");
    let out = out.to_str().unwrap();
    assert!(succeed(data.path(), &["export", "needs", out]).contains("1 records"));
    assert!(std::fs::read_to_string(out).unwrap().contains("石灰窑炉供风系统"));
    assert_eq!(run(data.path(), &["export", "needs", out]).status.code(), Some(1));
    let organisations = data.path().join("orgs.csv");
    succeed(
        data.path(),
        &["template", "organisations", data.path().join("o.xlsx").to_str().unwrap()],
    );
    std::fs::write(&organisations, "单位名称,统一社会信用代码\n").unwrap();
    succeed(data.path(), &["import", "organisations", organisations.to_str().unwrap()]);
}

/// Files of records in the shapes that the benchmark is meant for, and the arguments that name
/// them.
fn bench_arguments(dir: &Path) -> Vec<String> {
    let line = |number: usize, title: &str, field: &str, more: Value| {
        let text = format!("{title}，第{number}批试样的色差和针孔需要控制，求工艺办法。");
        let mut line = json!({ "id": format!("{field}-{number}"), "title": title, field: text });
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        format!("{line}\n")
    };
    let needs: String = (0..3).map(|n| line(n, "岩板釉料色差控制", "text", json!({}))).collect();
    let patents =
        (0..5).map(|n| line(n, "一种陶瓷釉料及其制备", "abstract", json!({ "assignee": "某厂" })));
    let papers =
        (5..9).map(|n| line(n, "釉料针孔研究", "abstract", json!({ "keywords": ["釉料"] })));
    let mut arguments = vec!["bench".to_owned()];
    for (flag, name, text) in [
        ("--needs", "needs.jsonl", needs),
        ("--capabilities", "patents.jsonl", patents.collect()),
        ("--capabilities", "papers.jsonl", papers.collect()),
    ] {
        let file = dir.join(name);
        std::fs::write(&file, text).unwrap();
        arguments.extend([flag.to_owned(), file.display().to_string()]);
    }
    arguments.extend(["--clients", "1,2", "--seconds", "0.5"].map(str::to_owned));
    arguments
}

#[test]
fn bench_measures_both_ways_and_leaves_the_configured_data_alone() {
    let data = data();
    let mut arguments = bench_arguments(data.path());
    arguments.extend(["--json", "--deals", "12", "--settled"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let real = data.path().join("real");
    let output = townbridge(data.path(), &arguments)
        .env("TOWNBRIDGE_DATABASE__URL", format!("sqlite://{}.sqlite", real.display()))
        .env("TOWNBRIDGE_SEARCH__INDEX_DIR", &real)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (report, aims) = (&report["report"], &report["aims"]);
    let rows: Vec<_> =
        report["imports"].as_array().unwrap().iter().map(|file| file["added"].as_u64()).collect();
    assert_eq!(rows, [Some(3), Some(5), Some(4)]);
    // The records, and the three organisations that stand behind them.
    assert_eq!(report["index"]["documents"], 15);
    assert!(report["start_seconds"].as_f64().unwrap() > 0.0);
    assert!(report["settle_seconds"].as_f64().unwrap() > 0.0);
    let loads = report["loads"].as_array().unwrap();
    let who: Vec<_> = loads.iter().map(|load| (&load["asker"], &load["clients"])).collect();
    let (visitor, member) = (json!("visitor"), json!("member"));
    let (one, two) = (json!(1), json!(2));
    assert_eq!(who, [(&visitor, &one), (&visitor, &two), (&member, &one), (&member, &two)]);
    for load in loads {
        let words = &load["sorts"]["words"];
        let (http, direct) = (words["http"]["p95"].as_f64(), words["direct"]["p95"].as_f64());
        assert!(http > Some(0.0) && direct > Some(0.0), "{words}");
        let ratio = words["ratio"].as_f64().unwrap();
        assert!((ratio - http.unwrap() / direct.unwrap()).abs() < 0.01, "{words}");
        assert!(load["http_per_second"].as_f64() > Some(1.0), "{load}");
    }
    let made = &report["deals"]["made"];
    assert_eq!(
        (&made["cases"], &made["contracts"], &made["projects"]),
        (&json!(12), &json!(4), &json!(2))
    );
    let loads = report["deals"]["loads"].as_array().unwrap();
    assert_eq!(loads.len(), 2);
    for load in loads {
        assert_eq!(load["asker"], "officer");
        for sort in ["cockpit", "case", "timeline", "report", "records"] {
            let pair = &load["sorts"][sort];
            let (http, direct) = (pair["http"]["p95"].as_f64(), pair["direct"]["p95"].as_f64());
            assert!(http > Some(0.0) && direct > Some(0.0), "{sort}: {pair}");
            assert!(pair["ratio"].as_f64() > Some(0.0), "{sort}: {pair}");
        }
    }
    let named: Vec<_> =
        aims.as_array().unwrap().iter().map(|aim| aim["name"].as_str().unwrap()).collect();
    assert_eq!(named, ["http", "import", "start", "memory"]);
    let left: Vec<String> = std::fs::read_dir(data.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.ends_with(".jsonl"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn bench_prints_its_tables_in_the_language_asked_for() {
    let data = data();
    let mut arguments = bench_arguments(data.path());
    arguments.extend(["--deals", "4"].map(str::to_owned));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let printed = succeed(data.path(), &arguments);
    for part in [
        "import of papers.jsonl",
        "| match: need on record |",
        "signed-in member, clients: 2",
        "4 cases, 2 contracts, 1 projects",
        "| report of a year |",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    assert!(!printed.contains("cli.bench"), "a text is missing: {printed}");
    let refused = run(data.path(), &[&arguments[..], &["--clients", "0"]].concat());
    assert_eq!(refused.status.code(), Some(2));
}

#[test]
fn what_fails_leaves_no_file_behind_and_wrong_endings_are_refused() {
    let data = tempfile::tempdir().unwrap();
    let files = tempfile::tempdir().unwrap();
    let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
    for arguments in [
        vec!["export", "needs", &path("a.csv"), "--status", "bogus"],
        vec!["export", "needs", &path("a.xlsm")],
        vec!["export", "needs", &path("none/a.csv")],
        vec!["template", "needs", &path("a.csv")],
    ] {
        let output = run(data.path(), &arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let left: Vec<_> = std::fs::read_dir(files.path()).unwrap().collect();
        assert!(left.is_empty(), "{arguments:?} {left:?}");
    }
    // The corrected command finds nothing in its way, and does not overwrite what it has written.
    succeed(data.path(), &["export", "needs", &path("a.csv"), "--status", "published"]);
    let again = run(data.path(), &["export", "needs", &path("a.csv")]);
    assert_eq!(again.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&again.stderr).contains("a.csv"), "{again:?}");
}

#[test]
fn a_service_with_wrong_settings_names_them_and_does_not_begin() {
    let data = tempfile::tempdir().unwrap();
    for (variable, value, name) in [
        ("TOWNBRIDGE_SERVER__CORS_ORIGINS", "[\"not a url\"]", "server.cors_origins"),
        ("TOWNBRIDGE_SERVER__PUBLIC_URL", "javascript:alert(1)", "server.public_url"),
        ("TOWNBRIDGE_SERVER__WORKERS", "100000", "server.workers"),
    ] {
        let mut command = townbridge(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let output = command.env(variable, value).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert!(stdout(&output).is_empty(), "{output:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(name), "{output:?}");
    }
}

#[test]
fn an_import_tells_which_rows_name_no_organisation() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("needs.csv");
    let rows = "需求名称,需求类别\n甲需求,技术难题\n乙需求,技术难题\n\n丙需求,技术难题\n";
    std::fs::write(&path, rows).unwrap();
    let told = succeed(data.path(), &["import", "needs", path.to_str().unwrap()]);
    assert!(told.contains("3 rows name no organisation") && told.contains("2–3, 5"), "{told}");
}
