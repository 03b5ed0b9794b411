//! A model server on the loopback interface that behaves as a test wants. Its vectors tell a few
//! matters apart, in whatever language they are written.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::{Value, json};
use townbridge::config::Config;
use townbridge::embeddings::yardstick;

/// Matters, by words that stand for them.
const MATTERS: [&[&str]; 4] =
    [&["散热", "heat"], &["釉", "enamel"], &["荔枝", "litchi"], &["污水", "sewage"]];

/// How the server treats questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelManner {
    /// Answers.
    Answering,
    /// Answers with this status.
    Status(u16),
    /// Too many requests: come back after so many seconds.
    Busy(u32),
    /// Vectors that are a number short.
    Short,
    /// No JSON.
    Garbage,
    /// Answers after so long.
    Slow(Duration),
    /// Fails whenever one of the texts holds this.
    Poisoned(&'static str),
    /// Calls one of the texts wrong that holds this.
    Choosy(&'static str),
    /// Answers with vectors of another model.
    Swapped,
}

/// One request.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Name of the model.
    pub model: String,
    /// `input_type`, or null.
    pub input_type: Value,
    /// Texts.
    pub texts: Vec<String>,
    /// The header `authorization`.
    pub authorization: String,
}

struct State {
    manner: ModelManner,
    asked: Vec<Asked>,
}

/// The running server; stops when dropped.
pub struct ModelServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    server: ServerHandle,
}

impl ModelServer {
    /// Starts it on a free port.
    pub fn start() -> Self {
        let state =
            Arc::new(Mutex::new(State { manner: ModelManner::Answering, asked: Vec::new() }));
        let shared = web::Data::from(Arc::clone(&state));
        let server = HttpServer::new(move || {
            App::new().app_data(shared.clone()).route("/v1/embeddings", web::post().to(answer))
        })
        .workers(1)
        .disable_signals()
        .bind("127.0.0.1:0")
        .unwrap();
        let address = server.addrs()[0];
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Self { address, state, server: handle }
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}/v1/embeddings", self.address)
    }

    /// Settings that use it.
    pub fn configure(&self, config: &mut Config) {
        let embeddings = &mut config.embeddings;
        embeddings.url = self.url();
        embeddings.model = "matters".to_owned();
        embeddings.batch_size = 4;
        embeddings.timeout_seconds = 2;
        embeddings.query_timeout_ms = 5_000;
    }

    /// Behaves otherwise from now on.
    pub fn turn(&self, manner: ModelManner) {
        self.state.lock().unwrap().manner = manner;
    }

    /// What it was asked since the last call.
    pub fn take_asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.state.lock().unwrap().asked)
    }

    /// Texts that it was asked for since the last call, without the fixed texts that it is measured
    /// by.
    pub fn take_texts(&self) -> Vec<String> {
        let texts = self.take_asked().into_iter().flat_map(|asked| asked.texts);
        texts.filter(|text| !yardstick::TEXTS.contains(&text.as_str())).collect()
    }
}

impl Drop for ModelServer {
    fn drop(&mut self) {
        drop(self.server.stop(false));
    }
}

async fn answer(
    state: web::Data<Mutex<State>>,
    request: HttpRequest,
    body: web::Json<Value>,
) -> HttpResponse {
    let texts: Vec<String> = serde_json::from_value(body["input"].clone()).unwrap();
    let model = body["model"].as_str().unwrap().to_owned();
    let authorization = request.headers().get("authorization");
    let asked = Asked {
        model: model.clone(),
        input_type: body["input_type"].clone(),
        texts: texts.clone(),
        authorization: authorization.map_or("", |value| value.to_str().unwrap()).to_owned(),
    };
    let manner = {
        let mut state = state.lock().unwrap();
        state.asked.push(asked);
        state.manner.clone()
    };
    let holds = |word: &str| texts.iter().any(|text| text.contains(word));
    match manner {
        ModelManner::Status(status) => {
            return HttpResponse::build(status.try_into().unwrap()).finish();
        }
        ModelManner::Busy(seconds) => {
            let mut answer = HttpResponse::TooManyRequests();
            return answer.insert_header(("retry-after", seconds.to_string())).finish();
        }
        ModelManner::Garbage => return HttpResponse::Ok().body("<html>hello</html>"),
        ModelManner::Poisoned(word) if holds(word) => {
            return HttpResponse::InternalServerError().finish();
        }
        ModelManner::Choosy(word) if holds(word) => return HttpResponse::BadRequest().finish(),
        ModelManner::Slow(pause) => tokio::time::sleep(pause).await,
        _ => {}
    }
    let items = texts.iter().enumerate().map(|(index, text)| {
        let mut vector = vector(text);
        if model != "matters" || manner == ModelManner::Swapped {
            vector.reverse();
        }
        if manner == ModelManner::Short {
            vector.pop();
        }
        json!({ "object": "embedding", "index": index, "embedding": vector })
    });
    let data: Vec<Value> = items.collect();
    HttpResponse::Ok().json(json!({ "object": "list", "model": model, "data": data }))
}

/// One number for each matter, and small ones that depend on the whole text.
fn vector(text: &str) -> Vec<f32> {
    let mut vector: Vec<f32> = MATTERS
        .iter()
        .map(|words| if words.iter().any(|word| text.contains(word)) { 1.0 } else { 0.0 })
        .collect();
    let sum: u32 = text.chars().map(u32::from).sum();
    vector.extend([0.05 + (sum % 7) as f32 / 100.0, 0.02]);
    vector
}
