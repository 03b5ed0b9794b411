//! The service is killed between the commit of messages and their delivery: after the next start each
//! one reaches its receiver, and twice at most those that were on their way when it was killed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{DEADLINE, Place, Service, Writer};
#[cfg(feature = "server-tests")]
use crate::support::Schema;
use crate::support::{Receiver, Reply};

/// How often the service is killed.
const ROUNDS: u64 = 8;

/// Registers a webhook of the firm that the demo's manager runs; its path.
async fn webhook(writer: &Writer, receiver: &Receiver) -> String {
    let me = send(writer, reqwest::Method::GET, "me", None).await;
    let body = json!({
        "kind": "webhook", "name": "系统", "org_id": me["roles"][0]["org"]["id"],
        "url": receiver.url("/hook"),
    });
    let made = send(writer, reqwest::Method::POST, "endpoints", Some(body)).await;
    format!("endpoints/{}", made["id"].as_str().unwrap())
}

pub async fn send(
    writer: &Writer,
    method: reqwest::Method,
    path: &str,
    body: Option<Value>,
) -> Value {
    let url = format!("{}/api/v1/{path}", writer.base);
    let mut request = writer.http.request(method, url).bearer_auth(&writer.firm);
    if let Some(body) = body {
        request = request.json(&body);
    }
    request.send().await.unwrap().json().await.unwrap()
}

/// Has messages written until the service is gone; the ids of those that were acknowledged.
pub async fn write(writer: Writer, endpoint: String) -> Vec<String> {
    let mut ids = Vec::new();
    loop {
        let url = format!("{}/api/v1/{endpoint}/test", writer.base);
        let sent = writer.http.post(url).bearer_auth(&writer.firm).send().await;
        let Ok(answer) = sent else { return ids };
        let Ok(delivery) = answer.json::<Value>().await else { return ids };
        ids.push(delivery["message_id"].as_str().unwrap().to_owned());
    }
}

/// How often each message has reached the receiver.
fn counts(receiver: &Receiver) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for taken in receiver.taken() {
        *counts.entry(taken.header("webhook-id").to_owned()).or_default() += 1;
    }
    counts
}

async fn kill_between_commit_and_delivery(place: &Place) {
    let receiver = Receiver::start(Reply::ok()).await;
    let mut acknowledged = Vec::new();
    let mut endpoint = None;
    for round in 0..ROUNDS {
        let service = Service::start(place);
        let writer = service.sign_in().await;
        let path = match endpoint.take() {
            Some(path) => path,
            None => webhook(&writer, &receiver).await,
        };
        let writing = tokio::spawn(write(writer, path.clone()));
        endpoint = Some(path);
        // The outbox is looked into every second: at other moments of it in each round.
        tokio::time::sleep(Duration::from_millis(150 + 170 * round)).await;
        service.kill();
        acknowledged.extend(writing.await.unwrap());
    }
    assert!(acknowledged.len() > 20, "only {} messages were written", acknowledged.len());
    let missing = |counts: &BTreeMap<String, u64>| {
        acknowledged.iter().filter(|id| !counts.contains_key(*id)).count()
    };
    assert!(missing(&counts(&receiver)) > 0, "nothing was left to deliver: nothing was tested");
    let service = Service::start(place);
    let began = Instant::now();
    while missing(&counts(&receiver)) > 0 {
        let left = missing(&counts(&receiver));
        assert!(began.elapsed() < DEADLINE, "{left} of {} are lost", acknowledged.len());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Whatever is claimed runs out before this.
    tokio::time::sleep(Duration::from_secs(9)).await;
    service.kill();
    let twice = counts(&receiver).values().filter(|count| **count > 1).count();
    // One endpoint is spoken to by one message at a time, so each kill cuts one off at most.
    assert!(twice as u64 <= ROUNDS, "{twice} messages came more than once");
    assert!(counts(&receiver).values().all(|count| *count <= 1 + ROUNDS));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_message_is_lost() {
    let place = Place::new(None);
    kill_between_commit_and_delivery(&place).await;
}

#[cfg(feature = "server-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_message_is_lost_on_postgres() {
    let schema = Schema::create();
    let place = Place::new(Some(schema.url().to_owned()));
    kill_between_commit_and_delivery(&place).await;
}
