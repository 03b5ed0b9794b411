//! Subscriptions to the matches of a record, and the wish for no recommendations.

use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;
use townbridge::notices::digest;

use super::World;
use crate::support::{CapabilityBuilder, NeedBuilder};

/// Subscribes the provider to the matches of its capability, from a grade on.
async fn subscribed(world: &World, threshold: &str) -> (String, String) {
    let offer = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let body = json!({
        "name": "合适的需求", "record": { "kind": "capability", "id": offer.id },
        "threshold": threshold, "frequency": "at_once"
    });
    (world.subscribe(body).await, offer.id.to_string())
}

/// The grades of the matches of a capability, by need.
async fn grades(world: &World, offer: &str) -> Vec<(String, String)> {
    world.app.settle().await;
    let path = format!("capabilities/{offer}/matches");
    let found = world.app.client(&world.provider).get(&path).await.expect(200).json();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let hits = found["hits"].as_array().unwrap().iter();
    hits.map(|hit| (text(&hit["record"]["id"]), text(&hit["grade"]["code"]))).collect()
}

#[tokio::test]
async fn matches_are_told_from_the_grade_on_that_is_asked_for() {
    let world = World::start().await;
    let (every, offer) = subscribed(&world, "weak").await;
    let body = json!({
        "name": "只要很合适", "record": { "kind": "capability", "id": offer },
        "threshold": "strong", "frequency": "at_once"
    });
    let strong = world.subscribe(body).await;
    let near = NeedBuilder::published(&world.firm_org).insert(&world.app).id.to_string();
    let far = world.need("会计软件培训");
    let grades = grades(&world, &offer).await;
    let of = |id: &str| grades.iter().find(|(one, _)| one == id).map(|(_, grade)| grade.as_str());
    assert_ne!(of(&near), of(&far), "{grades:?}");
    world.round().await;
    let mut all = world.told(&every).await;
    let mut expected: Vec<String> = grades.iter().map(|(id, _)| id.clone()).collect();
    all.sort();
    expected.sort();
    assert_eq!(all, expected, "as the page of matches shows them");
    let best: Vec<&String> =
        grades.iter().filter(|(_, grade)| grade == "strong").map(|(id, _)| id).collect();
    assert_eq!(world.told(&strong).await.iter().collect::<Vec<_>>(), best);
    let path = format!("{every}/finds");
    let finds = world.app.client(&world.provider).get(&path).await.expect(200).json();
    let shown = finds["items"].as_array().unwrap().iter();
    for find in shown {
        let grade = of(find["record"]["id"].as_str().unwrap());
        assert_eq!(find["grade"]["code"].as_str(), grade);
    }
}

#[tokio::test]
async fn matches_of_a_record_that_is_not_for_the_caller_are_not_found() {
    let world = World::start().await;
    let draft = NeedBuilder::draft(&world.firm_org).insert(&world.app);
    for id in [draft.id.to_string(), uuid::Uuid::now_v7().to_string(), "x".to_owned()] {
        let body = json!({
            "name": "x", "record": { "kind": "need", "id": id }, "frequency": "daily"
        });
        world.app.client(&world.provider).post_json("subscriptions", body).await.expect(404);
    }
}

#[tokio::test]
async fn what_is_withdrawn_from_sight_is_told_no_more() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org)
        .confidentiality(DisclosureLevel::Public)
        .insert(&world.app);
    let body = json!({
        "name": "x", "record": { "kind": "need", "id": need.id }, "frequency": "at_once",
        "threshold": "weak"
    });
    let path = world.subscribe(body).await;
    let step = json!({ "to": "withdrawn" });
    world.app.admin().post_json(&format!("needs/{}/steps", need.id), step).await.expect(200);
    let stranger = crate::support::OrgBuilder::university().insert(&world.app);
    CapabilityBuilder::published(&stranger).insert(&world.app);
    assert_eq!(world.round().await, 0);
    assert_eq!(world.told(&path).await, Vec::<String>::new());
}

