//! The matches on the page of a record: how sure they are, narrowed, and side by side.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::capabilities::model::CapabilityView;
use townbridge::disclosure::DisclosureLevel;
use townbridge::needs::model::NeedView;

use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

/// An open need and as many capabilities that fit it.
fn scene(app: &TestApp, many: usize) -> (NeedView, Vec<CapabilityView>) {
    let (firm, university) =
        (OrgBuilder::enterprise().insert(app), OrgBuilder::university().insert(app));
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public).insert(app);
    let capability = |at: usize| {
        CapabilityBuilder::published(&university)
            .title(&format!("大功率LED灯具散热结构方案{at}"))
            .fields(|fields| {
                let summary = fields.summary.clone().unwrap_or_default();
                fields.summary = Some(format!("{summary}第{at}种结构另有热管布置。"));
            })
            .insert(app)
    };
    (need, (0..many).map(capability).collect())
}

#[tokio::test]
async fn a_match_says_how_sure_it_is_and_what_that_rests_on() {
    let app = TestApp::start().await;
    let (need, _) = scene(&app, 2);
    app.settle().await;
    let page = app.browser().get(&format!("/needs/{}", need.id)).await.expect(200);
    let words = page.texts("[data-assurance]");
    assert_eq!(words.len(), 2);
    for word in &words {
        assert!(["把握大", "较有把握", "可以一看"].contains(&word.as_str()), "{word}");
    }
    // Both sides have full texts: the chance is told with its limits, and nowhere else.
    assert!(page.texts("[data-chance]")[0].contains("只对仅有名称的记录校准过"));
    assert!(page.texts(".score .figure").iter().all(|text| !text.contains("概率")));
    let api = app.anonymous().get(&format!("needs/{}/matches", need.id)).await.expect(200).json();
    assert_eq!(api["hits"][0]["calibrated"], false);
    assert_eq!(api["hits"][0]["assurance"]["name"], words[0]);
}

#[tokio::test]
async fn matches_are_narrowed_by_the_address() {
    let app = TestApp::start().await;
    let (need, found) = scene(&app, 2);
    app.settle().await;
    let browser = app.browser();
    let path = format!("/needs/{}", need.id);
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.count("[data-match]"), 2);
    let kind = found[0].fields.asset_kind.clone().unwrap();
    let page = browser.get(&format!("{path}?kinds={kind}&region=")).await.expect(200);
    assert_eq!(page.count("[data-match]"), 2);
    assert_eq!(page.attribute("#match-kinds option[selected]", "value"), kind);
    let page = browser.get(&format!("{path}?kinds=instrument&region=4420")).await.expect(200);
    assert_eq!(page.count("[data-match]"), 0);
    assert_eq!(page.attribute("#match-region option[selected]", "value"), "4420");
    // The first way on can be taken.
    assert_eq!(page.attribute("[data-none-good] li a", "href"), path);
    let page = browser.get(&format!("{path}?from=1")).await.expect(200);
    assert_eq!(page.only("[data-match] .rank"), "2");
    for wrong in ["kinds=nonsense", "from=200"] {
        browser.get(&format!("{path}?{wrong}")).await.expect(422);
    }
    browser.get(&format!("{path}?from=x")).await.expect(422);
    // The side of the capability has the same.
    let back = format!("/capabilities/{}", found[0].id);
    let page = browser.get(&format!("{back}?kinds=tech_problem")).await.expect(200);
    assert_eq!((page.count("[data-match]"), page.count("#compare")), (1, 0));
    let page = browser.get(&format!("{back}?kinds=talent")).await.expect(200);
    assert_eq!(page.count("[data-match]"), 0);
}

#[tokio::test]
async fn up_to_three_matches_stand_side_by_side() {
    let app = TestApp::start().await;
    let (need, found) = scene(&app, 4);
    app.settle().await;
    let browser = app.browser();
    let path = format!("/needs/{}/compare", need.id);
    let with = |many: usize| {
        found[..many].iter().map(|one| one.id.to_string()).collect::<Vec<_>>().join(",")
    };
    let page = browser.get(&format!("/needs/{}", need.id)).await.expect(200);
    assert_eq!(page.count("input[form=compare][name=with]"), 4);
    let page = browser.get(&format!("{path}?with={}", with(3))).await.expect(200);
    assert_eq!(page.count("thead [data-column]"), 3);
    let temperature = page.texts("[data-requirement] th");
    assert!(temperature[0].contains("结温") && temperature[0].contains("必须"), "{temperature:?}");
    assert_eq!(page.count("[data-requirement] td .state"), 3);
    for name in ["budget", "cooperation_mode", "region", "trl", "deadline"] {
        assert!(page.count(&format!("[data-condition={name}]")) >= 1, "{name}");
    }
    assert_eq!(page.count("form[action='/cases']"), 0, "a visitor opens no case");
    // As a form without scripts sends them.
    let repeated = format!("{path}?with={}&with={}", found[0].id, found[1].id);
    assert_eq!(browser.get(&repeated).await.expect(200).count("thead [data-column]"), 2);

    let page = browser.get(&format!("{path}?with={}", with(4))).await.expect(422);
    assert_eq!(page.only("[data-wrong]"), "一次最多比较三个。请留下三个以内。");
    assert_eq!(page.count("input[name=with]"), 4);
    assert_eq!(page.count("input[name=with][checked]"), 3);
    let page = browser.get(&path).await.expect(422);
    assert_eq!(page.only("[data-wrong]"), "还没有选择要比较的匹配。");
}

#[tokio::test]
async fn a_comparison_shows_what_its_reader_may_see() {
    let app = TestApp::start().await;
    let (need, found) = scene(&app, 1);
    let university = OrgBuilder::university().insert(&app);
    let hidden = CapabilityBuilder::draft(&university).insert(&app);
    app.settle().await;
    let browser = app.browser();
    let path = format!("/needs/{}/compare", need.id);
    let nothing = uuid::Uuid::now_v7();
    for other in [hidden.id.to_string(), nothing.to_string(), "x".to_owned()] {
        browser.get(&format!("{path}?with={other}")).await.expect(404);
        let page = browser.get(&format!("{path}?with={},{other}", found[0].id)).await.expect(200);
        assert_eq!(page.count("thead [data-column]"), 1);
        assert!(page.only("[data-missing]").contains("1 个不在您能看到的匹配之中"));
    }
    // A need that the reader may not know of has no comparison.
    let firm = OrgBuilder::enterprise().insert(&app);
    let draft = NeedBuilder::draft(&firm).insert(&app);
    let path = format!("/needs/{}/compare?with={}", draft.id, found[0].id);
    browser.get(&path).await.expect(404);
    let stranger = app.account(&[]);
    app.browser_of(&stranger).await.get(&path).await.expect(404);
    browser.get("/needs/x/compare?with=y").await.expect(404);
    // Who answers for the need goes on from here.
    let owner = app.account(&[GrantRole::in_org(Role::OrgMember, need.org.unwrap().id)]);
    let path = format!("/needs/{}/compare?with={}", need.id, found[0].id);
    let page = app.browser_of(&owner).await.get(&path).await.expect(200);
    assert_eq!(page.count("form[action='/cases']"), 1);
}
