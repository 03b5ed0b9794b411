//! A day of roles by real clicks: on a phone in Chinese and on a desk in English.

use super::driver::{DESK_EN, Driven, PHONE, Window, demonstration};
use super::every_page::{ADMIN, LIAISON, OFFICER, PROVIDER, Person};
use crate::support::TestApp;

const BOTH: [Window; 2] = [PHONE, DESK_EN];

async fn entered(app: &TestApp, window: Window, who: Person) -> Driven {
    let browser = Driven::open(app, window).await;
    browser.sign_in(who.1, who.2).await;
    browser
}

#[tokio::test(flavor = "multi_thread")]
async fn a_provider_writes_a_capability_and_shows_interest_in_a_need() {
    let app = demonstration().await;
    for window in BOTH {
        let browser = entered(&app, window, PROVIDER).await;
        browser.go("/capabilities/new").await;
        let title = format!("路灯驱动电源电容寿命评估 {}", window.language);
        browser.fill("#title", &title).await;
        browser.choose("#asset_kind", "achievement").await;
        browser
            .fill("#summary", "用加速寿命试验评估路灯驱动电源的电解电容，给出热设计与降额建议。")
            .await;
        browser.click("main form button[value=save]").await;
        browser.until("/^.capabilities.[0-9a-f-]{36}$/.test(location.pathname)").await;
        assert!(browser.text("h1").await.contains(&title));
        // A draft shows what it would find; interest comes with what is published.
        browser.until("document.querySelectorAll('[data-match]').length > 0").await;
        assert_eq!(browser.count("form[action='/cases']").await, 0);
        browser.go("/account").await;
        let published =
            "main tr:has(a[href^='/capabilities/']) a[href^='/capabilities/']:not([href$='/new'])";
        let address = browser.link(published).await;
        browser.go(&address).await;
        if browser.count("form[action='/cases']").await > 0 {
            browser.click("form[action='/cases'] button").await;
            browser.until("/^.cases.[0-9a-f-]{36}$/.test(location.pathname)").await;
        }
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_liaison_goes_from_the_cockpit_over_a_visit_to_the_next_step() {
    let app = demonstration().await;
    for window in BOTH {
        let browser = entered(&app, window, LIAISON).await;
        browser.go("/cockpit").await;
        browser.click("main a[href^='/cases/']").await;
        browser.until("/^.cases.[0-9a-f-]{36}$/.test(location.pathname)").await;
        let case = browser.path().await;
        browser.click("[data-log-visit]").await;
        browser.until("location.pathname === '/visits/new'").await;
        if browser.value("#firm").await.is_empty() {
            browser.fill("#firm", "中山市耀岚照明科技有限公司").await;
        }
        browser.fill("#findings", "看了老化房，样品已经备好。").await;
        browser.fill("#people", "黄工").await;
        browser.click("main form.phone > button").await;
        browser.until("/^.(visits|cases).[0-9a-f-]{36}/.test(location.pathname)").await;
        browser.go(&case).await;
        let before = browser.count(".timeline li").await;
        browser.fill("#note-step", "双方约定下周送样。").await;
        browser.click("form[action$='/step'] p button").await;
        browser
            .until(&format!("document.querySelectorAll('.timeline li').length > {before}"))
            .await;
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_officer_looks_behind_a_figure_and_locks_a_period() {
    let app = demonstration().await;
    for (window, period) in BOTH.into_iter().zip(["2025-Q4", "2025-Q3"]) {
        let browser = entered(&app, window, OFFICER).await;
        browser.go("/reports?by=town").await;
        browser.click("[data-report] tbody td a").await;
        browser.until("location.pathname === '/reports/records'").await;
        assert!(!browser.text("main h1").await.is_empty());
        browser.go("/reports").await;
        browser.fill("#lock-period", period).await;
        browser.click("form[action='/reports/locks'] > button").await;
        browser.until("/^.reports.locks.[0-9a-f-]{36}/.test(location.pathname)").await;
        assert!(browser.text("main").await.contains(period));
        browser.close().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_disables_somebody_and_changes_a_message() {
    let app = demonstration().await;
    for window in BOTH {
        let browser = entered(&app, window, ADMIN).await;
        browser.go(&format!("/admin/users?q={}", PROVIDER.1)).await;
        browser.click("main table a[href^='/admin/users/']").await;
        browser.until("/^.admin.users.[0-9a-f-]{36}$/.test(location.pathname)").await;
        browser.click("form[action$='/status'] button[value=disabled]").await;
        browser
            .until("document.querySelector('form[action$=\"/status\"] button[value=active]')")
            .await;
        let refused = Driven::open(&app, window).await;
        refused.go("/sign-in").await;
        refused.fill("#mail", PROVIDER.1).await;
        refused.fill("#password", PROVIDER.2).await;
        refused.click("main form button").await;
        refused.until("document.querySelector('main [role=alert]')").await;
        refused.close().await;
        browser.click("form[action$='/status'] button[value=active]").await;
        browser
            .until("document.querySelector('form[action$=\"/status\"] button[value=disabled]')")
            .await;
        browser.go("/admin/messages").await;
        browser.click("main table a").await;
        browser.until("location.pathname.split('/').length > 4").await;
        let input = "main form.card input:not([type=hidden])";
        let before = browser.value(input).await;
        browser.fill(input, &format!("{before} · {}", window.language)).await;
        browser.click("button[value=save]").await;
        browser
            .until(&format!(
                "document.querySelector({input:?})?.defaultValue.endsWith('{}')",
                window.language
            ))
            .await;
        browser.close().await;
    }
}
