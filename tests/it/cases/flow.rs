//! The way of a case through its stages, and what it means for the need.

use serde_json::{Value, json};

use super::{GUZHEN, World, accept, decline, pointers, stage, step};
use crate::support::CapabilityBuilder;

#[tokio::test]
async fn a_case_goes_from_interest_to_success_and_takes_the_need_along() {
    let world = World::start().await;
    let case = world.opened_by(&world.provider).await;
    assert_eq!(stage(&world.firm, &case).await, "provider_interested");
    assert_eq!(world.need_status().await, "published");
    let view = accept(&world.firm, &case).await.expect(200).json();
    assert_eq!(view["stage"], "mutual");
    assert_eq!(world.need_status().await, "matching");

    let way = [
        (json!({ "to": "introduced" }), "matching"),
        (json!({ "to": "met", "channel": "offline", "note": "到厂里看了产线" }), "matching"),
        (json!({ "to": "nda", "note": "保密协议存于镇科技办" }), "matching"),
        (json!({ "to": "proposal" }), "matching"),
        (json!({ "to": "assessed" }), "matching"),
        (json!({ "to": "negotiating" }), "negotiating"),
        (json!({ "to": "agreed" }), "negotiating"),
        (json!({ "to": "signed" }), "contracted"),
        (json!({ "to": "registered" }), "contracted"),
        (json!({ "to": "delivering" }), "in_progress"),
        (json!({ "to": "accepted" }), "in_progress"),
        (json!({ "to": "closed_won" }), "solved"),
    ];
    for (body, need) in way {
        let view = step(&world.liaison, &case, body.clone()).await.expect(200).json();
        assert_eq!(view["stage"], body["to"]);
        assert_eq!(world.need_status().await, need, "{body}");
    }
    let view = world.liaison.get(&case).await.expect(200).json();
    assert_eq!(view["steps"], json!([]));
    assert!(view["closed_at"].is_string());
    let entries = world.liaison.get(&format!("{case}/entries")).await.expect(200).json();
    let entries = entries["items"].as_array().unwrap();
    let stages: Vec<&str> = entries.iter().map(|one| one["to_stage"].as_str().unwrap()).collect();
    assert_eq!(stages.last(), Some(&"provider_interested"));
    assert_eq!(stages.len(), 14);
    assert_eq!(entries[10]["channel"], "offline");
    assert_eq!(entries[10]["note"], "到厂里看了产线");
    let steps = world.liaison.get(&format!("needs/{}/steps", world.need)).await.expect(200).json();
    let last = steps.as_array().unwrap().last().unwrap();
    assert_eq!(last["comment"], view["code"]);
}

#[tokio::test]
async fn an_illegal_step_is_refused_with_the_legal_ones() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let problem =
        step(&world.liaison, &case, json!({ "to": "signed" })).await.problem(409, "conflict");
    assert_eq!(
        problem["legal"],
        json!(["need_interested", "provider_interested", "closed_lost", "on_hold"])
    );
    // Legal, but the broker's to take.
    accept(&world.firm, &case).await.expect(200);
    accept(&world.provider, &case).await.expect(200);
    step(&world.provider, &case, json!({ "to": "introduced" })).await.problem(403, "forbidden");
    step(&world.outsider, &case, json!({ "to": "introduced" })).await.problem(404, "not_found");
    let view = world.provider.get(&case).await.expect(200).json();
    assert_eq!(view["steps"], json!([]));
}

#[tokio::test]
async fn each_step_says_what_it_needs() {
    let world = World::start().await;
    let case = world.mutual().await;
    step(&world.liaison, &case, json!({ "to": "introduced" })).await.expect(200);
    let wrong = [
        (json!({ "to": "met" }), "/channel"),
        (json!({ "to": "nda" }), "/note"),
        (json!({ "to": "closed_lost" }), "/reason"),
        (json!({ "to": "met", "channel": "online", "reason": "budget" }), "/reason"),
        (json!({ "to": "on_hold", "note": "字".repeat(2001) }), "/note"),
        (json!({ "to": "on_hold", "next_action": "字".repeat(201) }), "/next_action"),
        (json!({ "to": "nowhere" }), "/to"),
        (json!({ "to": "on_hold", "extra": 1 }), "/extra"),
    ];
    for (body, pointer) in wrong {
        let problem = step(&world.liaison, &case, body.clone()).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), [pointer], "{body}");
    }
    assert_eq!(stage(&world.liaison, &case).await, "introduced");
}

