//! The pages that mailed links lead to.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{CONSENT, OrgBuilder, TestApp};

#[tokio::test]
async fn a_forgotten_password_is_set_anew_by_a_mailed_link() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let browser = app.browser();
    browser.get("/reset").await.expect(200);
    let answer = browser.submit("/reset", &[("mail", account.mail.as_str())]).await.expect(303);
    let notice = browser.get(answer.header("location")).await.expect(200);
    assert_eq!(notice.texts("[role=status]").len(), 1);
    let token = app.link_token(&account.mail, 1).await;
    let page = browser.get(&format!("/reset?token={token}")).await.expect(200);
    assert_eq!(page.attribute("input[name=token]", "value"), token);
    // A poor password is said at its field and does not use the link up.
    let page = browser.submit("/reset", &[("token", &token), ("password", "short")]).await;
    assert_eq!(page.expect(200).texts("#password-wrong").len(), 1);
    let fields = [("token", token.as_str()), ("password", "another horse battery")];
    browser.submit("/reset", &fields).await.expect(303);
    let fields = [("mail", account.mail.as_str()), ("password", "another horse battery")];
    browser.submit("/sign-in", &fields).await.expect(303);
    // It works once.
    let fields = [("token", token.as_str()), ("password", "third horse battery")];
    assert_eq!(browser.submit("/reset", &fields).await.expect(200).texts("[role=alert]").len(), 1);
}

#[tokio::test]
async fn an_invitation_makes_an_account_by_its_page() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let path = format!("organizations/{}/invitations", org.id);
    let body = serde_json::json!({ "mail": "new.person@example.com", "role": "org_member" });
    app.org_admin(org.id).post_json(&path, body).await.expect(201);
    let token = app.link_token("new.person@example.com", 1).await;
    let browser = app.browser();
    let page = browser.get(&format!("/invitation?token={token}")).await.expect(200);
    assert!(page.texts("main p")[0].contains(&org.name));
    let fields = [("token", token.as_str()), ("name", ""), ("password", "short")];
    let page = browser.submit("/invitation", &fields).await.expect(200);
    assert_eq!((page.count("#name-wrong"), page.count("#password-wrong")), (1, 1));
    assert_eq!(page.attribute("#consent", "value"), CONSENT);
    assert_eq!(page.count("#consent-wrong"), 1);
    let fields = [
        ("token", token.as_str()),
        ("name", "新人"),
        ("password", "correct horse battery"),
        ("consent", CONSENT),
    ];
    browser.submit("/invitation", &fields).await.expect(303);
    let fields = [("mail", "new.person@example.com"), ("password", "correct horse battery")];
    browser.submit("/sign-in", &fields).await.expect(303);
    let page = browser.get("/account").await.expect(200);
    assert_eq!(page.only("h1"), "新人");
}

#[tokio::test]
async fn an_invitation_of_somebody_with_an_account_asks_to_sign_in_first() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let account = app.account(&[]);
    let path = format!("organizations/{}/invitations", org.id);
    let body = serde_json::json!({ "mail": account.mail, "role": "org_member" });
    let manager = app.person("M", vec![GrantRole::in_org(Role::OrgAdmin, org.id)]);
    manager.post_json(&path, body).await.expect(201);
    let token = app.link_token(&account.mail, 1).await;
    let address = format!("/invitation?token={token}");
    let page = app.browser().get(&address).await.expect(200);
    assert_eq!(page.count("form[action='/invitation']"), 0);
    assert_eq!(page.count("main a[href^='/sign-in?back=']"), 1);
    let browser = app.browser_of(&account).await;
    browser.get(&address).await.expect(200);
    browser.submit("/invitation", &[("token", &token)]).await.expect(303);
    let roles = browser.get("/account").await.expect(200).texts(".tags .tag");
    assert!(roles.iter().any(|role| role.contains(&org.name)), "{roles:?}");
}

#[tokio::test]
async fn a_link_that_does_not_work_is_said_so() {
    let app = TestApp::start().await;
    let browser = app.browser();
    browser.get("/verify?token=nonsense").await.expect(200);
    let page = browser.submit("/verify", &[("token", "nonsense")]).await.expect(200);
    assert_eq!(page.texts("[role=alert]").len(), 1);
    browser.get("/invitation?token=nonsense").await.expect(422);
}

#[tokio::test]
async fn an_organisation_registers_by_its_page_and_the_mailed_link() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let page = browser.get("/register").await.expect(200);
    assert_eq!(page.count("main form[action='/register']"), 1);
    let code = crate::support::credit_code(77_001);
    let mut fields = vec![
        ("organization/name", "中山市明试照明有限公司"),
        ("organization/uscc", "123"),
        ("organization/org_type", "enterprise"),
        ("organization/scale", "small"),
        ("organization/region_code", "没有这个镇"),
        ("organization/industry_code", "C3872"),
        ("organization/contact/phone", "0760-5550188"),
        ("name", "明试"),
        ("mail", "ming.shi@example.com"),
    ];
    // Both mistakes in turn, with what was typed still there; no mail is sent.
    let page = browser.submit("/register", &fields).await.expect(200);
    assert_eq!(page.count("[id='organization/region_code-wrong']"), 1);
    assert_eq!(page.attribute("[name='organization/name']", "value"), fields[0].1);
    fields[4].1 = "古镇镇";
    let page = browser.submit("/register", &fields).await.expect(200);
    assert_eq!(page.count("[id='organization/uscc-wrong']"), 1);
    assert!(app.mails_to("ming.shi@example.com").is_empty());
    fields[1].1 = &code;
    let answer = browser.submit("/register", &fields).await.expect(303);
    let notice = browser.get(answer.header("location")).await.expect(200);
    assert_eq!(notice.texts("[role=status]").len(), 1);
    let token = app.link_token("ming.shi@example.com", 1).await;
    let page = browser.get(&format!("/verify?token={token}")).await.expect(200);
    assert!(page.text().contains("中山市明试照明有限公司"));
    let chosen =
        [("token", token.as_str()), ("password", "lantern festival"), ("consent", CONSENT)];
    browser.submit("/verify", &chosen).await.expect(303);
    let account = [("mail", "ming.shi@example.com"), ("password", "lantern festival")];
    browser.submit("/sign-in", &account).await.expect(303);
    let page = browser.get("/account").await.expect(200);
    assert!(page.texts(".tags .tag").iter().any(|role| role.contains("明试照明")));
    // Who has an account is led to it.
    browser.get("/register").await.expect(303);
}
