//! What is sent twice at a time is done once: steps of contracts, visits, times at events. The second
//! is told so, or gets the answer of the first where both bear one key.

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::at_once::{at_once, count, on_both_databases, one_of, told_to_the_second};
use crate::support::contracts::step;
use crate::support::{
    Answer, CapabilityBuilder, Client, ContractBuilder, NeedBuilder, OrgBuilder, TestApp,
};

on_both_databases!(
    a_step_of_a_contract_that_is_sent_twice_is_taken_once,
    a_visit_that_is_sent_twice_is_logged_once,
    of_two_who_change_one_visit_one_does,
    a_time_at_an_event_that_is_asked_for_twice_is_given_once,
    of_several_who_want_one_table_one_gets_it,
);

const GUZHEN: &str = "442000105";

async fn post(client: Client, path: String, body: Value) -> Answer {
    client.post_json(&path, body).await
}

async fn with_version(client: Client, method: Method, path: String, body: Value) -> Answer {
    let request = client.request(method, &path).header("if-match", "\"v1\"");
    client.send(request.json(&body)).await
}

/// The number of entries of a list.
async fn counted(client: &Client, path: &str) -> usize {
    let list = client.get(path).await.expect(200).json();
    list["items"].as_array().or(list.as_array()).unwrap().len()
}

async fn a_step_of_a_contract_that_is_sent_twice_is_taken_once(app: TestApp) {
    let (buyer, seller) =
        (OrgBuilder::enterprise().insert(&app), OrgBuilder::university().insert(&app));
    let sides = [app.org_member(buyer.id), app.org_member(seller.id)].map(|one| one.in_english());
    for round in 0..4 {
        let contract = ContractBuilder::draft(&buyer, &seller).insert(&app);
        let path = format!("contracts/{}", contract.id);
        // By one of them twice and by both; the seller's alone is the application.
        let signing = [&sides[1], &sides[round % 2]];
        for (at, (to, pair)) in
            [("signed", signing), ("submitted", [&sides[1], &sides[1]])].into_iter().enumerate()
        {
            let steps = format!("{path}/steps");
            let calls = pair.map(|one| post(one.clone(), steps.clone(), step(to, 0)));
            let problem = one_of(&at_once(calls.into()).await, 200, &steps).remove(0);
            if problem["status"] == 409 {
                let told = format!("A step from {to} to {to} is not legal");
                assert_eq!(problem["detail"], told);
                let legal = problem["legal"].as_array().unwrap();
                assert!(!legal.is_empty() && !legal.contains(&json!(to)), "{problem}");
            }
            assert_eq!(counted(&sides[0], &steps).await, at + 2);
        }
    }
}

async fn a_visit_that_is_sent_twice_is_logged_once(app: TestApp) {
    let liaison = app.liaison(GUZHEN);
    for round in 0..4 {
        let calls = (0..4).map(|_| {
            let body = json!({ "org_name": "晨舟配件厂", "findings": format!("第{round}次。") });
            let request = liaison.request(Method::POST, "visits").json(&body);
            let request = request.header("idempotency-key", format!("visit-{round}"));
            let client = liaison.clone();
            async move { client.send(request).await }
        });
        let answers = at_once(calls.collect()).await;
        let made: Vec<&Answer> = answers.iter().filter(|one| one.status == 201).collect();
        let first = made.iter().filter(|one| one.header("idempotent-replayed").is_empty());
        assert_eq!(first.count(), 1, "{answers:?}");
        assert!(made.iter().all(|one| one.json()["id"] == made[0].json()["id"]));
        for answer in answers.iter().filter(|one| one.status != 201) {
            let problem = told_to_the_second(answer, "visits");
            assert_eq!(problem["status"], 409);
        }
        assert_eq!(counted(&liaison, "visits?limit=100").await, round + 1);
    }
}

