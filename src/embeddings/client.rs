//! Speaks to a model server: `POST /v1/embeddings` as OpenAI defined it and others took it over.
//!
//! The address is the operator's, so it may be of this machine or of the own network. Redirects are
//! not followed: they could carry texts and key to somewhere that nobody has named. Nor is a proxy
//! asked.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::header::RETRY_AFTER;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use search_index::MAX_DIMENSIONS;
use serde::{Deserialize, Serialize};

use super::model::Recipe;
use crate::config::EmbeddingsConfig;
use crate::error::{Error, Result};

/// Longest wait that a server may ask for.
const LONGEST_RETRY_AFTER: i64 = 3_600;
/// Bytes that one number of an answer takes at most, with some room.
const BYTES_PER_NUMBER: usize = 32;

/// Why there are no vectors.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server cannot be asked now, whatever the texts.
    #[error("{reason}")]
    Away {
        /// What happened, without address and texts.
        reason: String,
        /// How long the server asks to be left alone.
        wait: Option<TimeDelta>,
    },
    /// The server or the texts are to blame: it took too long, failed, or answered nonsense.
    #[error("{0}")]
    Unclear(String),
    /// The texts are to blame.
    #[error("{0}")]
    Refused(String),
}

/// What a text is to the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Asked with.
    Query,
    /// Found.
    Passage,
}

#[derive(Serialize)]
struct Request<'a> {
    model: &'a str,
    input: &'a [String],
    encoding_format: &'static str,
    #[serde(skip_serializing_if = "str::is_empty")]
    input_type: &'a str,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    index: Option<usize>,
    embedding: Vec<f32>,
}

/// A client for one server.
#[derive(Debug)]
pub struct ModelClient {
    http: Client,
    url: String,
    api_key: String,
}

impl ModelClient {
    /// Makes one; nothing is asked yet.
    ///
    /// # Errors
    /// When the system has no resources for it.
    pub fn new(config: &EmbeddingsConfig) -> Result<Self> {
        // Fails only when it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = Client::builder().no_proxy().redirect(Policy::none());
        let http = builder.build().map_err(Error::internal)?;
        Ok(Self { http, url: config.url.clone(), api_key: config.api_key.clone() })
    }

    /// The vectors of texts, in their order: all of one length, which is that of the recipe if it
    /// names one.
    ///
    /// # Errors
    /// Says whether server or texts are to blame.
    pub async fn embed(
        &self,
        recipe: &Recipe,
        role: Role,
        texts: &[String],
        limit: Duration,
    ) -> std::result::Result<Vec<Vec<f32>>, Failure> {
        let asked = self.ask(recipe, role, texts);
        let body = tokio::time::timeout(limit, asked).await;
        let body = body.map_err(|_| Failure::Unclear("no answer in time".to_owned()))??;
        vectors(&body, texts.len(), recipe.dimensions)
    }

    async fn ask(
        &self,
        recipe: &Recipe,
        role: Role,
        texts: &[String],
    ) -> std::result::Result<Vec<u8>, Failure> {
        let (model, input_type) = match role {
            Role::Query => (&recipe.query_model, &recipe.query_input_type),
            Role::Passage => (&recipe.model, &recipe.passage_input_type),
        };
        let body = Request { model, input: texts, encoding_format: "float", input_type };
        let mut request = self.http.post(&self.url).json(&body);
        if !self.api_key.is_empty() {
            request = request.bearer_auth(&self.api_key);
        }
        let response = request.send().await.map_err(|error| {
            let error = error.without_url();
            if error.is_connect() { away("no connection") } else { unclear(&error) }
        })?;
        if response.status() != StatusCode::OK {
            return Err(refusal(&response));
        }
        read(response, texts.len() * MAX_DIMENSIONS * BYTES_PER_NUMBER).await
    }
}

fn away(reason: &str) -> Failure {
    Failure::Away { reason: reason.to_owned(), wait: None }
}

fn unclear(error: &dyn std::fmt::Display) -> Failure {
    Failure::Unclear(error.to_string())
}

