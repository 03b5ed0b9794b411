//! Signing in and out with cookies, and forms that only our own pages can send.

use chrono::TimeDelta;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{NeedBuilder, OrgBuilder, PASSWORD, TestApp};

#[tokio::test]
async fn signing_in_leads_back_and_signing_out_ends_the_session() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser();
    let form = browser.get("/sign-in?back=%2Ftowns").await.expect(200);
    assert_eq!(form.attribute("input[name=back]", "value"), "/towns");
    let fields = [("mail", account.mail.as_str()), ("password", PASSWORD), ("back", "/towns")];
    let answer = browser.submit("/sign-in", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/towns");
    let cookies: Vec<&str> =
        answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    for name in ["townbridge_access=", "townbridge_refresh="] {
        let cookie = cookies.iter().find(|cookie| cookie.starts_with(name)).expect(name);
        for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
    }
    let page = browser.get("/account").await.expect(200);
    assert_eq!(page.count("header form[action='/sign-out']"), 1);
    assert!(page.texts(".tags .tag").iter().any(|role| role.contains(&org.name)), "{page:?}");

    let (access, refresh) =
        (browser.cookie("townbridge_access"), browser.cookie("townbridge_refresh"));
    browser.submit("/sign-out", &[]).await.expect(303);
    assert_eq!(browser.cookie("townbridge_access"), None);
    // The session itself has ended, not only this browser's memory of it.
    browser.set_cookie("townbridge_access", &access.unwrap());
    browser.set_cookie("townbridge_refresh", &refresh.unwrap());
    let answer = browser.get("/account").await.expect(303);
    assert_eq!(answer.header("location"), "/sign-in?back=%2Faccount");
}

#[tokio::test]
async fn a_wrong_password_says_so_and_keeps_the_address() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let browser = app.browser();
    browser.get("/sign-in").await.expect(200);
    let fields = [("mail", account.mail.as_str()), ("password", "wrong horse battery")];
    let page = browser.submit("/sign-in", &fields).await.expect(200);
    let refused = "邮箱或密码不正确；如刚刚注册，请先打开邮件中的链接";
    assert_eq!(page.only("[role=alert]"), refused);
    assert_eq!(page.attribute("input[name=mail]", "value"), account.mail);
    assert_eq!(page.attribute("input[name=password]", "value"), "");
    assert_eq!(browser.cookie("townbridge_access"), None);
}

#[tokio::test]
async fn signing_in_does_not_lead_to_another_site() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let browser = app.browser();
    let form = browser.get("/sign-in?back=https%3A%2F%2Fevil.example").await.expect(200);
    assert_eq!(form.attribute("input[name=back]", "value"), "/");
    let fields = [
        ("mail", account.mail.as_str()),
        ("password", PASSWORD),
        ("back", "//evil.example/account"),
    ];
    let answer = browser.submit("/sign-in", &fields).await.expect(303);
    assert_eq!(answer.header("location"), "/account");
}

#[tokio::test]
async fn a_session_is_renewed_on_the_way_and_ends_after_its_last_day() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&app.account(&[])).await;
    let (access, refresh) = (
        browser.cookie("townbridge_access").unwrap(),
        browser.cookie("townbridge_refresh").unwrap(),
    );
    app.clock.advance(TimeDelta::hours(1));
    browser.get("/account").await.expect(200);
    let renewed = browser.cookie("townbridge_refresh").unwrap();
    assert_ne!(browser.cookie("townbridge_access").unwrap(), access);
    assert_ne!(renewed, refresh);
    // A request that was under way with the old cookies is no theft, on whichever node.
    let node = app.beside().await;
    for late in [app.browser(), node.browser()] {
        late.set_cookie("townbridge_access", &access);
        late.set_cookie("townbridge_refresh", &refresh);
        late.get("/account").await.expect(200);
        assert_eq!(late.cookie("townbridge_refresh").unwrap(), renewed);
    }
    browser.get("/account").await.expect(200);
    // Much later it is one, and ends the session for both, on every node.
    app.clock.advance(TimeDelta::hours(1));
    let thief = node.browser();
    thief.set_cookie("townbridge_refresh", &refresh);
    thief.get("/account").await.expect(303);
    browser.get("/account").await.expect(303);
    assert_eq!(browser.cookie("townbridge_access"), None);

    let other = app.browser_of(&app.account(&[])).await;
    app.clock.advance(TimeDelta::days(31));
    other.get("/account").await.expect(303);
}

