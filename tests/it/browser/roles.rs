//! A day of each role by real clicks: on a phone in Chinese and on a desk in English.

use townbridge::accounts::principal::Caller;
use townbridge::capabilities;
use townbridge::capabilities::model::CapabilityId;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::NeedId;
use townbridge::needs::ops::{self, TakeNeedStep};

use super::driver::{DESK_EN, Driven, PHONE, Window, demonstration};
use super::every_page::{ADMIN, FIRM, LIAISON, OFFICER, PROVIDER, Person};
use crate::support::{CapabilityBuilder, TestApp};

const BOTH: [Window; 2] = [PHONE, DESK_EN];

async fn entered(app: &TestApp, window: Window, who: Person) -> Driven {
    let browser = Driven::open(app, window).await;
    browser.sign_in(who.1, who.2).await;
    browser
}

/// Fills in what a need has to say before it may be reviewed, and sends it.
pub(super) async fn post_need(browser: &Driven, title: &str) -> String {
    browser.go("/needs/new").await;
    browser.fill("#title", title).await;
    browser.choose("#need_kind", "tech_problem").await;
    browser
        .fill("#problem", "户外路灯驱动电源夏季高温批量失效，电解电容寿命不足，需要热设计与电容寿命评估方案，三年失效率降到百分之一以内，单灯成本增加不超过十二元。")
        .await;
    browser.fill("#background", "换过两个牌子的电容，好一阵又来。").await;
    browser.choose("#tech_field", "electronic_information").await;
    browser.choose("#industry_code", "C38").await;
    browser.fill("#keywords", "LED驱动电源 电解电容 热设计").await;
    browser.choose("#target_trl", "8").await;
    browser.fill_day("#deadline", "2099-05-31").await;
    browser.fill("[name=requirement_0_name]", "三年失效率").await;
    browser.fill("[name=requirement_0_value]", "1").await;
    browser.fill("#budget_max", "60").await;
    browser.click("[name=cooperation_modes]").await;
    browser.choose("#confidentiality", "members").await;
    browser.fill("#public_summary", "求LED路灯驱动电源热设计与电容寿命方案。").await;
    browser.fill("#contact_name", "黄工").await;
    browser.fill("#contact_phone", "0760-5550101").await;
    browser.click(".send button[value=submit]").await;
    browser.until("/^.needs.[0-9a-f-]{36}$/.test(location.pathname)").await;
    browser.path().await
}

async fn publish(app: &TestApp, path: &str) {
    let id: NeedId = path.rsplit('/').next().unwrap().parse().unwrap();
    let step = TakeNeedStep { to: NeedStatus::Published, comment: None, valid_until: None };
    ops::take_step(app, &Caller::system("test"), id, &step).unwrap();
    app.settle().await;
}

/// Another capability of the same owner, which is published; gives the path of its page.
fn published_beside(app: &TestApp, path: &str, title: &str) -> String {
    let id: CapabilityId = path.rsplit('/').next().unwrap().parse().unwrap();
    let draft = capabilities::ops::show(app, &Caller::system("test"), id).unwrap();
    let owner = draft.org.unwrap().id;
    let published = CapabilityBuilder::published_of(owner).title(title).insert(app);
    format!("/capabilities/{}", published.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firm_posts_a_need_compares_matches_and_writes_to_one() {
    let app = demonstration().await;
    for window in BOTH {
        let browser = entered(&app, window, FIRM).await;
        let title = format!("LED路灯驱动电源热设计 {}", window.language);
        let path = post_need(&browser, &title).await;
        publish(&app, &path).await;
        browser.go(&path).await;
        // In place: neither a new page nor another focus.
        browser.ask("window.kept = true").await;
        browser.choose("#match-kinds", "achievement").await;
        browser.until("location.search.includes('kinds=achievement')").await;
        assert_eq!(browser.ask("return window.kept").await, true, "the page was loaded anew");
        assert_eq!(browser.ask("return document.activeElement.id").await, "match-kinds");
        browser.choose("#match-kinds", "").await;
        browser.until("!location.search.includes('kinds=achievement')").await;
        browser.until("document.querySelectorAll('[data-match]').length > 3").await;
        assert_eq!(browser.faults("need-with-matches").await, Vec::<String>::new());
        for at in [1, 2, 3] {
            browser.click(&format!("[data-match]:nth-of-type({at}) .pick input")).await;
        }
        // More cannot be chosen.
        assert!(browser.count(".pick input:disabled").await >= 1);
        browser.click("#compare button").await;
        browser.until("location.pathname.endsWith('/compare')").await;
        assert_eq!(browser.count("[data-column]").await, 3);
        assert_eq!(browser.faults("compare").await, Vec::<String>::new());
        browser.click("[data-compare] form[action='/cases'] button").await;
        browser.until("/^.cases.[0-9a-f-]{36}$/.test(location.pathname)").await;
        if browser.count("details:not([open]) #note-note").await > 0 {
            browser.click("details:has(#note-note) summary").await;
        }
        browser.fill("#note-note", "请问能来厂里看一次吗？").await;
        browser.click("form[action$='/note'] button").await;
        browser.until("document.querySelector('.timeline')?.innerText.includes('能来厂里')").await;
        browser.close().await;
    }
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
        let published = published_beside(&app, &browser.path().await, &title);
        app.settle().await;
        browser.go(&published).await;
        browser.click("form[action='/cases'] button").await;
        browser.until("/^.cases.[0-9a-f-]{36}$/.test(location.pathname)").await;
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
