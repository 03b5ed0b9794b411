//! Speaking HTTP to the service under test.

use std::net::SocketAddr;

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde::Serialize;
use serde_json::Value;

/// One caller. A path that begins with `/` is taken as it is, any other lies below `/api/v1/`.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    address: SocketAddr,
    token: Option<String>,
    language: Option<&'static str>,
}

impl Client {
    pub(super) fn new(http: reqwest::Client, address: SocketAddr, token: Option<String>) -> Self {
        Self { http, address, token, language: None }
    }

    /// The same caller, asking for English.
    pub fn in_english(&self) -> Self {
        Self { language: Some("en"), ..self.clone() }
    }

    /// The same client without its token.
    pub fn signed_out(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// The access token.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// The full address of a path.
    pub fn url(&self, path: &str) -> String {
        let base = if path.starts_with('/') { "" } else { "/api/v1/" };
        format!("http://{}{base}{path}", self.address)
    }

    /// A request to be completed and given to [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, self.url(path));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(language) = self.language {
            request = request.header("accept-language", language);
        }
        request
    }

    /// Sends a request.
    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        Answer { status, headers, body: response.bytes().await.unwrap().to_vec() }
    }

    /// `GET`
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST` with a JSON body.
    pub async fn post_json(&self, path: &str, body: impl Serialize) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PATCH` with a JSON merge patch of the version in `If-Match`.
    pub async fn patch_json(&self, path: &str, version: i64, body: impl Serialize) -> Answer {
        let request = self.request(Method::PATCH, path).header("if-match", tag(version));
        self.send(request.json(&body)).await
    }

    /// `PUT` with a JSON body.
    pub async fn put_json(&self, path: &str, body: impl Serialize) -> Answer {
        self.send(self.request(Method::PUT, path).json(&body)).await
    }

    /// `DELETE`
    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path)).await
    }

    /// `DELETE` of the version in `If-Match`.
    pub async fn delete_version(&self, path: &str, version: i64) -> Answer {
        let request = self.request(Method::DELETE, path).header("if-match", tag(version));
        self.send(request).await
    }
}

fn tag(version: i64) -> String {
    format!("\"v{version}\"")
}

/// What the service answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: u16,
    /// Headers.
    pub headers: HeaderMap,
    /// Body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).expect("a body of text")
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in body {:?}", self.text()))
    }

    /// A header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Number of the change that the write made.
    pub fn change(&self) -> i64 {
        self.header("townbridge-change").parse().expect("a Townbridge-Change header")
    }

    /// The same answer, after checking the status and showing the body when it is another.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        let body = String::from_utf8_lossy(&self.body);
        assert_eq!(self.status, status, "body: {body}");
        self
    }

    /// The body of a problem, after checking status, media type and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Value {
        let answer = self.expect(status);
        assert_eq!(answer.header("content-type"), "application/problem+json");
        let problem = answer.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status, "{problem}");
        problem
    }
}
