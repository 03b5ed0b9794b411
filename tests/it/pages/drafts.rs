//! Forms of needs: saved while somebody types, one question at a time, and two windows on one record.

use chrono::TimeDelta;
use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;

use crate::support::{Account, Answer, Browser, NeedBuilder, OrgBuilder, TestApp};

fn member(app: &TestApp) -> Account {
    let org = OrgBuilder::enterprise().insert(app);
    app.account(&[GrantRole::in_org(Role::OrgMember, org.id)])
}

/// Saves as the script of the page does.
async fn save(browser: &Browser, place: &str, version: &str, title: &str) -> Answer {
    let fields = [("draft_place", place), ("draft_version", version), ("title", title)];
    browser.submit("/forms/draft", &fields).await
}

#[tokio::test]
async fn what_is_typed_is_saved_and_put_back_until_it_is_sent() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&member(&app)).await;
    let page = browser.get("/needs/new").await.expect(200);
    assert_eq!(page.attribute("[name=draft_version]", "value"), "0");
    let state = save(&browser, "/needs/new", "0", "写到一半 <草稿>").await.expect(200);
    assert!(state.only("[data-draft-state]").starts_with("已自动保存 "));
    let version = state.attribute("[data-draft-state]", "data-version");
    // Saved as a draft of the form, not as a record.
    assert_eq!(app.admin().get("needs").await.expect(200).json()["items"], json!([]));
    let page = browser.get("/needs/new").await.expect(200);
    assert_eq!(page.attribute("#title", "value"), "写到一半 <草稿>");
    assert_eq!(page.attribute("[name=draft_version]", "value"), version);
    assert_eq!(page.count("[data-restored]"), 1);
    // Nobody else is shown it.
    let other = app.browser_of(&member(&app)).await;
    assert_eq!(other.get("/needs/new").await.expect(200).attribute("#title", "value"), "");
    // Sent, it is no draft any more; nor thrown away.
    let fields = [("title", "写完了"), ("need_kind", "tech_problem"), ("button", "save")];
    browser.submit("/needs/new", &fields).await.expect(303);
    assert_eq!(browser.get("/needs/new").await.expect(200).count("[data-restored]"), 0);
    // What a slow window still saves behind it does not come back.
    save(&browser, "/needs/new", &version, "迟到").await.expect(412);
    assert_eq!(browser.get("/needs/new").await.expect(200).attribute("#title", "value"), "");
    save(&browser, "/needs/new", "0", "不要了").await.expect(200);
    let discard = [("draft_place", "/needs/new")];
    let answer = browser.submit("/forms/draft/discard", &discard).await.expect(303);
    assert_eq!(answer.header("location"), "/needs/new");
    assert_eq!(browser.get("/needs/new").await.expect(200).count("[data-restored]"), 0);
}

#[tokio::test]
async fn two_windows_do_not_save_over_each_other() {
    let app = TestApp::start().await;
    let account = member(&app);
    let (one, two) = (app.browser_of(&account).await, app.browser_of(&account).await);
    for window in [&one, &two] {
        window.get("/needs/new").await.expect(200);
    }
    save(&one, "/needs/new", "0", "第一窗口").await.expect(200);
    let state = save(&two, "/needs/new", "0", "第二窗口").await.expect(412);
    assert!(state.only("[data-draft-state]").contains("没有覆盖那边"));
    assert_eq!(state.count("[data-keep-mine]"), 1);
    assert_eq!(one.get("/needs/new").await.expect(200).attribute("#title", "value"), "第一窗口");
    // Told, the second may insist.
    let version = state.attribute("[data-draft-state]", "data-version");
    save(&two, "/needs/new", &version, "第二窗口").await.expect(200);
    save(&one, "/needs/new", &version, "第一窗口又改").await.expect(412);
    // The same words are no conflict.
    save(&one, "/needs/new", "1", "第二窗口").await.expect(200);
}

