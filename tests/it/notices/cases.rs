//! Who is told what becomes of a case.

use chrono::TimeDelta;
use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases::escalation;
use townbridge::disclosure::DisclosureLevel;

use super::{GUZHEN, World};
use crate::support::NeedBuilder;

#[tokio::test]
async fn sides_and_broker_are_told_each_in_their_turn_and_who_acts_is_not() {
    let world = World::start().await;
    let case = world.opened_by(&world.firm).await;
    assert_eq!(world.kinds(&world.firm).await, Vec::<String>::new());
    assert_eq!(world.kinds(&world.provider).await, ["case_asked"]);
    assert_eq!(world.kinds(&world.liaison).await, ["case_assigned"]);
    assert_eq!(world.kinds(&world.officer).await, Vec::<String>::new());
    world.post(&world.provider, &format!("{case}/answer"), json!({ "answer": "accepted" })).await;
    assert_eq!(world.kinds(&world.firm).await, ["case_answered"]);
    assert_eq!(world.kinds(&world.liaison).await, ["case_answered", "case_assigned"]);
    world.post(&world.liaison, &format!("{case}/steps"), json!({ "to": "introduced" })).await;
    assert_eq!(world.kinds(&world.firm).await, ["case_stepped", "case_answered"]);
    assert_eq!(world.kinds(&world.provider).await, ["case_stepped", "case_asked"]);
    assert_eq!(world.kinds(&world.liaison).await.len(), 2, "her own step");
    let told = world.inbox(&world.firm).await.remove(0);
    assert_eq!(told["record"], json!({ "kind": "case", "id": case.trim_start_matches("cases/") }));
    assert_eq!(told["path"], format!("/{case}"));
    assert_eq!(told["data"]["stage"], "introduced");
    assert!(told["about"].as_str().unwrap().contains("压铸件气孔 ⇄ "), "{told}");
    let mutual = world.inbox(&world.firm).await[1]["text"].as_str().unwrap().to_owned();
    assert!(mutual.ends_with("双方均有意"), "{mutual}");
    let english = world.app.client(&world.firm).in_english().get("inbox").await.json();
    assert!(english["items"][0]["text"].as_str().unwrap().contains("is now Introduced"));
}

#[tokio::test]
async fn a_side_that_is_not_asked_is_told_nothing_and_no_reason_is_ever_told() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    assert_eq!(world.kinds(&world.firm).await, ["case_asked"]);
    assert_eq!(world.kinds(&world.provider).await, ["case_asked"]);
    let no = json!({ "answer": "declined", "reason": "budget", "note": "太贵，另有所选" });
    world.post(&world.firm, &format!("{case}/answer"), no).await;
    for account in [&world.provider, &world.liaison] {
        let inbox = world.inbox(account).await;
        assert_eq!(inbox[0]["data"]["answer"], "declined");
        let said = inbox[0].to_string();
        assert!(!said.contains("budget") && !said.contains("太贵"), "{said}");
        for mail in world.app.mails_to(&account.mail) {
            assert!(!mail.body.contains("太贵") && !mail.body.contains("预算"), "{}", mail.body);
        }
    }
}

#[tokio::test]
async fn what_is_hidden_from_a_reader_by_now_is_told_without_its_text() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org)
        .title("秘而不宣的难题")
        .confidentiality(DisclosureLevel::Public)
        .insert(&world.app);
    let world = World { need: need.id.to_string(), ..world };
    let case = world.opened_by(&world.firm).await;
    let about = world.inbox(&world.provider).await[0]["about"].clone();
    assert!(about.as_str().unwrap().contains("秘而不宣"), "{about}");
    world
        .post(
            &world.liaison,
            &format!("needs/{}/steps", world.need),
            json!({ "to": "suspended", "comment": "核实" }),
        )
        .await;
    let told = world.inbox(&world.provider).await.remove(0);
    assert!(!told.to_string().contains("秘而不宣"), "{told}");
    assert_eq!(told["path"], format!("/{case}"), "the case itself is still theirs");
    // Who has left the organisation keeps the line, not the way in.
    let admin = world.app.admin();
    let user = admin.get(&format!("users/{}", world.provider.id)).await.expect(200).json();
    let role = user["roles"][0]["id"].as_str().unwrap();
    let provider = world.app.client(&world.provider);
    admin.delete(&format!("users/{}/roles/{role}", world.provider.id)).await.expect(204);
    let told = provider.get("inbox").await.expect(200).json()["items"][0].clone();
    assert_eq!((told.get("path"), told.get("record"), told.get("about")), (None, None, None));
}

