//! The dashboard: who sees it, where its figures lead, and what scripts and files get.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

fn liaison() -> Vec<GrantRole> {
    vec![GrantRole::in_region(Role::Liaison, GUZHEN)]
}

#[tokio::test]
async fn liaisons_and_officers_see_their_regions_and_nobody_else_any() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    NeedBuilder::published(&org).insert(&app);
    let visitor = app.browser();
    let answer = visitor.get("/dashboard").await.expect(303);
    assert!(answer.header("location").starts_with("/sign-in"));
    let member = app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let browser = app.browser_of(&member).await;
    browser.get("/dashboard").await.expect(403);
    assert_eq!(browser.get("/").await.expect(200).count("nav a[href='/dashboard']"), 0);

    let browser = app.browser_of(&app.account(&liaison())).await;
    let page = browser.get("/dashboard").await.expect(200);
    assert!(page.only("h1").contains("古镇镇"), "{}", page.only("h1"));
    assert_eq!(page.count("nav a[href='/dashboard'][aria-current]"), 1);
    // Her town has no parts, and no place above it is hers.
    assert_eq!(page.count("[data-table=places]"), 0);
    assert_eq!(page.count("nav.trail"), 0);
    for other in ["44", "4420", "442000118", "4406", "999", "x"] {
        browser.get(&format!("/dashboard?region={other}")).await.expect(404);
        browser.get(&format!("/dashboard/export?part=steps&region={other}")).await.expect(404);
    }

    let officer = vec![GrantRole::in_region(Role::Officer, "4420")];
    let browser = app.browser_of(&app.account(&officer)).await;
    let page = browser.get("/dashboard").await.expect(200);
    assert_eq!(page.count(&format!("[data-table=places] a[href*='region={GUZHEN}']")), 1);
    let page = browser.get(&format!("/dashboard?region={GUZHEN}")).await.expect(200);
    // The county that stands for all of the city is no step of the way.
    assert_eq!(page.texts("nav.trail a"), ["中山市"]);
    browser.get("/dashboard?region=4406").await.expect(404);
    browser.get("/dashboard/export?part=nothing").await.expect(404);
}

#[tokio::test]
async fn places_are_cities_or_counties_on_the_map() {
    let app = TestApp::start().await;
    for town in [GUZHEN, "440306018", "440311001"] {
        let org = OrgBuilder::enterprise().town(town).insert(&app);
        NeedBuilder::published(&org).insert(&app);
    }
    let browser = app.browser_of(&app.account(&[GrantRole::in_region(Role::Officer, "44")])).await;
    let map = async |query: &str| {
        let page = browser.get(&format!("/dashboard{query}")).await.expect(200);
        let block = page.texts("[data-chart=places] script").remove(0);
        (serde_json::from_str::<serde_json::Value>(&block).unwrap(), page)
    };
    let (cities, page) = map("").await;
    assert!(cities["map"].as_str().unwrap().contains("guangdong."), "{cities}");
    assert_eq!(
        (cities["digits"].as_i64(), cities["within"].as_array().unwrap().len()),
        (Some(4), 0)
    );
    assert_eq!(page.count("#by option"), 2);
    let (counties, page) = map("?by=county").await;
    assert!(counties["map"].as_str().unwrap().contains("guangdong-counties."), "{counties}");
    let places = counties["places"].as_array().unwrap();
    let ids: Vec<&str> = places.iter().map(|place| place["id"].as_str().unwrap()).collect();
    // 光明 was a part of 宝安 when the outlines were drawn: one place on the map, two in the table.
    assert_eq!(ids, ["440306", "442000"]);
    assert_eq!((&places[0]["value"], &places[0]["link"]), (&2.into(), &serde_json::Value::Null));
    assert!(places[0]["name"].as_str().unwrap().contains("光明"), "{counties}");
    assert_eq!(page.count("[data-table=places] tbody tr"), 3);
    let file = browser.get("/dashboard/export?part=places&by=county").await.expect(200);
    assert_eq!(file.text().lines().count(), 4);
    let (city, page) = map("?region=4403").await;
    assert_eq!(city["within"], serde_json::json!(["4403"]));
    assert_eq!(page.count("#by"), 0, "a city has counties alone");
    // What cannot be is as if nothing had been chosen.
    assert_eq!(map("?by=month").await.0["digits"], 4);
}

#[tokio::test]
async fn every_figure_of_the_dashboard_leads_to_as_many_records() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    for _ in 0..3 {
        NeedBuilder::published(&org).insert(&app);
    }
    NeedBuilder::draft(&org).insert(&app);
    let browser = app.browser_of(&app.account(&liaison())).await;
    let page = browser.get("/dashboard").await.expect(200);
    let page = page.page();
    let link = scraper::Selector::parse("[data-table] td a[href^='/reports/records']").unwrap();
    let links: Vec<(String, String)> = page
        .select(&link)
        .map(|a| (a.attr("href").unwrap().to_owned(), a.text().collect()))
        .collect();
    assert!(links.len() >= 4, "{links:?}");
    for (address, count) in links {
        let records = browser.get(&address).await.expect(200);
        assert_eq!(records.count("[data-records] tbody tr").to_string(), count, "{address}");
    }
    // A filter of needs on figures of something else is said to be wrong.
    browser.get("/reports/records?measure=visits&progress=matched").await.expect(422);
    browser.get("/reports/records?progress=lost").await.expect(422);
}

#[tokio::test]
async fn charts_are_data_that_no_browser_runs_and_files_hold_the_same() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    NeedBuilder::published(&org).insert(&app);
    let browser = app.browser_of(&app.account(&liaison())).await;
    let page = browser.get("/dashboard").await.expect(200);
    assert_eq!(page.count("script:not([src]):not([type='application/json'])"), 0);
    assert_eq!(page.count("[style], style"), 0);
    assert_eq!(page.count("script[src*='/static/echarts.']"), 1);
    for block in page.texts("figure script[type='application/json']") {
        let spec: serde_json::Value = serde_json::from_str(&block).unwrap();
        assert!(["bars", "lines", "heat", "map"].contains(&spec["kind"].as_str().unwrap()));
    }
    assert_eq!(page.count("figure .plot:not([role=img][aria-label])"), 0);
    assert_eq!(page.count("table[data-table]:not(:has(caption))"), 0);
    // Only where charts are.
    assert_eq!(browser.get("/reports").await.expect(200).count("script[src*='echarts']"), 0);
    for (part, columns) in [("steps", 4), ("months", 8), ("fields", 4)] {
        let file = browser.get(&format!("/dashboard/export?part={part}")).await.expect(200);
        let text = file.text().trim_start_matches('\u{feff}').to_owned();
        let mut rows = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
        assert!(rows.len() > 1 && rows.iter().all(|row| row.len() == columns), "{part}: {text}");
    }
    let page = browser.get("/dashboard?period=nonsense").await.expect(200);
    assert_eq!(page.count("[data-errors]"), 1);
}