#[tokio::test]
async fn drafts_are_for_people_and_forms_that_have_them() {
    let app = TestApp::start().await;
    let visitor = app.browser();
    visitor.get("/match").await.expect(200);
    save(&visitor, "/needs/new", "0", "x").await;
    let browser = app.browser_of(&member(&app)).await;
    for place in ["/account", "/needs/x/edit", "https://evil.example/needs/new", ""] {
        save(&browser, place, "0", "x").await.expect(404);
    }
    save(&browser, "/needs/new", "0", &"长".repeat(70_000)).await.expect(413);
    browser.submit_bare("/forms/draft", &[("draft_place", "/needs/new")]).await.expect(403);
    let away = browser.submit("/forms/draft/discard", &[("draft_place", "//evil.example")]).await;
    assert_eq!(away.expect(303).header("location"), "/");
    save(&browser, "/needs/new", "0", "旧的").await.expect(200);
    app.clock.advance(TimeDelta::days(29));
    app.clock.advance(TimeDelta::days(2));
    townbridge::retention::ops::apply(&app).unwrap();
    let left = app.db.read(|db| townbridge::retention::ops::overdue(db, &app.config, &app.clock));
    assert_eq!(left.unwrap(), []);
    assert_eq!(browser.get("/needs/new").await.status, 303, "the session has ended, too");
}

#[tokio::test]
async fn the_form_asks_one_question_at_a_time_and_keeps_what_was_typed() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&member(&app)).await;
    let page = browser.get("/needs/new").await.expect(200);
    assert_eq!(page.count("[data-step]:not([hidden])"), 5);
    assert_eq!(page.only("[data-mode]:not([hidden])"), "改为一步一步填写");
    let page = browser.get("/needs/new?step=1").await.expect(200);
    assert_eq!(page.attribute("[data-step]:not([hidden])", "data-step"), "1");
    assert_eq!(page.count("[data-step]:not([hidden])"), 1);
    // Without a script each button brings the form with the next question.
    let fields = [("title", "一步一步"), ("budget_max", "3o"), ("step", "1"), ("button", "step:2")];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    assert_eq!(page.attribute("[data-step]:not([hidden])", "data-step"), "2");
    assert_eq!(page.attribute("#title", "value"), "一步一步");
    assert_eq!(page.count("[data-errors]"), 0, "a question that is not answered yet is no mistake");
    assert_eq!(page.attribute("[data-back]", "value"), "step:1");
    assert_eq!(page.attribute("[data-next]", "value"), "step:3");
    // What is wrong is shown wherever it stands.
    let fields = [("title", "一步一步"), ("budget_max", "3o"), ("step", "2"), ("button", "save")];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    assert_eq!(page.count("[data-step]:not([hidden])"), 5);
    assert_eq!(page.attribute("#budget_max", "aria-invalid"), "true");
    let fields = [("title", "一步一步"), ("button", "step:99")];
    browser.submit("/needs/new", &fields).await.expect(200);
    assert_eq!(app.admin().get("needs").await.expect(200).json()["items"], json!([]));
}

