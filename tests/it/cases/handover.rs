//! Who answers for needs and cases, and what becomes of them when she leaves.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::allotment;
use townbridge::needs::model::NeedId;
use townbridge::needs::store;

use super::{GUZHEN, World, XIAOLAN};
use crate::support::{Account, Client, NeedBuilder};

/// Who answers for a need.
fn broker(world: &World, need: &str) -> Option<UserId> {
    let id: NeedId = need.parse().unwrap();
    let found = world.app.service().db.read(|db| store::find_unscoped(db, id)).unwrap();
    found.unwrap().broker_id
}

fn liaison(world: &World) -> Account {
    world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)])
}

fn needs(world: &World, count: usize) -> Vec<String> {
    let new = |_| NeedBuilder::published(&world.firm_org).insert(&world.app).id.to_string();
    (0..count).map(new).collect()
}

async fn notices(client: &Client, kind: &str) -> Vec<Value> {
    let inbox = client.get("inbox?limit=100").await.expect(200).json();
    let all = inbox["items"].as_array().unwrap().iter();
    all.filter(|one| one["kind"] == kind).cloned().collect()
}

#[tokio::test]
async fn needs_go_to_the_liaisons_with_the_least_to_do_and_stay_there() {
    let world = World::start().await;
    let (second, third) = (liaison(&world), liaison(&world));
    // With an open case, the second has one thing to do already.
    let case = world.opened_by(&world.app.client(&second)).await;
    let all = needs(&world, 4);
    assert_eq!(allotment::allot(world.app.service()).unwrap(), 5);
    assert_eq!(allotment::allot(world.app.service()).unwrap(), 0);
    let of = |person: UserId| all.iter().filter(|one| broker(&world, one) == Some(person)).count();
    let own = world.liaison.get("me").await.expect(200).json()["id"].as_str().unwrap().parse();
    let own: UserId = own.unwrap();
    let shares = [of(own), of(second.id), of(third.id)];
    assert_eq!(shares.iter().sum::<usize>(), 4);
    assert!(shares[1] <= 1 && shares[0] >= 1 && shares[2] >= 1, "{shares:?}");
    let told = notices(&world.app.client(&third), "needs_allotted").await;
    assert_eq!(told.len(), 1, "{told:?}");
    // A case that a side opens is brokered by who answers for the need.
    let mine = all.iter().find(|one| broker(&world, one) == Some(third.id)).unwrap();
    let body = json!({ "need_id": mine, "capability_id": world.capability });
    let opened = world.firm.post_json("cases", body).await.expect(201).json();
    assert_eq!(opened["liaison"]["id"], json!(third.id));
    // A town without a liaison has nobody yet; with the first one, its needs are hers.
    let elsewhere = crate::support::OrgBuilder::enterprise().town(XIAOLAN).insert(&world.app);
    let need = NeedBuilder::published(&elsewhere).insert(&world.app).id.to_string();
    assert_eq!(allotment::allot(world.app.service()).unwrap(), 0);
    let first = world.app.account(&[GrantRole::in_region(Role::Liaison, XIAOLAN)]);
    assert_eq!(allotment::allot(world.app.service()).unwrap(), 1);
    assert_eq!(broker(&world, &need), Some(first.id));
    // The firm's own change of its need leaves it where it is.
    let path = format!("needs/{mine}");
    let shown = world.firm.get(&path).await.expect(200);
    let etag = shown.header("etag").to_owned();
    let request = world.firm.request(reqwest::Method::PATCH, &path).header("if-match", etag);
    let body = json!({ "title": "大功率灯具散热结构与材料的优化" });
    world.firm.send(request.json(&body)).await.expect(200);
    assert_eq!(broker(&world, mine), Some(third.id));
    world.liaison.get(&case).await.expect(200);
}

#[tokio::test]
async fn who_is_no_liaison_any_more_leaves_nothing_behind() {
    let world = World::start().await;
    let leaving = liaison(&world);
    let client = world.app.client(&leaving);
    let case = world.opened_by(&client).await;
    let visit = json!({ "org_id": world.firm_org.id, "findings": "压铸件气孔多，抛光后报废。" });
    let visit = client.post_json("visits", visit).await.expect(201);
    let before = needs(&world, 2);
    allotment::allot(world.app.service()).unwrap();
    assert!(before.iter().any(|need| broker(&world, need) == Some(leaving.id)));
    let officer = world.app.officer("4420");
    let roles = officer.get(&format!("users/{}", leaving.id)).await.expect(200).json();
    let role = roles["roles"][0]["id"].as_str().unwrap().to_owned();
    officer.delete(&format!("users/{}/roles/{role}", leaving.id)).await.expect(204);
    let own = world.liaison.get("me").await.expect(200).json()["id"].clone();
    assert_eq!(world.liaison.get(&case).await.expect(200).json()["liaison"]["id"], own);
    for need in &before {
        assert_eq!(json!(broker(&world, need)), own);
    }
    assert_eq!(notices(&world.liaison, "cases_handed_over").await.len(), 1);
    // The successor goes on with the visit, and its author stays its author.
    let path = visit.header("location").to_owned();
    let shown = world.liaison.get(&path).await.expect(200);
    let view = shown.json();
    assert_eq!(view["editable"], json!(true));
    let request = world.liaison.request(reqwest::Method::PATCH, &path);
    let request = request.header("if-match", shown.header("etag"));
    let body = json!({ "findings": "压铸件气孔多；已约省材料院复检。" });
    let changed = world.liaison.send(request.json(&body)).await.expect(200).json();
    assert_eq!(changed["author_name"], view["author_name"]);
    // Nobody is left in the town: the officers hear of it, and the case has no liaison.
    let admin = world.app.admin();
    let last = own.as_str().unwrap();
    let shown = admin.get(&format!("users/{last}")).await.expect(200);
    let request = admin.request(reqwest::Method::PATCH, &format!("users/{last}"));
    let request = request.header("if-match", shown.header("etag"));
    admin.send(request.json(&json!({ "status": "disabled" }))).await.expect(200);
    let view = officer.get(&case).await.expect(200).json();
    assert_eq!(view.get("liaison"), None, "{view}");
    assert_eq!(broker(&world, &before[0]), None);
    assert_eq!(notices(&officer, "case_unbrokered").await.len(), 1);
}
