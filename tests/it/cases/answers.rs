//! Interest and refusal of the two sides, and what the provider learns of the latter.

use serde_json::{Value, json};

use super::{World, accept, decline, pointers, stage};
use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder};

#[tokio::test]
async fn both_must_say_yes_and_each_only_once() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let view = world.firm.get(&case).await.expect(200).json();
    assert_eq!((&view["stage"], &view["answers"]), (&json!("reviewed"), &json!(["need"])));
    assert_eq!(accept(&world.firm, &case).await.expect(200).json()["stage"], "need_interested");
    accept(&world.firm, &case).await.problem(409, "conflict");
    assert_eq!(accept(&world.provider, &case).await.expect(200).json()["stage"], "mutual");
    accept(&world.provider, &case).await.problem(409, "conflict");
    let view = world.firm.get(&case).await.expect(200).json();
    assert_eq!(view["need"]["answer"], "accepted");
    assert_eq!(view["capability"]["answer"], "accepted");
}

#[tokio::test]
async fn the_interest_of_the_other_side_joins_the_open_case() {
    let world = World::start().await;
    let case = world.opened_by(&world.provider).await;
    let joined = world.firm.post_json("cases", world.pair()).await.expect(201).json();
    assert_eq!(format!("cases/{}", joined["id"].as_str().unwrap()), case);
    assert_eq!(joined["stage"], "mutual");
    for client in [&world.firm, &world.provider, &world.liaison] {
        client.post_json("cases", world.pair()).await.problem(409, "conflict");
    }
}

#[tokio::test]
async fn the_broker_passes_on_what_a_side_has_said() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let path = format!("{case}/answer");
    let unclear = world.liaison.post_json(&path, json!({ "answer": "accepted" })).await;
    assert_eq!(pointers(&unclear.problem(422, "invalid")), ["/side"]);
    let by_phone = json!({ "answer": "accepted", "side": "need", "note": "电话里说有兴趣" });
    world.liaison.post_json(&path, by_phone).await.expect(200);
    assert_eq!(stage(&world.liaison, &case).await, "need_interested");
    let not_theirs = json!({ "answer": "accepted", "side": "provider" });
    world.firm.post_json(&path, not_theirs).await.problem(403, "forbidden");
}

#[tokio::test]
async fn an_answer_says_what_it_must() {
    let world = World::start().await;
    let case = world.opened_by(&world.provider).await;
    let path = format!("{case}/answer");
    for (body, pointer) in [
        (json!({ "answer": "declined" }), "/reason"),
        (json!({ "answer": "accepted", "reason": "budget" }), "/reason"),
        (json!({ "answer": "open" }), "/answer"),
        (json!({ "answer": "accepted", "side": "broker" }), "/side"),
        (json!({ "answer": "declined", "reason": "bored" }), "/reason"),
        (json!({}), "/answer"),
    ] {
        let problem = world.firm.post_json(&path, &body).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), [pointer], "{body}");
    }
}

#[tokio::test]
async fn a_refusal_ends_the_case_and_its_reason_stays_with_firm_and_broker() {
    let world = World::start().await;
    let case = world.mutual().await;
    let mut body = json!({ "answer": "declined", "reason": "ip", "note": "不愿共享专利" });
    let path = format!("{case}/answer");
    let view = world.firm.post_json(&path, &body).await.expect(200).json();
    assert_eq!((&view["stage"], &view["lost_reason"]), (&json!("closed_lost"), &json!("ip")));
    let seen = world.provider.get(&case).await.expect(200).json();
    assert_eq!(seen["stage"], "closed_lost");
    assert_eq!(seen.get("lost_reason"), None);
    let entries = world.provider.get(&format!("{case}/entries")).await.expect(200);
    assert!(
        !entries.text().contains("ip") && !entries.text().contains("专利"),
        "{}",
        entries.text()
    );
    assert_eq!(world.liaison.get(&case).await.expect(200).json()["lost_reason"], "ip");
    body["answer"] = json!("accepted");
    accept(&world.provider, &case).await.problem(409, "conflict");
}

#[tokio::test]
async fn the_provider_learns_reasons_of_three_firms_together_and_no_names() {
    let world = World::start().await;
    let path = format!("capabilities/{}/feedback", world.capability);
    let reasons = ["too_early", "budget", "too_early", "region"];
    for (at, reason) in reasons.iter().enumerate() {
        let org = OrgBuilder::enterprise().town(super::GUZHEN).insert(&world.app);
        let need = NeedBuilder::published(&org).insert(&world.app);
        let body = json!({ "need_id": need.id, "capability_id": world.capability });
        let case = world.provider.post_json("cases", body).await.expect(201).json();
        let case = format!("cases/{}", case["id"].as_str().unwrap());
        decline(&world.app.org_member(org.id), &case, reason).await.expect(200);
        let found = world.provider.get(&path).await.expect(200);
        let told = if at < 2 { 0 } else { 3 };
        assert_eq!(found.json()["declined"], told, "after {}", at + 1);
        assert!(!found.text().contains(&org.name));
    }
    let found = world.provider.get(&path).await.expect(200).json();
    let expected = json!({
        "declined": 3,
        "reasons": [{ "reason": "too_early", "count": 2 }, { "reason": "budget", "count": 1 }],
        "waiting": 1,
    });
    assert_eq!(found, expected);
    world.firm.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_cannot_be_brought_together_is_refused() {
    let world = World::start().await;
    let own = CapabilityBuilder::published(&world.firm_org).insert(&world.app);
    let body = json!({ "need_id": world.need, "capability_id": own.id });
    let problem = world.firm.post_json("cases", body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/capability_id"]);
    let draft = NeedBuilder::draft(&world.firm_org).insert(&world.app);
    let of_draft = json!({ "need_id": draft.id, "capability_id": world.capability });
    world.firm.post_json("cases", &of_draft).await.problem(409, "conflict");
    // For others it is not there.
    world.provider.post_json("cases", &of_draft).await.problem(404, "not_found");
    let hidden = CapabilityBuilder::draft(&world.provider_org).insert(&world.app);
    let of_hidden = json!({ "need_id": world.need, "capability_id": hidden.id });
    world.provider.post_json("cases", &of_hidden).await.problem(409, "conflict");
    world.outsider.post_json("cases", world.pair()).await.problem(403, "forbidden");
    let mut suggested = world.pair();
    suggested["suggested"] = json!(true);
    let problem = world.firm.post_json("cases", &suggested).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/suggested"]);
    let view: Value = world.liaison.post_json("cases", &suggested).await.expect(201).json();
    assert_eq!(view["origin"], "suggestion");
}
