//! The life of an event, who is told what of it, and what is counted in the end.

use chrono::TimeDelta;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;

use super::{GUZHEN, World, XIAOLAN, answer, put, told};
use crate::support::{CapabilityBuilder, OrgBuilder};

#[tokio::test]
async fn what_is_wrong_is_named_and_steps_are_those_of_its_life() {
    let world = World::start().await;
    let start = world.start_time();
    let wrong = json!({
        "kind": "party", "title": " ", "town_code": "4420", "online_url": "http://meet.example",
        "starts_at": start, "ends_at": start - TimeDelta::hours(1), "capacity": 0,
        "industry_codes": ["Z1"], "tech_fields": ["none"]
    });
    let problem = world.liaison.post_json("events", wrong).await.problem(422, "invalid");
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    let expected = [
        "/capacity",
        "/ends_at",
        "/industry_codes/0",
        "/kind",
        "/online_url",
        "/tech_fields/0",
        "/title",
        "/town_code",
    ];
    assert_eq!(pointers, expected);
    let elsewhere = json!({ "town_code": XIAOLAN });
    let mut fields = world.fields();
    fields.as_object_mut().unwrap().extend(elsewhere.as_object().unwrap().clone());
    world.liaison.post_json("events", fields).await.problem(403, "forbidden");

    let event = world.planned(json!({})).await;
    let steps = format!("{event}/steps");
    let problem =
        world.liaison.post_json(&steps, json!({ "to": "held" })).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!(["open", "cancelled"]));
    world.step(&event, "open").await;
    world.step(&event, "closed").await;
    // Not before it has begun.
    world.liaison.post_json(&steps, json!({ "to": "held" })).await.problem(409, "conflict");
    let unsaid = json!({ "to": "cancelled" });
    world.liaison.post_json(&steps, unsaid).await.problem(422, "invalid");
    world.app.clock.advance(TimeDelta::days(2));
    let liaison = world.app.liaison(GUZHEN);
    let held = liaison.post_json(&steps, json!({ "to": "held" })).await.expect(200).json();
    assert_eq!((&held["status"], &held["steps"]), (&json!("held"), &json!([])));
    liaison.patch_json(&event, 4, json!({ "place": "别处" })).await.problem(409, "conflict");
}

