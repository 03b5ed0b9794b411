//! Records on pages: what is shown to whom, and that text stays text.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::disclosure::DisclosureLevel;

use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

const HOSTILE: &str = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>散热";

#[tokio::test]
async fn hostile_text_stays_text() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org)
        .title(HOSTILE)
        .fields(|fields| {
            fields.keywords = vec![HOSTILE.chars().take(20).collect(), "甲".into(), "乙".into()];
            fields.public_summary = Some(format!("{HOSTILE} {HOSTILE}"));
            fields.requirements[0].name = "<b>结温</b>".into();
            fields.requirements[0].unit = Some("\"<i>".into());
            fields.confidentiality = Some(DisclosureLevel::Public);
        })
        .insert(&app);
    app.settle().await;
    let browser = app.browser();
    let page = browser.get(&format!("/needs/{}", need.id)).await.expect(200);
    assert_eq!(page.only("h1"), HOSTILE);
    assert_eq!(page.texts("article tbody th"), ["<b>结温</b>"]);
    let town = "/towns/442000105";
    let search = format!("/search?q={}", "%3Cscript%3E%22'%E6%95%A3%E7%83%AD");
    for path in [&format!("/needs/{}", need.id), "/", "/search?q=散热", town, &search] {
        let page = browser.get(path).await;
        if path == town {
            // The town itself is not registered here.
            continue;
        }
        let page = page.expect(200);
        let data = ":not([type='application/ld+json'])";
        assert_eq!(page.count(&format!("script:not([src^='/static/']){data}")), 0, "{path}");
        assert_eq!(page.count("img, [onerror], article b, article i"), 0, "{path}");
    }
    let found = browser.get("/search?q=散热").await.expect(200);
    assert_eq!(found.texts("[data-hit] h3"), [HOSTILE]);
    assert!(found.texts("[data-hit] h3 mark").contains(&"散热".to_owned()));
    let echoed = browser.get(&search).await.expect(200);
    assert_eq!(echoed.attribute("input[type=search]", "value"), "<script>\"'散热");
}

#[tokio::test]
async fn what_is_withheld_is_not_in_the_page() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org)
        .problem("只有会员能看的难题正文只有会员能看的难题正文只有会员能看的难题正文只有会员能看的难题正文只有会员能看的难题正文")
        .insert(&app);
    app.settle().await;
    let path = format!("/needs/{}", need.id);
    let visitor = app.browser().get(&path).await.expect(200);
    let hidden = ["只有会员能看", "梁试", "0760-5550199", "灯体内腔", &org.name, "结温"];
    for text in hidden {
        assert!(!visitor.text().contains(text), "{text}");
    }
    let named = visitor.only("[data-withheld]");
    for name in ["单位", "技术难题", "联系人", "技术指标"] {
        assert!(named.contains(name), "{named}");
    }
    assert_eq!(visitor.count("[data-withheld] a[href^='/sign-in']"), 1);

    let other = OrgBuilder::university().insert(&app);
    let member = app.account(&[GrantRole::in_org(Role::OrgMember, other.id)]);
    let member = app.browser_of(&member).await.get(&path).await.expect(200);
    assert!(member.text().contains("只有会员能看") && member.text().contains(&org.name));
    assert!(!member.text().contains("0760-5550199") && !member.text().contains("灯体内腔"));

    let owner = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let owner = app.browser_of(&owner).await.get(&path).await.expect(200);
    assert!(owner.text().contains("0760-5550199"));
    assert_eq!(owner.count("[data-withheld]"), 0);
    assert_eq!(owner.count(&format!("a[href='{path}/edit']")), 1);
}

#[tokio::test]
async fn drafts_are_not_found_by_others() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::draft(&org).insert(&app);
    let path = format!("/needs/{}", need.id);
    app.browser().get(&path).await.expect(404);
    app.browser().get(&format!("{path}/edit")).await.expect(303);
    let other = OrgBuilder::enterprise().insert(&app);
    let other = app.account(&[GrantRole::in_org(Role::OrgMember, other.id)]);
    let browser = app.browser_of(&other).await;
    browser.get(&path).await.expect(404);
    browser.get(&format!("{path}/edit")).await.expect(404);
    browser.submit(&format!("{path}/step"), &[("to", "submitted")]).await.expect(404);
}

#[tokio::test]
async fn a_match_says_why() {
    let app = TestApp::start().await;
    let (firm, university) =
        (OrgBuilder::enterprise().insert(&app), OrgBuilder::university().insert(&app));
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public).insert(&app);
    let good = CapabilityBuilder::published(&university).insert(&app);
    let dear = CapabilityBuilder::published(&university)
        .title("大功率LED灯具散热结构整体方案")
        .fields(|fields| fields.min_budget = townbridge::money::Money::parse_wan("500").ok())
        .insert(&app);
    app.settle().await;
    let page = app.browser().get(&format!("/needs/{}", need.id)).await.expect(200);
    let best = format!("[data-match='{}']", good.id);
    assert_eq!(page.only(&format!("{best} h3 a")), good.fields.title.clone().unwrap());
    assert!(page.only(&format!("{best} .why")).contains("散热"));
    assert!(page.count(&format!("{best} blockquote mark")) >= 1);
    assert!(page.count(&format!("{best} .bars rect")) >= 5);
    let states = page.texts(&format!("{best} .state"));
    assert!(states.contains(&"符合".to_owned()), "{states:?}");
    // Too dear: not among the matches, but named with the reason.
    assert_eq!(page.count(&format!("[data-match='{}']", dear.id)), 0);
    let excluded = page.only("[data-excluded] li");
    assert!(excluded.contains("大功率LED灯具散热结构整体方案") && excluded.contains("500"));

    let back = app.browser().get(&format!("/capabilities/{}", good.id)).await.expect(200);
    assert_eq!(back.only("[data-match] h3 a"), need.fields.title.clone().unwrap());
    let home = app.browser().get("/").await.expect(200);
    assert!(home.texts("main article").iter().any(|text| text.contains("热管柱")));
}

#[tokio::test]
async fn no_good_match_comes_with_ways_on() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    app.settle().await;
    let page = app.browser().get(&format!("/needs/{}", need.id)).await.expect(200);
    assert!(page.texts("[data-none-good] li").len() >= 2);
    assert_eq!(page.count("[data-match]"), 0);
}
