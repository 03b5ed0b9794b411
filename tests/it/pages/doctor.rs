//! The need doctor beside the form.

use serde_json::json;
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

#[tokio::test]
async fn the_form_is_diagnosed_on_request_and_nothing_is_stored() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let page = browser.get("/needs/new").await.expect(200);
    assert_eq!(page.count("[data-doctor] [data-gap]"), 0);
    assert_eq!(page.attribute("[data-doctor] [data-summary]", "aria-live"), "polite");
    let fields = [
        ("problem", "1、解决冲压件批量<开裂>问题\n2、开发电镀件防锈工艺"),
        ("budget_max", "3o"),
        ("button", "check"),
    ];
    let page = browser.submit("/needs/new", &fields).await.expect(200);
    assert!(page.count("[data-doctor] [data-gap]") >= 3);
    assert_eq!(page.count("[data-gap=several_needs]"), 1);
    assert_eq!(
        page.texts("[data-split] strong"),
        ["解决冲压件批量<开裂>问题", "开发电镀件防锈工艺"]
    );
    assert!(page.only("#problem").contains("批量<开裂>问题"));
    assert_eq!(page.attribute("#budget_max", "value"), "3o");
    assert_eq!(page.count("[data-errors]"), 0, "checking is not saving");
    // What the script asks for while somebody types says the same.
    let part = browser.submit("/needs/diagnose", &fields).await.expect(200);
    assert_eq!(part.texts("[data-gap]"), page.texts("[data-gap]"));
    assert_eq!(part.only("[data-summary]"), page.only("[data-doctor] [data-summary]"));
    browser.submit_bare("/needs/diagnose", &fields).await.expect(403);
    let needs = app.admin().get("needs").await.expect(200).json();
    assert_eq!(needs["items"], json!([]), "something was stored");
}

#[tokio::test]
async fn the_form_of_a_stored_need_comes_with_its_diagnosis() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let author = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&author).await;
    let path = format!("/needs/{}/edit", need.id);
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.count("[data-doctor] meter"), 1);
    let fields = [("problem", "釉面针孔"), ("version", "1"), ("button", "check")];
    let page = browser.submit(&path, &fields).await.expect(200);
    assert!(page.count("[data-gap]") >= 3);
    assert_eq!(page.attribute("input[name=version]", "value"), "1");
    let stranger = app.account(&[]);
    let stranger = app.browser_of(&stranger).await;
    stranger.submit(&path, &fields).await.expect(404);
}
