//! Several who act on one case at a time: one does it, the others are told what holds.

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;
use townbridge::suggestions::making;

use super::{World, accept, decline, stage, step};
use crate::support::at_once::{at_once, count, on_both_databases, one_of, told_to_the_second};
use crate::support::{Answer, CapabilityBuilder, Client, NeedBuilder, TestApp};

on_both_databases!(
    of_several_who_open_one_case_one_does,
    an_answer_counts_once_however_often_it_is_sent,
    both_sides_that_say_yes_at_a_time_are_brought_together,
    of_two_colleagues_who_say_yes_at_a_time_one_does,
    of_two_colleagues_who_disagree_both_are_told_what_holds,
    of_a_yes_and_a_no_at_a_time_both_are_told_what_holds,
    of_two_liaisons_who_take_one_step_one_does,
    of_several_who_take_one_suggestion_up_one_does,
);

/// How often something is tried that may come in one order or the other.
const ROUNDS: usize = 4;

fn world(app: TestApp) -> World {
    World::of(app, DisclosureLevel::Members)
}

/// A case about a need and a capability of their own, of which both sides are asked.
async fn asked(world: &World) -> String {
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app);
    let capability = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let pair = json!({ "need_id": need.id, "capability_id": capability.id });
    let opened = world.liaison.post_json("cases", pair).await.expect(201).json();
    assert_eq!(opened["stage"], "reviewed");
    format!("cases/{}", opened["id"].as_str().unwrap())
}

/// An answer for a side, to be sent with others.
async fn said(client: Client, case: String, answer: &'static str) -> Answer {
    match answer {
        "yes" => accept(&client, &case).await,
        _ => decline(&client, &case, "budget").await,
    }
}

/// From which stages to which a case has gone, first to last.
async fn stages(world: &World, case: &str) -> Vec<String> {
    let entries = world.liaison.get(&format!("{case}/entries")).await.expect(200).json();
    let entries = entries["items"].as_array().unwrap();
    entries.iter().rev().map(|one| one["to_stage"].as_str().unwrap().to_owned()).collect()
}