#[tokio::test]
async fn who_wants_nothing_recommended_is_told_of_searches_alone() {
    let world = World::start().await;
    let (matches, offer) = subscribed(&world, "weak").await;
    let search = world.search("at_once").await;
    world.recommendations(false).await;
    let client = world.app.client(&world.provider);
    assert_eq!(client.get(&matches).await.expect(200).json()["resting"], true);
    assert_eq!(client.get(&search).await.expect(200).json()["resting"], false);
    let body = json!({
        "name": "x", "record": { "kind": "capability", "id": offer }, "frequency": "daily"
    });
    client.post_json("subscriptions", body).await.problem(409, "conflict");
    let missed = NeedBuilder::published(&world.firm_org).title("模具甲").insert(&world.app);
    assert_eq!(world.round().await, 1, "of the search alone");
    assert_eq!(world.told(&matches).await, Vec::<String>::new());
    assert_eq!(world.told(&search).await, [missed.id.to_string()]);
    // What is asked for by hand is answered as ever.
    assert!(!grades(&world, &offer).await.is_empty());
    client.get("search?q=模具").await.expect(200);
    world.recommendations(true).await;
    assert_eq!(world.round().await, 0, "what was missed is not told later");
    world.need("模具乙");
    assert_eq!(world.round().await, 2);
}

#[tokio::test]
async fn the_wish_counts_when_it_comes_between_finding_and_telling() {
    let world = World::start().await;
    let offer = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let body = json!({
        "name": "每日", "record": { "kind": "capability", "id": offer.id },
        "threshold": "weak", "frequency": "daily"
    });
    let path = world.subscribe(body).await;
    NeedBuilder::published(&world.firm_org).insert(&world.app);
    world.round().await;
    world.recommendations(false).await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 0);
    world.recommendations(true).await;
    assert_eq!(world.round().await, 0);
    assert_eq!(world.told(&path).await, Vec::<String>::new());
    let log = world.app.admin().get("audit?action=user.recommendations").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_need_that_seeks_again_is_told() {
    let world = World::start().await;
    let (path, _) = subscribed(&world, "weak").await;
    let body = json!({
        "name": "每日", "record": { "kind": "capability", "id": subscribed_to(&world, &path).await },
        "threshold": "weak", "frequency": "daily"
    });
    let daily = world.subscribe(body).await;
    let search = world.search("at_once").await;
    let need = NeedBuilder::published(&world.firm_org).title("模具散热").insert(&world.app).id;
    let need = need.to_string();
    world.negotiate(&need).await;
    assert_eq!(world.round().await, 1, "to a search it is open");
    assert_eq!(world.told(&path).await, Vec::<String>::new());
    world.step(&format!("needs/{need}"), "matching").await;
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [need.as_str()]);
    // It waits for its hour, and is in talks when that comes.
    world.step(&format!("needs/{need}"), "negotiating").await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 0);
    world.step(&format!("needs/{need}"), "matching").await;
    world.round().await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&daily).await, [need.as_str()]);
    assert_eq!(world.told(&search).await, [need], "that it seeks again is no news to a search");
}

/// Id of the record whose matches are subscribed to.
async fn subscribed_to(world: &World, path: &str) -> String {
    let shown = world.app.client(&world.provider).get(path).await.expect(200).json();
    shown["record"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn matches_of_a_record_that_is_hidden_or_idle_by_now_are_not_told() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app).id.to_string();
    let stranger = crate::support::OrgBuilder::university().insert(&world.app);
    for (hide, show) in [("suspended", "published"), ("negotiating", "matching")] {
        let body = json!({
            "name": hide, "record": { "kind": "need", "id": need }, "frequency": "daily",
            "threshold": "weak"
        });
        let path = world.subscribe(body).await;
        let told = async || {
            CapabilityBuilder::published(&stranger).title(hide).insert(&world.app);
            world.round().await;
            world.set_hour(0, 9);
            world.round().await
        };
        assert_eq!(told().await, 1);
        assert_eq!(world.told(&path).await.len(), 1, "{hide}");
        CapabilityBuilder::published(&stranger).title(show).insert(&world.app);
        world.round().await;
        match hide {
            "negotiating" => world.negotiate(&need).await,
            _ => world.step(&format!("needs/{need}"), hide).await,
        }
        world.set_hour(0, 9);
        assert_eq!(world.round().await, 0, "{hide}");
        let seen = if hide == "negotiating" { 1 } else { 0 };
        assert_eq!(world.told(&path).await.len(), seen, "{hide}");
        assert_eq!(told().await, 0, "nothing is found for it");
        world.step(&format!("needs/{need}"), show).await;
        world.app.client(&world.provider).delete(&path).await.expect(204);
    }
}

