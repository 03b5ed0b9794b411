//! What goes wrong between a hand, a browser and a network: buttons pressed twice, the way back, a slow
//! line, two tabs, a session that ends, and browsers that run no script.

use townbridge::accounts::principal::Caller;

use super::driver::{DESK, Driven, NARROW, PHONE, demonstration};
use super::every_page::FIRM;
use super::roles::post_need;
use crate::support::TestApp;

/// Needs with this title.
async fn needs_called(app: &TestApp, title: &str) -> usize {
    let needs = app.admin().get("needs?limit=100").await.expect(200).json();
    let all = needs["items"].as_array().unwrap().iter();
    all.filter(|need| need["title"] == title).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_twice_back_and_again_makes_one_need() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.sign_in(FIRM.1, FIRM.2).await;
    browser.go("/needs/new").await;
    browser.fill("#title", "连点两次的需求").await;
    browser.choose("#need_kind", "tech_problem").await;
    // On a slow line there is time to press again.
    browser.slow_down(400).await;
    browser.double_click(".send button[value=save]").await;
    browser.until("/^.needs.[0-9a-f-]{36}$/.test(location.pathname)").await;
    let made = browser.path().await;
    assert_eq!(needs_called(&app, "连点两次的需求").await, 1);
    // The result is a page of its own: loading it anew sends nothing.
    browser.reload().await;
    browser.until("document.querySelector('h1')").await;
    assert_eq!(browser.path().await, made);
    assert_eq!(needs_called(&app, "连点两次的需求").await, 1);
    // Back at the form nothing is sent either.
    browser.back().await;
    browser.until("location.pathname === '/needs/new'").await;
    assert_eq!(needs_called(&app, "连点两次的需求").await, 1);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_typed_is_saved_on_a_slow_line_and_not_over_another_tab() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.sign_in(FIRM.1, FIRM.2).await;
    browser.slow_down(300).await;
    browser.go("/needs/new").await;
    let first = browser.other_tab().await;
    browser.go("/needs/new").await;
    browser.fill("#title", "第二个标签页").await;
    let state = "document.querySelector('[data-draft-status]').innerText";
    browser.until(&format!("{state}.includes('已自动保存')")).await;
    browser.tab(&first).await;
    browser.fill("#title", "第一个标签页").await;
    browser.until(&format!("{state}.includes('没有覆盖那边')")).await;
    // The console names the status of the answer, which nobody can keep it from.
    let faults = browser.faults("draft-conflict").await;
    assert!(faults.iter().all(|fault| fault.contains("412")), "{faults:?}");
    browser.click("[data-keep-mine]").await;
    browser.until(&format!("{state}.includes('已自动保存')")).await;
    browser.reload().await;
    browser.until("document.querySelector('[data-restored]')").await;
    assert_eq!(browser.value("#title").await, "第一个标签页");
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_that_edit_one_need_show_both_versions() {
    let app = demonstration().await;
    let browser = Driven::open(&app, DESK).await;
    browser.sign_in(FIRM.1, FIRM.2).await;
    browser.go("/account").await;
    let edit = browser.link("main a[href$='/edit']").await;
    browser.go(&edit).await;
    let first = browser.other_tab().await;
    browser.go(&edit).await;
    browser.fill("#title", "另一个标签页先保存").await;
    browser.click(".send button[value=save]").await;
    browser.until("!location.pathname.endsWith('/edit')").await;
    browser.tab(&first).await;
    browser.fill("#title", "这个标签页后保存").await;
    browser.click(".send button[value=save]").await;
    browser.until("document.querySelector('[data-conflict]')").await;
    let said = browser.text("[data-conflict]").await;
    assert!(said.contains("另一个标签页先保存") && said.contains("这个标签页后保存"), "{said}");
    browser.click(".send button[value=save]").await;
    browser.until("!location.pathname.endsWith('/edit')").await;
    assert!(browser.text("h1").await.contains("这个标签页后保存"));
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_ends_while_somebody_types_loses_nothing() {
    let app = demonstration().await;
    let browser = Driven::open(&app, PHONE).await;
    browser.sign_in(FIRM.1, FIRM.2).await;
    browser.go("/needs/new").await;
    browser.fill("#title", "登录过期也不丢").await;
    browser.choose("#need_kind", "tech_problem").await;
    app.clock.advance(chrono::TimeDelta::days(31));
    browser.click(".send button[value=save]").await;
    browser.until("location.pathname === '/sign-in'").await;
    browser.fill("#mail", FIRM.1).await;
    browser.fill("#password", FIRM.2).await;
    browser.click("main form button").await;
    browser.until("document.querySelector('[data-kept]')").await;
    assert_eq!(browser.value("#title").await, "登录过期也不丢");
    assert_eq!(needs_called(&app, "登录过期也不丢").await, 0);
    browser.click(".send button[value=save]").await;
    browser.until("/^.needs.[0-9a-f-]{36}$/.test(location.pathname)").await;
    assert_eq!(needs_called(&app, "登录过期也不丢").await, 1);
    browser.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn from_the_need_over_the_match_to_the_interest_without_scripts() {
    let app = demonstration().await;
    let browser = Driven::open_without_scripts(&app, NARROW).await;
    browser.sign_in(FIRM.1, FIRM.2).await;
    // One question at a time, by the service alone.
    browser.go("/needs/new").await;
    browser.click("[data-mode][value='step:1']").await;
    browser.until("document.querySelector('[data-step=\"2\"][hidden]')").await;
    browser.fill("#title", "没有脚本也能填").await;
    browser.click("[data-next]").await;
    browser.until("document.querySelector('[data-step=\"2\"]:not([hidden])')").await;
    assert_eq!(browser.count("[data-draft-status]:not(:empty)").await, 0, "a script has run");
    browser.click("[data-mode][value='step:0']").await;
    browser.until("!document.querySelector('[data-step][hidden]')").await;
    assert_eq!(browser.value("#title").await, "没有脚本也能填");
    let path = post_need(&browser, "LED路灯驱动电源热设计").await;
    let id: townbridge::needs::model::NeedId = path.rsplit('/').next().unwrap().parse().unwrap();
    let to = townbridge::needs::life::NeedStatus::Published;
    let step = townbridge::needs::ops::TakeNeedStep { to, comment: None, valid_until: None };
    townbridge::needs::ops::take_step(&app, &Caller::system("test"), id, &step).unwrap();
    app.settle().await;
    browser.go(&path).await;
    browser.choose("#match-region", "44").await;
    browser.click("[data-narrowing] button").await;
    browser.until("location.search.includes('region=44')").await;
    for at in [1, 2] {
        browser.click(&format!("[data-match]:nth-of-type({at}) .pick input")).await;
    }
    browser.click("#compare button").await;
    browser.until("location.pathname.endsWith('/compare')").await;
    assert_eq!(browser.count("[data-column]").await, 2);
    browser.click("[data-compare] form[action='/cases'] button").await;
    browser.until("/^.cases.[0-9a-f-]{36}$/.test(location.pathname)").await;
    browser.close().await;
}
