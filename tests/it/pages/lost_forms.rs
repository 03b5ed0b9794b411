//! Forms whose session has ended, or whose page is out of date: nothing is done, and what was typed comes
//! back to whoever typed it.

use chrono::TimeDelta;
use reqwest::Method;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{Account, Answer, Browser, OrgBuilder, PASSWORD, TestApp};

const TYPED: [(&str, &str); 6] = [
    ("title", "喷粉附着力 <不足>"),
    ("need_kind", "tech_problem"),
    ("problem", "第一行\n第二行 & 更多"),
    ("cooperation_modes", "joint_dev"),
    ("requirement_7_name", "附着力"),
    ("button", "save"),
];

fn member(app: &TestApp) -> Account {
    let org = OrgBuilder::enterprise().insert(app);
    app.account(&[GrantRole::in_org(Role::OrgMember, org.id)])
}

/// Sends a form from a page, as a browser does.
async fn send(browser: &Browser, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
    let token = browser.cookie("townbridge_form").unwrap();
    let mut all = vec![("csrf", token.as_str())];
    all.extend_from_slice(fields);
    let form = browser.form(path, &all).header("referer", format!("http://t.example{page}"));
    browser.send(form).await
}

/// Signs in by the page that an answer leads to; the address that one is led to then.
async fn sign_in(browser: &Browser, account: &Account, answer: &Answer) -> String {
    let page = browser.get(answer.header("location")).await.expect(200);
    assert!(page.only("main [role=status]").contains("保留一小时"), "{page:?}");
    let back = page.attribute("input[name=back]", "value");
    let fields = [("mail", account.mail.as_str()), ("password", PASSWORD), ("back", &back)];
    let answer = browser.submit("/sign-in", &fields).await.expect(303);
    answer.header("location").to_owned()
}

async fn nothing_was_done(app: &TestApp) {
    let needs = app.admin().get("needs").await.expect(200).json();
    assert_eq!(needs["items"], serde_json::json!([]));
}

#[tokio::test]
async fn a_form_outlives_its_session_and_is_not_sent_unasked() {
    let app = TestApp::start().await;
    let account = member(&app);
    let browser = app.browser_of(&account).await;
    browser.get("/needs/new").await.expect(200);
    app.clock.advance(TimeDelta::days(31));
    let answer = send(&browser, "/needs/new", "/needs/new", &TYPED).await.expect(303);
    assert!(answer.header("location").starts_with("/sign-in?done=kept&back=%2Fneeds%2Fnew"));
    let back = sign_in(&browser, &account, &answer).await;
    let page = browser.get(&back).await.expect(200);
    assert_eq!(page.attribute("#title", "value"), "喷粉附着力 <不足>");
    assert_eq!(page.attribute("#need_kind option[selected]", "value"), "tech_problem");
    assert!(page.only("#problem").contains("第一行 第二行 & 更多"));
    assert_eq!(page.attribute("[name=cooperation_modes][checked]", "value"), "joint_dev");
    // The row has no place in an empty form, and is not lost all the same.
    assert_eq!(page.attribute("[name=requirement_7_name]", "value"), "附着力");
    assert_eq!(page.count("[data-kept]"), 1);
    let token = browser.cookie("townbridge_form").unwrap();
    assert!(page.texts("form").len() > 1);
    assert_eq!(page.attribute("main form [name=csrf]", "value"), token, "the token is a new one");
    nothing_was_done(&app).await;
    browser.submit("/needs/new", &TYPED[..3]).await.expect(303);
}

#[tokio::test]
async fn nobody_else_is_given_what_was_typed() {
    let app = TestApp::start().await;
    let (account, other) = (member(&app), member(&app));
    let browser = app.browser_of(&account).await;
    browser.get("/needs/new").await.expect(200);
    app.clock.advance(TimeDelta::days(31));
    let answer = send(&browser, "/needs/new", "/needs/new", &TYPED).await.expect(303);
    // Somebody else signs in in the same browser.
    let back = sign_in(&browser, &other, &answer).await;
    let page = browser.get(&back).await.expect(200);
    assert_eq!((page.count("[data-kept]"), page.attribute("#title", "value")), (0, String::new()));
    browser.submit("/sign-out", &[]).await.expect(303);
    // The same person in another browser.
    let elsewhere = app.browser_of(&account).await;
    assert_eq!(elsewhere.get(&back).await.expect(200).count("[data-kept]"), 0);
    // And nobody at all.
    browser.get(&back).await.expect(303);
    // The person in the browser has it, for an hour.
    let fields = [("mail", account.mail.as_str()), ("password", PASSWORD)];
    browser.submit("/sign-in", &fields).await.expect(303);
    assert_eq!(browser.get(&back).await.expect(200).count("[data-kept]"), 1);
    app.clock.advance(TimeDelta::minutes(61));
    assert_eq!(browser.get(&back).await.expect(200).count("[data-kept]"), 0);
    let removed = townbridge::retention::ops::apply(&app).unwrap();
    assert!(removed >= 1, "it is not removed");
}

