//! What waits, with its clock, and who has to do with it.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::model::CaseId;
use townbridge::contracts::model::ContractFields;
use townbridge::money::Money;
use townbridge::projects::model::ProjectFields;

use super::{GUZHEN, World, XIAOLAN, accept, decline, pointers, step};
use crate::support::{CapabilityBuilder, ContractBuilder, NeedBuilder, ProjectBuilder, TestApp};

/// Sets the clock to nine in the morning of a day in China.
fn set(app: &TestApp, day: &str) {
    let morning = day.parse::<NaiveDate>().unwrap().and_hms_opt(1, 0, 0).unwrap().and_utc();
    app.clock.advance(morning - app.clock.time());
}

/// The next day, not before this one, that is a plain Monday of a plain week.
const MONDAY: &str = "2027-06-21";

fn after(days: u64) -> String {
    (MONDAY.parse::<NaiveDate>().unwrap() + Days::new(days)).to_string()
}

async fn cockpit(world: &World, who: Role, region: &str) -> Value {
    let person = world.app.person("看板", vec![GrantRole::in_region(who, region)]);
    person.get("cockpit").await.expect(200).json()
}

async fn fresh(world: &World) -> Value {
    cockpit(world, Role::Liaison, GUZHEN).await
}

/// The world, with its need published on a Monday.
async fn on_monday() -> World {
    let mut world = World::start().await;
    set(&world.app, MONDAY);
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app);
    // The one made before the clock was set has expired or is out of the way.
    let old = std::mem::replace(&mut world.need, need.id.to_string());
    let step = json!({ "to": "withdrawn" });
    let admin = world.app.admin();
    admin.post_json(&format!("needs/{old}/steps"), step).await.expect(200);
    let capability = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
    world.capability = capability.id.to_string();
    world.firm = world.app.org_member(world.firm_org.id);
    world.provider = world.app.org_member(world.provider_org.id);
    world.liaison = world.app.liaison(GUZHEN);
    world
}

#[tokio::test]
async fn a_published_need_without_contact_becomes_overdue_and_then_the_officers_matter() {
    let world = on_monday().await;
    let found = fresh(&world).await;
    assert_eq!((&found["uncontacted"], &found["overdue"]), (&json!(1), &json!(0)));
    assert_eq!(found["items"][0]["need"]["id"], world.need.as_str());
    set(&world.app, &after(1));
    assert_eq!(fresh(&world).await["overdue"], 0);
    set(&world.app, &after(2));
    let found = fresh(&world).await;
    assert_eq!((&found["overdue"], &found["escalated"]), (&json!(1), &json!(0)));
    assert_eq!(found["items"][0]["clock"]["days"], 2);
    // Monday of the next week: five working days, four beyond the limit.
    set(&world.app, &after(7));
    for (role, region, escalated) in [
        (Role::Liaison, GUZHEN, 1),
        (Role::Officer, "4420", 1),
        (Role::Officer, "44", 1),
        (Role::Officer, "4406", 0),
        (Role::Liaison, XIAOLAN, 0),
    ] {
        let found = cockpit(&world, role, region).await;
        assert_eq!(found["escalated"], escalated, "{role} {region}");
        assert_eq!(found["items"].as_array().unwrap().len(), escalated, "{role} {region}");
    }
}

#[tokio::test]
async fn a_case_takes_the_place_of_its_need_until_it_is_lost() {
    let world = on_monday().await;
    let case = world.opened_by(&world.firm).await;
    let found = fresh(&world).await;
    assert_eq!((&found["open"], &found["uncontacted"]), (&json!(1), &json!(0)));
    assert_eq!(found["items"][0]["case"]["stage"], "need_interested");
    set(&world.app, &after(3));
    let provider = world.app.org_member(world.provider_org.id);
    decline(&provider, &case, "capacity").await.expect(200);
    let found = fresh(&world).await;
    assert_eq!((&found["open"], &found["uncontacted"]), (&json!(0), &json!(1)));
    // Its clock starts again with the end of the case.
    assert_eq!(found["items"][0]["clock"]["days"], 0);
}

