//! The few commands of WebDriver that the tests need (<https://www.w3.org/TR/webdriver2/>). The client
//! libraries turn on `serde_json/preserve_order`, which would have every test run on other JSON than the
//! service writes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

/// Key of an element's reference, from the standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a command may take: the page, its scripts and axe-core included.
const DEADLINE: Duration = Duration::from_secs(60);

/// The key Tab, as the standard writes keys without a character.
pub const TAB: &str = "\u{e004}";
/// The key Enter.
pub const ENTER: &str = "\u{e007}";

/// One session of a browser.
pub struct Session {
    client: reqwest::Client,
    address: String,
}

/// Reference of an element in the page.
pub struct Element(String);

/// Why a command failed, in the driver's words.
pub type Failure = String;

impl Session {
    /// Opens a browser by the driver at an address.
    pub async fn open(driver: &str, capabilities: Value) -> Self {
        let client = reqwest::Client::builder().no_proxy().timeout(DEADLINE).build().unwrap();
        let wanted = json!({ "capabilities": { "alwaysMatch": capabilities } });
        let address = format!("{driver}/session");
        let opened = command(&client, Method::POST, &address, Some(wanted)).await;
        let opened = opened.expect("the browser starts");
        let id = opened["sessionId"].as_str().unwrap();
        Self { client, address: format!("{driver}/session/{id}") }
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value, Failure> {
        command(&self.client, Method::POST, &format!("{}{path}", self.address), Some(body)).await
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        command(&self.client, Method::GET, &format!("{}{path}", self.address), None).await
    }

    /// Opens an address and waits until it is loaded.
    pub async fn go(&self, url: &str) {
        self.post("/url", json!({ "url": url })).await.unwrap();
    }

    /// Address of the page.
    pub async fn url(&self) -> String {
        self.get("/url").await.unwrap().as_str().unwrap().to_owned()
    }

    /// The browser's back button.
    pub async fn back(&self) {
        self.post("/back", json!({})).await.unwrap();
    }

    /// The first element of a selector.
    pub async fn find(&self, selector: &str) -> Result<Element, Failure> {
        let query = json!({ "using": "css selector", "value": selector });
        self.post("/element", query).await.map(|found| Element::of(&found))
    }

    /// The element with the focus.
    pub async fn focused(&self) -> Element {
        Element::of(&self.get("/element/active").await.unwrap())
    }

    /// Clicks as a hand does: an element that lies under another cannot be.
    pub async fn click(&self, element: &Element) -> Result<(), Failure> {
        self.post(&format!("/element/{}/click", element.0), json!({})).await.map(drop)
    }

    /// Presses the button of the mouse twice on an element.
    pub async fn double_click(&self, element: &Element) {
        let (down, up) = (
            json!({ "type": "pointerDown", "button": 0 }),
            json!({ "type": "pointerUp", "button": 0 }),
        );
        let there =
            json!({ "type": "pointerMove", "x": 0, "y": 0, "origin": { ELEMENT: element.0 } });
        let steps = json!([there, down, up, down, up]);
        let mouse = json!({ "type": "pointer", "id": "mouse", "actions": steps });
        self.post("/actions", json!({ "actions": [mouse] })).await.unwrap();
    }

    /// Has every answer come so much later (Chromium only).
    pub async fn slow_down(&self, latency: u32) {
        let conditions = json!({ "offline": false, "latency": latency, "download_throughput": 500_000, "upload_throughput": 500_000 });
        let body = json!({ "network_conditions": conditions });
        self.post("/chromium/network_conditions", body).await.unwrap();
    }

    /// Opens another tab and goes there; gives the handle of the one before.
    pub async fn other_tab(&self) -> String {
        let before = self.get("/window").await.unwrap();
        let opened = self.post("/window/new", json!({ "type": "tab" })).await.unwrap();
        self.tab(opened["handle"].as_str().unwrap()).await;
        before.as_str().unwrap().to_owned()
    }

    /// Goes to a tab by its handle.
    pub async fn tab(&self, handle: &str) {
        self.post("/window", json!({ "handle": handle })).await.unwrap();
    }

    /// Loads the page anew.
    pub async fn reload(&self) {
        self.post("/refresh", json!({})).await.unwrap();
    }

    /// Empties an input.
    pub async fn clear(&self, element: &Element) {
        self.post(&format!("/element/{}/clear", element.0), json!({})).await.unwrap();
    }

    /// Types.
    pub async fn type_into(&self, element: &Element, text: &str) {
        let path = format!("/element/{}/value", element.0);
        self.post(&path, json!({ "text": text })).await.unwrap();
    }

    /// Text of an element as drawn.
    pub async fn text(&self, element: &Element) -> String {
        let text = self.get(&format!("/element/{}/text", element.0)).await.unwrap();
        text.as_str().unwrap().to_owned()
    }

    /// An attribute of an element.
    pub async fn attribute(&self, element: &Element, name: &str) -> Option<String> {
        let path = format!("/element/{}/attribute/{name}", element.0);
        self.get(&path).await.unwrap().as_str().map(str::to_owned)
    }

    /// Runs a script and gives what it returns.
    pub async fn run(&self, script: &str) -> Result<Value, Failure> {
        self.post("/execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// Runs a script that calls its last argument with the answer.
    pub async fn run_async(&self, script: &str) -> Result<Value, Failure> {
        self.post("/execute/async", json!({ "script": script, "args": [] })).await
    }

    /// What the console has said since the last time (Chromium only).
    pub async fn console(&self) -> Vec<String> {
        let said = self.post("/se/log", json!({ "type": "browser" })).await.unwrap();
        let entries = said.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].as_str().unwrap_or_default().to_owned()).collect()
    }

    /// The window as a PNG.
    pub async fn picture(&self) -> Vec<u8> {
        let picture = self.get("/screenshot").await.unwrap();
        STANDARD.decode(picture.as_str().unwrap()).unwrap()
    }

    /// Has the page drawn as for paper, or again as for the screen (Chromium only).
    pub async fn medium(&self, name: &str) {
        let command = json!({ "cmd": "Emulation.setEmulatedMedia", "params": { "media": name } });
        self.post("/goog/cdp/execute", command).await.unwrap();
    }

    /// The page as a PDF, as it is printed.
    pub async fn print(&self) -> Vec<u8> {
        let printed = self.post("/print", json!({ "background": false })).await.unwrap();
        STANDARD.decode(printed.as_str().unwrap()).unwrap()
    }

    /// Ends the browser.
    pub async fn quit(&self) {
        command(&self.client, Method::DELETE, &self.address, None).await.unwrap();
    }
}

impl Element {
    fn of(answer: &Value) -> Self {
        Self(answer[ELEMENT].as_str().expect("a reference of an element").to_owned())
    }
}

async fn command(
    client: &reqwest::Client,
    method: Method,
    address: &str,
    body: Option<Value>,
) -> Result<Value, Failure> {
    let mut request = client.request(method, address);
    if let Some(body) = body {
        request = request.json(&body);
    }
    let answer = request.send().await.map_err(|error| error.to_string())?;
    let good = answer.status().is_success();
    let mut said: Value = answer.json().await.map_err(|error| error.to_string())?;
    let value = said["value"].take();
    if good { Ok(value) } else { Err(value["message"].as_str().unwrap_or_default().to_owned()) }
}