async fn of_two_who_change_one_visit_one_does(app: TestApp) {
    let liaison = app.liaison(GUZHEN);
    for _ in 0..4 {
        let body = json!({ "org_name": "晨舟配件厂", "findings": "毛刺多。" });
        let made = liaison.post_json("visits", body).await.expect(201).json();
        let path = format!("visits/{}", made["id"].as_str().unwrap());
        let calls = ["气孔多。", "毛刺多，气孔也多。"].map(|findings| {
            let body = json!({ "findings": findings });
            with_version(liaison.clone(), Method::PATCH, path.clone(), body)
        });
        let problem = one_of(&at_once(calls.into()).await, 200, &path).remove(0);
        assert_eq!(problem["status"], 412);
    }
}

/// An event at which guests choose their times.
async fn event(app: &TestApp, liaison: &Client) -> String {
    let start = app.clock.time() + TimeDelta::days(1);
    let fields = json!({
        "kind": "matchmaking", "title": "灯饰散热对接会", "place": "会展中心", "town_code": GUZHEN,
        "starts_at": start, "ends_at": start + TimeDelta::hours(2),
        "slots": { "tables": 2, "minutes": 30 }, "self_booking": true,
    });
    let made = liaison.post_json("events", fields).await.expect(201).json();
    let event = format!("events/{}", made["id"].as_str().unwrap());
    let open = json!({ "to": "open" });
    liaison.post_json(&format!("{event}/steps"), open).await.expect(200);
    event
}

/// A firm and a provider that come to an event, and the path of the time of their meeting.
async fn pair(app: &TestApp, liaison: &Client, event: &str) -> (Client, Client, String) {
    let firm = OrgBuilder::enterprise().town(GUZHEN).insert(app);
    let provider = OrgBuilder::university().insert(app);
    let need = NeedBuilder::published(&firm).insert(app);
    let capability = CapabilityBuilder::published(&provider).insert(app);
    let body = json!({ "need_id": need.id, "capability_id": capability.id });
    let meetings = format!("{event}/meetings");
    let made = liaison.post_json(&meetings, body).await.expect(201).json();
    let sides = [app.org_admin(firm.id), app.org_admin(provider.id)];
    for client in &sides {
        let own = client.get(event).await.expect(200).json()["own"][0]["id"].clone();
        let path = format!("{event}/guests/{}/answer", own.as_str().unwrap());
        client.post_json(&path, json!({ "answer": "accepted" })).await.expect(200);
    }
    let [firm, provider] = sides;
    (firm, provider, format!("{meetings}/{}/slot", made["id"].as_str().unwrap()))
}

async fn a_time_at_an_event_that_is_asked_for_twice_is_given_once(app: TestApp) {
    let liaison = app.liaison(GUZHEN);
    for round in 0..4 {
        let event = event(&app, &liaison).await;
        let (firm, provider, slot) = pair(&app, &liaison, &event).await;
        // By one side twice, by both for one time, and for two times.
        let second = if round % 2 == 0 { &firm } else { &provider };
        let times = [1, 1 + round / 2];
        let calls = [&firm, second].into_iter().zip(times).map(|(client, time)| {
            let body = json!({ "slot": time });
            with_version(client.clone(), Method::PUT, slot.clone(), body)
        });
        let answers = at_once(calls.collect()).await;
        let problem = one_of(&answers, 200, &slot).remove(0);
        assert_eq!(problem["status"], 412, "{problem}");
        let given = answers.iter().find(|one| one.status == 200).unwrap().json();
        let table = liaison.get(&format!("{event}/timetable")).await.expect(200).json();
        assert_eq!(table["meetings"][0]["slot"], given["slot"]);
    }
}

async fn of_several_who_want_one_table_one_gets_it(app: TestApp) {
    let liaison = app.liaison(GUZHEN);
    let event = event(&app, &liaison).await;
    let mut calls = Vec::new();
    for _ in 0..4 {
        let (firm, _, slot) = pair(&app, &liaison, &event).await;
        let body = json!({ "slot": 1, "table": 1 });
        calls.push(with_version(firm.in_english(), Method::PUT, slot, body));
    }
    let answers = at_once(calls).await;
    assert_eq!((count(&answers, 200), count(&answers, 409)), (1, 3), "{answers:?}");
    for answer in answers.iter().filter(|one| one.status == 409) {
        let problem = answer.json();
        let path = problem["instance"].as_str().unwrap().trim_start_matches("/api/v1/").to_owned();
        told_to_the_second(answer, &path);
    }
}
