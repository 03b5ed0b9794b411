//! Times and tables: by the organisers, by guests themselves, and by several at a time.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{World, answer, put};
use crate::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder};

/// Further pairs with firms and providers of their own, all of which come.
async fn further(world: &World, event: &str, count: usize) -> Vec<(String, Client)> {
    let mut made = Vec::new();
    for _ in 0..count {
        let firm = OrgBuilder::enterprise().town(super::GUZHEN).insert(&world.app);
        let provider = OrgBuilder::university().insert(&world.app);
        let need = NeedBuilder::published(&firm).insert(&world.app);
        let capability = CapabilityBuilder::published(&provider).insert(&world.app);
        let pair = json!({ "need_id": need.id, "capability_id": capability.id });
        let meeting = world.invited_pair(event, pair).await;
        let (firm, provider) = (world.app.org_admin(firm.id), world.app.org_admin(provider.id));
        for client in [&firm, &provider] {
            answer(client, event, json!({ "answer": "accepted" })).await;
        }
        made.push((meeting, firm));
    }
    made
}

fn place(meeting: &Value) -> (Option<i64>, Option<i64>) {
    (meeting["slot"].as_i64(), meeting["table"].as_i64())
}

#[tokio::test]
async fn a_time_is_given_once_and_taken_back() {
    let world = World::start().await;
    let event = world.open(json!({})).await;
    let meeting = world.invited(&event).await;
    let slot = format!("{meeting}/slot");
    let timetable = world.liaison.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(timetable["slots"].as_array().unwrap().len(), 4);
    for (body, pointer) in
        [(json!({ "slot": 5 }), "/slot"), (json!({ "slot": 1, "table": 3 }), "/table")]
    {
        let problem = put(&world.liaison, &slot, 1, body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer);
    }
    let booked = put(&world.liaison, &slot, 1, json!({ "slot": 1 })).await.expect(200).json();
    assert_eq!(place(&booked), (Some(1), Some(1)));
    assert_eq!(booked["starts_at"], json!(world.start_time()));
    put(&world.liaison, &slot, 1, json!({ "slot": 2 })).await.problem(412, "precondition_failed");

    // The same firm with another provider cannot sit at another table at that time.
    let other = OrgBuilder::university().insert(&world.app);
    let capability = CapabilityBuilder::published(&other).insert(&world.app);
    let pair = json!({ "need_id": world.need, "capability_id": capability.id });
    let second = world.invited_pair(&event, pair).await;
    let second = format!("{second}/slot");
    let busy = put(&world.liaison, &second, 1, json!({ "slot": 1, "table": 2 }));
    busy.await.problem(409, "conflict");
    // Another pair cannot have the table.
    let (third, _) = further(&world, &event, 1).await.remove(0);
    let third = format!("{third}/slot");
    let taken = put(&world.liaison, &third, 1, json!({ "slot": 1, "table": 1 }));
    taken.await.problem(409, "conflict");
    let plan = json!({ "slots": { "tables": 1, "minutes": 60 } });
    let version = world.liaison.get(&event).await.expect(200).json()["version"].as_i64().unwrap();
    world.liaison.patch_json(&event, version, plan).await.problem(409, "conflict");

    let freed = world.liaison.delete_version(&slot, 2).await.expect(200).json();
    assert_eq!(place(&freed), (None, None));
    let now = put(&world.liaison, &third, 1, json!({ "slot": 1, "table": 1 })).await.expect(200);
    assert_eq!(place(&now.json()), (Some(1), Some(1)));
}

#[tokio::test]
async fn guests_choose_times_where_they_may() {
    let world = World::start().await;
    let closed = world.open(json!({})).await;
    let meeting = world.invited(&closed).await;
    world.both_come(&closed).await;
    let body = json!({ "slot": 1 });
    put(&world.firm, &format!("{meeting}/slot"), 1, body.clone()).await.problem(403, "forbidden");

    let event = world.open(json!({ "self_booking": true })).await;
    let meeting = world.invited(&event).await;
    let slot = format!("{meeting}/slot");
    answer(&world.firm, &event, json!({ "answer": "accepted" })).await;
    // Not before both have said that they come.
    put(&world.firm, &slot, 1, body.clone()).await.problem(403, "forbidden");
    answer(&world.provider, &event, json!({ "answer": "accepted" })).await;
    put(&world.firm, &slot, 1, body.clone()).await.expect(200);
    let seen = world.provider.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(place(&seen["meetings"][0]), (Some(1), Some(1)));
    // Who is no party does not even learn that there is such a meeting.
    let outsider = world.app.org_admin(OrgBuilder::enterprise().insert(&world.app).id);
    put(&outsider, &slot, 2, body).await.problem(404, "not_found");
    let none = outsider.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(none["meetings"], json!([]));
    // Who does not come after all gives the time back.
    answer(&world.provider, &event, json!({ "answer": "declined" })).await;
    let seen = world.firm.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(place(&seen["meetings"][0]), (None, None));
}

