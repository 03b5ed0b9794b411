//! What a case opens, and to whom.

use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;

use crate::support::files::{png, with_form};

use super::{GUZHEN, World, XIAOLAN, accept, decline, step};

/// Whether the provider sees whose need it is, whom to call, and the restricted part.
async fn sight(world: &World) -> [bool; 3] {
    let need = world.need_as_seen_by_provider().await;
    ["org", "contact", "restricted_detail"].map(|field| !need[field].is_null())
}

#[tokio::test]
async fn contact_opens_with_mutual_interest_and_closes_with_the_case() {
    let world = World::start().await;
    assert_eq!(sight(&world).await, [true, false, false]);
    let case = world.opened_by(&world.provider).await;
    assert_eq!(sight(&world).await, [true, false, false]);
    let view = world.provider.get(&case).await.expect(200).json();
    assert_eq!(view["need"].get("contact"), None);
    accept(&world.firm, &case).await.expect(200);
    assert_eq!(sight(&world).await, [true, true, true]);
    for (client, side) in [(&world.provider, "need"), (&world.firm, "capability")] {
        let view = client.get(&case).await.expect(200).json();
        assert!(view[side]["contact"]["phone"].is_string(), "{side}: {view}");
    }
    // The broker reaches both, though the provider is from another town.
    let view = world.liaison.get(&case).await.expect(200).json();
    for side in ["need", "capability"] {
        assert!(view[side]["contact"]["phone"].is_string(), "{side}: {view}");
    }
    let other = world.outsider.get(&format!("needs/{}", world.need)).await.expect(200).json();
    assert_eq!(other.get("contact"), None);
    decline(&world.provider, &case, "capacity").await.expect(200);
    assert_eq!(sight(&world).await, [true, false, false]);
    let view = world.liaison.get(&case).await.expect(200).json();
    assert_eq!(view["capability"].get("contact"), None);
}

#[tokio::test]
async fn what_needs_an_agreement_opens_when_it_is_recorded() {
    let world = World::with(DisclosureLevel::Nda).await;
    let case = world.opened_by(&world.firm).await;
    // The provider is asked without learning by whom.
    let view = world.provider.get(&case).await.expect(200).json();
    assert_eq!(view["need"].get("org"), None);
    assert!(!view.to_string().contains(&world.firm_org.name));
    accept(&world.provider, &case).await.expect(200);
    assert_eq!(sight(&world).await, [false, false, false]);
    step(&world.liaison, &case, json!({ "to": "introduced" })).await.expect(200);
    step(&world.liaison, &case, json!({ "to": "nda", "note": "已签，存镇科技办" }))
        .await
        .expect(200);
    assert_eq!(sight(&world).await, [true, true, true]);
    // What the case has opened stays open while it is on hold.
    step(&world.liaison, &case, json!({ "to": "on_hold" })).await.expect(200);
    step(&world.liaison, &case, json!({ "to": "nda", "note": "继续" })).await.expect(200);
    assert_eq!(sight(&world).await, [true, true, true]);
    let lost = json!({ "to": "closed_lost", "reason": "timeline" });
    step(&world.liaison, &case, lost).await.expect(200);
    assert_eq!(sight(&world).await, [false, false, false]);
    let path = format!("needs/{}/grants", world.need);
    // The owner is not told by its grants whom the case is about.
    assert_eq!(world.firm.get(&path).await.expect(200).json(), json!([]));
    let grants = world.liaison.get(&path).await.expect(200).json();
    let grants = grants.as_array().unwrap();
    assert_eq!(grants.len(), 2);
    assert!(grants.iter().all(|grant| grant["revoked_at"].is_string()));
}

#[tokio::test]
async fn a_case_is_there_for_its_sides_and_its_brokers_only() {
    let world = World::start().await;
    let case = world.opened_by(&world.firm).await;
    for client in [&world.firm, &world.provider, &world.liaison, &world.app.officer("44")] {
        client.get(&case).await.expect(200);
        client.get(&format!("{case}/entries")).await.expect(200);
    }
    for client in [&world.outsider, &world.app.liaison(XIAOLAN), &world.app.officer("4406")] {
        client.get(&case).await.problem(404, "not_found");
        client.get(&format!("{case}/entries")).await.problem(404, "not_found");
        accept(client, &case).await.problem(404, "not_found");
        let note = json!({ "note": "x" });
        client.post_json(&format!("{case}/entries"), note).await.problem(404, "not_found");
    }
    world.app.anonymous().get(&case).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn what_the_broker_knows_of_before_the_sides_do_stays_with_her() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let hold = json!({ "to": "on_hold", "note": "先等等" });
    step(&world.liaison, &case, hold).await.expect(200);
    // The two have been asked already: they go on knowing of it.
    world.firm.get(&case).await.expect(200);
    let notes = world.firm.get(&format!("{case}/entries")).await.expect(200);
    assert!(!notes.text().contains("先等等"));
}