#[tokio::test]
async fn a_planned_event_is_nobodys_to_know_and_an_open_one_shows_its_basics() {
    let world = World::start().await;
    let event = world.planned(json!({})).await;
    let visitor = world.app.anonymous();
    visitor.get(&event).await.problem(404, "not_found");
    world.firm.get(&event).await.problem(404, "not_found");
    assert_eq!(visitor.get("events").await.expect(200).json()["items"], json!([]));
    world.step(&event, "open").await;
    let seen = visitor.get(&event).await.expect(200).json();
    assert_eq!(seen["title"], "灯饰散热对接会");
    assert_eq!(seen.get("online_url"), None, "the address is for guests who come");
    assert_eq!(visitor.get("events").await.expect(200).json()["items"][0]["id"], seen["id"]);

    let register = json!({ "org_id": world.firm_org.id });
    world.firm.post_json(&format!("{event}/guests"), register.clone()).await.expect(201);
    let own = world.firm.get(&event).await.expect(200).json();
    assert_eq!(own["online_url"], "https://meet.example/1");
    assert_eq!((&own["accepted"], &own["own"][0]["origin"]), (&json!(1), &json!("own")));
    world.firm.post_json(&format!("{event}/guests"), register).await.problem(409, "conflict");
    let mine = world.firm.get("events?own=true").await.expect(200).json();
    assert_eq!(mine["items"].as_array().unwrap().len(), 1);
    let none = world.provider.get("events?own=true").await.expect(200).json();
    assert_eq!(none["items"], json!([]));
    world.app.clock.advance(TimeDelta::days(3));
    let visitor = world.app.anonymous();
    assert_eq!(visitor.get("events").await.expect(200).json()["items"], json!([]));
    let past = visitor.get("events?past=true").await.expect(200).json();
    assert_eq!(past["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn places_are_given_until_there_are_none() {
    let world = World::start().await;
    let event = world.open(json!({ "capacity": 1 })).await;
    let guests = format!("{event}/guests");
    let register = |org: townbridge::accounts::principal::OrgId| json!({ "org_id": org });
    world.firm.post_json(&guests, register(world.firm_org.id)).await.expect(201);
    let full = world.provider.post_json(&guests, register(world.provider_org.id)).await;
    full.problem(409, "conflict");
    answer(&world.firm, &event, json!({ "answer": "declined", "reason": "出差" })).await;
    world.provider.post_json(&guests, register(world.provider_org.id)).await.expect(201);
    // The place is gone.
    let own = world.firm.get(&event).await.expect(200).json()["own"][0]["id"].clone();
    let again = json!({ "answer": "accepted" });
    let path = format!("{event}/guests/{}/answer", own.as_str().unwrap());
    world.firm.post_json(&path, again).await.problem(409, "conflict");
}

#[tokio::test]
async fn walk_ins_are_entered_once_whether_registered_or_verified_or_not() {
    let world = World::start().await;
    let event = world.open(json!({})).await;
    let path = format!("{event}/guests");
    let by_name = |name: &str| json!({ "org_name": name, "walk_in": true });
    let enter = |name: &str| world.liaison.post_json(&path, by_name(name));
    enter("Chenzhou Lamp Parts").await.expect(201);
    enter(" chenzhou  lamp parts ").await.problem(409, "conflict");
    // One that is registered, but has not been verified: by name and by id it is the same.
    let draft = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&world.app);
    let name = draft.doc.0.name.clone().unwrap();
    let entered = enter(&name).await.expect(201).json();
    assert_eq!(entered["org"]["id"], json!(draft.id));
    assert!(entered["attended_at"].is_string());
    let by_id = json!({ "org_id": draft.id, "walk_in": true });
    world.liaison.post_json(&path, by_id).await.problem(409, "conflict");
    // To be invited it has to be verified all the same.
    let other = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&world.app);
    let invited = world.liaison.post_json(&path, json!({ "org_id": other.id })).await;
    invited.problem(409, "conflict");
    let guests = world.liaison.get(&path).await.expect(200).json();
    assert_eq!(guests.as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn pairs_are_proposed_by_match_and_each_side_is_told_once() {
    let world = World::start().await;
    let event = world.planned(json!({})).await;
    world.app.settle().await;
    let path = format!("{event}/proposals");
    let found = world.liaison.get(&path).await.expect(200).json();
    let pair = &found["items"][0];
    assert_eq!(pair["need"]["id"], json!(world.need));
    assert_eq!(pair["capability"]["id"], json!(world.capability));
    assert!(pair["score"].as_f64().unwrap() > 0.0 && !pair["why"].as_str().unwrap().is_empty());
    assert_eq!(pair["invited"], false);
    let meeting = world.invited(&event).await;
    let again = world.liaison.post_json(&format!("{event}/meetings"), world.pair()).await;
    again.problem(409, "conflict");
    let found = world.liaison.get(&path).await.expect(200).json();
    assert_eq!(found["items"][0]["invited"], true);

    // Nobody is told of what nobody knows yet.
    assert_eq!(told(&world.provider).await, [""; 0]);
    world.step(&event, "open").await;
    assert_eq!(told(&world.provider).await, ["event_invited"]);
    assert_eq!(told(&world.firm).await, ["event_invited"]);
    world.step(&event, "closed").await;
    world.step(&event, "open").await;
    assert_eq!(told(&world.provider).await, ["event_invited"]);
    let inbox = world.provider.get("inbox").await.expect(200).json();
    assert_eq!(inbox["items"][0]["about"], "灯饰散热对接会");
    world.both_come(&event).await;
    let seen = world.liaison.get(&format!("{event}/timetable")).await.expect(200).json();
    assert_eq!(seen["meetings"][0]["need"]["answer"], "accepted");
    assert!(meeting.ends_with(seen["meetings"][0]["id"].as_str().unwrap()));
    let moved = json!({ "place": "文化广场" });
    let version = world.liaison.get(&event).await.expect(200).json()["version"].as_i64().unwrap();
    world.liaison.patch_json(&event, version, moved).await.expect(200);
    let cancelled = json!({ "to": "cancelled", "comment": "台风" });
    world.liaison.post_json(&format!("{event}/steps"), cancelled).await.expect(200);
    assert_eq!(told(&world.firm).await, ["event_cancelled", "event_moved", "event_invited"]);
}

#[tokio::test]
async fn to_open_again_invites_nobody_again_however_late() {
    let world = World::start().await;
    let start = world.start_time() + TimeDelta::days(300);
    let later = json!({ "starts_at": start, "ends_at": start + TimeDelta::hours(2) });
    let event = world.open(later).await;
    world.invited(&event).await;
    assert_eq!(told(&world.provider).await, ["event_invited"]);
    // Notices are removed in time, and with them that they were told.
    world.app.clock.advance(TimeDelta::days(200));
    townbridge::retention::ops::apply(&world.app).unwrap();
    let (liaison, provider) =
        (world.app.liaison(GUZHEN), world.app.org_admin(world.provider_org.id));
    assert_eq!(told(&provider).await, [""; 0]);
    for to in ["closed", "open"] {
        let path = format!("{event}/steps");
        liaison.post_json(&path, json!({ "to": to })).await.expect(200);
    }
    let capability = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let pair = json!({ "need_id": world.need, "capability_id": capability.id });
    liaison.post_json(&format!("{event}/meetings"), pair).await.expect(201);
    assert_eq!(told(&provider).await, [""; 0]);
}

#[tokio::test]
async fn nothing_of_a_confidential_need_is_told_to_the_other_side() {
    let world = World::with(DisclosureLevel::Nda).await;
    let event = world.open(json!({})).await;
    let meeting = world.invited(&event).await;
    world.both_come(&event).await;
    put(&world.liaison, &format!("{meeting}/slot"), 1, json!({ "slot": 1 })).await.expect(200);
    let timetable = format!("{event}/timetable");
    let seen = world.provider.get(&timetable).await.expect(200).json();
    let pair = &seen["meetings"][0];
    assert_eq!(pair["need"].get("org"), None);
    assert_eq!((pair.get("why"), pair.get("score")), (None, None));
    let firm = world.firm_org.doc.0.name.clone().unwrap();
    let calendar = world.provider.get(&format!("{event}/calendar")).await.expect(200).text();
    let guests = world.provider.get(&format!("{event}/guests")).await.expect(200).json();
    assert_eq!(guests.as_array().unwrap().len(), 1);
    let inbox = world.provider.get("inbox").await.expect(200).json();
    for text in [seen.to_string(), guests.to_string(), inbox.to_string(), calendar.clone()] {
        assert!(!text.contains(&firm), "{text}");
        assert!(!text.contains(&world.firm_org.id.to_string()), "{text}");
    }
    // The titles of an own calendar are those that the page shows.
    let title = pair["need"]["title"].as_str().unwrap_or_default();
    assert!(calendar.replace("\r\n ", "").contains(title), "{calendar}");
    assert_eq!(calendar.matches("BEGIN:VEVENT").count(), 2);
    let visitor = world.app.anonymous();
    let public = visitor.get(&format!("{event}/calendar")).await.expect(200);
    assert_eq!(public.header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(public.text().matches("BEGIN:VEVENT").count(), 1);
}

#[tokio::test]
async fn a_meeting_leads_to_a_case_and_the_event_counts_what_came_of_it() {
    let world = World::start().await;
    let event = world.open(json!({})).await;
    let meeting = world.invited(&event).await;
    world.both_come(&event).await;
    put(&world.liaison, &format!("{meeting}/slot"), 1, json!({ "slot": 2 })).await.expect(200);
    world.step(&event, "closed").await;
    let guests = world.liaison.get(&format!("{event}/guests")).await.expect(200).json();
    let first = guests[0]["id"].as_str().unwrap();
    let attendance = format!("{event}/guests/{first}/attendance");
    world.liaison.put_json(&attendance, json!({ "attended": true })).await.expect(200);
    let walk_in = json!({ "org_name": "晨舟灯饰配件厂", "walk_in": true });
    world.liaison.post_json(&format!("{event}/guests"), walk_in).await.expect(201);

    let result = format!("{meeting}/result");
    let useless = json!({ "result": "missed", "open_case": true });
    put(&world.liaison, &result, 2, useless).await.problem(422, "invalid");
    let good = json!({ "result": "interested", "note": "约定下周看样", "open_case": true });
    put(&world.liaison, &result, 1, good.clone()).await.problem(412, "precondition_failed");
    let recorded = put(&world.liaison, &result, 2, good).await.expect(200).json();
    let case = format!("cases/{}", recorded["case_id"].as_str().unwrap());
    assert_eq!(world.liaison.get(&case).await.expect(200).json()["stage"], "met");
    let entries = world.liaison.get(&format!("{case}/entries")).await.expect(200).json();
    let met: Vec<&Value> = entries["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["to_stage"] == "met")
        .collect();
    assert_eq!(met.len(), 1);
    assert_eq!(met[0]["channel"], "offline");
    assert!(met[0]["note"].as_str().unwrap().contains("约定下周看样"));
    assert_eq!(world.firm.get(&case).await.expect(200).json()["stage"], "met");
    // A second look at the same pair finds the case.
    let more = json!({ "result": "follow", "open_case": true });
    let again = put(&world.liaison, &result, 4, more).await.expect(200).json();
    assert_eq!(again["case_id"], recorded["case_id"]);

    let found = world.liaison.get(&format!("{event}/results")).await.expect(200).json();
    let figures =
        ["invited", "accepted", "declined", "attended", "walk_ins", "booked", "met", "cases"]
            .map(|name| found[name].as_i64().unwrap());
    assert_eq!(figures, [2, 2, 0, 2, 1, 1, 1, 1]);
    assert_eq!(found["guests"].as_array().unwrap().len(), 3);
    assert_eq!((&found["contracts"], &found["contract_amount"]), (&json!(0), &json!(0)));
    world.firm.get(&format!("{event}/results")).await.problem(403, "forbidden");

    let admin = world.app.admin();
    let log = admin.get("audit?record_kind=event&limit=100").await.expect(200).json().to_string();
    for action in [
        "event.create",
        "event.step",
        "event.pair",
        "event.answer",
        "event.booking",
        "event.attendance",
        "event.guest",
        "event.result",
    ] {
        assert!(log.contains(action), "{action}");
    }
    let own = world.firm.get("me/data").await.expect(200).json();
    assert_eq!(own["event_answers"][0]["answer"], "accepted");
}

#[tokio::test]
async fn records_of_who_wants_nothing_recommended_are_not_proposed() {
    let world = World::start().await;
    let event = world.planned(json!({})).await;
    world.app.settle().await;
    let path = format!("{event}/proposals");
    let proposed = async || {
        let found = world.liaison.get(&path).await.expect(200).json();
        found["items"].as_array().unwrap().len()
    };
    for side in [&world.firm, &world.provider] {
        assert_eq!(proposed().await, 1);
        let choose = async |personalised: bool| {
            let choice = json!({ "personalised": personalised });
            side.put_json("me/recommendations", choice).await.expect(200);
        };
        choose(false).await;
        assert_eq!(proposed().await, 0);
        choose(true).await;
    }
    // One of two who answer for a record speaks for the record when it is the one who wrote it.
    let member = world.app.account(&[GrantRole::in_org(Role::OrgMember, world.firm_org.id)]);
    let client = world.app.client(&member);
    client.put_json("me/recommendations", json!({ "personalised": false })).await.expect(200);
    assert_eq!(proposed().await, 1);
    let write = format!("UPDATE needs SET created_by = '{}'", member.id);
    world.app.db.write(|db| Ok(db.execute_batch(&write)?)).unwrap();
    assert_eq!(proposed().await, 0);
    // By name they can be invited all the same.
    world.invited(&event).await;
}
