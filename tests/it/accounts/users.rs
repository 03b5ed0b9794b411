//! Accounts: the own one, and those that administrators and officers look after.

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use super::{bearer, exchange, pointers, sign_in, text, tokens};
use crate::support::{OrgBuilder, PASSWORD, TestApp};

fn mails(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|user| text(&user["mail"])).collect()
}

#[tokio::test]
async fn own_name_and_language_can_be_changed_and_nothing_else() {
    let app = TestApp::start().await;
    let client = app.client(&app.account(&[]));
    let body = json!({ "name": " 欧阳 ", "language": "en" });
    let answer = client.patch_json("me", 1, &body).await.expect(200);
    assert_eq!(answer.header("etag"), "\"v2\"");
    let me = answer.json();
    assert_eq!((text(&me["name"]), text(&me["language"])), ("欧阳", "en"));

    client.patch_json("me", 1, &body).await.problem(412, "precondition_failed");
    let request = client.request(Method::PATCH, "me").json(&body);
    client.send(request).await.problem(428, "precondition_required");
    let wrong = json!({ "name": null, "language": "fr" });
    let problem = client.patch_json("me", 2, wrong).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/language", "/name"]);
    let status = json!({ "status": "disabled" });
    client.patch_json("me", 2, status).await.problem(422, "invalid");
    app.anonymous().get("me").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn administrators_create_accounts_that_set_their_password_by_mail() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let body = json!({ "mail": "Shen@Example.com", "name": "沈", "language": "en",
        "roles": [{ "role": "liaison", "region_code": "442000105" }] });
    let answer = admin.post_json("users", &body).await.expect(201);
    let user = answer.json();
    assert_eq!(answer.header("location"), format!("/api/v1/users/{}", text(&user["id"])));
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert_eq!(user["roles"][0]["region_code"], "442000105");
    admin.post_json("users", &body).await.problem(409, "conflict");
    sign_in(&app, "shen@example.com", PASSWORD).await.problem(401, "unauthenticated");
    let token = app.link_token("shen@example.com", 1).await;
    assert_eq!(app.mails_to("shen@example.com")[0].subject, "Townbridge: your account is ready");
    let reset = json!({ "token": token, "password": PASSWORD });
    app.anonymous().post_json("auth/reset-password", reset).await.expect(204);
    sign_in(&app, "shen@example.com", PASSWORD).await.expect(200);

    let wrong = json!({ "mail": "x", "name": "", "password": "short",
        "roles": [{ "role": "expert" }] });
    let problem = admin.post_json("users", wrong).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/mail", "/name", "/password", "/roles/0/org_id"]);
    app.officer("44").post_json("users", &body).await.problem(403, "forbidden");
    app.anonymous().post_json("users", &body).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn a_disabled_person_is_out_at_once() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let tokens = tokens(&app, &account).await;
    let (admin, client) = (app.admin(), bearer(&app, &tokens));
    let path = format!("users/{}", account.id);
    let off = json!({ "status": "disabled" });
    app.officer("44").patch_json(&path, 1, &off).await.problem(403, "forbidden");
    admin.patch_json(&path, 1, &off).await.expect(200);
    client.get("me").await.problem(401, "unauthenticated");
    exchange(&app, &tokens["refresh_token"]).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.problem(401, "unauthenticated");

    admin.patch_json(&path, 2, json!({ "status": "active" })).await.expect(200);
    client.get("me").await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn the_last_administrator_cannot_be_disabled() {
    let app = TestApp::start().await;
    let account = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let client = app.client(&account);
    let path = format!("users/{}", account.id);
    let off = json!({ "status": "disabled" });
    client.patch_json(&path, 1, &off).await.problem(409, "conflict");
    client.get("me").await.expect(200);
    let second = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    client.patch_json(&format!("users/{}", second.id), 1, &off).await.expect(200);
    // A disabled one does not count.
    client.patch_json(&path, 1, &off).await.problem(409, "conflict");
}

#[tokio::test]
async fn administrators_find_people_by_name_mail_role_and_place() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let admin = app.admin();
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, "442000105")]);
    let expert = app.account(&[GrantRole::in_org(Role::Expert, org.id)]);
    let find = |query: String| {
        let admin = admin.clone();
        async move { admin.get(&format!("users?{query}")).await.expect(200).json() }
    };
    assert_eq!(mails(&find("role=liaison".into()).await), [liaison.mail.as_str()]);
    assert_eq!(mails(&find("region=4420".into()).await), [liaison.mail.as_str()]);
    assert_eq!(mails(&find("region=4406".into()).await), Vec::<&str>::new());
    assert_eq!(mails(&find(format!("org_id={}", org.id)).await), [expert.mail.as_str()]);
    assert_eq!(mails(&find(format!("mail={}", expert.mail)).await), [expert.mail.as_str()]);
    let part = expert.mail.split('@').next().unwrap().to_uppercase();
    assert_eq!(mails(&find(format!("q={part}")).await), [expert.mail.as_str()]);
    assert_eq!(mails(&find("q=%25".into()).await), Vec::<&str>::new(), "no wildcard");
    assert_eq!(mails(&find("status=disabled".into()).await), Vec::<&str>::new());

    let first = find("limit=2".into()).await;
    assert_eq!(mails(&first), [expert.mail.as_str(), liaison.mail.as_str()], "newest first");
    let second = find(format!("limit=2&after={}", text(&first["next"]))).await;
    assert_eq!(second["items"].as_array().unwrap().len(), 1);
    admin.get("users?region=9").await.problem(422, "invalid");
    admin.get("users?limit=101").await.problem(422, "invalid");
    admin.get("users?sort=name").await.problem(422, "invalid");
}

