//! The service is killed between the commit of records and the notices of those who have subscribed to
//! them: after the next start each record has been told, in one notice.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{DEADLINE, Kind, Log, Place, Service, Writer};
#[cfg(feature = "server-tests")]
use crate::support::Schema;

/// How often the service is killed.
const ROUNDS: usize = 5;

/// Subscribes the administrator to drafts of needs; the path.
async fn subscribe(writer: &Writer) -> String {
    let query = json!({ "kind": "need", "status": "draft" });
    let body = json!({ "name": "草稿", "query": query, "frequency": "at_once" });
    let url = format!("{}/api/v1/subscriptions", writer.base);
    let made = writer.http.post(url).bearer_auth(&writer.admin).json(&body).send().await.unwrap();
    let made: Value = made.json().await.unwrap();
    format!("subscriptions/{}", made["id"].as_str().unwrap())
}

/// All entries of a list of the administrator's.
async fn all(writer: &Writer, path: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut after = String::new();
    loop {
        let page = writer.get(Kind::User, &format!("{path}?limit=100{after}")).await.1;
        entries.extend(page["items"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            None => return entries,
            Some(next) => after = format!("&after={}", next.replace('+', "%2B")),
        }
    }
}

/// Ids of the records that the administrator has been told of.
async fn told(writer: &Writer, subscription: &str) -> Vec<String> {
    let finds = all(writer, &format!("{subscription}/finds")).await;
    finds.iter().map(|find| find["record"]["id"].as_str().unwrap().to_owned()).collect()
}

async fn kill_between_commit_and_notice(place: &Place) {
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    let mut path = None;
    let mut untold = 0;
    for round in 0..ROUNDS {
        let service = Service::start(place);
        let writer = service.sign_in().await;
        let subscription = match path.take() {
            Some(path) => path,
            None => subscribe(&writer).await,
        };
        let log = Arc::new(Mutex::new(Log::default()));
        let writing = tokio::spawn(super::write(writer.clone(), round, 0, Arc::clone(&log)));
        // The change log is looked into every two seconds: at other moments of it in each round.
        tokio::time::sleep(Duration::from_millis(300 + 530 * round as u64)).await;
        let before = told(&writer, &subscription).await.len();
        service.kill();
        writing.await.unwrap();
        let log = std::mem::take(&mut *log.lock().unwrap());
        acknowledged.extend(log.acknowledged.into_iter().map(|(_, id)| id));
        untold += acknowledged.len().saturating_sub(before);
        path = Some(subscription);
    }
    assert!(untold > 0, "everything was told before each kill: nothing was tested");
    let service = Service::start(place);
    let writer = service.sign_in().await;
    let path = path.unwrap();
    let began = Instant::now();
    loop {
        let told = told(&writer, &path).await;
        let left = acknowledged.iter().filter(|id| !told.contains(id)).count();
        if left == 0 {
            break;
        }
        assert!(began.elapsed() < DEADLINE, "{left} of {} were never told", acknowledged.len());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let records = told(&writer, &path).await.len() as u64;
    let notices = all(&writer, "inbox").await;
    let named: u64 = notices
        .iter()
        .filter(|one| one["kind"] == "subscription_found")
        .map(|one| one["data"]["count"].as_u64().unwrap())
        .sum();
    assert_eq!(named, records, "each record stands in one notice");
    service.kill();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_telling_everything_published_is_told_once() {
    let place = Place::new(None);
    kill_between_commit_and_notice(&place).await;
}

#[cfg(feature = "server-tests")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_before_telling_everything_published_is_told_once_on_postgres() {
    let schema = Schema::create();
    let place = Place::new(Some(schema.url().to_owned()));
    kill_between_commit_and_notice(&place).await;
}