#[tokio::test]
async fn what_fits_words_that_are_hidden_by_now_is_not_told() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org)
        .title("某项改进")
        .confidentiality(DisclosureLevel::Nda)
        .fields(|fields| {
            fields.public_summary = Some("工艺改进。".to_owned());
            fields.keywords = ["改进", "工艺", "质量"].map(str::to_owned).to_vec();
        })
        .insert(&world.app);
    let body = json!({
        "name": "x", "record": { "kind": "need", "id": need.id },
        "threshold": "fair", "frequency": "daily"
    });
    let path = world.subscribe_as(&world.firm, body).await;
    CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    world.round().await;
    assert_eq!(world.waiting(), 1, "who works for the firm reads the problem");
    let member = format!("organizations/{}/members/{}", world.firm_org.id, world.firm.id);
    world.app.admin().delete(&member).await.expect(204);
    world.set_hour(0, 9);
    assert_eq!((world.round().await, world.waiting()), (0, 0));
    let finds =
        world.app.client(&world.firm).get(&format!("{path}/finds")).await.expect(200).json();
    assert_eq!(finds["items"], json!([]));
}

#[tokio::test]
async fn a_higher_grade_holds_for_what_waits() {
    let world = World::start().await;
    let (path, offer) = subscribed(&world, "weak").await;
    let client = world.app.client(&world.provider);
    client.patch_json(&path, 1, json!({ "frequency": "daily" })).await.expect(200);
    NeedBuilder::published(&world.firm_org).insert(&world.app);
    world.need("会计软件培训");
    let grades = grades(&world, &offer).await;
    let best: Vec<String> =
        grades.iter().filter(|(_, grade)| grade == "strong").map(|(id, _)| id.clone()).collect();
    assert!(best.len() < grades.len(), "{grades:?}");
    world.round().await;
    client.patch_json(&path, 2, json!({ "threshold": "strong" })).await.expect(200);
    world.set_hour(0, 9);
    world.round().await;
    assert_eq!(world.told(&path).await, best);
    assert_eq!(world.waiting(), 0);
}

#[tokio::test]
async fn who_wants_nothing_recommended_gets_no_daily_mail_of_matches() {
    let world = World::start().await;
    let (path, _) = subscribed(&world, "weak").await;
    let body = json!({ "name": "模具", "query": { "q": "模具" }, "frequency": "at_once" });
    world.subscribe(body).await;
    let client = world.app.client(&world.provider);
    client.put_json("me/notices", json!({ "subscriptions": "daily" })).await.expect(200);
    NeedBuilder::published(&world.firm_org).title("模具散热").insert(&world.app);
    assert_eq!(world.round().await, 2);
    client.patch_json(&path, 1, json!({ "frequency": "daily", "name": "匹配" })).await.expect(200);
    NeedBuilder::published(&world.firm_org).title("灯具散热结构").insert(&world.app);
    world.round().await;
    assert_eq!(world.waiting(), 1);
    world.recommendations(false).await;
    assert_eq!(world.waiting(), 0, "at once");
    world.set_hour(0, 9);
    assert_eq!(digest::send_due(world.app.service()).unwrap(), 1);
    let mail = world.app.mails_to(&world.provider.mail).pop().unwrap();
    assert!(mail.body.contains("模具") && !mail.body.contains("匹配"), "{}", mail.body);
}

#[tokio::test]
async fn a_subscription_that_fails_holds_nobody_up() {
    let world = World::start().await;
    let (path, offer) = subscribed(&world, "weak").await;
    let other = CapabilityBuilder::published(&world.provider_org).title("散热").insert(&world.app);
    let body = json!({
        "name": "坏", "record": { "kind": "capability", "id": other.id },
        "threshold": "weak", "frequency": "at_once"
    });
    let broken = world.subscribe(body).await;
    world.round().await;
    let spoil =
        format!("UPDATE capabilities SET doc = '{{\"title\":1}}' WHERE id = '{}'", other.id);
    world.app.db.write(|db| Ok(db.execute_batch(&spoil)?)).unwrap();
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app).id.to_string();
    assert_eq!(world.round().await, 1, "of {offer}");
    assert_eq!(world.told(&path).await, [need]);
    world.app.client(&world.provider).delete(&broken).await.expect(204);
    let mend = format!("DELETE FROM capabilities WHERE id = '{}'", other.id);
    world.app.db.write(|db| Ok(db.execute_batch(&mend)?)).unwrap();
}