#[tokio::test]
async fn a_form_that_is_sent_twice_makes_one_need() {
    let app = TestApp::start().await;
    let browser = app.browser_of(&member(&app)).await;
    let page = browser.get("/needs/new").await.expect(200);
    let once = page.attribute("[name=once]", "value");
    let fields = [
        ("once", once.as_str()),
        ("title", "点了两次"),
        ("need_kind", "tech_problem"),
        ("button", "save"),
    ];
    let first = browser.submit("/needs/new", &fields).await.expect(303);
    let second = browser.submit("/needs/new", &fields).await.expect(303);
    assert_eq!(first.header("location"), second.header("location"));
    let needs = app.admin().get("needs").await.expect(200).json();
    assert_eq!(needs["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_was_slower_sees_both_versions_and_decides() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).title("原来的名称").insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let (one, two) = (app.browser_of(&account).await, app.browser_of(&account).await);
    let path = format!("/needs/{}/edit", need.id);
    for window in [&one, &two] {
        window.get(&path).await.expect(200);
    }
    let typed = |title: &'static str| {
        [("version", "1"), ("title", title), ("need_kind", "tech_problem"), ("button", "save")]
    };
    one.submit(&path, &typed("先保存的名称")).await.expect(303);
    let page = two.submit(&path, &typed("后保存的名称")).await.expect(412);
    let rows = page.texts("[data-conflict] tbody tr");
    assert!(
        rows.iter().any(|row| row.contains("先保存的名称") && row.contains("后保存的名称")),
        "{rows:?}"
    );
    assert_eq!(page.attribute("#title", "value"), "后保存的名称");
    let now = app.admin().get(&format!("needs/{}", need.id)).await.expect(200).json();
    assert_eq!(now["title"], "先保存的名称", "nothing is overwritten unasked");
    // Told, it may be saved.
    let version = page.attribute("[name=version]", "value");
    let mut fields = typed("后保存的名称");
    fields[0].1 = &version;
    two.submit(&path, &fields).await.expect(303);
}

#[tokio::test]
async fn a_draft_of_a_record_tells_that_the_record_has_moved_on() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let account = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&account).await;
    let path = format!("/needs/{}/edit", need.id);
    browser.get(&path).await.expect(200);
    let fields = [
        ("draft_place", path.as_str()),
        ("draft_version", "0"),
        ("version", "1"),
        ("title", "草稿里的名称"),
    ];
    browser.submit("/forms/draft", &fields).await.expect(200);
    assert!(!browser.get(&path).await.expect(200).only("[data-restored]").contains("又有改动"));
    let other = [
        ("version", "1"),
        ("title", "别人改的名称"),
        ("need_kind", "tech_problem"),
        ("button", "save"),
    ];
    let colleague = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let colleague = app.browser_of(&colleague).await;
    colleague.get(&path).await.expect(200);
    colleague.submit(&path, &other).await.expect(303);
    let page = browser.get(&path).await.expect(200);
    assert!(page.only("[data-restored]").contains("又有改动"));
    assert_eq!(page.attribute("#title", "value"), "草稿里的名称");
    assert_eq!(page.attribute("[name=version]", "value"), "1", "saving is to tell of the change");
}

#[tokio::test]
async fn needs_that_found_a_partner_are_shown_as_far_as_the_reader_may_see_them() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let solved = |title: &str, level| {
        let need = NeedBuilder::published(&firm).title(title).confidentiality(level).insert(&app);
        let caller = townbridge::accounts::principal::Caller::system("test");
        for to in ["matching", "negotiating", "contracted"] {
            let to = to.parse().unwrap();
            let step =
                townbridge::needs::ops::TakeNeedStep { to, comment: None, valid_until: None };
            townbridge::needs::ops::take_step(&app, &caller, need.id, &step).unwrap();
        }
    };
    solved("大功率LED灯具散热结构优化", DisclosureLevel::Members);
    solved("大功率LED灯具散热涂层", DisclosureLevel::Matched);
    app.settle().await;
    let browser = app.browser_of(&member(&app)).await;
    browser.get("/needs/new").await.expect(200);
    let fields = [("title", "LED灯具散热结构"), ("button", "check")];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    let found = page.texts("[data-solved] li");
    assert!(found.iter().any(|text| text.contains("大功率LED灯具散热结构优化")), "{found:?}");
    // Who it was that is restricted is not told.
    let restricted = found.iter().find(|text| text.contains("散热涂层"));
    assert!(restricted.is_none_or(|text| !text.contains(&firm.name)), "{found:?}");
    let part = browser.submit("/needs/diagnose", &fields).await.expect(200);
    assert_eq!(part.texts("[data-solved] li"), found);
}
