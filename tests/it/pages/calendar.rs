//! The month of who is signed in.

use chrono::{Datelike, Days, NaiveDate, TimeDelta};
use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::projects::model::Milestone;

use crate::support::{
    Answer, CapabilityBuilder, ContractBuilder, NeedBuilder, OrgBuilder, ProjectBuilder, TestApp,
};

const GUZHEN: &str = "442000105";
const NANLANG: &str = "442000118";

/// Kinds of the entries of a day, with their titles.
fn entries(page: &Answer, day: NaiveDate) -> Vec<String> {
    page.texts(&format!("[data-day='{day}'] [data-item] a"))
}

fn month(day: NaiveDate) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// What is due on the day that comes in three weeks: of a case, a project and a contract; and the day.
async fn world(app: &TestApp) -> (NaiveDate, [GrantRole; 4]) {
    let firm = OrgBuilder::enterprise().town(GUZHEN).insert(app);
    let provider = OrgBuilder::university().insert(app);
    let other = OrgBuilder::university().insert(app);
    let day = app.clock.today_in_china() + Days::new(21);
    let need = NeedBuilder::published(&firm).title("等对接的需求").insert(app);
    let capability = CapabilityBuilder::published(&provider).insert(app);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let client = app.client(&liaison);
    let pair = json!({ "need_id": need.id, "capability_id": capability.id });
    let case = client.post_json("cases", pair).await.expect(201).json();
    let note = json!({ "note": "电话联系", "next_action": "约厂里看样", "due_on": day });
    client.post_json(&format!("cases/{}/entries", case["id"].as_str().unwrap()), note).await;
    ProjectBuilder::active(&firm, &provider)
        .fields(|fields| {
            fields.title = Some("联合攻关".to_owned());
            fields.milestones = vec![
                serde_json::from_value::<Milestone>(json!({ "title": "样件", "due_on": day }))
                    .unwrap(),
            ];
        })
        .insert(app);
    ContractBuilder::draft(&firm, &provider)
        .fields(|fields| {
            fields.project_name = Some("委托开发".to_owned());
            fields.instalments[0].due_on = day;
        })
        .insert(app);
    let start = app.clock.time() + TimeDelta::days(21);
    let event = json!({ "kind": "matchmaking", "title": "灯饰对接会", "town_code": GUZHEN,
        "place": "会展中心", "starts_at": start, "ends_at": start + TimeDelta::hours(1) });
    client.post_json("events", event).await.expect(201);
    client.post_json("visits", json!({ "org_id": firm.id, "findings": "看样" })).await.expect(201);
    let roles = [
        GrantRole::in_org(Role::OrgMember, firm.id),
        GrantRole::in_org(Role::OrgMember, other.id),
        GrantRole::in_region(Role::Liaison, GUZHEN),
        GrantRole::in_region(Role::Officer, "4420"),
    ];
    (day, roles)
}

#[tokio::test]
async fn everybody_sees_what_is_due_of_the_own_things() {
    let app = TestApp::start().await;
    let (day, [firm, stranger, liaison, officer]) = world(&app).await;
    let path = format!("/calendar?month={}", month(day));
    let open = async |role: &GrantRole, path: &str| {
        let account = app.account(std::slice::from_ref(role));
        app.browser_of(&account).await.get(path).await.expect(200)
    };
    let has = |page: &Answer, text: &str| entries(page, day).iter().any(|one| one.contains(text));
    let page = open(&firm, &path).await;
    assert!(has(&page, "联合攻关"), "{:?}", entries(&page, day));
    assert!(!has(&page, "等对接的需求"), "what a broker means to do is not for the sides");
    assert!(!has(&page, "灯饰对接会"), "it is not open yet");
    let page = open(&stranger, &path).await;
    assert!(entries(&page, day).is_empty() && page.count("[data-empty]") == 1);
    for role in [&liaison, &officer] {
        let page = open(role, &format!("{path}&whose=all")).await;
        for text in ["联合攻关", "等对接的需求", "灯饰对接会"] {
            assert!(has(&page, text), "{text}: {:?}", entries(&page, day));
        }
        assert!(page.text().contains("约厂里看样"));
    }
    // The work of another liaison is not one's own; that of the event is the town's.
    let page = open(&liaison, &format!("{path}&whose=own")).await;
    assert!(!has(&page, "等对接的需求") && has(&page, "灯饰对接会"));
    let today = app.clock.today_in_china();
    let page = open(&liaison, "/calendar").await;
    let visit = format!("[data-day='{today}'] [data-item=visit] a[href^='/visits/']");
    assert_eq!(page.count(&visit), 1);
    assert_eq!(page.count("nav a[href='/calendar'][aria-current]"), 1);
    let elsewhere = GrantRole::in_region(Role::Liaison, NANLANG);
    let page = open(&elsewhere, &format!("{path}&whose=all")).await;
    assert!(entries(&page, day).is_empty(), "{:?}", entries(&page, day));
}

