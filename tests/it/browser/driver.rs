//! A browser that is driven: chromedriver with a window of a chosen size and language.

use std::io::{BufRead, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};

use super::webdriver::{Element, Session};
use crate::support::TestApp;

/// No part is being fetched, and none fades: half faded, nothing has contrast enough.
const AT_REST: &str = "!document.querySelector('.htmx-request') && \
                       !document.getAnimations().some(one => one instanceof CSSTransition)";

/// The rules of WCAG 2.2 AA, checked inside the page by axe-core (scripts/install-test-tools).
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/test-tools/axe/axe.min.js");
const RUN_AXE: &str = r"
    const done = arguments[arguments.length - 1];
    axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
        .then((result) => done(result.violations.map((one) => one.id + ' at ' + one.nodes[0].target)),
              (error) => done(['axe: ' + error]));";

/// Bytes that a first view may take, compressed; charts and maps, which few pages have, aside.
const MOST_BYTES: f64 = 60_000.0;
/// Requests that a first view may take.
const MOST_REQUESTS: f64 = 12.0;
/// How much a page may shift while it is drawn (<https://web.dev/articles/cls>).
const MOST_SHIFT: f64 = 0.1;
/// What a page has taken: bytes and requests, and by how much it has shifted by itself.
const RUN_BUDGET: &str = r"
    const done = arguments[arguments.length - 1];
    const first = (one) => one.entryType === 'navigation' ||
        (['script', 'link', 'css', 'img'].includes(one.initiatorType) && !/echarts|charts\.|guangdong/.test(one.name));
    const taken = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].filter(first);
    let shift = 0;
    new PerformanceObserver((list) => list.getEntries().forEach((one) => { if (!one.hadRecentInput) shift += one.value; }))
        .observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => done([taken.reduce((sum, one) => sum + one.encodedBodySize, 0), taken.length, shift]), 50);";

/// How a window is opened.
#[derive(Debug, Clone, Copy)]
pub struct Window {
    /// Width and height in CSS pixels.
    pub size: (u32, u32),
    /// Tag of the language that the browser asks for.
    pub language: &'static str,
}

/// A phone in Chinese.
pub const PHONE: Window = Window { size: (390, 844), language: "zh-CN" };
/// A narrow window in Chinese. The driver comes to a stand where a phone is imitated without scripts.
pub const NARROW: Window = Window { size: (520, 900), language: "zh-CN" };
/// A desk in Chinese.
pub const DESK: Window = Window { size: (1280, 900), language: "zh-CN" };
/// A desk in English.
pub const DESK_EN: Window = Window { size: (1280, 900), language: "en" };

/// A running chromedriver with one session.
pub struct Driven {
    session: Session,
    program: Child,
    base: String,
    window: Window,
    _profile: tempfile::TempDir,
}

impl Driven {
    /// Opens a window on a service.
    pub async fn open(app: &TestApp, window: Window) -> Self {
        Self::open_with(app, window, true).await
    }

    /// Opens a window whose owner has switched scripts off in the settings of the browser.
    pub async fn open_without_scripts(app: &TestApp, window: Window) -> Self {
        Self::open_with(app, window, false).await
    }

