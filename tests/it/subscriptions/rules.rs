//! What can be subscribed to, by whom, and what becomes of it with the account.

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::World;
use crate::support::{NeedBuilder, PASSWORD, TestApp};

/// Pointers of what a body is refused for.
async fn refused(world: &World, body: Value) -> Vec<String> {
    let client = world.app.client(&world.provider);
    let problem = client.post_json("subscriptions", body).await.expect(422).json();
    let errors = problem["errors"].as_array().unwrap().iter();
    errors.map(|error| error["pointer"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_cannot_be_searched_for_cannot_be_subscribed_to() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app).id;
    let cases = [
        (json!({ "name": "", "query": { "q": "x" } }), "/name"),
        (json!({ "name": "字".repeat(61), "query": { "q": "x" } }), "/name"),
        (json!({ "name": "x", "query": {} }), "/query"),
        (json!({ "name": "x", "query": { "sort": "newest" } }), "/query"),
        (json!({ "name": "x", "query": { "kind": "ship" } }), "/query/kind"),
        (json!({ "name": "x", "query": { "trl_min": "ten" } }), "/query/trl_min"),
        (json!({ "name": "x", "query": { "colour": "red" } }), "/query/colour"),
        (json!({ "name": "x", "query": { "q": "x" }, "threshold": "fair" }), "/threshold"),
        (json!({ "name": "x", "record": { "kind": "town", "id": "442000105" } }), "/record/kind"),
        (
            json!({ "name": "x", "record": { "kind": "need", "id": need }, "query": { "q": "x" } }),
            "/query/q",
        ),
        (json!({ "name": "x", "query": { "q": "x" }, "extra": 1 }), "/extra"),
    ];
    for (mut body, pointer) in cases {
        body["frequency"] = "daily".into();
        assert_eq!(refused(&world, body.clone()).await, [pointer], "{body}");
    }
    let body = json!({ "name": "x", "query": { "q": "x" }, "frequency": "hourly" });
    assert_eq!(refused(&world, body).await, ["/frequency"]);
}

#[tokio::test]
async fn subscriptions_are_changed_by_version_and_seen_by_their_person_alone() {
    let world = World::start().await;
    let path = world.search("daily").await;
    let (own, other) = (world.app.client(&world.provider), world.app.client(&world.firm));
    let shown = own.get(&path).await.expect(200);
    assert_eq!(shown.header("etag"), "\"v1\"");
    assert_eq!(shown.json()["query"], json!({ "q": "模具", "kind": "need" }));
    assert_eq!(shown.json()["path"], "/search?kind=need&q=%E6%A8%A1%E5%85%B7");
    assert_eq!(shown.json().get("off_secret"), None);
    let change = json!({ "frequency": "weekly", "query": { "kind": null, "sort": "newest" } });
    let changed = own.patch_json(&path, 1, change).await.expect(200).json();
    assert_eq!((&changed["frequency"], &changed["version"]), (&json!("weekly"), &json!(2)));
    assert_eq!(changed["query"], json!({ "q": "模具" }));
    own.patch_json(&path, 1, json!({ "name": "旧" })).await.expect(412);
    own.send(own.request(reqwest::Method::PATCH, &path).json(&json!({}))).await.expect(428);
    own.patch_json(&path, 2, json!({ "name": "" })).await.expect(422);
    own.patch_json(&path, 2, json!({ "kind": "matches" })).await.expect(422);
    other.get(&path).await.expect(404);
    other.get(&format!("{path}/finds")).await.expect(404);
    other.patch_json(&path, 2, json!({ "active": false })).await.expect(404);
    other.delete(&path).await.expect(404);
    world.app.admin().get(&path).await.expect(404);
    assert_eq!(other.get("subscriptions").await.expect(200).json()["items"], json!([]));
    own.delete(&path).await.expect(204);
    own.get(&path).await.expect(404);
}

#[tokio::test]
async fn lists_go_page_by_page_and_have_an_end() {
    let world = World::start().await;
    let client = world.app.client(&world.provider);
    let mut made = Vec::new();
    for _ in 0..50 {
        made.push(world.search("daily").await);
    }
    let body = json!({ "name": "x", "query": { "q": "x" }, "frequency": "daily" });
    client.post_json("subscriptions", body).await.problem(409, "conflict");
    let first = client.get("subscriptions?limit=30").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let second = client.get(&format!("subscriptions?limit=30&after={next}")).await.expect(200);
    let second = second.json();
    let items = [&first, &second].map(|page| page["items"].as_array().unwrap().clone()).concat();
    let ids: Vec<String> =
        items.iter().map(|one| format!("subscriptions/{}", one["id"].as_str().unwrap())).collect();
    made.reverse();
    assert_eq!((ids, second.get("next")), (made, None));
    client.get("subscriptions?after=x").await.expect(422);
}

#[tokio::test]
async fn what_has_been_told_goes_page_by_page() {
    let world = World::start().await;
    let path = world.search("at_once").await;
    for title in ["模具甲乙丙", "丁戊己模具", "庚辛壬癸模具"] {
        world.need(title);
        assert_eq!(world.round().await, 1);
    }
    let all = world.told(&path).await;
    let client = world.app.client(&world.provider);
    let mut seen = Vec::new();
    let mut after = String::new();
    for _ in 0..3 {
        let page = client.get(&format!("{path}/finds?limit=1{after}")).await.expect(200).json();
        seen.push(page["items"][0]["record"]["id"].as_str().unwrap().to_owned());
        let next = page["next"].as_str().unwrap_or_default().replace('+', "%2B");
        after = format!("&after={next}");
    }
    assert_eq!((seen, after.as_str()), (all, "&after="));
    client.get(&format!("{path}/finds?after=x")).await.expect(422);
}

#[tokio::test]
async fn they_are_taken_along_and_go_with_the_account() {
    let app = TestApp::start().await;
    let org = crate::support::OrgBuilder::university().insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let client = app.client(&account);
    let body = json!({ "name": "模具", "query": { "q": "模具" }, "frequency": "daily" });
    client.post_json("subscriptions", body).await.expect(201);
    client.put_json("me/recommendations", json!({ "personalised": false })).await.expect(200);
    let data = client.get("me/data").await.expect(200).json();
    assert_eq!(data["subscriptions"][0]["query"], json!({ "q": "模具" }));
    assert_eq!(data["subscriptions"][0].get("off_secret"), None);
    assert_eq!(data["recommendations"], json!({ "personalised": false }));
    let erase = json!({ "reason": "本人申请" });
    let admin = app.admin();
    admin.post_json(&format!("users/{}/erasure", account.id), erase).await.expect(200);
    let data = admin.get(&format!("users/{}/data", account.id)).await.expect(200).json();
    assert_eq!(data["subscriptions"], json!([]));
    assert_eq!(data["recommendations"], json!({ "personalised": true }));
    assert!(!PASSWORD.is_empty());
}
