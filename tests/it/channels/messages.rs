//! What receivers get: signed, once, in their own form.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use ring::hmac;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::escalation;
use townbridge::jobs::deliveries::deliver_due;

use super::{GUZHEN, World};
use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, Receiver, Reply, Taken};

fn mac(key: &[u8], text: &str) -> String {
    STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()))
}

/// The signatures in a request that this secret verifies, as a receiver does it.
fn verified(taken: &Taken, secret: &str) -> usize {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let (id, time) = (taken.header("webhook-id"), taken.header("webhook-timestamp"));
    let expected = format!("v1,{}", mac(&key, &format!("{id}.{time}.{}", taken.body)));
    taken.header("webhook-signature").split(' ').filter(|one| *one == expected).count()
}

async fn fresh_secret(world: &World, endpoint: &str) -> String {
    let client = world.app.client(&world.manager);
    let fresh = client.post_json(&format!("{endpoint}/secret"), json!({})).await.expect(200);
    fresh.json()["secret"].as_str().unwrap().to_owned()
}

/// Opens a case about a need of the firm; its code and the title of the need.
async fn opened(world: &World) -> Value {
    let firm = townbridge::organizations::ops::place;
    let firm = world.app.db.read(|db| firm(db, world.org)).unwrap();
    let provider = OrgBuilder::university().insert(&world.app);
    let need = NeedBuilder::published(&firm).title("秘密的难题").insert(&world.app);
    let capability = CapabilityBuilder::published(&provider).insert(&world.app);
    let liaison = world.app.liaison(GUZHEN);
    let pair = json!({ "need_id": need.id, "capability_id": capability.id });
    liaison.post_json("cases", pair).await.expect(201).json()
}

#[tokio::test]
async fn a_webhook_is_signed_by_the_standard_and_holds_no_text_of_a_record() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    let secret = fresh_secret(&world, &endpoint).await;
    let case = opened(&world).await;
    assert_eq!((world.deliver().await, world.deliver().await), (1, 0));
    let taken = receiver.taken().remove(0);
    assert_eq!(verified(&taken, &secret), 1, "{taken:?}");
    assert!(taken.header("webhook-id").starts_with("msg_"));
    let at: i64 = taken.header("webhook-timestamp").parse().unwrap();
    assert!((world.app.clock.time().timestamp() - at).abs() < 60, "{at}");
    assert_eq!(taken.header("content-type"), "application/json");
    let body = taken.json();
    assert_eq!(body["type"], "case.asked");
    assert_eq!(body["data"]["record"], json!({ "kind": "case", "id": case["id"] }));
    assert_eq!(
        (&body["data"]["code"], &body["data"]["stage"]),
        (&case["code"], &json!("reviewed"))
    );
    assert!(body["data"]["url"].as_str().unwrap().ends_with(case["id"].as_str().unwrap()));
    assert!(!taken.body.contains("秘密的难题"));
    let delivery = &world.deliveries().await[0];
    assert_eq!((&delivery["state"], &delivery["attempts"]), (&json!("sent"), &json!(1)));
    assert_eq!(delivery["message_id"], taken.header("webhook-id"));
}

#[tokio::test]
async fn while_a_key_is_changed_both_keys_verify_and_then_the_new_one_alone() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::start().await;
    let own = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let fields = json!({ "kind": "webhook", "url": receiver.url("/"), "secret": own });
    let endpoint = world.endpoint(fields).await;
    let new = fresh_secret(&world, &endpoint).await;
    world.test(&endpoint).await;
    world.deliver().await;
    world.app.clock.advance(TimeDelta::hours(25));
    world.test(&endpoint).await;
    world.deliver().await;
    let taken = receiver.taken();
    assert_eq!((verified(&taken[0], own), verified(&taken[0], &new)), (1, 1));
    assert_eq!((verified(&taken[1], own), verified(&taken[1], &new)), (0, 1));
}

#[tokio::test]
async fn robots_get_their_own_form_and_signature() {
    let receiver = Receiver::start(Reply::robot(0)).await;
    let world = World::start().await;
    let kinds = [
        ("wecom", "/cgi-bin/webhook/send?key=k-1", None),
        ("dingtalk", "/robot/send?access_token=t-1", Some("SEC0123456789")),
        ("feishu", "/open-apis/bot/v2/hook/h-1", Some("feishu-secret")),
    ];
    for (kind, path, secret) in kinds {
        let fields = json!({ "kind": kind, "url": receiver.url(path), "secret": secret });
        world.endpoint(fields).await;
    }
    let case = opened(&world).await;
    assert_eq!(world.deliver().await, 3);
    let taken = receiver.taken();
    let of = |start: &str| taken.iter().find(|one| one.path.starts_with(start)).unwrap();
    let code = case["code"].as_str().unwrap();
    let link = format!("/sign-in?back=/cases/{}", case["id"].as_str().unwrap());
    let said = |text: &Value| {
        let text = text.as_str().unwrap();
        assert!(
            text.starts_with(&format!("对接 {code}：请答复")) && text.ends_with(&link),
            "{text}"
        );
    };
    let wecom = of("/cgi-bin/webhook/send?key=k-1");
    assert_eq!(wecom.json()["msgtype"], "text");
    said(&wecom.json()["text"]["content"]);
    let dingtalk = of("/robot/send?access_token=t-1&timestamp=");
    let query = dingtalk.path.split_once('?').unwrap().1;
    let query: Vec<(String, String)> =
        form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    assert_eq!(query[1].0, "timestamp");
    let milliseconds: i64 = query[1].1.parse().unwrap();
    assert!((world.app.clock.time().timestamp_millis() - milliseconds).abs() < 60_000);
    let sign = mac(b"SEC0123456789", &format!("{milliseconds}\nSEC0123456789"));
    assert_eq!(query[2], ("sign".to_owned(), sign));
    said(&dingtalk.json()["text"]["content"]);
    let feishu = of("/open-apis/bot/v2/hook/h-1").json();
    let seconds: i64 = feishu["timestamp"].as_str().unwrap().parse().unwrap();
    assert!((world.app.clock.time().timestamp() - seconds).abs() < 60);
    assert_eq!(feishu["sign"], mac(format!("{seconds}\nfeishu-secret").as_bytes(), ""));
    assert_eq!(feishu["msg_type"], "text");
    said(&feishu["content"]["text"]);
}