#[tokio::test]
async fn a_page_from_before_is_shown_again_with_what_was_typed() {
    let app = TestApp::start().await;
    let (account, other) = (member(&app), member(&app));
    let browser = app.browser_of(&account).await;
    browser.get("/needs/new").await.expect(200);
    let old = browser.cookie("townbridge_form").unwrap();
    // Signed out and in again in another tab.
    browser.submit("/sign-out", &[]).await.expect(303);
    let sign = |account: &Account| account.mail.clone();
    let fields = [("mail", sign(&account)), ("password", PASSWORD.to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
    browser.submit("/sign-in", &fields).await.expect(303);
    assert_ne!(browser.cookie("townbridge_form").unwrap(), old);
    let stale = |title: &'static str| {
        let fields = [("csrf", old.clone()), ("title", title.to_owned())];
        browser.form("/needs/new", &fields)
    };
    let answer = browser.send(stale("旧页")).await.expect(303);
    assert!(answer.header("location").starts_with("/needs/new?kept="), "{answer:?}");
    let page = browser.get(answer.header("location")).await.expect(200);
    assert_eq!(page.attribute("#title", "value"), "旧页");
    nothing_was_done(&app).await;
    // A script's request, another site's form and a token of nobody are refused as they are.
    browser.send(stale("x").header("sec-fetch-mode", "cors")).await.expect(403);
    browser.send(stale("x").header("sec-fetch-site", "cross-site")).await.expect(403);
    let made_up = [("csrf", "0".repeat(48)), ("title", "x".to_owned())];
    browser.send(browser.form("/needs/new", &made_up)).await.expect(403);
    // The page of one person is not followed for another, nor shown to him.
    browser.submit("/sign-out", &[]).await.expect(303);
    let fields = [("mail", other.mail.as_str()), ("password", PASSWORD)];
    browser.submit("/sign-in", &fields).await.expect(303);
    browser.send(stale("旧页")).await.expect(403);
    nothing_was_done(&app).await;
}

#[tokio::test]
async fn files_are_not_kept_and_that_is_said() {
    let app = TestApp::start().await;
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, "442000105")]);
    let browser = app.browser_of(&liaison).await;
    browser.get("/visits/new").await.expect(200);
    app.clock.advance(TimeDelta::days(31));
    let fields = [("findings", "看了压铸线"), ("visited_on", "2026-11-20")];
    let photo: &[u8] = &[7; 50_000];
    let answer = browser.submit_files("/visits/new", &fields, &[("photos", "a.jpg", photo)]).await;
    let back = sign_in(&browser, &liaison, &answer.expect(303)).await;
    let page = browser.get(&back).await.expect(200);
    assert!(page.only("#findings").contains("看了压铸线"));
    assert!(page.only("[data-kept-files]").contains("请重新选择"));
}

#[tokio::test]
async fn what_is_kept_has_bounds() {
    let app = TestApp::start().await;
    let account = member(&app);
    let browser = app.browser_of(&account).await;
    browser.get("/needs/new").await.expect(200);
    app.clock.advance(TimeDelta::days(31));
    let token = browser.cookie("townbridge_form").unwrap();
    let lost = |title: String| {
        let fields = [("csrf", token.clone()), ("title", title)];
        browser.form("/needs/new", &fields)
    };
    let mut first = None;
    for at in 0..6 {
        let answer = browser.send(lost(format!("第{at}份"))).await.expect(303);
        first = first.or(Some(answer.header("location").to_owned()));
    }
    let much = browser.send(lost("长".repeat(80_000))).await;
    much.expect(403);
    // Of one browser the last five.
    let answer = browser.send(browser.request(Method::GET, &first.unwrap())).await.expect(200);
    let back = answer.attribute("input[name=back]", "value");
    let fields = [("mail", account.mail.as_str()), ("password", PASSWORD)];
    browser.submit("/sign-in", &fields).await.expect(303);
    assert_eq!(browser.get(&back).await.expect(200).count("[data-kept]"), 0);
}