/// What a status other than 200 means.
fn refusal(response: &Response) -> Failure {
    let status = response.status();
    let reason = format!("status {}", status.as_u16());
    match status {
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            Failure::Away { reason, wait: retry_after(response) }
        }
        StatusCode::BAD_REQUEST
        | StatusCode::PAYLOAD_TOO_LARGE
        | StatusCode::UNPROCESSABLE_ENTITY => Failure::Refused(reason),
        _ if status.is_server_error() => Failure::Unclear(reason),
        // A wrong address, key or model, which no other text would make right.
        _ => away(&reason),
    }
}

fn retry_after(response: &Response) -> Option<TimeDelta> {
    let seconds: i64 = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(TimeDelta::seconds(seconds.clamp(0, LONGEST_RETRY_AFTER)))
}

/// The body, up to a size: a server that sends without end must not take all memory.
async fn read(mut response: Response, most: usize) -> std::result::Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| unclear(&error.without_url()))? {
        if body.len() + chunk.len() > most {
            return Err(Failure::Unclear("the answer is too long".to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn vectors(
    body: &[u8],
    wanted: usize,
    dimensions: usize,
) -> std::result::Result<Vec<Vec<f32>>, Failure> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|_| Failure::Unclear("the answer is not that of an embeddings server".into()))?;
    let mut vectors = vec![Vec::new(); wanted];
    for (at, item) in answer.data.into_iter().enumerate() {
        let place = vectors.get_mut(item.index.unwrap_or(at));
        let place = place.filter(|place| place.is_empty());
        *place.ok_or_else(|| Failure::Unclear("more vectors than texts".to_owned()))? =
            item.embedding;
    }
    let length = if dimensions == 0 { vectors.first().map_or(0, Vec::len) } else { dimensions };
    for vector in &vectors {
        if vector.is_empty() {
            return Err(Failure::Unclear("fewer vectors than texts".to_owned()));
        }
        if vector.len() != length || length > MAX_DIMENSIONS {
            let reason = format!("a vector of {} numbers, not {length}", vector.len());
            return Err(Failure::Unclear(reason));
        }
        if !vector.iter().all(|value| value.is_finite()) || vector.iter().all(|v| *v == 0.0) {
            return Err(Failure::Unclear("a vector without direction".to_owned()));
        }
    }
    Ok(vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(
        body: &str,
        wanted: usize,
        dimensions: usize,
    ) -> std::result::Result<Vec<Vec<f32>>, String> {
        vectors(body.as_bytes(), wanted, dimensions).map_err(|failure| failure.to_string())
    }

    #[test]
    fn vectors_come_in_the_order_of_the_texts() {
        let body = r#"{"object":"list","data":[{"index":1,"embedding":[3,4]},
            {"index":0,"embedding":[1,2]}],"usage":{}}"#;
        assert_eq!(read(body, 2, 0).unwrap(), [[1.0, 2.0], [3.0, 4.0]]);
        let body = r#"{"data":[{"embedding":[1]},{"embedding":[2]}]}"#;
        assert_eq!(read(body, 2, 1).unwrap(), [[1.0], [2.0]]);
    }

    #[test]
    fn nonsense_is_refused() {
        let one =
            |embedding: &str| format!(r#"{{"data":[{{"index":0,"embedding":{embedding}}}]}}"#);
        let cases = [
            ("<html>", 1, 0),
            (r#"{"data":[]}"#, 1, 0),
            (&one("[1,2]"), 1, 3),
            (&one("[0,0]"), 1, 0),
            (&one("[1e39]"), 1, 0),
            (&one("[]"), 1, 0),
            (&one("[1,2]"), 2, 0),
            (r#"{"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[2]}]}"#, 2, 0),
            (r#"{"data":[{"index":9,"embedding":[1]}]}"#, 1, 0),
            (r#"{"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2,3]}]}"#, 2, 0),
        ];
        for (body, wanted, dimensions) in cases {
            assert!(read(body, wanted, dimensions).is_err(), "{body}");
        }
    }
}
