//! Granting roles and taking them away.

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::{audited, pointers, text};
use crate::support::{Account, Answer, Client, NeedBuilder, OrgBuilder, TestApp};

async fn grant(client: &Client, account: &Account, body: Value) -> Answer {
    client.post_json(&format!("users/{}/roles", account.id), body).await
}

#[tokio::test]
async fn a_role_works_as_soon_as_it_is_granted_and_no_longer() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let account = app.account(&[]);
    let (admin, client) = (app.admin(), app.client(&account));
    let path = format!("needs/{}", need.id);
    client.get(&path).await.problem(404, "not_found");

    let body = json!({ "role": "org_member", "org_id": org.id });
    let answer = grant(&admin, &account, body.clone()).await.expect(201);
    let location = answer.header("location").to_owned();
    let role = answer.json();
    assert_eq!(location, format!("/api/v1/users/{}/roles/{}", account.id, text(&role["id"])));
    client.get(&path).await.expect(200);
    grant(&admin, &account, body).await.problem(409, "conflict");

    admin.delete(&location).await.expect(204);
    client.get(&path).await.problem(404, "not_found");
    admin.delete(&location).await.problem(404, "not_found");
    let log = audited(&app).await;
    assert!(log.contains(&"role.grant".to_owned()) && log.contains(&"role.revoke".to_owned()));
}

#[tokio::test]
async fn each_role_needs_its_own_binding() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let (admin, account) = (app.admin(), app.account(&[]));
    let cases = [
        (json!({ "role": "org_admin" }), "/org_id"),
        (json!({ "role": "expert", "org_id": uuid::Uuid::nil() }), "/org_id"),
        (json!({ "role": "liaison" }), "/region_code"),
        (json!({ "role": "liaison", "region_code": "4420" }), "/region_code"),
        (json!({ "role": "liaison", "region_code": "442000999" }), "/region_code"),
        (json!({ "role": "officer", "region_code": "442000105" }), "/region_code"),
        (json!({ "role": "officer", "region_code": "98" }), "/region_code"),
        (json!({ "role": "officer", "region_code": "44", "org_id": org.id }), "/org_id"),
        (json!({ "role": "platform_admin", "region_code": "44" }), "/region_code"),
        (json!({ "role": "org_member", "org_id": org.id, "region_code": "44" }), "/region_code"),
    ];
    for (body, pointer) in cases {
        let problem = grant(&admin, &account, body.clone()).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), [pointer], "{body}");
    }
    for body in [
        json!({ "role": "officer", "region_code": "44" }),
        json!({ "role": "officer", "region_code": "4420" }),
        json!({ "role": "liaison", "region_code": "442000105" }),
        json!({ "role": "platform_admin" }),
    ] {
        grant(&admin, &account, body).await.expect(201);
    }
}

#[tokio::test]
async fn officers_appoint_liaisons_below_them_and_nobody_else() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let officer = app.officer("4420");
    let inside = json!({ "role": "liaison", "region_code": "442000105" });
    let location =
        grant(&officer, &account, inside.clone()).await.expect(201).header("location").to_owned();
    assert_eq!(app.client(&account).get("me").await.json()["roles"][0]["role"], "liaison");
    let outside = json!({ "role": "liaison", "region_code": "440606102" });
    grant(&officer, &account, outside).await.problem(403, "forbidden");
    for body in
        [json!({ "role": "officer", "region_code": "4420" }), json!({ "role": "platform_admin" })]
    {
        grant(&officer, &account, body).await.problem(403, "forbidden");
    }
    // A liaison appoints nobody, and does not even know the account.
    let liaison = app.liaison("442000105");
    grant(&liaison, &account, inside.clone()).await.problem(404, "not_found");
    app.officer("4406").delete(&location).await.problem(403, "forbidden");
    app.officer("44").delete(&location).await.expect(204);
    grant(&app.anonymous(), &account, inside).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn managers_give_roles_to_members_and_invite_the_others() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    let member = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let body = json!({ "role": "org_admin", "org_id": org.id });
    let stranger = app.account(&[]);
    grant(&manager, &stranger, body.clone()).await.problem(404, "not_found");
    grant(&app.client(&member), &member, body.clone()).await.problem(403, "forbidden");
    grant(&manager, &member, body).await.expect(201);
    let elsewhere = OrgBuilder::enterprise().insert(&app);
    let body = json!({ "role": "org_member", "org_id": elsewhere.id });
    grant(&manager, &member, body).await.problem(403, "forbidden");
    let liaison = json!({ "role": "liaison", "region_code": "442000105" });
    grant(&manager, &member, liaison).await.problem(403, "forbidden");
}

#[tokio::test]
async fn roles_can_be_laid_down_but_not_the_last_of_the_platform() {
    let app = TestApp::start().await;
    let own = |client: &Client| {
        let client = client.clone();
        async move {
            let me = client.get("me").await.expect(200).json();
            format!("users/{}/roles/{}", text(&me["id"]), text(&me["roles"][0]["id"]))
        }
    };
    let liaison = app.liaison("442000105");
    liaison.delete(&own(&liaison).await).await.expect(204);
    let first = app.admin();
    let path = own(&first).await;
    first.delete(&path).await.problem(409, "conflict");
    let second = app.admin();
    first.delete(&path).await.expect(204);
    second.delete(&own(&second).await).await.problem(409, "conflict");
}
