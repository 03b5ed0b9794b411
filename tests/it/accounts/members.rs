//! The people of an organisation.

use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::text;
use crate::support::{OrgBuilder, TestApp};

#[tokio::test]
async fn members_are_listed_for_colleagues_and_reviewers() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    let both = app.account(&[
        GrantRole::in_org(Role::OrgMember, org.id),
        GrantRole::in_org(Role::Expert, org.id),
    ]);
    let path = format!("organizations/{}/members", org.id);
    let page = app.client(&manager).get(&path).await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    assert_eq!(items[0]["mail"], manager.mail);
    let roles: Vec<&str> =
        items[1]["roles"].as_array().unwrap().iter().map(|role| text(&role["role"])).collect();
    assert_eq!(roles, ["org_member", "expert"]);

    let first = app.client(&both).get(&format!("{path}?limit=1")).await.expect(200).json();
    let next = format!("{path}?limit=1&after={}", text(&first["next"]));
    let second = app.client(&both).get(&next).await.expect(200).json();
    assert_eq!(second["items"][0]["user_id"], both.id.to_string());
    assert!(second["next"].is_null());

    app.liaison("442000105").get(&path).await.expect(200);
    app.officer("4420").get(&path).await.expect(200);
    app.admin().get(&path).await.expect(200);
    app.liaison("440606102").get(&path).await.problem(403, "forbidden");
    app.client(&app.account(&[])).get(&path).await.problem(403, "forbidden");
    app.anonymous().get(&path).await.problem(401, "unauthenticated");
    let hidden = OrgBuilder::enterprise().pending().insert(&app);
    let path = format!("organizations/{}/members", hidden.id);
    app.client(&manager).get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_removed_member_is_out_at_once() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    let member = app.account(&[
        GrantRole::in_org(Role::OrgMember, org.id),
        GrantRole::in_org(Role::Expert, org.id),
    ]);
    let client = app.client(&member);
    let need = json!({ "title": "离职前的需求", "need_kind": "tech_problem" });
    client.post_json("needs", &need).await.expect(201);
    let path = format!("organizations/{}/members/{}", org.id, member.id);
    app.org_member(org.id).delete(&path).await.problem(403, "forbidden");
    manager.delete(&path).await.expect(204);
    manager.delete(&path).await.problem(404, "not_found");
    // The same token, with nothing left to act on.
    let me = client.get("me").await.expect(200).json();
    assert_eq!(me["roles"], json!([]));
    let status = client.post_json("needs", &need).await.status;
    assert!(matches!(status, 403 | 422), "{status}");
}

#[tokio::test]
async fn the_last_manager_stays_until_there_is_another() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let first = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    let path = format!("organizations/{}/members/{}", org.id, first.id);
    let client = app.client(&first);
    let problem = client.delete(&path).await.problem(409, "conflict");
    assert!(problem["detail"].as_str().unwrap().contains("管理员"));
    app.admin().delete(&path).await.problem(409, "conflict");
    app.org_admin(org.id);
    client.delete(&path).await.expect(204);
}

#[tokio::test]
async fn of_two_managers_who_remove_each_other_one_stays() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let [one, two] = [(), ()].map(|()| app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]));
    let path = |id| format!("organizations/{}/members/{id}", org.id);
    let (remove_two, remove_one) = (path(two.id), path(one.id));
    let (one, two) = (app.client(&one), app.client(&two));
    let (first, second) = tokio::join!(one.delete(&remove_two), two.delete(&remove_one));
    let done = [first.status, second.status].iter().filter(|status| **status == 204).count();
    assert_eq!(done, 1, "{} and {}", first.status, second.status);
}
