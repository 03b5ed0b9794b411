//! Closed-loop load: each client asks its next question when the last one is answered. A client is
//! a thread, through HTTP with one connection that it keeps.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::header::{AUTHORIZATION, HeaderValue};
use reqwest::{Client, Method, Url};
use serde_json::json;
use tokio::runtime::Runtime;

use super::intake::Asker;
use super::latency::Latencies;
use super::questions::{Question, Sort};
use crate::error::{Error, Result};
use crate::search::query::{Order, SearchQuery};

/// Longest time an answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
/// Share of the time that is spent warming up, unmeasured.
const WARM_UP: f64 = 0.1;

/// Asks questions in turn for some seconds with a number of clients. `client` makes what one
/// client asks by: called once on the client's own thread.
///
/// # Errors
/// The first error of any client.
pub fn load<T: Sync, A: FnMut(&T) -> Result<()>>(
    questions: &[(Sort, T)],
    clients: usize,
    seconds: f64,
    client: impl Fn() -> Result<A> + Sync,
) -> Result<(Latencies, f64)> {
    let next = AtomicUsize::new(0);
    let run = |seconds: f64| -> Result<Latencies> {
        let mut ask = client()?;
        let mut latencies = Latencies::default();
        let started = Instant::now();
        while started.elapsed().as_secs_f64() < seconds {
            let at = next.fetch_add(1, Ordering::Relaxed) % questions.len();
            let (sort, question) = &questions[at];
            let asked = Instant::now();
            ask(question)?;
            latencies.note(*sort, asked.elapsed());
        }
        Ok(latencies)
    };
    let all = |seconds: f64| -> Result<Latencies> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..clients).map(|_| scope.spawn(|| run(seconds))).collect();
            let mut latencies = Latencies::default();
            for thread in threads {
                let own = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
                latencies.absorb(own);
            }
            Ok(latencies)
        })
    };
    all(seconds * WARM_UP)?;
    next.store(0, Ordering::Relaxed);
    let started = Instant::now();
    let latencies = all(seconds)?;
    Ok((latencies, started.elapsed().as_secs_f64()))
}

/// A runtime that works on the thread that waits for it.
///
/// # Errors
/// When the system gives no resources for one.
pub fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// A client that talks to the service itself, whatever proxy is configured.
///
/// # Errors
/// When it cannot be built.
pub fn http_client() -> Result<Client> {
    // Fails only when it is installed already. There is no TLS on loopback, but the client wants
    // to know how it would be done.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().no_proxy().timeout(PATIENCE).build().map_err(Error::internal)
}

/// A question as a request.
#[derive(Debug, Clone)]
pub struct HttpRequest {
    method: Method,
    url: Url,
    body: Option<Vec<u8>>,
    authorization: Option<HeaderValue>,
}

impl HttpRequest {
    /// Reads something below `/api/v1/` for somebody.
    ///
    /// # Errors
    /// A path that is none.
    pub fn get(address: SocketAddr, asker: &Asker, path: &str) -> Result<Self> {
        let url = base(address)?.join(path).map_err(Error::internal)?;
        Ok(Self { method: Method::GET, url, body: None, authorization: authorization(asker)? })
    }
}

fn base(address: SocketAddr) -> Result<Url> {
    Url::parse(&format!("http://{address}/api/v1/")).map_err(Error::internal)
}

fn authorization(asker: &Asker) -> Result<Option<HeaderValue>> {
    let token = asker.token.as_ref().map(|token| HeaderValue::from_str(&format!("Bearer {token}")));
    token.transpose().map_err(Error::internal)
}

/// The questions as requests of somebody to a service.
///
/// # Errors
/// Never for an address that the service has announced.
pub fn requests(
    address: SocketAddr,
    asker: &Asker,
    questions: &[(Sort, Question)],
) -> Result<Vec<(Sort, HttpRequest)>> {
    let (base, authorization) = (base(address)?, authorization(asker)?);
    let request = |question: &Question| -> Result<HttpRequest> {
        let (method, path, body) = match question {
            Question::Search(_) => (Method::GET, "search".to_owned(), None),
            Question::Need(id) => (Method::GET, format!("needs/{id}/matches"), None),
            Question::Text(text) => {
                let body = serde_json::to_vec(&json!({ "text": text }))?;
                (Method::POST, "match".to_owned(), Some(body))
            }
        };
        let mut url = base.join(&path).map_err(Error::internal)?;
        if let Question::Search(query) = question {
            url.query_pairs_mut().extend_pairs(pairs(query));
        }
        Ok(HttpRequest { method, url, body, authorization: authorization.clone() })
    };
    questions.iter().map(|(sort, question)| Ok((*sort, request(question)?))).collect()
}

/// The parameters that the questions use.
fn pairs(query: &SearchQuery) -> Vec<(&'static str, &str)> {
    let given = [
        ("q", query.q.as_deref()),
        ("kind", query.kind.as_deref()),
        ("subkind", query.subkind.as_deref()),
        ("region", query.region.as_deref()),
        ("facets", query.facets.as_deref()),
        ("sort", query.sort.filter(|order| *order == Order::Newest).map(|_| "newest")),
    ];
    given.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}

/// What one client asks by: a connection of its own.
///
/// # Errors
/// When it cannot be set up.
pub fn connection() -> Result<impl FnMut(&HttpRequest) -> Result<()>> {
    let (runtime, client) = (runtime()?, http_client()?);
    Ok(move |request: &HttpRequest| runtime.block_on(ask(&client, request)))
}

/// Sends a request and reads the whole answer.
async fn ask(client: &Client, request: &HttpRequest) -> Result<()> {
    let mut sent = client.request(request.method.clone(), request.url.clone());
    if let Some(authorization) = &request.authorization {
        sent = sent.header(AUTHORIZATION, authorization.clone());
    }
    if let Some(body) = &request.body {
        sent = sent.header("content-type", "application/json").body(body.clone());
    }
    let answer = sent.send().await.map_err(Error::internal)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(Error::internal)?;
    if !status.is_success() {
        let body = String::from_utf8_lossy(&body);
        return Err(Error::internal(format!("{}: {status}: {body}", request.url.path())));
    }
    Ok(())
}
