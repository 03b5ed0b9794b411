//! The pages in a real browser: they draw, and nothing is refused or broken on the way.
#![cfg(feature = "server-tests")]

mod driver;
mod every_page;
mod hazards;
mod paths;
mod pictures;
mod print;
mod roles;
mod webdriver;

use std::process::Command;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

/// Names of the browser on the systems that the tests run on.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// Opens an address; the document as drawn, and what the browser's console said.
fn open(address: &str, window: &str) -> (String, Vec<String>) {
    let profile = tempfile::tempdir().unwrap();
    let run = |browser: &str| {
        Command::new(browser)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args(["--disable-background-networking", "--disable-component-update"])
            .args(["--disable-sync", "--accept-lang=zh-CN", "--enable-logging=stderr"])
            .arg(format!("--window-size={window}"))
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(["--dump-dom", address])
            .output()
    };
    let output = BROWSERS.iter().find_map(|name| run(name).ok()).expect("a browser is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    let console = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned);
    (String::from_utf8_lossy(&output.stdout).into_owned(), console.collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_draw_in_a_real_browser_without_complaint() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    let paths =
        ["/".to_owned(), "/search".to_owned(), "/match".to_owned(), format!("/needs/{}", need.id)];
    for path in &paths {
        for window in ["1280,900", "390,844"] {
            let (document, console) = open(&format!("http://{}{path}", app.address()), window);
            let page = scraper::Html::parse_document(&document);
            let heading = scraper::Selector::parse("main h1").unwrap();
            assert!(page.select(&heading).next().is_some(), "{path} has no heading: {document}");
            assert_eq!(console, Vec::<String>::new(), "{path} at {window}");
        }
    }
}