#[tokio::test]
async fn a_robot_gets_twenty_messages_a_minute() {
    let receiver = Receiver::start(Reply::robot(0)).await;
    let world = World::start().await;
    let fields = json!({ "kind": "wecom", "url": receiver.url("/?key=1") });
    let endpoint = world.endpoint(fields).await;
    for _ in 0..25 {
        world.test(&endpoint).await;
    }
    assert_eq!((world.deliver().await, world.deliver().await), (20, 0));
    world.app.clock.advance(TimeDelta::seconds(61));
    assert_eq!(world.deliver().await, 5);
    assert_eq!(receiver.taken().len(), 25);
}

#[tokio::test]
async fn who_is_told_are_the_sides_and_the_office_of_the_town_and_what_they_want() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::start().await;
    world
        .endpoint(
            json!({ "kind": "webhook", "url": receiver.url("/asked"), "events": ["case_asked"] }),
        )
        .await;
    world.endpoint(json!({ "kind": "webhook", "url": receiver.url("/ended"), "events": ["case_escalated"] })).await;
    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let officer = world.app.account(&[GrantRole::in_region(Role::Officer, "4420")]);
    for (account, region, path) in [(&liaison, GUZHEN, "/town"), (&officer, "4420", "/city")] {
        let body = json!({
            "kind": "webhook", "name": "值班", "region_code": region, "url": receiver.url(path),
        });
        world.app.client(account).post_json("endpoints", body).await.expect(201);
    }
    // The province has chosen what it is told of its towns.
    let above = world.app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    let body = json!({
        "kind": "webhook", "name": "省厅", "region_code": "44", "url": receiver.url("/province"),
        "events": ["case_escalated"],
    });
    world.app.client(&above).post_json("endpoints", body).await.expect(201);
    let stranger = OrgBuilder::enterprise().town(GUZHEN).insert(&world.app);
    let manager = world.app.org_admin(stranger.id);
    let body = json!({
        "kind": "webhook", "name": "外人", "org_id": stranger.id, "url": receiver.url("/stranger"),
    });
    manager.post_json("endpoints", body).await.expect(201);
    opened(&world).await;
    world.deliver().await;
    let mut paths: Vec<String> = receiver.taken().into_iter().map(|one| one.path).collect();
    paths.sort();
    assert_eq!(paths, ["/asked", "/town"]);
    world.app.clock.advance(TimeDelta::days(60));
    escalation::tell(world.app.service()).unwrap();
    escalation::tell(world.app.service()).unwrap();
    world.deliver().await;
    let mut told: Vec<(String, Value)> = receiver
        .taken()
        .split_off(2)
        .iter()
        .map(|one| (one.path.clone(), one.json()["type"].clone()))
        .collect();
    told.sort_by(|one, other| one.0.cmp(&other.0));
    let escalated = |path: &str| (path.to_owned(), json!("case.escalated"));
    assert_eq!(told, [escalated("/city"), escalated("/province")]);
}

#[tokio::test]
async fn of_two_nodes_one_sends_each_message() {
    let receiver = Receiver::start(Reply::ok()).await;
    let world = World::start().await;
    let endpoint = world.webhook(&receiver).await;
    for _ in 0..15 {
        world.test(&endpoint).await;
    }
    let node =
        world.app.beside_with(|config| config.outbound = world.app.config.outbound.clone()).await;
    let (one, two) = tokio::join!(deliver_due(world.app.service()), deliver_due(node.service()));
    assert_eq!(one.unwrap() + two.unwrap(), 15);
    let mut ids: Vec<String> =
        receiver.taken().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), receiver.taken().len()), (15, 15));
}

#[tokio::test]
async fn a_group_is_told_again_what_was_written_whatever_the_template_says_by_then() {
    let receiver = Receiver::start(Reply::With(500, String::new())).await;
    let world = World::start().await;
    let url = receiver.url("/cgi-bin/webhook/send?key=k-1");
    world.endpoint(json!({ "kind": "wecom", "url": url })).await;
    let admin = world.app.admin();
    let path = "message-templates/case_asked/zh-CN";
    let save = async |version: i64, group: &str| {
        let request = admin.request(reqwest::Method::PUT, path);
        let request = request.header("if-match", format!("\"v{version}\""));
        admin.send(request.json(&json!({ "group": group }))).await.expect(200);
    };
    save(0, "请尽快答复 %{code}：%{link}").await;
    let case = opened(&world).await;
    assert_eq!(world.deliver().await, 0);
    save(1, "改过的 %{link}").await;
    receiver.behave(Reply::robot(0));
    world.app.clock.advance(TimeDelta::minutes(5));
    assert_eq!(world.deliver().await, 1);
    let said: Vec<Value> =
        receiver.taken().iter().map(|taken| taken.json()["text"]["content"].clone()).collect();
    assert_eq!((said.len(), &said[0]), (2, &said[1]));
    let start = format!("请尽快答复 {}：http", case["code"].as_str().unwrap());
    assert!(said[0].as_str().unwrap().starts_with(&start), "{said:?}");
}
