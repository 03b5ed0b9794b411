//! What is found for a search, and what is not.

use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;
use townbridge::subscriptions::finding;

use super::{GUZHEN, World};
use crate::support::{NeedBuilder, OrgBuilder};

#[tokio::test]
async fn what_is_published_is_told_at_once_and_once() {
    let world = World::start().await;
    world.need("早先发布的模具需求");
    let path = world.search("at_once").await;
    assert_eq!(world.round().await, 0, "what was there before is not new");
    let need = world.need("压铸模具开裂");
    world.need("陶瓷色差");
    assert_eq!((world.round().await, world.round().await), (1, 0));
    assert_eq!(world.told(&path).await, [need.as_str()]);
    let inbox = world.inbox().await;
    assert_eq!(inbox.len(), 1);
    assert_eq!(inbox[0]["kind"], "subscription_found");
    assert_eq!((inbox[0]["about"].as_str(), &inbox[0]["data"]["count"]), (Some("模具"), &json!(1)));
    assert_eq!(inbox[0]["path"], format!("/{path}"));
    let mails = world.app.mails_to(&world.provider.mail);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].body.contains("压铸模具开裂"), "{}", mails[0].body);
    assert!(mails[0].body.contains(&format!("/sign-in?back=/needs/{need}\n")), "{}", mails[0].body);
    assert!(!mails[0].body.contains("%{"), "{}", mails[0].body);
    world.change(&need, json!({ "title": "压铸模具开裂与粘模", "budget_max": 45 })).await;
    assert_eq!(world.round().await, 0, "never again of the same record");
}

#[tokio::test]
async fn what_comes_to_fit_by_a_change_is_new_and_what_is_confirmed_is_not() {
    let world = World::start().await;
    let (near, far) = (world.need("模具冷却"), world.need("灯罩发黄"));
    let path = world.search("at_once").await;
    world.app.admin().post_json(&format!("needs/{near}/verify"), json!({})).await.expect(200);
    assert_eq!(world.round().await, 0, "confirmed, not changed");
    world.change(&far, json!({ "title": "模具灯罩" })).await;
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [far]);
}

#[tokio::test]
async fn nothing_is_told_that_a_search_would_not_show() {
    let world = World::start().await;
    let path = world.search("at_once").await;
    let query = json!({ "q": "模具" });
    let body = json!({ "name": "模具", "query": query, "frequency": "at_once" });
    let own = world.subscribe_as(&world.firm, body).await;
    let hidden = "模具的热处理工艺不外传".repeat(6);
    NeedBuilder::published(&world.firm_org)
        .title("某关键技术")
        .confidentiality(DisclosureLevel::Nda)
        .problem(&hidden)
        .insert(&world.app);
    NeedBuilder::draft(&world.firm_org).title("模具草稿").insert(&world.app);
    assert_eq!(world.round().await, 0, "neither hidden words nor drafts");
    let open = world.need("模具寿命");
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [open]);
    let finds = world.app.client(&world.firm).get(&format!("{own}/finds")).await.expect(200).json();
    assert_eq!(finds["items"], json!([]), "one's own is no news");
}

#[tokio::test]
async fn of_records_that_say_the_same_one_is_told() {
    let world = World::start().await;
    let path = world.search("at_once").await;
    let other = OrgBuilder::enterprise().town(GUZHEN).insert(&world.app);
    let first = world.need("压铸模具寿命短");
    assert_eq!(world.round().await, 1);
    let repeat = NeedBuilder::published(&other).title("压铸模具寿命短").insert(&world.app);
    assert!(repeat.duplicate_of.is_some(), "they say the same");
    assert_eq!(world.round().await, 0);
    assert_eq!(world.told(&path).await, [first]);
}

#[tokio::test]
async fn who_asks_for_a_state_is_told_what_enters_it() {
    let world = World::start().await;
    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let query = json!({ "status": "submitted", "town": GUZHEN });
    let body = json!({ "name": "待审", "query": query, "frequency": "at_once" });
    let path = world.subscribe_as(&liaison, body).await;
    let need = NeedBuilder::submitted(&world.firm_org).title("待审的需求").insert(&world.app);
    world.need("已发布的需求");
    assert_eq!(world.round().await, 1);
    let finds = world.app.client(&liaison).get(&format!("{path}/finds")).await.expect(200).json();
    assert_eq!(finds["items"].as_array().unwrap().len(), 1);
    assert_eq!(finds["items"][0]["record"]["id"], need.id.to_string());
}