#[tokio::test]
async fn stages_have_limits_in_working_days_and_the_brokers_own_day_counts() {
    let world = on_monday().await;
    let case = world.opened_by(&world.firm).await;
    accept(&world.provider, &case).await.expect(200);
    set(&world.app, &after(2));
    assert_eq!(fresh(&world).await["overdue"], 0);
    set(&world.app, &after(3));
    let found = fresh(&world).await;
    assert_eq!(
        found["items"][0]["clock"],
        json!({
            "days": 3, "limit": 2, "overdue": true, "stalled": false, "escalated": false,
        })
    );
    let liaison = world.app.liaison(GUZHEN);
    let body = json!({ "to": "introduced", "next_action": "约时间", "due_on": after(4) });
    step(&liaison, &case, body).await.expect(200);
    assert_eq!(fresh(&world).await["overdue"], 0);
    set(&world.app, &after(7));
    let found = fresh(&world).await;
    assert_eq!(found["items"][0]["clock"]["overdue"], true);
    assert_eq!(found["items"][0]["clock"]["days"], 2);
}

#[tokio::test]
async fn the_most_worthwhile_comes_first_and_pages_follow() {
    let world = on_monday().await;
    let titles = ["小额需求", "大额需求", "中额需求"];
    for (title, fen) in titles.iter().zip([5_000_000, 900_000_000, 70_000_000]) {
        NeedBuilder::published(&world.firm_org)
            .title(title)
            .fields(|fields| {
                fields.budget_min = Some(Money(fen));
                fields.budget_max = Some(Money(fen));
            })
            .insert(&world.app);
    }
    let found = fresh(&world).await;
    let items = found["items"].as_array().unwrap();
    let values: Vec<f64> = items.iter().map(|item| item["value"].as_f64().unwrap()).collect();
    assert!(values.windows(2).all(|pair| pair[0] >= pair[1]), "{values:?}");
    assert_eq!(items[0]["need"]["title"], "大额需求");
    assert_eq!(items[0]["value"], 900.0);
    let liaison = world.app.liaison(GUZHEN);
    let first = liaison.get("cockpit?limit=3").await.expect(200).json();
    assert_eq!(first["next_offset"], 3);
    let rest = liaison.get("cockpit?limit=3&offset=3").await.expect(200).json();
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    assert_eq!(rest.get("next_offset"), None);
    let overdue = liaison.get("cockpit?overdue=true").await.expect(200).json();
    assert_eq!(
        (overdue["items"].as_array().unwrap().len(), &overdue["uncontacted"]),
        (0, &json!(4))
    );
    let beyond = liaison.get(&format!("cockpit?offset={}", usize::MAX)).await.expect(200).json();
    assert_eq!((&beyond["items"], &beyond["uncontacted"]), (&json!([]), &json!(4)));
    for bad in ["?limit=101", "?liaison_id=x", "?other=1"] {
        liaison.get(&format!("cockpit{bad}")).await.problem(422, "invalid");
    }
}

#[tokio::test]
async fn a_liaison_who_leaves_hands_over_everything_and_its_history_stays() {
    let world = World::start().await;
    let leaving = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let client = world.app.client(&leaving);
    let mut cases = Vec::new();
    for _ in 0..3 {
        let offer = CapabilityBuilder::published(&world.provider_org).insert(&world.app);
        let body = json!({ "need_id": world.need, "capability_id": offer.id, "note": "我来跟进" });
        let case = client.post_json("cases", body).await.expect(201).json();
        assert_eq!(case["liaison"]["id"], leaving.id.to_string());
        cases.push(format!("cases/{}", case["id"].as_str().unwrap()));
    }
    let officer = world.app.officer("4420");
    let path = format!("liaisons/{}/handover", leaving.id);
    let nobody = world.app.liaison(XIAOLAN).get("me").await.expect(200).json();
    let problem = officer.post_json(&path, json!({ "to": nobody["id"] })).await;
    assert_eq!(pointers(&problem.problem(422, "invalid")), ["/to"]);

    let second = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    // A colleague takes nobody's cases away.
    world.app.client(&second).post_json(&path, json!({})).await.problem(404, "not_found");
    let done = officer.post_json(&path, json!({})).await.expect(200).json();
    assert_eq!(done, json!({ "moved": 3, "needs": 0, "left_alone": 0 }));
    let found = officer.get("cockpit").await.expect(200).json();
    let loads = found["loads"].as_array().unwrap();
    // There were two others: the world's own liaison, and this one.
    let mut open: Vec<i64> = loads.iter().map(|load| load["open"].as_i64().unwrap()).collect();
    open.retain(|count| *count > 0);
    open.sort_unstable();
    assert_eq!(open, [1, 2], "{loads:?}");
    let ids: Vec<&str> = loads.iter().map(|load| load["liaison"]["id"].as_str().unwrap()).collect();
    assert!(ids.contains(&second.id.to_string().as_str()));
    for case in &cases {
        let entries = officer.get(&format!("{case}/entries")).await.expect(200).json();
        let first = entries["items"].as_array().unwrap().last().unwrap();
        assert_eq!(first["note"], "我来跟进");
        assert_eq!(first["actor_name"], client.get("me").await.expect(200).json()["name"]);
    }
    officer.post_json(&path, json!({})).await.problem(404, "not_found");
}

