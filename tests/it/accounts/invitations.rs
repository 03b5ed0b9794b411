//! Invitations to an organisation.

use chrono::TimeDelta;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::organizations::model::Organization;

use super::{bearer, pointers, sign_in, text};
use crate::support::{Answer, CONSENT, Client, OrgBuilder, TestApp};

async fn invite(client: &Client, org: &Organization, mail: &str, role: &str) -> Answer {
    let path = format!("organizations/{}/invitations", org.id);
    client.post_json(&path, json!({ "mail": mail, "role": role })).await
}

async fn listed(client: &Client, org: &Organization) -> Vec<Value> {
    let path = format!("organizations/{}/invitations", org.id);
    client.get(&path).await.expect(200).json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_newcomer_joins_by_the_link_with_name_and_password() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    let mail = "newcomer@example.com";
    let answer = invite(&manager, &org, "Newcomer@Example.com", "org_member").await.expect(201);
    let id = answer.json()["id"].clone();
    let location = format!("/api/v1/organizations/{}/invitations/{}", org.id, text(&id));
    assert_eq!(answer.header("location"), location);
    assert_eq!(listed(&manager, &org).await[0]["state"], "open");

    let token = app.link_token(mail, 1).await;
    let visitor = app.anonymous();
    let offer = visitor.post_json("auth/show-invitation", json!({ "token": token })).await;
    let offer = offer.expect(200).json();
    assert_eq!(offer["org"]["name"], org.name);
    assert_eq!(offer["role"], "org_member");
    assert_eq!(offer["has_account"], false);

    let incomplete = json!({ "token": token });
    let problem =
        visitor.post_json("auth/accept-invitation", incomplete).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/consent", "/name", "/password"]);
    let body = json!({ "token": token, "name": "新人", "password": "lantern festival",
        "consent": CONSENT });
    let accepted = visitor.post_json("auth/accept-invitation", &body).await.expect(200).json();
    assert_eq!(accepted["account_created"], true);
    visitor.post_json("auth/accept-invitation", &body).await.problem(422, "invalid");
    assert_eq!(listed(&manager, &org).await[0]["state"], "accepted");

    let tokens = sign_in(&app, mail, "lantern festival").await.expect(200).json();
    let me = bearer(&app, &tokens).get("me").await.expect(200).json();
    assert_eq!(me["roles"][0]["role"], "org_member");
    assert_eq!(me["roles"][0]["org"]["id"], org.id.to_string());
    // It has been used: there is nothing to withdraw.
    let path = format!("organizations/{}/invitations/{}", org.id, text(&id));
    manager.delete(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn who_has_an_account_accepts_signed_in_and_nobody_else_can() {
    let app = TestApp::start().await;
    let (org, other) =
        (OrgBuilder::enterprise().insert(&app), OrgBuilder::university().insert(&app));
    let account = app.account(&[GrantRole::in_org(Role::Expert, other.id)]);
    invite(&app.org_admin(org.id), &org, &account.mail, "expert").await.expect(201);
    let token = app.link_token(&account.mail, 1).await;
    let body = json!({ "token": token, "name": "新人", "password": "lantern festival",
        "consent": CONSENT });
    let accept = |client: Client| {
        let body = body.clone();
        async move { client.post_json("auth/accept-invitation", body).await }
    };
    accept(app.anonymous()).await.problem(401, "unauthenticated");
    accept(app.client(&app.account(&[]))).await.problem(403, "forbidden");
    let accepted = accept(app.client(&account)).await.expect(200).json();
    assert_eq!(accepted["account_created"], false);
    assert_eq!(accepted["user_id"], account.id.to_string());
    let me = app.client(&account).get("me").await.expect(200).json();
    assert_eq!(me["roles"].as_array().unwrap().len(), 2);
    // The name and password in the body were for a newcomer only.
    assert_ne!(me["name"], "新人");
    let again = invite(&app.org_admin(org.id), &org, &account.mail, "expert").await;
    again.problem(409, "conflict");
}

#[tokio::test]
async fn somebody_signed_in_cannot_take_a_newcomers_invitation() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    invite(&app.org_admin(org.id), &org, "new@example.com", "org_admin").await.expect(201);
    let token = app.link_token("new@example.com", 1).await;
    let body = json!({ "token": token, "name": "冒名", "password": "lantern festival",
        "consent": CONSENT });
    let client = app.client(&app.account(&[]));
    client.post_json("auth/accept-invitation", body).await.problem(403, "forbidden");
}

#[tokio::test]
async fn withdrawn_replaced_and_old_invitations_do_not_work() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    let visitor = app.anonymous();
    let mail = "guest@example.com";
    let works = |token: String| {
        let visitor = visitor.clone();
        async move { visitor.post_json("auth/show-invitation", json!({ "token": token })).await }
    };
    let first = invite(&manager, &org, mail, "org_member").await.expect(201).json();
    let first_token = app.link_token(mail, 1).await;
    let path = format!("organizations/{}/invitations/{}", org.id, text(&first["id"]));
    manager.delete(&path).await.expect(204);
    works(first_token).await.problem(422, "invalid");

    invite(&manager, &org, mail, "org_member").await.expect(201);
    let second = app.link_token(mail, 2).await;
    works(second.clone()).await.expect(200);
    invite(&manager, &org, mail, "org_admin").await.expect(201);
    let third = app.link_token(mail, 3).await;
    works(second).await.problem(422, "invalid");
    assert_eq!(listed(&manager, &org).await.len(), 1);

    app.clock.advance(TimeDelta::days(7));
    works(third).await.problem(422, "invalid");
    let manager = app.org_admin(org.id);
    assert_eq!(listed(&manager, &org).await[0]["state"], "expired");
}

