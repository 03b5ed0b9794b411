//! Visits that were made for a case: entries of its timeline for those who may see the visit.

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::{GUZHEN, World, XIAOLAN, step};
use crate::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder};

async fn entries(client: &Client, case: &str) -> Vec<Value> {
    let all = client.get(&format!("{case}/entries")).await.expect(200).json();
    // Oldest first, as it happened.
    all["items"].as_array().unwrap().iter().rev().cloned().collect()
}

fn visit(case: &str, world: &World) -> Value {
    json!({
        "org_id": world.firm_org.id, "case_id": case.strip_prefix("cases/").unwrap(),
        "town_code": GUZHEN, "findings": "双方看了样件。"
    })
}

#[tokio::test]
async fn a_visit_made_for_a_case_stands_in_its_timeline_for_those_who_may_see_it() {
    let world = World::start().await;
    let case = world.mutual().await;
    let before = entries(&world.liaison, &case).await.len();
    let sides = [entries(&world.firm, &case).await, entries(&world.provider, &case).await];
    let made = world.liaison.post_json("visits", visit(&case, &world)).await.expect(201);
    let (place, made) = (made.header("location").to_owned(), made.json());
    let all = entries(&world.liaison, &case).await;
    assert_eq!(all.len(), before + 1);
    let last = all.last().unwrap();
    assert_eq!(last["visit_id"], made["id"]);
    assert_eq!((&last["to_stage"], &last["channel"]), (&json!("met"), &json!("offline")));
    assert_eq!((&last["note"], &last["side"]), (&json!("双方看了样件。"), &json!("broker")));
    assert_eq!(last["visited_on"], made["visited_on"]);
    // The case itself stays where it was, and its sides learn nothing.
    assert_eq!(super::stage(&world.liaison, &case).await, "mutual");
    assert_eq!(entries(&world.firm, &case).await, sides[0]);
    assert_eq!(entries(&world.provider, &case).await, sides[1]);
    let query = format!("visits?case_id={}", made["case_id"].as_str().unwrap());
    let found = world.liaison.get(&query).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], made["id"]);
    // What becomes of the visit becomes of the entry.
    world.liaison.patch_json(&place, 1, json!({ "findings": "改期。" })).await.expect(200);
    assert_eq!(entries(&world.liaison, &case).await.last().unwrap()["note"], "改期。");
    world.liaison.patch_json(&place, 2, json!({ "case_id": null })).await.expect(200);
    assert_eq!(entries(&world.liaison, &case).await.len(), before);
}

#[tokio::test]
async fn only_an_open_case_of_the_town_that_one_brokers_is_named() {
    let world = World::start().await;
    let case = world.mutual().await;
    let wrong = async |client: &Client, body: Value, code: &str| {
        let problem = client.post_json("visits", body).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/case_id");
        assert_eq!(problem["errors"][0]["code"], code);
    };
    // Of another town, for somebody who looks after both; and one that is not the caller's at all.
    let mut elsewhere = visit(&case, &world);
    elsewhere["town_code"] = json!(XIAOLAN);
    wrong(&world.app.officer("4420"), elsewhere.clone(), "case_elsewhere").await;
    wrong(&world.app.liaison(XIAOLAN), elsewhere, "unknown_record").await;
    let mut nowhere = visit(&case, &world);
    nowhere["case_id"] = json!(uuid::Uuid::now_v7());
    wrong(&world.liaison, nowhere, "unknown_record").await;
    let made = world.liaison.post_json("visits", visit(&case, &world)).await.expect(201);
    let place = made.header("location").to_owned();
    let lost = json!({ "to": "closed_lost", "reason": "budget" });
    step(&world.liaison, &case, lost).await.expect(200);
    wrong(&world.liaison, visit(&case, &world), "case_closed").await;
    // What was named while it was open stays.
    world.liaison.patch_json(&place, 1, json!({ "findings": "补记。" })).await.expect(200);
}

#[tokio::test]
async fn the_form_is_filled_in_from_the_page_of_a_case() {
    let world = World::start().await;
    let case = world.mutual().await;
    let id = case.strip_prefix("cases/").unwrap().to_owned();
    let other = OrgBuilder::enterprise().town(GUZHEN).insert(&world.app);
    NeedBuilder::published(&other).insert(&world.app);
    CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    let account = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = world.app.browser_of(&account).await;
    let page = browser.get(&format!("/{case}")).await.expect(200);
    let link = page.attribute("[data-log-visit]", "href");
    let form = browser.get(&link).await.expect(200);
    assert_eq!(form.attribute("#case_id option[selected]", "value"), id);
    assert_eq!(form.attribute("#firm", "value"), world.firm_org.name);
    let once = form.attribute("[name=once]", "value");
    let day = form.attribute("#visited_on", "value");
    let fields = [
        ("once", once.as_str()),
        ("town_code", GUZHEN),
        ("firm", world.firm_org.name.as_str()),
        ("case_id", id.as_str()),
        ("findings", "双方看了样件。"),
        ("visited_on", day.as_str()),
        ("channel", "offline"),
    ];
    let logged = browser.submit_files("/visits/new", &fields, &[]).await.expect(303);
    let path = logged.header("location");
    let shown = browser.get(path).await.expect(200);
    assert_eq!(shown.count(&format!("dd a[href='/{case}']")), 1);
    let page = browser.get(&format!("/{case}")).await.expect(200);
    assert_eq!(page.attribute("[data-visit] a", "href"), path);
    // Without a case nothing is chosen, and the case can be taken back.
    assert_eq!(browser.get("/visits/new").await.expect(200).count("#case_id [selected]"), 0);
    let edit = format!("{path}/edit");
    let form = browser.get(&edit).await.expect(200);
    assert_eq!(form.attribute("#case_id option[selected]", "value"), id);
    let version = form.attribute("[name=version]", "value");
    let mut typed = vec![("version", version.as_str())];
    typed.extend(fields.iter().copied().filter(|(name, _)| !["once", "case_id"].contains(name)));
    browser.submit(&edit, &typed).await.expect(303);
    assert_eq!(browser.get(&format!("/{case}")).await.expect(200).count("[data-visit]"), 0);
    // Neither side sees the link to log one.
    let firm = world.app.account(&[GrantRole::in_org(Role::OrgMember, world.firm_org.id)]);
    let page = world.app.browser_of(&firm).await.get(&format!("/{case}")).await.expect(200);
    assert_eq!(page.count("[data-log-visit]"), 0);
}
