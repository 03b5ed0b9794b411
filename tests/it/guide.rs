//! Runs the examples of `docs/api.md` against the demo, as a reader would.
#![cfg(feature = "server-tests")]

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

/// The service with the demo, killed when the test ends.
struct Demo {
    process: Child,
    _data: tempfile::TempDir,
}

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Starts the demo and returns it with its address.
fn start() -> (Demo, String) {
    let data = tempfile::tempdir().unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_townbridge"))
        .args(["serve", "--demo", "--listen", "127.0.0.1:0", "--data-dir"])
        .arg(data.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = lines
        .by_ref()
        .map_while(Result::ok)
        .find_map(|line| {
            let port = line.split_once("http://127.0.0.1:")?.1;
            let digits: String = port.chars().take_while(char::is_ascii_digit).collect();
            Some(format!("http://127.0.0.1:{digits}"))
        })
        .expect("the demo prints where to look");
    // Keep reading, or the service would block on a full pipe.
    std::thread::spawn(move || lines.for_each(drop));
    (Demo { process, _data: data }, address)
}

/// The fenced `sh` blocks of a document, in order.
fn examples(document: &str) -> String {
    let mut inside = false;
    let mut script = String::from("set -euo pipefail\n");
    for line in document.lines() {
        match (inside, line) {
            (false, "```sh") => inside = true,
            (true, "```") => inside = false,
            (true, command) => script.extend([command, "\n"]),
            _ => {}
        }
    }
    script
}

#[test]
fn the_examples_of_the_api_guide_work() {
    let script = examples(include_str!("../../docs/api.md"));
    assert!(script.matches("curl").count() >= 10, "the guide has lost its examples");
    let users: Vec<serde_json::Value> = include_str!("../../demo/users.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let holding = |role: serde_json::Value| {
        let held = |user: &&serde_json::Value| user["roles"].as_array().unwrap().contains(&role);
        users.iter().find(held).expect("the demo has somebody in this role in Guzhen")
    };
    let user = holding(serde_json::json!({ "role": "org_admin", "org": "f-guzhen1" }));
    let liaison = holding(serde_json::json!({ "role": "liaison", "town_code": "442000105" }));
    let (_demo, address) = start();
    let output = Command::new("bash")
        .args(["-c", &script])
        .env("BASE", &address)
        .env("FIRM_MAIL", user["login_mail"].as_str().unwrap())
        .env("FIRM_PASSWORD", user["password"].as_str().unwrap())
        .env("LIAISON_MAIL", liaison["login_mail"].as_str().unwrap())
        .env("LIAISON_PASSWORD", liaison["password"].as_str().unwrap())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "stdout:\n{text}\nstderr:\n{errors}");
    assert!(text.contains("电饭锅"), "the suggestion for dfg is missing:\n{text}");
}
