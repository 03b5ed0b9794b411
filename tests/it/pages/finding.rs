//! Search and free-text matching on pages, and how heavy the demonstration's pages are.

use reqwest::Method;
use townbridge::disclosure::DisclosureLevel;

use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

#[tokio::test]
async fn facets_narrow_down_and_can_be_taken_back() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public).insert(&app);
    NeedBuilder::published(&firm)
        .title("灯具散热检测")
        .fields(|fields| fields.need_kind = Some("testing".into()))
        .insert(&app);
    CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let browser = app.browser();
    let all = browser.get("/search?q=散热").await.expect(200);
    let total = all.count("[data-hit]");
    assert!(total >= 3, "{total}");
    assert!(all.count("[data-hit] mark") >= 3);
    let needs = browser.get("/search?q=散热&kind=need").await.expect(200);
    assert_eq!(needs.count("[data-hit]"), 2);
    let link = needs.attribute("#narrow a[href*='subkind=testing']", "href");
    let narrowed = browser.get(&link).await.expect(200);
    assert_eq!(narrowed.texts("[data-hit] h3"), ["灯具散热检测"]);
    let back = narrowed.attribute("#narrow a[aria-current]", "href");
    assert_eq!(browser.get(&back).await.expect(200).count("[data-hit]"), 2);
    // The form keeps the choice when the words change.
    assert_eq!(narrowed.attribute("form input[name=subkind]", "value"), "testing");
}

#[tokio::test]
async fn nothing_found_says_what_to_try() {
    let app = TestApp::start().await;
    let page = app.browser().get("/search?q=绝无此物").await.expect(200);
    assert_eq!(page.count("[data-hit]"), 0);
    assert!(page.texts("[data-empty] li").len() >= 3);
    assert_eq!(page.count("[data-empty] a[href='/match']"), 1);
}

#[tokio::test]
async fn the_next_page_goes_on_where_the_first_ends() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    for number in 0..23 {
        NeedBuilder::published(&firm).title(&format!("第{number}个散热难题")).insert(&app);
    }
    app.settle().await;
    let browser = app.browser();
    let first = browser.get("/search?kind=need&sort=newest").await.expect(200);
    let second = browser.get(&first.attribute("a[rel=next]", "href")).await.expect(200);
    let mut titles = first.texts("[data-hit] h3");
    titles.extend(second.texts("[data-hit] h3"));
    titles.sort();
    titles.dedup();
    assert_eq!(titles.len(), 23);
    assert_eq!(second.count("a[rel=next]"), 0);
}

#[tokio::test]
async fn free_text_is_matched_and_kept_in_the_form() {
    let app = TestApp::start().await;
    let university = OrgBuilder::university().insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let browser = app.browser();
    browser.get("/match").await.expect(200);
    let text = "工程投光灯 <200W> 散热不好，\r\n结温太高，想用热管又不想加重";
    let fields = [("text", text), ("side", "need"), ("tech_field", "new_energy")];
    let page = browser.submit("/match", &fields).await.expect(200);
    assert_eq!(page.attribute("[data-match]", "data-match"), capability.id.to_string());
    assert!(page.only("textarea").contains("<200W> 散热不好"));
    assert_eq!(page.attribute("option[selected]", "value"), "new_energy");

    let fields = [("text", " "), ("budget_max", "many")];
    let page = browser.submit("/match", &fields).await.expect(200);
    assert!(page.count("[aria-invalid=true]") >= 1);
    assert_eq!(page.attribute("#budget_max", "value"), "many");
    assert_eq!(page.count("[data-match]"), 0);
}

#[tokio::test]
async fn requirements_are_shown_one_by_one_and_missed_musts_first() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public);
    let need = need.fields(|fields| fields.requirements[0].value = "60".to_owned()).insert(&app);
    let university = OrgBuilder::university().insert(&app);
    CapabilityBuilder::published(&university)
        .fields(|fields| fields.performance[0].value = "90".to_owned())
        .insert(&app);
    app.settle().await;
    let browser = app.browser();
    let page = browser.get(&format!("/needs/{}", need.id)).await.expect(200);
    assert_eq!(page.count("[data-missed]"), 1);
    assert!(page.only("[data-missed]").contains("结温"));
    assert_eq!(page.count("[data-requirements] tbody tr"), 1);
    let row = page.only("[data-requirements] tbody tr");
    for part in ["结温", "必须", "≤ 60 ℃", "90 ℃（热电偶实测）", "性能指标", "不满足"]
    {
        assert!(row.contains(part), "{part} in {row}");
    }
    assert_eq!(page.attribute("[data-requirements] use", "href"), "#not_met");
    assert_eq!(page.count("#not_met"), 1);
}

#[tokio::test]
async fn pages_of_the_demonstration_are_light_and_lead_nowhere_dead() {
    let app = TestApp::start().await;
    let service = std::sync::Arc::clone(app.service());
    tokio::task::spawn_blocking(move || townbridge::demo::load(&service)).await.unwrap().unwrap();
    app.settle().await;
    let browser = app.browser();
    let mut waiting: Vec<String> = vec!["/".into(), "/search?q=%E9%93%9D".into(), "/towns".into()];
    let mut seen = std::collections::BTreeSet::new();
    let link = scraper::Selector::parse("a[href^='/']").unwrap();
    while let Some(path) = waiting.pop() {
        if seen.len() >= 60 || !seen.insert(path.clone()) {
            continue;
        }
        let answer = browser.send(browser.request(Method::GET, &path)).await.expect(200);
        assert!(answer.body.len() < 60_000, "{path}: {} bytes", answer.body.len());
        let page = answer.page();
        let links = page.select(&link).filter_map(|a| a.attr("href"));
        // Each kind of page a few times: the towns' and records' pages are all made alike.
        let wanted = ["/needs/", "/capabilities/", "/towns/", "/organizations/", "/search?"];
        for kind in wanted {
            let mut of_kind = links.clone().filter(|href| href.starts_with(kind));
            waiting.extend(of_kind.by_ref().take(2).map(str::to_owned));
        }
    }
    for kind in ["/needs/", "/capabilities/", "/towns/", "/organizations/"] {
        assert!(seen.iter().any(|path| path.starts_with(kind)), "no page of {kind} was seen");
    }
}
