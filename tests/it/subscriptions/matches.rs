//! Subscriptions to the matches of a record, and the wish for no recommendations.

use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;

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
