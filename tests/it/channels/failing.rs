//! Receivers that fail, hang, redirect, answer slowly or without end, or lie where nobody may speak to.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::json;

use super::World;
use crate::support::{Receiver, Reply};

/// Sends one message to a receiver that behaves like this; why it failed.
async fn failure(kind: &str, reply: Reply) -> String {
    let receiver = Receiver::start(reply).await;
    let world = World::start().await;
    let fields = match kind {
        "webhook" => json!({ "kind": kind, "url": receiver.url("/") }),
        "wecom" => json!({ "kind": kind, "url": receiver.url("/?key=1") }),
        _ => {
            json!({ "kind": kind, "url": receiver.url("/?token=1"), "secret": "SEC-of-the-group" })
        }
    };
    let endpoint = world.endpoint(fields).await;
    world.test(&endpoint).await;
    let began = Instant::now();
    assert_eq!(world.deliver().await, 0);
    assert!(began.elapsed() < Duration::from_secs(8), "given up in time");
    assert_eq!(receiver.taken().len(), 1);
    let delivery = world.deliveries().await.remove(0);
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("waiting"), &json!(1)));
    let reason = delivery["last_error"].as_str().unwrap().to_owned();
    assert!(!reason.contains(&receiver.address.to_string()), "the address is secret: {reason}");
    reason
}

#[tokio::test]
async fn failures_are_told_apart() {
    let says = |reason: String, part: &str| assert!(reason.contains(part), "{reason}");
    says(failure("webhook", Reply::With(500, "oh".to_owned())).await, "status 500");
    says(failure("webhook", Reply::With(404, String::new())).await, "status 404");
    says(failure("webhook", Reply::Never).await, "timed out");
    says(failure("wecom", Reply::robot(93000)).await, "error 93000: said so");
    says(failure("wecom", Reply::With(200, "<html>".to_owned())).await, "something else");
    says(failure("wecom", Reply::Flooding).await, "more than 65536 bytes");
    says(failure("wecom", Reply::Dripping).await, "timed out");
}