#[tokio::test]
async fn what_is_worth_the_same_stands_on_one_page_only() {
    let world = on_monday().await;
    for _ in 0..7 {
        NeedBuilder::published(&world.firm_org).insert(&world.app);
    }
    let liaison = world.app.liaison(GUZHEN);
    let mut seen = Vec::new();
    for offset in [0, 3, 6] {
        let path = format!("cockpit?limit=3&offset={offset}");
        let page = liaison.get(&path).await.expect(200).json();
        let ids = page["items"].as_array().unwrap().iter().map(|item| item["need"]["id"].clone());
        seen.extend(ids.map(|id| id.as_str().unwrap().to_owned()));
    }
    assert_eq!(seen.len(), 8);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 8);
}

#[tokio::test]
async fn what_is_late_is_counted_and_of_each_liaison_by_her_cases() {
    let world = World::start().await;
    let case = world.mutual().await;
    let id: CaseId = case.trim_start_matches("cases/").parse().unwrap();
    let account = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let give = json!({ "liaison_id": account.id });
    world.liaison.put_json(&format!("{case}/liaison"), give).await.expect(200);
    let (firm, school) = (&world.firm_org, &world.provider_org);
    let long_ago = |day: u32| format!("2026-03-{day:02}").parse().unwrap();
    // Late more than is shown, out of no case; the last of them out of hers.
    for number in 0..52 {
        let of_case = (number == 51).then_some(id);
        let late = |fields: &mut ProjectFields| {
            fields.case_id = of_case;
            fields.milestones[0].due_on = long_ago(1 + number % 20);
        };
        ProjectBuilder::active(firm, school).fields(late).insert(&world.app);
    }
    // Late with a payment and with its registration, out of hers.
    let of_case = |fields: &mut ContractFields| fields.case_id = Some(id);
    ContractBuilder::signed(firm, school).fields(of_case).insert(&world.app);
    let shown = async |query: &str| {
        let path = format!("cockpit?{query}");
        let found = world.liaison.get(&path).await.expect(200).json();
        (found["delays"].as_array().unwrap().clone(), found["delayed"].as_i64().unwrap())
    };
    let (all, count) = shown("").await;
    assert_eq!((all.len(), count), (50, 54));
    let days: Vec<i64> = all.iter().map(|one| one["days"].as_i64().unwrap()).collect();
    assert!(days.is_sorted_by(|one, next| one >= next), "{days:?}");
    let hers = format!("liaison_id={}", account.id);
    let (own, count) = shown(&hers).await;
    let kinds: Vec<&Value> = own.iter().map(|one| &one["what"]).collect();
    assert_eq!(count, 3, "{kinds:?}");
    for what in ["milestone", "payment", "registration"] {
        assert!(kinds.contains(&&json!(what)), "{kinds:?}");
    }
    assert_eq!(shown(&format!("{hers}&unassigned=true")).await.1, 54);
    let other = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    assert_eq!(shown(&format!("liaison_id={}", other.id)).await, (Vec::new(), 0));
    let others = shown(&format!("liaison_id={}&unassigned=true", other.id)).await;
    assert_eq!((others.0.len(), others.1), (50, 51));
}
