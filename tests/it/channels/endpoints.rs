//! Registering, changing and removing robots and webhooks.

use chrono::TimeDelta;
use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::jobs::housekeeping;

use super::{GUZHEN, World};
use crate::support::{OrgBuilder, Receiver, Reply};

const WECOM: &str = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-0000-4bc4";

#[tokio::test]
async fn address_and_secret_are_never_shown_again() {
    let world = World::start().await;
    let client = world.app.client(&world.manager);
    let fields = json!({
        "kind": "feishu", "url": "https://open.feishu.cn/open-apis/bot/v2/hook/abcdef-123456",
        "secret": "very-secret-secret",
    });
    let endpoint = world.endpoint(fields).await;
    let view = client.get(&endpoint).await.expect(200);
    let list = client.get("endpoints").await.expect(200);
    let log = world.app.admin().get("audit?limit=100").await.expect(200);
    for text in [view.text(), list.text(), log.text()] {
        assert!(!text.contains("very-secret") && !text.contains("abcdef"), "{text}");
    }
    let view = view.json();
    assert_eq!((&view["address"], &view["signed"]), (&json!("open.feishu.cn/…3456"), &json!(true)));
    client.post_json(&format!("{endpoint}/secret"), json!({})).await.problem(409, "conflict");
}

#[tokio::test]
async fn what_cannot_be_is_named() {
    let world = World::start().await;
    let client = world.app.client(&world.manager);
    let org = world.org;
    let wrong = [
        (json!({ "kind": "wecom", "secret": "12345678" }), "/secret"),
        (json!({ "kind": "dingtalk" }), "/secret"),
        (json!({ "kind": "feishu", "secret": "short" }), "/secret"),
        (json!({ "kind": "webhook", "secret": "whsec_AAAA" }), "/secret"),
        (json!({ "name": " " }), "/name"),
        (json!({ "url": "nowhere" }), "/url"),
        (json!({ "language": "fr" }), "/language"),
        (json!({ "events": ["test"] }), "/events"),
        (json!({ "events": ["case_assigned"] }), "/events"),
        (json!({ "org_id": null }), "/org_id"),
        (json!({ "region_code": "4420" }), "/region_code"),
        (json!({ "org_id": null, "region_code": "12345" }), "/region_code"),
    ];
    for (change, pointer) in wrong {
        let mut body = json!({ "kind": "wecom", "name": "群", "org_id": org, "url": WECOM });
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let problem = client.post_json("endpoints", &body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let pending = OrgBuilder::enterprise().pending().insert(&world.app);
    let manager = world.app.org_admin(pending.id);
    let body = json!({ "kind": "wecom", "name": "群", "org_id": pending.id, "url": WECOM });
    manager.post_json("endpoints", body).await.problem(409, "conflict");
}

#[tokio::test]
async fn an_endpoint_is_changed_paused_and_removed_with_what_waits_for_it() {
    let receiver = Receiver::start(Reply::robot(0)).await;
    let world = World::start().await;
    let client = world.app.client(&world.manager);
    let endpoint = world.endpoint(json!({ "kind": "wecom", "url": receiver.url("/old") })).await;
    world.test(&endpoint).await;
    let change = json!({ "name": "新名", "active": false, "events": ["case_stepped"] });
    client.patch_json(&endpoint, 2, &change).await.problem(412, "precondition_failed");
    let view = client.patch_json(&endpoint, 1, &change).await.expect(200).json();
    assert_eq!((&view["name"], &view["events"]), (&json!("新名"), &json!(["case_stepped"])));
    assert_eq!(world.deliver().await, 0, "paused");
    let change = json!({ "active": true, "url": receiver.url("/new") });
    client.patch_json(&endpoint, 2, &change).await.expect(200);
    assert_eq!(world.deliver().await, 1, "what has waited goes out");
    assert_eq!(receiver.taken()[0].path, "/new");
    world.test(&endpoint).await;
    client.delete(&endpoint).await.expect(204);
    client.get(&endpoint).await.problem(404, "not_found");
    assert_eq!(world.deliver().await, 0);
    assert!(world.deliveries().await.is_empty());
}

#[tokio::test]
async fn there_is_a_limit_of_endpoints() {
    let world = World::start().await;
    for _ in 0..20 {
        world.endpoint(json!({ "kind": "wecom", "url": WECOM })).await;
    }
    let body = json!({ "kind": "wecom", "name": "群", "org_id": world.org, "url": WECOM });
    world.app.client(&world.manager).post_json("endpoints", body).await.problem(409, "conflict");
    let first = world.app.client(&world.manager).get("endpoints?limit=15").await.json();
    let next = format!("endpoints?limit=15&after={}", first["next"].as_str().unwrap());
    let rest = world.app.client(&world.manager).get(&next).await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 5);
}

#[tokio::test]
async fn what_was_sent_is_forgotten_after_a_month_and_what_was_given_up_later() {
    let receiver = Receiver::start(Reply::With(500, String::new())).await;
    let world = World::with(|config| config.outbound.max_attempts = 1).await;
    let endpoint = world.webhook(&receiver).await;
    world.test(&endpoint).await;
    world.deliver().await;
    receiver.behave(Reply::ok());
    world.test(&endpoint).await;
    assert_eq!(world.deliver().await, 1);
    world.app.clock.advance(TimeDelta::days(31));
    housekeeping::tidy(&world.app).unwrap();
    let left = world.deliveries().await;
    assert_eq!((left.len(), &left[0]["state"]), (1, &json!("dead")));
    world.app.clock.advance(TimeDelta::days(60));
    housekeeping::tidy(&world.app).unwrap();
    assert!(world.deliveries().await.is_empty());
}

#[tokio::test]
async fn an_endpoint_is_paused_when_the_account_of_its_maker_is_closed() {
    for erased in [false, true] {
        let world = World::start().await;
        let app = &world.app;
        let receiver = Receiver::start(Reply::ok()).await;
        let endpoint = world.webhook(&receiver).await;
        world.test(&endpoint).await;
        let second = app.account(&[GrantRole::in_org(Role::OrgAdmin, world.org)]);
        let body = json!({
            "kind": "webhook", "name": "系统", "org_id": world.org, "url": receiver.url("/own"),
        });
        let own = app.client(&second).post_json("endpoints", body).await.expect(201).json();
        let own = format!("endpoints/{}", own["id"].as_str().unwrap());
        let active = async |path: &str| {
            app.client(&second).get(path).await.expect(200).json()["active"].clone()
        };
        let (admin, person) = (app.admin(), format!("users/{}", world.manager.id));
        if erased {
            let reason = json!({ "reason": "书面请求" });
            admin.post_json(&format!("{person}/erasure"), reason).await.expect(200);
        } else {
            admin.patch_json(&person, 1, json!({ "name": "又名" })).await.expect(200);
            assert_eq!(active(&endpoint).await, true, "another change pauses nothing");
            admin.patch_json(&person, 2, json!({ "status": "disabled" })).await.expect(200);
        }
        assert_eq!((active(&endpoint).await, active(&own).await), (json!(false), json!(true)));
        assert_eq!(world.deliver().await, 0, "not even what was waiting");
        assert!(receiver.taken().is_empty());
        let inbox = app.client(&second).get("inbox").await.expect(200).json();
        assert_eq!(inbox["items"][0]["kind"], "endpoint_orphaned");
        assert_eq!(inbox["items"][0]["path"], format!("/{endpoint}"));
    }
}

#[tokio::test]
async fn an_endpoint_is_paused_when_its_maker_loses_the_role_for_it() {
    let world = World::start().await;
    let app = &world.app;
    let receiver = Receiver::start(Reply::ok()).await;
    let endpoint = world.webhook(&receiver).await;
    let second = app.account(&[GrantRole::in_org(Role::OrgAdmin, world.org)]);
    let body =
        json!({ "kind": "webhook", "name": "系统", "org_id": world.org, "url": receiver.url("/") });
    let made = app.client(&second).post_json("endpoints", body).await.expect(201).json();
    let others = format!("endpoints/{}", made["id"].as_str().unwrap());
    let active =
        async |path: &str| app.client(&second).get(path).await.expect(200).json()["active"].clone();
    let member = format!("organizations/{}/members/{}", world.org, world.manager.id);
    app.client(&second).delete(&member).await.expect(204);
    assert_eq!((active(&endpoint).await, active(&others).await), (json!(false), json!(true)));
    let inbox = app.client(&second).get("inbox").await.expect(200).json();
    assert_eq!(inbox["items"][0]["kind"], "endpoint_orphaned");
    assert_eq!(inbox["items"][0]["path"], format!("/{endpoint}"));
    let log = app.admin().get("audit?record_kind=endpoint&limit=100").await.expect(200).json();
    assert!(log.to_string().contains("endpoint.pause"));

    // Of a region's office: its other people are told; a role elsewhere is none for it.
    let towns = [GUZHEN, "442000118"].map(|town| GrantRole::in_region(Role::Liaison, town));
    let (maker, colleague) = (app.account(&towns), app.account(&towns[..1]));
    let body =
        json!({ "kind": "webhook", "name": "镇", "region_code": GUZHEN, "url": receiver.url("/") });
    let made = app.client(&maker).post_json("endpoints", body).await.expect(201).json();
    let path = format!("endpoints/{}", made["id"].as_str().unwrap());
    let roles = app.admin().get(&format!("users/{}", maker.id)).await.expect(200).json();
    for (town, expected) in [("442000118", true), (GUZHEN, false)] {
        let all = roles["roles"].as_array().unwrap();
        let role = all.iter().find(|role| role["region_code"] == town).unwrap();
        let role = format!("users/{}/roles/{}", maker.id, role["id"].as_str().unwrap());
        app.admin().delete(&role).await.expect(204);
        let seen = app.client(&colleague).get(&path).await.expect(200).json();
        assert_eq!(seen["active"], expected, "{town}");
    }
    let inbox = app.client(&colleague).get("inbox").await.expect(200).json();
    assert_eq!(inbox["items"][0]["kind"], "endpoint_orphaned");
}