#[tokio::test]
async fn managers_and_the_author_are_told_and_other_colleagues_are_not() {
    let world = World::start().await;
    let manager = world.app.account(&[GrantRole::in_org(Role::OrgAdmin, world.firm_org.id)]);
    world.opened_by(&world.liaison).await;
    assert_eq!(world.kinds(&manager).await, ["case_asked"]);
    assert_eq!(world.kinds(&world.firm).await, Vec::<String>::new());
}

#[tokio::test]
async fn cases_that_change_hands_are_told_to_who_gets_them() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let other = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let admin = world.app.admin();
    let give = json!({ "liaison_id": other.id });
    admin.put_json(&format!("{case}/liaison"), &give).await.expect(200);
    admin.put_json(&format!("{case}/liaison"), &give).await.expect(200);
    assert_eq!(world.kinds(&other).await, ["case_assigned"], "once");
    let path = format!("liaisons/{}/handover", other.id);
    admin.post_json(&path, json!({ "to": world.liaison.id })).await.expect(200);
    let told = world.inbox(&world.liaison).await.remove(0);
    assert_eq!((&told["kind"], &told["data"]["count"]), (&json!("cases_handed_over"), &json!(1)));
    assert_eq!(told["path"], "/cases");
}

#[tokio::test]
async fn a_case_without_a_liaison_is_told_to_the_officers_above() {
    let world = World::start().await;
    let admin = world.app.admin();
    let user = admin.get(&format!("users/{}", world.liaison.id)).await.expect(200).json();
    let role = user["roles"][0]["id"].as_str().unwrap();
    admin.delete(&format!("users/{}/roles/{role}", world.liaison.id)).await.expect(204);
    let province = world.app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    world.opened_by(&world.firm).await;
    assert_eq!(world.kinds(&world.officer).await, ["case_unbrokered"]);
    assert_eq!(world.kinds(&province).await, Vec::<String>::new(), "the nearest are enough");
}

#[tokio::test]
async fn what_has_waited_too_long_is_told_once_for_each_stage() {
    let world = World::start().await;
    let province = world.app.account(&[GrantRole::in_region(Role::Officer, "44")]);
    let tell = || escalation::tell(world.app.service()).unwrap();
    assert_eq!(tell(), 0);
    world.app.clock.advance(TimeDelta::days(30));
    assert_eq!((tell(), tell()), (1, 0));
    assert_eq!(world.kinds(&world.officer).await, ["need_escalated"]);
    let told = world.inbox(&world.officer).await.remove(0);
    assert_eq!((&told["about"], &told["record"]["kind"]), (&json!("压铸件气孔"), &json!("need")));
    let case = world.opened_by(&world.firm).await;
    assert_eq!(tell(), 0);
    world.app.clock.advance(TimeDelta::days(30));
    assert_eq!((tell(), tell()), (1, 0));
    world.post(&world.provider, &format!("{case}/answer"), json!({ "answer": "accepted" })).await;
    assert_eq!(tell(), 0);
    world.app.clock.advance(TimeDelta::days(30));
    assert_eq!((tell(), tell()), (1, 0));
    let expected = ["case_escalated", "case_escalated", "need_escalated"];
    assert_eq!(world.kinds(&world.officer).await, expected);
    assert_eq!(world.kinds(&province).await, Vec::<String>::new());
    assert!(!world.kinds(&world.liaison).await.contains(&"case_escalated".to_owned()));
}
