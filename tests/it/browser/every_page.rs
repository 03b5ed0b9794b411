//! Every kind of page, as each role sees it, on a desk and on a phone, in both languages: nothing that
//! axe-core objects to, nothing on the console, nothing beside the window. Pictures are kept in
//! `target/screenshots`.

use super::driver::{DESK, DESK_EN, Driven, PHONE, Window, demonstration};
use crate::support::TestApp;

/// Name, mail address and password of somebody in the demonstration.
pub(super) type Person = (&'static str, &'static str, &'static str);

pub(super) const FIRM: Person =
    ("firm", "huang.yuting@yaolan-lighting.example", "demo-Yaolan-2026");
pub(super) const PROVIDER: Person =
    ("provider", "fan.zhixing@lingnan-tech.example", "demo-Lingnan-2026");
pub(super) const LIAISON: Person =
    ("liaison", "liang.siheng@guzhen-town.example", "demo-Guzhen-2026");
pub(super) const OFFICER: Person =
    ("officer", "ouyang.lan@zs-science.example", "demo-Zhongshan-2026");
pub(super) const ADMIN: Person = ("admin", "admin@townbridge.example", "demo-Admin-2026");

/// Pages by their address, or by the page and the link on it that leads there.
const OPEN: [&str; 17] = [
    "/",
    "/search?q=散热",
    "/search?kind=need",
    "/search?q=绝无此物",
    "/search?kind=need > [data-hit] h3 a",
    "/search?kind=capability > [data-hit] h3 a",
    "/towns",
    "/towns/442000105",
    "/platforms",
    "/events",
    "/match",
    "/sign-in",
    "/register",
    "/statistics",
    "/statistics?city=4420",
    "/style",
    "/nowhere",
];
const OF_FIRM: [&str; 12] = [
    "/calendar",
    "/account",
    "/needs/new",
    "/account > a[href$='/edit']",
    "/suggestions",
    "/subscriptions",
    "/subscriptions/new",
    "/cases",
    "/cases > main a[href^='/cases/']",
    "/contracts",
    "/inbox",
    "/account/personal-data",
];
const OF_PROVIDER: [&str; 7] = [
    "/account",
    "/imports",
    "/imports/rows",
    "/suggestions",
    "/capabilities/new",
    "/account > main a[href^='/capabilities/']:not([href$='/new'])",
    "/account/notices",
];
const OF_LIAISON: [&str; 17] = [
    "/calendar?whose=all",
    "/cockpit",
    "/reviews",
    "/reviews?kind=capability",
    "/cockpit?mine=false",
    "/account",
    "/cases",
    "/cases > main a[href^='/cases/']",
    "/visits",
    "/visits/new",
    "/visits > main a[href^='/visits/']:not([href$='/new'])",
    "/contracts > main a[href^='/contracts/']:not([href$='/new'])",
    "/contracts/new",
    "/projects > main a[href^='/projects/']:not([href$='/new'])",
    "/events/new",
    "/events > main a[href^='/events/']:not([href$='/new'])",
    "/endpoints",
];
const OF_OFFICER: [&str; 8] = [
    "/dashboard",
    "/dashboard?figure=tech_amount&period=2026-Q3",
    "/dashboard > [data-table=places] th a",
    "/reports",
    "/reports?by=programme&then=town",
    "/cockpit",
    "/platforms/coverage",
    "/platforms/new",
];
const OF_ADMIN: [&str; 19] = [
    "/dashboard",
    "/dashboard?by=county",
    "/dashboard > [data-table=places] th a",
    "/admin",
    "/admin/organizations",
    "/admin/reference",
    "/admin/reference?table=contract_rules",
    "/admin/settings",
    "/admin/jobs",
    "/admin/audit?verify=yes",
    "/calendar",
    "/reviews",
    "/account",
    "/admin/users",
    "/admin/users > main a[href^='/admin/users/']",
    "/admin/deliveries",
    "/admin/messages",
    "/admin/retention",
    "/admin/messages > main table a",
];

/// Opens pages one after the other; what is wrong with them.
async fn walk(app: &TestApp, window: Window, who: Option<Person>, pages: &[&str]) -> Vec<String> {
    let browser = Driven::open(app, window).await;
    let mut name = "visitor";
    if let Some((role, mail, password)) = who {
        browser.sign_in(mail, password).await;
        name = role;
    }
    let mut faults = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        match page.split_once(" > ") {
            Some((from, link)) => {
                browser.go(from).await;
                let href = browser.link(link).await;
                browser.go(&href).await;
            }
            None => browser.go(page).await,
        }
        assert!(!browser.text("main h1, main h2").await.is_empty() || *page != "/", "{page}");
        let found = browser.faults(&format!("{name}-{at:02}")).await;
        // That there is no such page is what the console says of it.
        faults.extend(found.into_iter().filter(|one| *page != "/nowhere" || !one.contains("404")));
    }
    browser.close().await;
    faults
}

async fn all_pages(window: Window) -> Vec<String> {
    let app = demonstration().await;
    let mut faults = walk(&app, window, None, &OPEN).await;
    for (who, pages) in [
        (FIRM, &OF_FIRM[..]),
        (PROVIDER, &OF_PROVIDER),
        (LIAISON, &OF_LIAISON),
        (OFFICER, &OF_OFFICER),
        (ADMIN, &OF_ADMIN),
    ] {
        faults.extend(walk(&app, window, Some(who), pages).await);
    }
    faults
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_without_fault_on_a_desk() {
    assert_eq!(all_pages(DESK).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_without_fault_on_a_desk_in_english() {
    assert_eq!(all_pages(DESK_EN).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_without_fault_on_a_phone() {
    assert_eq!(all_pages(PHONE).await, Vec::<String>::new());
}