#[tokio::test]
async fn a_case_on_hold_goes_back_to_where_it_was() {
    let world = World::start().await;
    let case = world.mutual().await;
    step(&world.liaison, &case, json!({ "to": "introduced" })).await.expect(200);
    let view = step(&world.liaison, &case, json!({ "to": "on_hold" })).await.expect(200).json();
    assert_eq!(view["held_stage"], "introduced");
    assert_eq!(view["steps"], json!(["introduced", "closed_lost"]));
    step(&world.liaison, &case, json!({ "to": "met", "channel": "online" }))
        .await
        .problem(409, "conflict");
    step(&world.liaison, &case, json!({ "to": "introduced" })).await.expect(200);
    assert_eq!(stage(&world.firm, &case).await, "introduced");
}

#[tokio::test]
async fn the_need_goes_back_when_its_last_case_is_lost() {
    let world = World::start().await;
    let other = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let first = world.mutual().await;
    let body = json!({ "need_id": world.need, "capability_id": other.id });
    let second = world.firm.post_json("cases", body).await.expect(201).json();
    let second = format!("cases/{}", second["id"].as_str().unwrap());
    accept(&world.provider, &second).await.expect(200);
    for to in [json!({ "to": "introduced" }), json!({ "to": "met", "channel": "online" })] {
        step(&world.liaison, &first, to).await.expect(200);
    }
    step(&world.liaison, &first, json!({ "to": "negotiating" })).await.expect(200);
    assert_eq!(world.need_status().await, "negotiating");
    decline(&world.firm, &first, "budget").await.expect(200);
    assert_eq!(world.need_status().await, "matching");
    decline(&world.firm, &second, "budget").await.expect(200);
    assert_eq!(world.need_status().await, "published");
    // A pair may be tried again.
    world.opened_by(&world.firm).await;
}