    async fn open_with(app: &TestApp, window: Window, scripts: bool) -> Self {
        let mut program = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed");
        let said = BufReader::new(program.stdout.take().unwrap());
        let port = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| {
                Some(line.split("successfully on port ").nth(1)?.trim_end_matches('.').to_owned())
            })
            .expect("chromedriver tells its port");
        let profile = tempfile::tempdir().unwrap();
        let address = format!("http://127.0.0.1:{port}");
        let session = Session::open(&address, capabilities(window, &profile, scripts)).await;
        let base = format!("http://{}", app.address());
        Self { session, program, base, window, _profile: profile }
    }

    /// Opens a page.
    pub async fn go(&self, path: &str) {
        self.session.go(&format!("{}{path}", self.base)).await;
    }

    /// Signs in by the form.
    pub async fn sign_in(&self, mail: &str, password: &str) {
        self.go("/sign-in").await;
        self.fill("#mail", mail).await;
        self.fill("#password", password).await;
        self.click("main form button").await;
        self.until("!location.pathname.startsWith('/sign-in')").await;
    }

    /// The first element of a selector.
    async fn one(&self, selector: &str) -> Element {
        match self.session.find(selector).await {
            Ok(element) => element,
            Err(error) => panic!("{selector} on {}: {error}", self.path().await),
        }
    }

    /// Types into an input that may hold something.
    pub async fn fill(&self, selector: &str, text: &str) {
        let input = self.one(selector).await;
        self.session.clear(&input).await;
        self.session.type_into(&input, text).await;
    }

    /// Fills in a day, `2099-05-31`: keys go by the browser's language, so the value is set.
    pub async fn fill_day(&self, selector: &str, day: &str) {
        let script = format!(
            "const input = document.querySelector({selector:?}); input.value = {day:?}; \
             input.dispatchEvent(new Event('input', {{ bubbles: true }}))"
        );
        self.ask(&script).await;
    }

    /// Clicks as a hand does: scrolled to the middle of the window first, and what
    /// lies under something else even there cannot be.
    pub async fn click(&self, selector: &str) {
        let element = self.one(selector).await;
        let middle = format!(
            "document.querySelector({selector:?}).scrollIntoView({{ block: 'center', behavior: 'instant' }})"
        );
        self.ask(&middle).await;
        if let Err(error) = self.session.click(&element).await {
            panic!("{selector} on {}: {error}", self.path().await);
        }
    }

    /// Clicks twice, as fast as a hand does by mistake.
    pub async fn double_click(&self, selector: &str) {
        let element = self.one(selector).await;
        self.session.double_click(&element).await;
    }

    /// Chooses from a list.
    pub async fn choose(&self, selector: &str, value: &str) {
        self.click(&format!("{selector} option[value='{value}']")).await;
    }

    /// Has every answer come so much later, in milliseconds.
    pub async fn slow_down(&self, latency: u32) {
        self.session.slow_down(latency).await;
    }

    /// Opens another tab and goes there; gives the handle of the one before.
    pub async fn other_tab(&self) -> String {
        self.session.other_tab().await
    }

    /// Goes to a tab by its handle.
    pub async fn tab(&self, handle: &str) {
        self.session.tab(handle).await;
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.session.reload().await;
    }

    /// How many elements of a selector there are.
    pub async fn count(&self, selector: &str) -> u64 {
        let script = format!("return document.querySelectorAll({selector:?}).length");
        self.ask(&script).await.as_u64().unwrap()
    }

    /// What stands in an input.
    pub async fn value(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({selector:?}).value");
        self.ask(&script).await.as_str().unwrap().to_owned()
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: &str) {
        let focused = self.session.focused().await;
        self.session.type_into(&focused, keys).await;
    }

    /// Runs a script in the page.
    pub async fn ask(&self, script: &str) -> Value {
        self.session.run(script).await.unwrap()
    }

    /// Waits until something holds in the page, through the loading of others.
    pub async fn until(&self, holds: &str) {
        let script = format!("return document.readyState === 'complete' && Boolean({holds})");
        for _ in 0..400 {
            // While one page makes room for another no script runs.
            if self.session.run(&script).await.is_ok_and(|answer| answer == true) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let shown = self.text("main").await;
        panic!("{} never came to: {holds}\n{shown}", self.path().await);
    }

    /// Text of an element.
    pub async fn text(&self, selector: &str) -> String {
        let element = self.one(selector).await;
        self.session.text(&element).await
    }

    /// Address that the first link of a selector leads to.
    pub async fn link(&self, selector: &str) -> String {
        let element = self.one(selector).await;
        let href = self.session.attribute(&element, "href").await;
        href.unwrap_or_else(|| panic!("{selector} is no link"))
    }

    /// Path and query of the page.
    pub async fn path(&self) -> String {
        self.session.url().await.trim_start_matches(&self.base).to_owned()
    }

    /// Goes back by the browser's button.
    pub async fn back(&self) {
        self.session.back().await;
    }

    /// What is wrong with the page that is shown: rules of accessibility that it breaks, what the
    /// console says, and content beside the window. A picture of it is kept.
    pub async fn faults(&self, name: &str) -> Vec<String> {
        self.until(AT_REST).await;
        let mut faults = self.axe().await;
        faults.extend(self.beyond_budget().await);
        faults.extend(self.session.console().await.iter().map(|said| format!("console: {said}")));
        let beside = self.ask("return document.documentElement.scrollWidth - innerWidth").await;
        if beside.as_i64().is_some_and(|pixels| pixels > 0) {
            faults.push(format!("{beside} pixels beside the window"));
        }
        self.keep_picture(name).await;
        let path = self.path().await;
        faults.iter().map(|fault| format!("{path} at {:?}: {fault}", self.window)).collect()
    }

    async fn beyond_budget(&self) -> Vec<String> {
        let answer = self.session.run_async(RUN_BUDGET).await.unwrap();
        let taken: [f64; 3] = serde_json::from_value(answer).unwrap();
        assert!(taken[0] > 2_000.0, "nothing was measured: {taken:?}");
        let most = [MOST_BYTES, MOST_REQUESTS, MOST_SHIFT];
        let names = ["bytes", "requests", "of the window shifted"];
        let beyond = (0..3).filter(|at| taken[*at] > most[*at]);
        beyond.map(|at| format!("{} {}, at most {}", taken[at], names[at], most[at])).collect()
    }

    /// What of the page is left on paper: its text, and selectors of those that are drawn there.
    pub async fn printed(&self, watched: &[&str]) -> (String, Vec<String>) {
        self.session.medium("print").await;
        let mut drawn = Vec::new();
        for selector in watched {
            let script = format!(
                "return [...document.querySelectorAll({selector:?})].some(one => one.getClientRects().length > 0)"
            );
            if self.ask(&script).await == true {
                drawn.push((*selector).to_owned());
            }
        }
        self.session.medium("").await;
        (text_of_pdf(&self.session.print().await), drawn)
    }

    async fn axe(&self) -> Vec<String> {
        let axe = std::fs::read_to_string(AXE).expect("scripts/install-test-tools brings axe-core");
        // Through the driver: what the page's own policy allows does not matter to it.
        self.session.run(&axe).await.unwrap();
        let answer = self.session.run_async(RUN_AXE).await.unwrap();
        let violations = answer.as_array().unwrap().iter();
        violations.map(|one| format!("axe: {}", one.as_str().unwrap_or_default())).collect()
    }

    /// Keeps a picture of the window in `target/screenshots`.
    pub async fn keep_picture(&self, name: &str) {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/target/screenshots"));
        std::fs::create_dir_all(&folder).unwrap();
        let file = format!("{name}-{}-{}.png", self.window.size.0, self.window.language);
        std::fs::write(folder.join(file), self.session.picture().await).unwrap();
    }

    /// Ends the browser.
    pub async fn close(mut self) {
        self.session.quit().await;
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}

impl Drop for Driven {
    fn drop(&mut self) {
        // After a failed test the browser goes with its driver.
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// The text of a PDF without white space, which lies anywhere in it.
fn text_of_pdf(pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(pdf).unwrap();
    let read = Command::new("pdftotext").arg(file.path()).arg("-").output().unwrap();
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    String::from_utf8_lossy(&read.stdout).split_whitespace().collect()
}

fn capabilities(window: Window, profile: &tempfile::TempDir, scripts: bool) -> Value {
    let (width, height) = window.size;
    let mut flags: Vec<String> = [
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "hide-scrollbars",
    ]
    .map(str::to_owned)
    .into();
    flags.extend([
        format!("user-data-dir={}", profile.path().display()),
        format!("window-size={width},{height}"),
        format!("accept-lang={}", window.language),
        format!("lang={}", window.language),
    ]);
    let mut options = json!({
        "args": flags,
        "prefs": { "intl.accept_languages": window.language },
    });
    if !scripts {
        options["prefs"]["profile.managed_default_content_settings.javascript"] = json!(2);
    }
    // A window cannot be as narrow as a phone, a device can.
    if width < 500 {
        let metrics =
            json!({ "width": width, "height": height, "pixelRatio": 1.0, "mobile": true });
        options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
    }
    json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    })
}

/// A service with the invented records and accounts of the demonstration.
pub async fn demonstration() -> TestApp {
    let app = TestApp::start().await;
    let service = Arc::clone(app.service());
    tokio::task::spawn_blocking(move || townbridge::demo::load(&service)).await.unwrap().unwrap();
    app.settle().await;
    app
}
