//! The queue of reviewers.

use chrono::TimeDelta;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{Answer, CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const NANLANG: &str = "442000118";

/// Ids of what is on a page.
fn shown(page: &Answer) -> Vec<String> {
    let selector = scraper::Selector::parse("[data-waiting]").unwrap();
    let html = page.page();
    let found = html.select(&selector).map(|one| one.attr("data-waiting").unwrap().to_owned());
    found.collect()
}

#[tokio::test]
async fn what_waits_is_shown_to_its_reviewers_the_oldest_first() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let elsewhere = OrgBuilder::enterprise().town(NANLANG).insert(&app);
    let need = NeedBuilder::submitted(&org).title("等得最久的需求").insert(&app);
    app.clock.advance(TimeDelta::days(14));
    let pending = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&app);
    app.clock.advance(TimeDelta::days(1));
    let item = CapabilityBuilder::submitted(&org).title("最新的成果").insert(&app);
    NeedBuilder::submitted(&elsewhere).title("别处的需求").insert(&app);
    NeedBuilder::draft(&org).title("草稿").insert(&app);

    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&liaison).await;
    let page = liaison.get("/reviews").await.expect(200);
    let titles = page.texts("[data-waiting] h2");
    assert_eq!(titles, ["等得最久的需求", pending.name.as_str(), "最新的成果"]);
    assert_eq!(page.attribute(&format!("[data-waiting='{}']", need.id), "data-kind"), "need");
    // Two weeks and a day hold ten working days, or eleven; no holiday falls out of both.
    assert!(page.only(&format!("[data-waiting='{}'] .meta", need.id)).contains("个工作日"));
    assert_eq!(page.only("[data-to-review] [aria-hidden]"), "3");
    assert_eq!(page.attribute(".tabs a[href='/reviews?kind=need']", "data-count"), "1");
    let page = liaison.get("/reviews?kind=capability").await.expect(200);
    assert_eq!(page.texts("[data-waiting] h2"), ["最新的成果"]);
    assert_eq!(page.count(&format!("[data-waiting='{}'] h2 a", item.id)), 1);
    for bad in ["/reviews?kind=town", "/reviews?after=x"] {
        liaison.get(bad).await.expect(422);
    }
    // The account shows the first of them, and where the rest is.
    let account = liaison.get("/account").await.expect(200);
    assert_eq!((account.count("[data-waiting]"), account.count("main a[href='/reviews']")), (3, 1));

    let officer = app.account(&[GrantRole::in_region(Role::Officer, "4420")]);
    let admin = app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    for above in [officer, admin] {
        let page = app.browser_of(&above).await.get("/reviews").await.expect(200);
        assert_eq!(page.count("[data-waiting]"), 4);
    }
    let other = app.account(&[GrantRole::in_region(Role::Liaison, NANLANG)]);
    let page = app.browser_of(&other).await.get("/reviews").await.expect(200);
    assert_eq!(page.texts("[data-waiting] h2"), ["别处的需求"]);
}

#[tokio::test]
async fn there_is_no_queue_for_anybody_else() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let need = NeedBuilder::submitted(&org).insert(&app);
    let manager = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    let manager = app.browser_of(&manager).await;
    let page = manager.get("/account").await.expect(200);
    assert_eq!((page.count("a[href='/reviews']"), page.count("[data-waiting]")), (0, 0));
    manager.get("/reviews").await.expect(404);
    let (id, version) = (need.id.to_string(), need.version.to_string());
    let fields = [("record", "need"), ("id", &id), ("version", &version), ("decision", "approved")];
    manager.submit("/reviews", &fields).await.expect(404);
    let sent = app.browser().get("/reviews").await.expect(303);
    assert!(sent.header("location").starts_with("/sign-in"));
    // A liaison of another town knows nothing of it.
    let other = app.account(&[GrantRole::in_region(Role::Liaison, NANLANG)]);
    let other = app.browser_of(&other).await;
    other.get("/reviews").await.expect(200);
    other.submit("/reviews", &fields).await.expect(404);
    let shown = app.admin().get(&format!("needs/{id}")).await.expect(200).json();
    assert_eq!(shown["status"], "submitted");
}