#[tokio::test]
async fn officers_see_their_liaisons_and_one_address_at_a_time() {
    let app = TestApp::start().await;
    let near = app.account(&[GrantRole::in_region(Role::Liaison, "442000105")]);
    let far = app.account(&[GrantRole::in_region(Role::Liaison, "440606102")]);
    let plain = app.account(&[]);
    let officer = app.officer("4420");
    let find = |query: String| {
        let officer = officer.clone();
        async move { officer.get(&format!("users{query}")).await.expect(200).json() }
    };
    assert_eq!(mails(&find(String::new()).await), [near.mail.as_str()]);
    assert_eq!(mails(&find("?region=44".into()).await), [near.mail.as_str()]);
    assert_eq!(mails(&find("?region=442000105".into()).await), [near.mail.as_str()]);
    assert_eq!(mails(&find("?region=4406".into()).await), Vec::<&str>::new());
    assert_eq!(mails(&find("?role=platform_admin".into()).await), [near.mail.as_str()]);
    assert_eq!(mails(&find(format!("?mail={}", plain.mail)).await), [plain.mail.as_str()]);
    assert_eq!(mails(&app.officer("44").get("users").await.json()), [far.mail, near.mail.clone()]);
    app.client(&near).get("users").await.problem(403, "forbidden");
    app.anonymous().get("users").await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn accounts_are_shown_to_those_they_concern() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let path = format!("users/{}", account.id);
    app.client(&account).get(&path).await.expect(200);
    app.admin().get(&path).await.expect(200);
    app.officer("4420").get(&path).await.expect(200);
    app.org_admin(org.id).get(&path).await.expect(200);
    app.org_member(org.id).get(&path).await.problem(404, "not_found");
    app.liaison("442000105").get(&path).await.problem(404, "not_found");
    app.anonymous().get(&path).await.problem(401, "unauthenticated");
    app.admin().get(&format!("users/{}", uuid::Uuid::nil())).await.problem(404, "not_found");
    app.admin().get("users/x").await.problem(404, "not_found");
    // Whoever shares the organisation without managing the platform changes nothing.
    let change = json!({ "name": "改名" });
    app.org_admin(org.id).patch_json(&path, 1, &change).await.problem(403, "forbidden");
    app.org_member(org.id).patch_json(&path, 1, &change).await.problem(404, "not_found");
}