#[tokio::test]
async fn who_brokers_is_the_liaison_with_the_fewest_cases() {
    let world = World::start().await;
    // The first one opens a case herself, so that the second gets the next.
    let first = world.opened_by(&world.liaison).await;
    let own = world.liaison.get(&first).await.expect(200).json()["liaison"]["id"].clone();
    assert_eq!(own, world.liaison.get("me").await.expect(200).json()["id"]);
    let second = world.app.liaison(GUZHEN);
    let second_id = second.get("me").await.expect(200).json()["id"].clone();
    let other = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let body = json!({ "need_id": world.need, "capability_id": other.id });
    let view = world.firm.post_json("cases", body).await.expect(201).json();
    assert_eq!(view["liaison"]["id"], second_id);

    let path = format!("{first}/liaison");
    let handed =
        world.liaison.put_json(&path, json!({ "liaison_id": second_id })).await.expect(200).json();
    assert_eq!(handed["liaison"]["id"], second_id);
    let stranger = world.app.liaison(super::XIAOLAN).get("me").await.expect(200).json();
    let problem = world.liaison.put_json(&path, json!({ "liaison_id": stranger["id"] })).await;
    assert_eq!(pointers(&problem.problem(422, "invalid")), ["/liaison_id"]);
    let path = format!("cases?liaison_id={}", second_id.as_str().unwrap());
    let list = world.liaison.get(&path).await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn notes_leave_the_case_where_it_stands_and_plan_what_comes_next() {
    let world = World::start().await;
    let case = world.mutual().await;
    let path = format!("{case}/entries");
    let note = json!({ "note": "电话：下周到厂", "next_action": "约时间", "due_on": "2026-12-01" });
    let entry = world.liaison.post_json(&path, &note).await.expect(201);
    assert!(entry.header("location").starts_with(&format!("/api/v1/{path}/")));
    let view = world.liaison.get(&case).await.expect(200).json();
    assert_eq!((&view["next_action"], &view["due_on"]), (&note["next_action"], &note["due_on"]));
    assert_eq!(view["stage"], "mutual");
    // Planning is the broker's.
    let problem = world.firm.post_json(&path, &note).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/next_action", "/due_on"]);
    world.firm.post_json(&path, json!({})).await.problem(422, "invalid");
    let seen = world.firm.get(&case).await.expect(200).json();
    assert_eq!((&seen["next_action"], &seen["due_on"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn cases_are_listed_by_what_they_are_about() {
    let world = World::start().await;
    let case = world.opened_by(&world.firm).await;
    let other = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let body = json!({ "need_id": world.need, "capability_id": other.id });
    world.firm.post_json("cases", body).await.expect(201);
    decline(&world.provider, &case, "too_early").await.expect(200);
    for (query, count) in [
        (String::new(), 2),
        ("?open=true".to_owned(), 1),
        ("?open=false".to_owned(), 1),
        (format!("?need_id={}", world.need), 2),
        (format!("?capability_id={}", world.capability), 1),
        ("?stage=closed_lost,mutual".to_owned(), 1),
        ("?stage=mutual".to_owned(), 0),
    ] {
        let found = world.liaison.get(&format!("cases{query}")).await.expect(200).json();
        assert_eq!(found["items"].as_array().unwrap().len(), count, "{query}");
    }
    let first = world.liaison.get("cases?limit=1").await.expect(200).json();
    let after = first["next"].as_str().unwrap();
    let rest = world.liaison.get(&format!("cases?limit=1&after={after}")).await.expect(200).json();
    assert_ne!(first["items"][0]["id"], rest["items"][0]["id"]);
    assert_eq!(rest.get("next"), None);
    for bad in ["?stage=none", "?after=x", "?limit=0", "?other=1"] {
        world.liaison.get(&format!("cases{bad}")).await.problem(422, "invalid");
    }
    let none = world.outsider.get("cases").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn a_case_can_be_ended_after_the_needs_deadline_and_confirms_nothing() {
    let world = World::start().await;
    let case = world.mutual().await;
    let path = format!("needs/{}", world.need);
    let before = world.liaison.get(&path).await.expect(200).json();
    // The need's deadline lies in 2099.
    let years = chrono::TimeDelta::days(365 * 75);
    world.app.clock.advance(years);
    let liaison = world.app.liaison(GUZHEN);
    let lost = json!({ "to": "closed_lost", "reason": "timeline" });
    let view = step(&liaison, &case, lost).await.expect(200).json();
    assert_eq!(view["stage"], "closed_lost");
    let after = liaison.get(&path).await.expect(200).json();
    assert_eq!(after["last_verified_at"], before["last_verified_at"]);
}

#[tokio::test]
async fn a_contract_binds_on_hold_too() {
    let world = World::start().await;
    let case = world.mutual().await;
    for body in [
        json!({ "to": "introduced" }),
        json!({ "to": "met", "channel": "online" }),
        json!({ "to": "negotiating" }),
        json!({ "to": "agreed" }),
        json!({ "to": "signed" }),
        json!({ "to": "on_hold" }),
    ] {
        step(&world.liaison, &case, body).await.expect(200);
    }
    decline(&world.firm, &case, "budget").await.problem(409, "conflict");
    assert_eq!(world.firm.get(&case).await.expect(200).json()["declines"], json!([]));
}

#[tokio::test]
async fn a_state_that_the_reviewer_has_set_is_not_taken_back_by_an_interest() {
    let world = World::start().await;
    let steps = format!("needs/{}/steps", world.need);
    for to in ["matching", "negotiating"] {
        world.liaison.post_json(&steps, json!({ "to": to })).await.expect(200);
    }
    let case = world.opened_by(&world.firm).await;
    assert_eq!(world.need_status().await, "negotiating");
    accept(&world.provider, &case).await.expect(200);
    assert_eq!(world.need_status().await, "negotiating");
}

#[tokio::test]
async fn a_long_timeline_comes_in_pages_and_nothing_of_it_is_lost() {
    let world = World::start().await;
    let case = world.mutual().await;
    let path = format!("{case}/entries");
    // Of the broker's notes the firm sees one in three.
    for number in 0..60 {
        let note = json!({ "note": format!("第{number}次"), "shared": number % 3 == 0 });
        world.liaison.post_json(&path, note).await.expect(201);
    }
    for (client, notes) in [(&world.liaison, 60), (&world.firm, 20)] {
        let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), Vec::new());
        loop {
            let page = client.get(&format!("{path}?limit=9{after}")).await.expect(200).json();
            let items = page["items"].as_array().unwrap();
            pages.push(items.len());
            seen.extend(items.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => after = format!("&after={next}"),
                None => break,
            }
        }
        let mut sorted = seen.clone();
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        sorted.dedup();
        // And the two entries of those who were interested.
        assert_eq!((&sorted, seen.len()), (&seen, notes + 2), "newest first, each once");
        assert!(pages[..pages.len() - 1].iter().all(|count| *count == 9), "{pages:?}");
    }
    for bad in ["?limit=0", "?limit=101", "?after=x"] {
        world.liaison.get(&format!("{path}{bad}")).await.problem(422, "invalid");
    }
}