#[tokio::test]
async fn a_webhook_that_answers_without_end_has_taken_the_message() {
    for reply in [Reply::Flooding, Reply::Dripping] {
        let receiver = Receiver::start(reply).await;
        let world = World::start().await;
        let endpoint = world.webhook(&receiver).await;
        world.test(&endpoint).await;
        assert_eq!(world.deliver().await, 1, "the status is all that counts");
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    // Another host, which would take the message whatever it is.
    let other = Receiver::start(Reply::With(200, r#"{"errcode":0,"code":0}"#.to_owned())).await;
    for kind in ["webhook", "wecom", "dingtalk", "feishu"] {
        for status in [301, 302, 303, 307, 308] {
            let reason = failure(kind, Reply::Redirect(status, other.url("/"))).await;
            assert!(reason.contains("redirects are not followed"), "{kind} {status}: {reason}");
        }
    }
    assert!(other.taken().is_empty());
}

#[tokio::test]
async fn what_fails_is_tried_again_later_and_later_until_it_is_given_up_and_then_by_hand() {
    let receiver = Receiver::start(Reply::With(503, String::new())).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    let message = world.test(&endpoint).await;
    for attempt in 1..=3 {
        assert_eq!((world.deliver().await, world.deliver().await), (0, 0));
        assert_eq!(receiver.taken().len(), attempt, "not before its time");
        world.later();
    }
    let dead = world.deliveries().await.remove(0);
    assert_eq!((&dead["state"], &dead["attempts"]), (&json!("dead"), &json!(3)));
    world.deliver().await;
    assert_eq!(receiver.taken().len(), 3, "what is dead is left alone");
    let client = world.app.client(&world.manager);
    let list = client.get("deliveries?state=dead").await.expect(200).json();
    assert_eq!(list["items"][0]["id"], message["id"]);
    receiver.behave(Reply::ok());
    let resend = format!("deliveries/{}/resend", message["id"].as_str().unwrap());
    client.post_json(&resend, json!({})).await.expect(200);
    client.post_json(&resend, json!({})).await.problem(409, "conflict");
    assert_eq!(world.deliver().await, 1);
    let ids: Vec<String> =
        receiver.taken().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == message["message_id"]), "one id at each attempt: {ids:?}");
    let bodies: Vec<String> = receiver.taken().into_iter().map(|one| one.body).collect();
    assert!(bodies.iter().all(|body| *body == bodies[0]), "and one body");
}

#[tokio::test]
async fn who_hangs_keeps_nobody_else_waiting() {
    let (slow, quick) = (Receiver::start(Reply::Never).await, Receiver::start(Reply::ok()).await);
    let world = World::start().await;
    let (hanging, good) = (world.webhook(&slow).await, world.webhook(&quick).await);
    for _ in 0..10 {
        world.test(&hanging).await;
        world.test(&good).await;
    }
    let began = Instant::now();
    assert_eq!(world.deliver().await, 10);
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert_eq!((quick.taken().len(), slow.taken().len()), (10, 1), "it is waited for once");
    world.deliver().await;
    assert_eq!(slow.taken().len(), 1, "not for each of its messages in turn");
    slow.behave(Reply::ok());
    world.later();
    world.deliver().await;
    assert_eq!(world.deliveries().await.iter().filter(|one| one["state"] == "sent").count(), 20);
}

#[tokio::test]
async fn who_is_not_reached_for_days_is_paused_and_its_people_are_told() {
    let receiver = Receiver::start(Reply::Never).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    let client = world.app.client(&world.manager);
    world.test(&endpoint).await;
    world.deliver().await;
    let view = client.get(&endpoint).await.expect(200).json();
    assert!(view["failing_since"].is_string(), "{view}");
    assert_eq!(view["active"], true);
    world.app.clock.advance(TimeDelta::days(6));
    world.test(&endpoint).await;
    world.deliver().await;
    let client = world.app.client(&world.manager);
    let view = client.get(&endpoint).await.expect(200).json();
    assert_eq!(view["active"], false);
    let inbox = client.get("inbox").await.expect(200).json();
    assert_eq!(inbox["items"][0]["kind"], "endpoint_paused");
    assert_eq!(inbox["items"][0]["path"], format!("/{endpoint}"));
    assert_eq!(inbox["items"][0]["about"], view["name"]);
    let version = view["version"].as_i64().unwrap();
    let on = client.patch_json(&endpoint, version, json!({ "active": true })).await;
    let again = on.expect(200).json();
    assert!(again["failing_since"].is_null(), "{again}");
    receiver.behave(Reply::ok());
    world.later();
    assert!(world.deliver().await > 0);
}

#[tokio::test]
async fn a_receiver_that_is_gone_is_told_nothing_more() {
    let receiver = Receiver::start(Reply::With(410, String::new())).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    world.test(&endpoint).await;
    assert_eq!(world.deliver().await, 0);
    let client = world.app.client(&world.manager);
    let view = client.get(&endpoint).await.expect(200).json();
    assert_eq!(view["active"], false);
    assert_eq!(world.deliveries().await[0]["state"], "dead");
    client.post_json(&format!("{endpoint}/test"), json!({})).await.problem(409, "conflict");
    let on = json!({ "active": true });
    client.patch_json(&endpoint, view["version"].as_i64().unwrap(), on).await.expect(200);
    receiver.behave(Reply::ok());
    world.test(&endpoint).await;
    assert_eq!(world.deliver().await, 1);
}

#[tokio::test]
async fn a_node_that_dies_while_sending_leaves_the_message_to_others() {
    let receiver = Receiver::start(Reply::Never).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    world.test(&endpoint).await;
    let service = std::sync::Arc::clone(world.app.service());
    let node =
        tokio::spawn(async move { townbridge::jobs::deliveries::deliver_due(&service).await });
    while receiver.taken().is_empty() {
        tokio::task::yield_now().await;
    }
    node.abort();
    assert!(node.await.is_err());
    receiver.behave(Reply::ok());
    assert_eq!(world.deliver().await, 0, "it is still claimed");
    world.app.clock.advance(TimeDelta::seconds(8));
    assert_eq!(world.deliver().await, 1);
}

#[tokio::test]
async fn nobody_makes_the_service_speak_into_its_own_network() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::with(|config| config.outbound.allow_private = false).await;
    let client = world.app.client(&world.manager);
    let port = receiver.address.port();
    for url in [
        format!("https://127.0.0.1:{port}/"),
        format!("https://2130706433:{port}/"),
        format!("https://[::ffff:127.0.0.1]:{port}/"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "http://example.com/".to_owned(),
        "ftp://example.com/".to_owned(),
    ] {
        let body = json!({ "kind": "webhook", "name": "内网", "org_id": world.org, "url": url });
        let problem = client.post_json("endpoints", body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/url", "{url}");
    }
    // A name says nothing until it is looked up, at the moment of speaking.
    let url = format!("https://localhost:{port}/");
    let endpoint = world.endpoint(json!({ "kind": "webhook", "url": url })).await;
    world.test(&endpoint).await;
    assert_eq!(world.deliver().await, 0);
    let reason = world.deliveries().await[0]["last_error"].as_str().unwrap().to_owned();
    assert!(receiver.taken().is_empty());
    // Nor does the reason say which names there are inside: no name of this zone is (RFC 6761).
    let url = "https://nowhere.invalid/";
    let unknown = world.endpoint(json!({ "kind": "webhook", "url": url })).await;
    world.test(&unknown).await;
    assert_eq!(world.deliver().await, 0);
    assert_eq!(world.deliveries().await[0]["last_error"], json!(reason));
    assert_eq!(reason, "the address is not known, or not of the public internet");
}

#[tokio::test]
async fn a_single_message_that_dies_leaves_an_endpoint_neither_failing_nor_paused() {
    let receiver = Receiver::start(Reply::Never).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    let view = async || world.app.client(&world.manager).get(&endpoint).await.expect(200).json();
    world.test(&endpoint).await;
    for _ in 1..=3 {
        assert_eq!(world.deliver().await, 0);
        world.later();
    }
    assert_eq!(world.deliveries().await[0]["state"], "dead");
    let after = view().await;
    assert!(after["active"] == true && after["failing_since"].is_null(), "{after}");
    // Weeks later another one is not taken at once: that is the first that is known of it.
    world.app.clock.advance(TimeDelta::days(20));
    world.test(&endpoint).await;
    world.deliver().await;
    let later = view().await;
    assert!(later["active"] == true && later["failing_since"].is_string(), "{later}");
}

#[tokio::test]
async fn a_host_that_the_operator_names_may_be_inside() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::with(|config| {
        config.outbound.allow_private = false;
        config.outbound.allowed_hosts = vec![format!("127.0.0.1:{}", receiver.address.port())];
    })
    .await;
    // Under other ports it is what it is.
    let other = Receiver::start(Reply::ok()).await;
    let body = json!({
        "kind": "webhook", "name": "内网", "org_id": world.org, "url": other.url("/hook")
    });
    let client = world.app.client(&world.manager);
    client.post_json("endpoints", body).await.problem(422, "invalid");
    let endpoint = world.webhook(&receiver).await;
    world.test(&endpoint).await;
    assert_eq!(world.deliver().await, 1);
}