#[tokio::test]
async fn months_follow_each_other_and_holidays_are_marked() {
    let app = TestApp::start().await;
    let somebody = app.account(&[]);
    let browser = app.browser_of(&somebody).await;
    let page = browser.get("/calendar?month=2026-10").await.expect(200);
    assert_eq!(page.texts(".month thead th").len(), 7);
    assert_eq!(page.count("[data-day]"), 31);
    assert!(page.only("[data-day='2026-10-01'] [data-holiday]").contains("国庆"));
    assert_eq!(page.count("[data-day='2026-10-01'].off"), 1);
    assert_eq!(page.count("[data-unknown-year]"), 0);
    let next = page.attribute("a[rel=next]", "href");
    assert_eq!(next, "/calendar?month=2026-11");
    assert_eq!(page.attribute("a[rel=prev]", "href"), "/calendar?month=2026-09");
    let page = browser.get(&next).await.expect(200);
    assert_eq!((page.count("[data-day]"), page.count("[data-day='2026-11-02'].worked")), (30, 1));
    let page = browser.get("/calendar?month=2100-12").await.expect(200);
    assert_eq!((page.count("a[rel=next]"), page.count("[data-unknown-year]")), (0, 1));
    for bad in ["2026-13", "x", "2101-01", "2026-1"] {
        browser.get(&format!("/calendar?month={bad}")).await.expect(422);
        browser.get(&format!("/calendar/month.ics?month={bad}")).await.expect(422);
    }
    for page in ["/calendar", "/calendar/month.ics"] {
        let sent = app.browser().get(page).await.expect(303);
        assert!(sent.header("location").starts_with("/sign-in"));
    }
}

#[tokio::test]
async fn the_month_is_a_file_that_other_calendars_read() {
    let app = TestApp::start().await;
    let (day, [_, stranger, _, officer]) = world(&app).await;
    let account = app.account(&[officer]);
    let browser = app.browser_of(&account).await;
    let page = browser.get(&format!("/calendar?month={}", month(day))).await.expect(200);
    let file = browser.get(&page.attribute("main a[download]", "href")).await.expect(200);
    assert_eq!(file.header("content-type"), "text/calendar; charset=utf-8");
    assert!(file.header("content-disposition").contains(&format!("{}.ics", month(day))));
    let text = file.text().replace("\r\n ", "");
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"));
    assert!(text.contains(&format!("DTSTART;VALUE=DATE:{}", day.format("%Y%m%d"))));
    assert!(text.contains("SUMMARY:灯饰对接会\r\n") && text.contains("LOCATION:会展中心\r\n"));
    assert!(text.contains("联合攻关") && text.contains("约厂里看样"));
    let account = app.account(&[stranger]);
    let browser = app.browser_of(&account).await;
    let path = format!("/calendar/month.ics?month={}", month(day));
    let text = browser.get(&path).await.expect(200).text();
    assert!(!text.contains("BEGIN:VEVENT"), "{text}");
}