async fn of_several_who_open_one_case_one_does(app: TestApp) {
    let world = world(app);
    let calls = (0..8).map(|_| {
        let (client, pair) = (world.liaison.in_english(), world.pair());
        async move { client.post_json("cases", pair).await }
    });
    let answers = at_once(calls.collect()).await;
    for problem in one_of(&answers, 201, "cases") {
        let said = "A case about this need and this capability is open already";
        assert_eq!(problem["detail"], said);
    }
    let list = world.liaison.get("cases").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

async fn an_answer_counts_once_however_often_it_is_sent(app: TestApp) {
    let world = world(app);
    let case = world.opened_by(&world.firm).await;
    let calls = (0..6).map(|_| said(world.provider.in_english(), case.clone(), "yes"));
    let answers = at_once(calls.collect()).await;
    for problem in one_of(&answers, 200, &format!("{case}/answer")) {
        assert_eq!(problem["detail"], "In the stage mutual this answer is not open any more");
        assert_eq!(problem["legal"], json!([]), "nothing but a refusal is the provider's to say");
    }
    assert_eq!(stages(&world, &case).await, ["need_interested", "mutual"]);
    let grants =
        world.liaison.get(&format!("needs/{}/grants", world.need)).await.expect(200).json();
    assert_eq!(grants.as_array().unwrap().len(), 1);
}

async fn both_sides_that_say_yes_at_a_time_are_brought_together(app: TestApp) {
    let world = world(app);
    for _ in 0..ROUNDS {
        let case = asked(&world).await;
        let both = [&world.firm, &world.provider].map(|one| said(one.clone(), case.clone(), "yes"));
        let answers = at_once(both.into()).await;
        assert_eq!(count(&answers, 200), 2, "{answers:?}");
        // Whoever came second saw that the other had said yes.
        let mut seen: Vec<Value> = answers.iter().map(|one| one.json()["stage"].clone()).collect();
        seen.retain(|stage| stage == "mutual");
        assert_eq!(seen.len(), 1, "{answers:?}");
        let path = stages(&world, &case).await;
        assert_eq!((path.len(), path[2].as_str()), (3, "mutual"), "{path:?}");
        for client in [&world.firm, &world.provider] {
            let answer = accept(client, &case).await;
            told_to_the_second(&answer, &format!("{case}/answer"));
        }
    }
}

async fn of_two_colleagues_who_say_yes_at_a_time_one_does(app: TestApp) {
    let world = world(app);
    let colleagues = [&world.firm, &world.app.org_admin(world.firm_org.id)].map(Client::in_english);
    for _ in 0..ROUNDS {
        let case = asked(&world).await;
        let calls = colleagues.iter().map(|one| said(one.clone(), case.clone(), "yes"));
        let answers = at_once(calls.collect()).await;
        let problem = one_of(&answers, 200, &format!("{case}/answer")).remove(0);
        let told = "In the stage need_interested this answer is not open any more";
        assert_eq!((&problem["detail"], &problem["status"]), (&json!(told), &json!(409)));
        assert_eq!(stages(&world, &case).await, ["reviewed", "need_interested"]);
    }
}

async fn of_two_colleagues_who_disagree_both_are_told_what_holds(app: TestApp) {
    let world = world(app);
    let colleague = world.app.org_admin(world.firm_org.id);
    for _ in 0..ROUNDS {
        let case = asked(&world).await;
        let calls = [(&world.firm, "yes"), (&colleague, "no")]
            .map(|(client, answer)| said(client.clone(), case.clone(), answer));
        check_yes_and_no(&world, &case, &at_once(calls.into()).await, "need_interested").await;
    }
}

async fn of_a_yes_and_a_no_at_a_time_both_are_told_what_holds(app: TestApp) {
    let world = world(app);
    for _ in 0..ROUNDS {
        let case = asked(&world).await;
        let calls = [(&world.provider, "yes"), (&world.firm, "no")]
            .map(|(client, answer)| said(client.clone(), case.clone(), answer));
        check_yes_and_no(&world, &case, &at_once(calls.into()).await, "provider_interested").await;
    }
}

/// A refusal after the yes is legal; a yes after the refusal is not, and is told so.
async fn check_yes_and_no(world: &World, case: &str, answers: &[Answer], said_yes: &str) {
    let (yes, no) = (&answers[0], &answers[1]);
    assert_eq!((no.status, stage(&world.liaison, case).await), (200, "closed_lost".to_owned()));
    let path = stages(world, case).await;
    if yes.status == 200 {
        assert_eq!(path, ["reviewed", said_yes, "closed_lost"]);
        return;
    }
    let problem = told_to_the_second(yes, &format!("{case}/answer"));
    assert_eq!((yes.status, &problem["legal"]), (409, &json!([])), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("closed_lost"), "{problem}");
    assert_eq!(path, ["reviewed", "closed_lost"]);
}

async fn of_two_liaisons_who_take_one_step_one_does(app: TestApp) {
    let world = world(app);
    let case = world.mutual().await;
    let other = world.app.officer("4420");
    let calls = [world.liaison.clone(), other].map(|client| {
        let (client, case) = (client.in_english(), case.clone());
        async move { step(&client, &case, json!({ "to": "introduced" })).await }
    });
    let answers = at_once(calls.into()).await;
    let problem = one_of(&answers, 200, &format!("{case}/steps")).remove(0);
    assert_eq!(problem["status"], 409);
    assert_eq!(problem["detail"], "A step from introduced to introduced is not legal");
    assert_eq!(problem["legal"], json!(["met", "nda", "closed_lost", "on_hold"]));
}

async fn of_several_who_take_one_suggestion_up_one_does(app: TestApp) {
    let world = world(app);
    // The texts of this world make a good pair.
    let title = "大功率LED灯具散热结构";
    for _ in 0..ROUNDS {
        NeedBuilder::published(&world.firm_org).insert(&world.app);
        CapabilityBuilder::published(&world.provider_org).title(title).insert(&world.app);
    }
    world.app.settle().await;
    making::make(world.app.service()).await.unwrap();
    let colleague = world.app.org_admin(world.firm_org.id);
    let officer = world.app.person("主管", vec![GrantRole::in_region(Role::Officer, "4420")]);
    let takers = [&world.liaison, &officer, &world.firm, &colleague, &world.provider];
    let found = world.liaison.get("suggestions").await.expect(200).json();
    let found = found["items"].as_array().unwrap();
    assert!(found.len() >= ROUNDS, "{found:?}");
    for (at, suggestion) in found.iter().take(ROUNDS).enumerate() {
        // All at a time, two liaisons, two colleagues, both sides.
        let some = [&takers[..], &takers[..2], &takers[2..4], &takers[3..]][at % 4];
        let path = format!("suggestions/{}/accept", suggestion["id"].as_str().unwrap());
        let calls = some.iter().map(|client| {
            let (client, path) = (client.in_english(), path.clone());
            async move { client.post_json(&path, json!({})).await }
        });
        let answers = at_once(calls.collect()).await;
        let refused = one_of(&answers, 201, &path);
        let case = answers.iter().find(|one| one.status == 201).unwrap().json();
        let told = format!(
            "Somebody has taken this suggestion up already: see the case {}",
            case["code"].as_str().unwrap()
        );
        for problem in refused {
            assert_eq!((&problem["detail"], &problem["status"]), (&json!(told), &json!(409)));
        }
        world.outsider.post_json(&path, json!({})).await.problem(404, "not_found");
        let pages = world.liaison.get("cases?limit=100").await.expect(200).json();
        let cases = pages["items"].as_array().unwrap();
        let ours = cases.iter().filter(|one| {
            let need = one["need"]["id"] == suggestion["need"]["id"];
            need && one["capability"]["id"] == suggestion["capability"]["id"]
        });
        assert_eq!(ours.count(), 1);
    }
}