#[tokio::test]
async fn notes_are_for_their_side_and_the_broker_unless_shared() {
    let world = World::start().await;
    let case = world.mutual().await;
    let path = format!("{case}/entries");
    let notes = [
        (&world.firm, json!({ "note": "我方底价三十万" })),
        (&world.provider, json!({ "note": "我方另有备选" })),
        (&world.liaison, json!({ "note": "双方都急", "next_action": "催方案" })),
        (&world.liaison, json!({ "note": "周四上午十点会谈", "shared": true })),
        (&world.firm, json!({ "note": "请带样品", "shared": true })),
    ];
    for (client, note) in &notes {
        client.post_json(&path, note).await.expect(201);
    }
    let seen = |client: crate::support::Client| {
        let path = path.clone();
        async move { client.get(&path).await.expect(200).text() }
    };
    let holds = |text: &str| notes.each_ref().map(|(_, note)| text.contains(word(note)));
    assert_eq!(holds(&seen(world.liaison.clone()).await), [true; 5]);
    assert_eq!(holds(&seen(world.firm.clone()).await), [true, false, false, true, true]);
    assert_eq!(holds(&seen(world.provider.clone()).await), [false, true, false, true, true]);
    assert!(!seen(world.firm.clone()).await.contains("催方案"));
}

fn word(note: &Value) -> &str {
    note["note"].as_str().unwrap()
}

#[tokio::test]
async fn who_has_left_the_organisation_or_the_town_sees_no_case() {
    let world = World::start().await;
    let case = world.opened_by(&world.firm).await;
    let admin = world.app.admin();
    let second = world.app.liaison(GUZHEN);
    let me = second.get("me").await.expect(200).json();
    let role = me["roles"][0]["id"].as_str().unwrap();
    second.get(&case).await.expect(200);
    let path = format!("users/{}/roles/{role}", me["id"].as_str().unwrap());
    admin.delete(&path).await.expect(204);
    second.get(&case).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_the_broker_passes_on_and_notes_herself_stays_with_her() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let body = json!({ "answer": "accepted", "side": "need", "note": "老板其实另有打算" });
    world.liaison.post_json(&format!("{case}/answer"), body).await.expect(200);
    let seen = world.firm.get(&format!("{case}/entries")).await.expect(200);
    assert!(!seen.text().contains("另有打算"));
    assert!(
        world.liaison.get(&format!("{case}/entries")).await.expect(200).text().contains("另有打算")
    );
}

#[tokio::test]
async fn the_needs_past_names_nobody_of_the_other_side() {
    let world = World::start().await;
    world.mutual().await;
    let me = world.provider.get("me").await.expect(200).json();
    let name = me["name"].as_str().unwrap();
    for part in ["steps", "versions"] {
        let past = world.firm.get(&format!("needs/{}/{part}", world.need)).await.expect(200).json();
        let last = past
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["to_status"] == "matching" || one["status"] == "matching");
        let last = last.unwrap();
        assert!(last["actor_name"].is_null() && last["saved_by_name"].is_null(), "{name}: {last}");
    }
}

#[tokio::test]
async fn each_side_removes_its_own_files_only() {
    let world = World::start().await;
    let case = world.mutual().await;
    let path = format!("{case}/attachments");
    let request = world.firm.request(reqwest::Method::POST, &path);
    let request = with_form(request, &[], &[("file", "样品.png", &png(5))]);
    let sent = world.firm.send(request).await.expect(201);
    let file = sent.header("location").to_owned();
    world.provider.get(&file).await.expect(200);
    world.provider.delete(&file).await.problem(403, "forbidden");
    world.firm.delete(&file).await.expect(204);
}
