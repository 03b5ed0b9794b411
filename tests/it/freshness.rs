//! Whether records are still open: confirmed by their owners, asked about by mail, shown with them.

use chrono::TimeDelta;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::jobs;
use townbridge::jobs::outbox::deliver_due;

use crate::support::{
    Account, CapabilityBuilder, Manner, NeedBuilder, OrgBuilder, SmtpServer, TestApp,
};

fn days(count: i64) -> TimeDelta {
    TimeDelta::days(count)
}

fn asked(app: &TestApp, account: &Account) -> usize {
    app.mails_to(&account.mail).len()
}

#[tokio::test]
async fn confirming_a_record_is_a_step_of_its_life() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    app.clock.advance(days(30));
    let member = app.org_member(org.id);
    let path = format!("needs/{}", need.id);
    let before = member.get(&path).await.expect(200).json();
    let answer = member.post_json(&format!("{path}/verify"), json!(null)).await.expect(200);
    let (tag, change, after) = (answer.header("etag").to_owned(), answer.change(), answer.json());
    assert_eq!(tag, format!("\"v{}\"", after["version"]));
    assert_eq!(after["version"], json!(before["version"].as_i64().unwrap() + 1));
    assert!(after["last_verified_at"].as_str() > before["last_verified_at"].as_str());
    assert!(
        after["valid_until"].as_str() > before["valid_until"].as_str(),
        "it stays valid longer"
    );
    assert_eq!(after["status"], "published");
    let steps = member.get(&format!("{path}/steps")).await.expect(200).json();
    let last = steps.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["from_status"], &last["to_status"]),
        (&json!("published"), &json!("published"))
    );
    let log = app.admin().get("audit?limit=100").await.expect(200).json();
    assert!(
        log["items"].as_array().unwrap().iter().any(|it| it["action"] == "need.verify"),
        "{log}"
    );

    app.wait_indexed(change).await;
    app.clock.advance(days(12));
    let found = app.anonymous().get("search?q=LED&kind=need").await.expect(200).json();
    assert_eq!(found["hits"][0]["record"]["last_verified_at"], after["last_verified_at"]);
    let page = app.browser();
    page.set_cookie("townbridge_language", "en");
    let shown = page.get("/search?q=LED&kind=need").await.expect(200);
    assert_eq!(shown.only("[data-verified]"), "Confirmed 12 days ago");
}

#[tokio::test]
async fn only_what_waits_for_a_partner_can_be_confirmed() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let draft = NeedBuilder::draft(&org).insert(&app);
    let member = app.org_member(org.id);
    let path = format!("needs/{}/verify", draft.id);
    let problem = member.post_json(&path, json!(null)).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!(["submitted", "withdrawn"]), "{problem}");
    let open = CapabilityBuilder::published(&org).insert(&app);
    app.clock.advance(days(731));
    jobs::expiry::sweep(&app).unwrap();
    let path = format!("capabilities/{}/verify", open.id);
    app.org_member(org.id).post_json(&path, json!(null)).await.problem(409, "conflict");
}

#[tokio::test]
async fn owners_are_asked_once_before_a_record_lapses() {
    let app = TestApp::start_with(|config| config.records.verify_after_days = 0).await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    NeedBuilder::draft(&org).insert(&app);
    let [manager, member] = [Role::OrgAdmin, Role::OrgMember]
        .map(|role| app.account(&[GrantRole::in_org(role, org.id)]));
    let stranger = OrgBuilder::enterprise().insert(&app);
    let stranger = app.account(&[GrantRole::in_org(Role::OrgAdmin, stranger.id)]);
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0, "it has half a year");
    app.clock.advance(days(170));
    let beside = app.beside().await;
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 1);
    assert_eq!(jobs::renewal::ask(&beside).unwrap(), 0, "another node has asked");
    assert_eq!([&manager, &member, &stranger].map(|who| asked(&app, who)), [1, 0, 0]);
    let mail = app.mails_to(&manager.mail).remove(0);
    assert!(mail.body.contains(&format!("/sign-in?back=/needs/{}", need.id)), "{}", mail.body);
    assert!(mail.body.contains(need.fields.title.as_deref().unwrap()), "{}", mail.body);

    // Confirmed, it is asked about half a year later; otherwise it lapses.
    let path = format!("needs/{}/verify", need.id);
    app.org_member(org.id).post_json(&path, json!(null)).await.expect(200);
    app.clock.advance(days(160));
    assert_eq!(jobs::expiry::sweep(&app).unwrap(), 0);
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0);
    app.clock.advance(days(10));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 1);
    assert_eq!(asked(&app, &manager), 2);
    app.clock.advance(days(20));
    assert_eq!(jobs::expiry::sweep(&app).unwrap(), 1);
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0, "it has lapsed");
}

#[tokio::test]
async fn what_nobody_has_confirmed_for_long_is_asked_about_once_in_that_time() {
    let app = TestApp::start_with(|config| config.records.renewal_notice_days = 0).await;
    let org = OrgBuilder::university().insert(&app);
    for _ in 0..25 {
        CapabilityBuilder::published(&org).insert(&app);
    }
    let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    app.clock.advance(days(89));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0);
    app.clock.advance(days(2));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 25);
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0);
    assert_eq!(asked(&app, &manager), 1, "one mail about all");
    let mail = app.mails_to(&manager.mail).remove(0);
    assert_eq!(mail.body.matches("/sign-in?back=/capabilities/").count(), 20);
    app.clock.advance(days(80));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 0);
    app.clock.advance(days(11));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 25);
}

#[tokio::test]
async fn the_question_leaves_by_mail_and_its_link_leads_to_the_button() {
    let server = SmtpServer::start(Manner::Accepting).await;
    let app = TestApp::start_with(server.settings()).await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    app.clock.advance(days(100));
    assert_eq!(jobs::renewal::ask(&app).unwrap(), 1);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 1);
    let seen = server.seen();
    assert_eq!(seen.mails.len(), 1);
    assert_eq!(seen.mails[0].0, manager.mail);

    let browser = app.browser_of(&manager).await;
    let back = format!("/needs/{}", need.id);
    let way = browser.get(&format!("/sign-in?back={back}")).await.expect(303);
    assert_eq!(way.header("location"), back);
    let page = browser.get(&back).await.expect(200);
    assert_eq!(page.only("[data-fresh] button"), "仍然有效");
    browser.submit(&format!("{back}/verify"), &[]).await.expect(303);
    let shown: Value = app.org_member(org.id).get(&back[1..]).await.expect(200).json();
    assert!(shown["last_verified_at"].as_str().unwrap() > shown["published_at"].as_str().unwrap());
    let visitor = app.browser().get(&back).await.expect(200);
    assert_eq!(visitor.count("[data-fresh]"), 0);
    app.clock.advance(days(181));
    jobs::expiry::sweep(&app).unwrap();
    let manager = app.browser_of(&manager).await;
    assert_eq!(manager.get(&back).await.expect(200).only("[data-fresh] button"), "续期");
}