#[tokio::test]
async fn only_managers_invite_and_only_to_roles_of_the_organisation() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let hidden = OrgBuilder::enterprise().pending().insert(&app);
    let other = OrgBuilder::enterprise().insert(&app);
    let mail = "x@example.com";
    invite(&app.anonymous(), &org, mail, "expert").await.problem(401, "unauthenticated");
    invite(&app.org_member(org.id), &org, mail, "expert").await.problem(403, "forbidden");
    let outsider = app.org_admin(other.id);
    invite(&outsider, &org, mail, "expert").await.problem(403, "forbidden");
    invite(&outsider, &hidden, mail, "expert").await.problem(404, "not_found");
    let path = format!("organizations/{}/invitations", hidden.id);
    outsider.get(&path).await.problem(404, "not_found");
    invite(&app.admin(), &org, mail, "expert").await.expect(201);
    let manager = app.org_admin(org.id);
    for role in ["platform_admin", "officer", "liaison"] {
        let problem = invite(&manager, &org, mail, role).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/role"]);
    }
    let problem = invite(&manager, &org, "no mail", "expert").await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/mail"]);
}

#[tokio::test]
async fn nobodys_mailbox_is_flooded_with_invitations() {
    let app = TestApp::start_with(|config| config.accounts.attempts_per_account = 2).await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    for _ in 0..2 {
        invite(&manager, &org, "victim@example.com", "expert").await.expect(201);
    }
    invite(&manager, &org, "victim@example.com", "expert").await.problem(429, "rate_limited");
}

#[tokio::test]
async fn invitations_come_in_pages() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let manager = app.org_admin(org.id);
    for number in 0..3 {
        let mail = format!("guest{number}@example.com");
        invite(&manager, &org, &mail, "expert").await.expect(201);
    }
    let path = format!("organizations/{}/invitations?limit=2", org.id);
    let page = manager.get(&path).await.expect(200).json();
    assert_eq!(page["items"][0]["mail"], "guest2@example.com");
    let next = format!("{path}&after={}", text(&page["next"]));
    let page = manager.get(&next).await.expect(200).json();
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["mail"], "guest0@example.com");
    assert!(page["next"].is_null());
    manager.get(&format!("{path}&after=x")).await.problem(422, "invalid");
    manager.get(&format!("{path}&order=up")).await.problem(422, "invalid");
}