#[tokio::test]
async fn a_subscription_that_cannot_be_asked_holds_nobody_up() {
    let world = World::start().await;
    let broken = world.search("at_once").await;
    let path = world.search("at_once").await;
    let id = broken.trim_start_matches("subscriptions/");
    let spoil =
        format!("UPDATE subscriptions SET query = '{{\"kind\":\"gone\"}}' WHERE id = '{id}'");
    world.app.db.write(|db| Ok(db.execute_batch(&spoil)?)).unwrap();
    let need = world.need("模具抛光");
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [need]);
}

#[tokio::test]
async fn of_two_that_say_the_same_the_one_that_is_left_is_told() {
    let world = World::start().await;
    let path = world.search("daily").await;
    let other = OrgBuilder::enterprise().town(GUZHEN).insert(&world.app);
    let first = world.need("压铸模具寿命短");
    let repeat = NeedBuilder::published(&other).title("压铸模具寿命短").insert(&world.app);
    assert!(repeat.duplicate_of.is_some(), "they say the same");
    let both = NeedBuilder::published(&other).title("模具钢热处理开裂").insert(&world.app);
    let again = world.need("模具钢热处理开裂");
    world.round().await;
    world.step(&format!("needs/{first}"), "withdrawn").await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    let mut told = world.told(&path).await;
    let mut expected = vec![repeat.id.to_string(), both.id.to_string()];
    told.sort();
    expected.sort();
    assert_eq!(told, expected, "and not {again} beside the other");
    let repeated = NeedBuilder::published(&other).title("模具钢热处理开裂").insert(&world.app);
    world.round().await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 0, "{} says what has been told", repeated.id);
}

#[tokio::test]
async fn what_comes_of_an_organisation_that_is_reinstated_is_told() {
    let world = World::start().await;
    let old = world.need("模具甲");
    let (daily, at_once) = (world.search("daily").await, world.search("at_once").await);
    let need = world.need("压铸模具开裂");
    world.round().await;
    assert_eq!(world.told(&at_once).await, [need.as_str()]);
    let org = format!("organizations/{}", world.firm_org.id);
    world.step(&org, "suspended").await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 0, "nobody may know of it now");
    world.step(&org, "verified").await;
    world.round().await;
    world.set_hour(0, 9);
    world.round().await;
    let mut told = world.told(&daily).await;
    let mut expected = vec![old.clone(), need.clone()];
    told.sort();
    expected.sort();
    assert_eq!(told, expected, "both are open again");
    assert_eq!(world.told(&at_once).await, [old, need], "what has been told is not told again");
}

#[tokio::test]
async fn what_is_found_for_a_subscription_that_changes_meanwhile_is_not_kept() {
    let world = World::start().await;
    let client = world.app.client(&world.provider);
    let changed = world.search("daily").await;
    let removed = world.search("daily").await;
    let stopped = world.search("daily").await;
    let kept = world.search("daily").await;
    world.need("模具甲");
    world.app.settle().await;
    let found = finding::look(world.app.service()).await.unwrap().unwrap();
    client.patch_json(&changed, 1, json!({ "query": { "q": "灯罩" } })).await.expect(200);
    client.patch_json(&stopped, 1, json!({ "active": false })).await.expect(200);
    client.patch_json(&stopped, 2, json!({ "active": true })).await.expect(200);
    client.delete(&removed).await.expect(204);
    assert_eq!(finding::keep(world.app.service(), &found).unwrap(), 1);
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&kept).await.len(), 1);
}

#[tokio::test]
async fn what_was_found_of_a_draft_goes_with_it() {
    let world = World::start().await;
    let query = json!({ "kind": "need", "status": "draft" });
    let body = json!({ "name": "草稿", "query": query, "frequency": "at_once" });
    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    world.subscribe_as(&liaison, body).await;
    let draft = NeedBuilder::draft(&world.firm_org).insert(&world.app);
    let kept = NeedBuilder::draft(&world.firm_org).title("模具草稿").insert(&world.app);
    world.round().await;
    let found = || world.said("SELECT record_id AS said FROM subscription_finds");
    assert_eq!(found().len(), 2);
    let path = format!("needs/{}", draft.id);
    let version = i64::from(draft.version);
    world.app.admin().delete_version(&path, version).await.expect(204);
    world.round().await;
    assert_eq!(found(), [kept.id.to_string()]);
}