#[tokio::test]
async fn records_are_approved_and_given_back_in_place() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let pending = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&app);
    let need = NeedBuilder::submitted(&org).insert(&app);
    let item = CapabilityBuilder::submitted(&org).insert(&app);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&liaison).await;
    browser.get("/reviews").await.expect(200);
    let decide = async |kind: &str, id: &str, version: i32, decision: &str, comment: &str| {
        let version = version.to_string();
        let fields = [
            ("record", kind),
            ("id", id),
            ("version", &version),
            ("decision", decision),
            ("comment", comment),
            ("kind", kind),
        ];
        browser.submit("/reviews", &fields).await
    };
    let (need_id, item_id, org_id) =
        (need.id.to_string(), item.id.to_string(), pending.id.to_string());

    // Giving back without a reason: told at the field, which stays open.
    let page = decide("need", &need_id, need.version, "returned", " ").await.expect(422);
    let field = format!("#comment-{need_id}");
    assert_eq!(page.attribute(&field, "aria-invalid"), "true");
    assert_eq!(page.count(&format!("[data-waiting='{need_id}'] details[open]")), 1);
    // What was looked at has changed meanwhile: nothing is done, and the reason stays.
    let page = decide("need", &need_id, need.version - 1, "returned", "补充压铸机吨位").await;
    let page = page.expect(412);
    assert_eq!(page.count("[data-refused]"), 1);
    assert_eq!(page.only(&field).trim(), "补充压铸机吨位");

    let sent = decide("need", &need_id, need.version, "returned", "补充压铸机吨位").await;
    assert!(sent.expect(303).header("location").starts_with("/reviews?kind=need"));
    let page = browser.get("/reviews?kind=need&done=returned").await.expect(200);
    assert_eq!((page.count("[data-waiting]"), page.count("[data-done]")), (0, 1));
    let steps = app.admin().get(&format!("needs/{need_id}/steps")).await.expect(200).json();
    assert!(steps.to_string().contains("补充压铸机吨位"));
    decide("capability", &item_id, item.version, "approved", "").await.expect(303);
    app.settle().await;
    let open = app.anonymous().get(&format!("capabilities/{item_id}")).await.expect(200).json();
    assert_eq!(open["status"], "published");
    decide("organization", &org_id, 1, "returned", "").await.expect(422);
    decide("organization", &org_id, 1, "approved", "").await.expect(303);
    let page = browser.get("/reviews").await.expect(200);
    assert_eq!((page.count("[data-waiting]"), page.count("[data-empty]")), (0, 1));
    assert_eq!(page.count("[data-to-review]"), 0);
    // What is done already is said to be, at the top: its place is gone.
    let page = decide("organization", &org_id, 2, "approved", "").await.expect(409);
    assert_eq!(page.count("[data-refused]"), 1);
}

#[tokio::test]
async fn the_queue_goes_on_page_by_page() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    for _ in 0..13 {
        NeedBuilder::submitted(&org).insert(&app);
        CapabilityBuilder::submitted(&org).insert(&app);
    }
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&liaison).await;
    let page = browser.get("/reviews").await.expect(200);
    let first = shown(&page);
    let page = browser.get(&page.attribute("a[rel=next]", "href")).await.expect(200);
    let mut all = shown(&page);
    assert_eq!((first.len(), all.len(), page.count("a[rel=next]")), (20, 6, 0));
    all.extend(first);
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 26, "each once");
    assert_eq!(browser.get("/account").await.expect(200).count("[data-waiting]"), 5);
}

#[tokio::test]
async fn who_asks_again_waits_from_then_on() {
    let app = TestApp::start().await;
    let again = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&app);
    app.clock.advance(TimeDelta::hours(1));
    let patient = OrgBuilder::enterprise().town(GUZHEN).pending().insert(&app);
    app.clock.advance(TimeDelta::hours(1));
    let path = format!("organizations/{}/steps", again.id);
    for step in [
        serde_json::json!({ "to": "rejected", "comment": "信用代码有误" }),
        serde_json::json!({ "to": "pending" }),
    ] {
        app.admin().post_json(&path, step).await;
        app.clock.advance(TimeDelta::hours(1));
    }
    // A change while it waits does not send anybody back.
    let patch = serde_json::json!({ "summary": "做灯具", "scale": "small",
        "contact": { "name": "梁试", "phone": "0760-5550199" } });
    app.admin().patch_json(&format!("organizations/{}", patient.id), 1, patch).await.expect(200);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let page = app.browser_of(&liaison).await.get("/reviews").await.expect(200);
    assert_eq!(page.texts("[data-waiting] h2"), [patient.name.as_str(), again.name.as_str()]);
}
