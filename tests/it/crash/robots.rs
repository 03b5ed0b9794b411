//! The service is killed between the commit of messages to group robots and their delivery: after the
//! next start each one has been said in its group, and again at most those that were on their way.
//!
//! What a robot gets bears no id, so what came is counted against what was written.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use super::deliveries::{send, write};
use super::{DEADLINE, Place, Service, Writer};
#[cfg(feature = "server-tests")]
use crate::support::Schema;
use crate::support::{Receiver, Reply};

/// How often the service is killed.
const ROUNDS: usize = 6;
/// The platforms.
const KINDS: [&str; 3] = ["wecom", "dingtalk", "feishu"];

/// One group with its robot.
struct Group {
    receiver: Receiver,
    /// Path of the endpoint.
    path: String,
    acknowledged: Vec<String>,
}

/// Registers a robot of the firm that the demo's manager runs.
async fn group(writer: &Writer, kind: &'static str) -> Group {
    let reply = r#"{"errcode":0,"code":0,"errmsg":"ok"}"#.to_owned();
    let receiver = Receiver::start(Reply::With(200, reply)).await;
    let me = send(writer, Method::GET, "me", None).await;
    let mut body = json!({
        "kind": kind, "name": "对接群", "org_id": me["roles"][0]["org"]["id"],
        "url": receiver.url("/robot?key=1"),
    });
    if kind != "wecom" {
        body["secret"] = json!("SEC-of-the-group");
    }
    let made = send(writer, Method::POST, "endpoints", Some(body)).await;
    let path = format!("endpoints/{}", made["id"].as_str().unwrap_or_else(|| panic!("{made}")));
    Group { receiver, path, acknowledged: Vec::new() }
}

/// All deliveries to an endpoint.
async fn deliveries(writer: &Writer, path: &str) -> Vec<Value> {
    let id = path.trim_start_matches("endpoints/");
    let (mut all, mut after) = (Vec::new(), String::new());
    loop {
        let list = format!("deliveries?endpoint_id={id}&limit=100{after}");
        let page = send(writer, Method::GET, &list, None).await;
        all.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            None => return all,
            Some(next) => after = format!("&after={next}"),
        }
    }
}

/// The messages to a group that have not been taken yet.
async fn waiting(writer: &Writer, group: &Group) -> usize {
    let all = deliveries(writer, &group.path).await;
    for id in &group.acknowledged {
        let found = all.iter().any(|one| one["message_id"] == id.as_str());
        assert!(found, "{id} was acknowledged and is gone");
    }
    all.iter().filter(|one| one["state"] != "sent").count()
}

async fn kill_between_commit_and_delivery(mut place: Place) {
    place.settings = vec![("TOWNBRIDGE_OUTBOUND__ROBOT_MESSAGES_PER_MINUTE", "1000".to_owned())];
    let mut groups = Vec::new();
    for round in 0..ROUNDS {
        let service = Service::start(&place);
        let writer = service.sign_in().await;
        if groups.is_empty() {
            for kind in KINDS {
                groups.push(group(&writer, kind).await);
            }
        }
        let paths = groups.iter().map(|group| group.path.clone());
        let writing: Vec<_> = paths.map(|path| tokio::spawn(write(writer.clone(), path))).collect();
        // The outbox is looked into every second: at other moments of it in each round.
        tokio::time::sleep(Duration::from_millis(150 + 230 * round as u64)).await;
        service.kill();
        for (group, ids) in groups.iter_mut().zip(writing) {
            group.acknowledged.extend(ids.await.unwrap());
        }
    }
    for group in &groups {
        let (written, taken) = (group.acknowledged.len(), group.receiver.taken().len());
        assert!(written > 10, "only {written} messages were written to {}", group.path);
        assert!(taken < written, "nothing was left to deliver: nothing was tested");
    }
    let service = Service::start(&place);
    let writer = service.sign_in().await;
    for group in &groups {
        let began = Instant::now();
        loop {
            let left = waiting(&writer, group).await;
            if left == 0 {
                break;
            }
            assert!(began.elapsed() < DEADLINE, "{left} are not delivered to {}", group.path);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let all = deliveries(&writer, &group.path).await;
        let attempts: i64 = all.iter().map(|one| one["attempts"].as_i64().unwrap()).sum();
        let taken = group.receiver.taken().len();
        assert!(taken >= all.len(), "{taken} of {} were said", all.len());
        // One robot is spoken to by one message at a time, so each kill cuts one off at most.
        assert!(taken <= all.len() + ROUNDS, "{taken} were said of {}", all.len());
        assert!(i64::try_from(taken).unwrap() <= attempts, "{taken} by {attempts} attempts");
    }
    service.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_message_to_a_group_is_lost() {
    kill_between_commit_and_delivery(Place::new(None)).await;
}

#[cfg(feature = "server-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_delivery_no_message_to_a_group_is_lost_on_postgres() {
    let schema = Schema::create();
    kill_between_commit_and_delivery(Place::new(Some(schema.url().to_owned()))).await;
}