#[tokio::test]
async fn requests_at_a_time_on_two_nodes_renew_a_session_once() {
    let app = TestApp::start().await;
    let node = app.beside().await;
    let account = app.account(&[]);
    let browser = app.browser_of(&account).await;
    app.clock.advance(TimeDelta::hours(1));
    let refresh = browser.cookie("townbridge_refresh").unwrap();
    let asked: Vec<_> = (0..8)
        .map(|at| {
            let tab = [&app, &node][at % 2].browser();
            tab.set_cookie("townbridge_refresh", &refresh);
            tokio::spawn(async move {
                tab.get("/account").await.expect(200);
                tab.cookie("townbridge_refresh").unwrap()
            })
        })
        .collect();
    let mut renewed = std::collections::BTreeSet::new();
    for tab in asked {
        renewed.insert(tab.await.unwrap());
    }
    assert_eq!(renewed.len(), 1, "the tabs were given different sessions");
    assert!(!renewed.contains(&refresh));
    // A program has no such grace: what it sends twice is taken for a theft at once.
    let program = node.anonymous();
    let body = serde_json::json!({ "refresh_token": refresh });
    program.post_json("auth/refresh", &body).await.problem(401, "unauthenticated");
    let tab = app.browser();
    tab.set_cookie("townbridge_refresh", renewed.first().unwrap());
    tab.get("/account").await.expect(303);
}

#[tokio::test]
async fn worthless_cookies_are_no_error() {
    let app = TestApp::start().await;
    let browser = app.browser();
    browser.set_cookie("townbridge_access", "nonsense");
    browser.set_cookie("townbridge_refresh", "nonsense");
    browser.set_cookie("townbridge_form", "nonsense");
    let page = browser.get("/").await.expect(200);
    assert_eq!(page.count("header a[href='/sign-in']"), 1);
    assert_eq!(browser.cookie("townbridge_access"), None);
    assert_ne!(browser.cookie("townbridge_form").unwrap(), "nonsense");
}

#[tokio::test]
async fn no_form_is_taken_without_its_token() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::submitted(&org).insert(&app);
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let browser = app.browser_of(&admin).await;
    let step = format!("/needs/{}/step", need.id);
    let edit = format!("/needs/{}/edit", need.id);
    let capability_step = format!("/capabilities/{}/step", need.id);
    let forms = [
        "/sign-in",
        "/sign-out",
        "/match",
        "/verify",
        "/reset",
        "/invitation",
        "/needs/new",
        edit.as_str(),
        step.as_str(),
        capability_step.as_str(),
    ];
    for path in forms {
        let fields = [("to", "published"), ("text", "x")];
        let page = browser.submit_bare(path, &fields).await.expect(403);
        assert_eq!(page.attribute("[data-error]", "data-error"), "forbidden", "{path}");
        let wrong = "0".repeat(48);
        let fields = [("csrf", wrong.as_str()), ("to", "published")];
        browser.submit_bare(path, &fields).await.expect(403);
    }
    // The right token does not help a form of another site.
    let token = browser.cookie("townbridge_form").unwrap();
    let foreign = browser.form(&step, &[("csrf", token.as_str()), ("to", "published")]);
    let foreign = foreign.header("sec-fetch-site", "cross-site");
    browser.send(foreign).await.expect(403);
    let now = app.admin().get(&format!("needs/{}", need.id)).await.expect(200).json();
    assert_eq!(now["status"], "submitted");
    browser.submit(&step, &[("to", "published")]).await.expect(303);
}

#[tokio::test]
async fn pages_that_need_a_person_lead_to_the_sign_in() {
    let app = TestApp::start().await;
    for path in ["/account", "/needs/new"] {
        let answer = app.browser().get(path).await.expect(303);
        assert!(answer.header("location").starts_with("/sign-in?back="), "{path}");
    }
}
