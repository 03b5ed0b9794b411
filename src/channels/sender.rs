//! Sends requests to addresses that users have named: no proxy, no redirect, to public addresses
//! alone, within a time, and reading no more of the answer than is needed.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use serde::Deserialize;

use super::guard::{Guard, PublicResolver, Refusal};
use super::model::EndpointKind;
use super::payload::Request;
use crate::config::OutboundConfig;
use crate::error::{Error, Result};

/// What has come of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The receiver took it.
    Taken,
    /// The receiver refused it; it is to be tried again.
    Failed(String),
    /// The receiver was not reached, or took too long.
    Unreachable(String),
    /// The receiver wants nothing more.
    Gone,
}

/// What robots answer: 200 and, when they have not taken the message, a code in the body.
#[derive(Deserialize)]
struct RobotAnswer {
    errcode: Option<i64>,
    code: Option<i64>,
    errmsg: Option<String>,
    msg: Option<String>,
}

/// Letters of a receiver's words that are kept.
const KEPT: usize = 200;

/// Sends requests.
pub struct Sender {
    /// For addresses that must be public.
    http: Client,
    /// For those that the operator trusts.
    trusted: Client,
    pub(super) guard: Guard,
    most: usize,
}

impl Sender {
    /// By the settings; nothing is connected yet.
    ///
    /// # Errors
    /// When the system has no resources for it.
    pub fn open(config: &OutboundConfig) -> Result<Self> {
        // Fails only when it is installed already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = || {
            Client::builder()
                .no_proxy()
                .redirect(Policy::none())
                // Connections are checked when they are made, so none is kept for later.
                .pool_max_idle_per_host(0)
                .timeout(Duration::from_secs(config.timeout_seconds))
                .user_agent(concat!("Townbridge/", env!("CARGO_PKG_VERSION")))
        };
        let http = client().dns_resolver(Arc::new(PublicResolver)).build();
        Ok(Self {
            http: http.map_err(Error::internal)?,
            trusted: client().build().map_err(Error::internal)?,
            guard: Guard::new(config),
            most: config.max_answer_bytes,
        })
    }

    /// Sends a request once, to an address that is trusted or must be public.
    pub(super) async fn send(
        &self,
        kind: EndpointKind,
        request: Request,
        trusted: bool,
    ) -> Outcome {
        let client = if trusted { &self.trusted } else { &self.http };
        let mut sent =
            client.post(request.url).header("content-type", "application/json").body(request.body);
        for (name, value) in request.headers {
            sent = sent.header(name, value);
        }
        let response = match sent.send().await {
            Ok(response) => response,
            Err(error) => return Outcome::Unreachable(told(&error.without_url())),
        };
        let status = response.status();
        if status.as_u16() == 410 {
            return Outcome::Gone;
        }
        if status.is_redirection() {
            return Outcome::Failed(format!("status {status}: redirects are not followed"));
        }
        if !status.is_success() {
            return Outcome::Failed(format!("status {status}"));
        }
        if !kind.is_robot() {
            return Outcome::Taken;
        }
        match self.read(response).await {
            Ok(body) => robot_answer(&body),
            Err(reason) => Outcome::Failed(reason),
        }
    }

    async fn read(&self, mut response: Response) -> std::result::Result<Vec<u8>, String> {
        let mut body = Vec::new();
        loop {
            match response.chunk().await {
                Ok(Some(part)) => body.extend_from_slice(&part),
                Ok(None) => return Ok(body),
                Err(error) => return Err(told(&error.without_url())),
            }
            if body.len() > self.most {
                return Err(format!("answered more than {} bytes", self.most));
            }
        }
    }
}

fn robot_answer(body: &[u8]) -> Outcome {
    let Ok(answer) = serde_json::from_slice::<RobotAnswer>(body) else {
        return Outcome::Failed("answered something else than a robot does".to_owned());
    };
    match answer.errcode.or(answer.code) {
        Some(0) => Outcome::Taken,
        Some(code) => {
            let words: String =
                answer.errmsg.or(answer.msg).unwrap_or_default().chars().take(KEPT).collect();
            Outcome::Failed(format!("error {code}: {words}"))
        }
        None => Outcome::Failed("answered without a code".to_owned()),
    }
}

/// An error with what it was caused by; the address is in none of them.
fn told(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    // The same for a name that leads inside as for one that is not known, and not a word more.
    let refused = Refusal::Private.to_string();
    if text.contains(&refused) {
        return refused;
    }
    text.chars().take(2 * KEPT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_robot_that_answers_a_code_has_not_taken_the_message() {
        assert_eq!(robot_answer(br#"{"errcode":0,"errmsg":"ok"}"#), Outcome::Taken);
        assert_eq!(robot_answer(br#"{"code":0,"msg":"success","data":{}}"#), Outcome::Taken);
        let refused = robot_answer(br#"{"errcode":310000,"errmsg":"sign not match"}"#);
        assert_eq!(refused, Outcome::Failed("error 310000: sign not match".to_owned()));
        let refused = robot_answer(br#"{"code":19021,"msg":"sign match fail"}"#);
        assert_eq!(refused, Outcome::Failed("error 19021: sign match fail".to_owned()));
        for body in [&b"ok"[..], b"{}", b"<html>"] {
            assert!(matches!(robot_answer(body), Outcome::Failed(_)));
        }
    }
}