#[tokio::test]
async fn who_loses_a_time_is_told() {
    let world = World::start().await;
    let event = world.open(json!({})).await;
    let slot = format!("{}/slot", world.invited(&event).await);
    world.both_come(&event).await;
    let freed = async |client: &Client| {
        let all = super::told(client).await;
        all.iter().filter(|kind| *kind == "event_freed").count()
    };
    put(&world.liaison, &slot, 1, json!({ "slot": 1 })).await.expect(200);
    // Taken back by who runs the event: both sides are told. There is nothing to take back twice.
    world.liaison.delete_version(&slot, 2).await.expect(200);
    world.liaison.delete_version(&slot, 3).await.expect(200);
    assert_eq!((freed(&world.firm).await, freed(&world.provider).await), (1, 1));
    let inbox = world.firm.get("inbox?limit=1").await.expect(200).json();
    assert!(inbox["items"][0]["text"].as_str().unwrap().contains("已取消"));
    // By a side that does not come after all: the other one is told.
    put(&world.liaison, &slot, 4, json!({ "slot": 2 })).await.expect(200);
    answer(&world.provider, &event, json!({ "answer": "declined" })).await;
    assert_eq!((freed(&world.firm).await, freed(&world.provider).await), (2, 1));
}

#[tokio::test]
async fn a_whole_timetable_is_filled_without_double_booking() {
    let world = World::start().await;
    let event = world.open(json!({})).await;
    world.invited(&event).await;
    world.both_come(&event).await;
    further(&world, &event, 3).await;
    let path = format!("{event}/timetable");
    let shown = world.liaison.post_json(&path, json!({ "dry_run": true })).await.expect(200).json();
    let places = |table: &Value| -> Vec<(Option<i64>, Option<i64>)> {
        table["meetings"].as_array().unwrap().iter().map(place).collect()
    };
    let stored = world.liaison.get(&path).await.expect(200).json();
    assert!(places(&stored).iter().all(|(slot, _)| slot.is_none()));
    let filled = world.liaison.post_json(&path, json!({})).await.expect(200).json();
    assert_eq!(places(&filled), places(&shown));
    assert_eq!(places(&filled).len(), 4);
    let mut all = places(&filled);
    assert!(all.iter().all(|(slot, table)| slot.is_some() && table.is_some()));
    all.dedup();
    assert_eq!(all.len(), 4);
    assert_eq!(places(&world.liaison.get(&path).await.expect(200).json()), places(&filled));
}

#[tokio::test]
async fn of_several_who_want_one_table_one_gets_it() {
    let world = World::start().await;
    let event = world.open(json!({ "self_booking": true })).await;
    let pairs = further(&world, &event, 4).await;
    let calls: Vec<_> = pairs
        .iter()
        .map(|(meeting, client)| {
            let (path, client) = (format!("{meeting}/slot"), client.clone());
            tokio::spawn(async move {
                put(&client, &path, 1, json!({ "slot": 1, "table": 1 })).await.status
            })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers, [200, 409, 409, 409]);
}

#[tokio::test]
async fn guests_choose_no_time_that_has_begun() {
    let world = World::start().await;
    let event = world.open(json!({ "self_booking": true })).await;
    let slot = format!("{}/slot", world.invited(&event).await);
    world.both_come(&event).await;
    // Ten minutes after the event has begun.
    let passed = world.start_time() - world.app.clock.time() + TimeDelta::minutes(10);
    world.app.clock.advance(passed);
    let firm = world.app.org_admin(world.firm_org.id);
    let liaison = world.app.liaison(super::GUZHEN);
    let seen = firm.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(seen["meetings"][0]["open_slots"], json!([2, 3, 4]));
    put(&firm, &slot, 1, json!({ "slot": 1 })).await.problem(409, "conflict");
    put(&firm, &slot, 1, json!({ "slot": 2 })).await.expect(200);
    // Who runs the event writes down what has been; the guests change it no more.
    put(&liaison, &slot, 2, json!({ "slot": 1 })).await.expect(200);
    put(&firm, &slot, 3, json!({ "slot": 3 })).await.problem(403, "forbidden");
    firm.delete_version(&slot, 3).await.problem(403, "forbidden");
}

#[tokio::test]
async fn who_books_is_warned_of_a_meeting_elsewhere_at_the_same_time() {
    let world = World::start().await;
    let booked = async |event: &str, pair: Value, slot: i64| {
        let path = format!("{}/slot", world.invited_pair(event, pair).await);
        put(&world.liaison, &path, 1, json!({ "slot": slot })).await.expect(200).json()
    };
    let event = world.open(json!({})).await;
    assert_eq!(booked(&event, world.pair(), 1).await.get("clashes"), None);
    let other = world.open(json!({ "title": "另一场对接会" })).await;
    let provider = OrgBuilder::university().insert(&world.app);
    let capability = CapabilityBuilder::published(&provider).insert(&world.app);
    let pair = json!({ "need_id": world.need, "capability_id": capability.id });
    let second = booked(&other, pair.clone(), 1).await;
    assert_eq!(second["clashes"], json!(["need"]));
    // The firm sees it, too; the provider does not learn where the firm is.
    let seen = async |client: &Client, event: &str| {
        let table = client.get(&format!("{event}/timetable")).await.expect(200).json();
        table["meetings"][0]["clashes"].clone()
    };
    assert_eq!(seen(&world.firm, &event).await, json!(["need"]));
    assert_eq!(seen(&world.provider, &event).await, json!(null));
    // Not at another time, and not when the other one was cancelled.
    let path = format!("{other}/meetings/{}/slot", second["id"].as_str().unwrap());
    let later = put(&world.liaison, &path, 2, json!({ "slot": 2 })).await.expect(200).json();
    assert_eq!(later.get("clashes"), None);
    put(&world.liaison, &path, 3, json!({ "slot": 1 })).await.expect(200);
    let cancelled = json!({ "to": "cancelled", "comment": "台风" });
    world.liaison.post_json(&format!("{event}/steps"), cancelled).await.expect(200);
    assert_eq!(seen(&world.firm, &other).await, json!(null));
}
