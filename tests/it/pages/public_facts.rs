//! What everybody may know of the whole platform: statistics, addresses for search engines, and what
//! these are told of a record. Nothing that only some may read stands in any of it.

use std::collections::BTreeSet;

use serde_json::Value;
use townbridge::disclosure::DisclosureLevel;
use townbridge::public_facts::model::PublicKind;
use townbridge::public_facts::sitemap;

use crate::support::{CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

/// A firm with a public need, and needs and a capability that are not for everybody.
struct World {
    app: TestApp,
    public: Vec<String>,
    hidden: Vec<String>,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let firm = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let school = OrgBuilder::university().insert(&app);
        let level = |level| NeedBuilder::published(&firm).confidentiality(level).insert(&app).id;
        let open = level(DisclosureLevel::Public);
        let limited = [
            DisclosureLevel::Members,
            DisclosureLevel::Broker,
            DisclosureLevel::Matched,
            DisclosureLevel::Nda,
        ];
        let mut hidden: Vec<String> = limited.map(|one| format!("/needs/{}", level(one))).to_vec();
        let unfinished = NeedBuilder::draft(&firm).confidentiality(DisclosureLevel::Public);
        hidden.push(format!("/needs/{}", unfinished.insert(&app).id));
        let waiting = NeedBuilder::submitted(&firm).confidentiality(DisclosureLevel::Public);
        hidden.push(format!("/needs/{}", waiting.insert(&app).id));
        let offer = CapabilityBuilder::published(&school)
            .fields(|fields| fields.confidentiality = Some(DisclosureLevel::Public))
            .insert(&app);
        let kept = CapabilityBuilder::published(&school)
            .fields(|fields| fields.confidentiality = Some(DisclosureLevel::Members))
            .insert(&app);
        hidden.push(format!("/capabilities/{}", kept.id));
        let public = vec![
            format!("/needs/{open}"),
            format!("/capabilities/{}", offer.id),
            format!("/organizations/{}", firm.id),
            format!("/organizations/{}", school.id),
        ];
        app.settle().await;
        Self { app, public, hidden }
    }
}

/// Paths of the addresses in a file.
fn paths(xml: &str) -> Vec<String> {
    let places = xml.split("<loc>").skip(1).filter_map(|rest| rest.split("</loc>").next());
    places
        .map(|place| {
            let (_, rest) = place.split_once("://").expect("an address");
            rest.split_once('/').map(|(_, path)| format!("/{path}")).unwrap()
        })
        .collect()
}

#[tokio::test]
async fn statistics_count_what_is_public_and_nothing_else() {
    let world = World::start().await;
    let browser = world.app.browser();
    let page = browser.get("/statistics").await.expect(200);
    assert_eq!(page.only("[data-total=needs]"), "1");
    assert_eq!(page.only("[data-total=capabilities]"), "1");
    assert_eq!(page.only("[data-total=organizations]"), "2");
    // Whoever reads it: the same for an administrator.
    let admin = world.app.account(&[townbridge::accounts::roles::model::GrantRole::unbound(
        townbridge::accounts::principal::Role::PlatformAdmin,
    )]);
    let page = world.app.browser_of(&admin).await.get("/statistics").await.expect(200);
    assert_eq!(page.only("[data-total=needs]"), "1");
    let rows = |table: &str| page.texts(&format!("[data-table={table}] tbody tr"));
    assert!((1..=2).contains(&rows("fields").len()), "{:?}", rows("fields"));
    assert_eq!(rows("months").len(), 24);
    assert_eq!(page.count("[data-table=places] a[href='/statistics?city=4420']"), 1);
    let city = browser.get("/statistics?city=4420").await.expect(200);
    assert_eq!(city.only("[data-total=needs]"), "1");
    assert_eq!(city.only("[data-total=capabilities]"), "0");
    for wrong in ["44", "442000", "x", "9999"] {
        browser.get(&format!("/statistics?city={wrong}")).await.expect(404);
    }
    let home = browser.get("/").await.expect(200);
    assert_eq!(home.count("nav.public a[href='/statistics']"), 1);
    assert_eq!(home.count("main a[href='/statistics']"), 1);
}

#[tokio::test]
async fn search_engines_are_led_to_public_pages_alone() {
    let world = World::start().await;
    let browser = world.app.browser();
    let robots = browser.get("/robots.txt").await.expect(200).text();
    let place = robots.lines().find_map(|line| line.strip_prefix("Sitemap: ")).unwrap();
    assert!(place.starts_with("http") && place.ends_with("/sitemap.xml"), "{place}");
    assert!(robots.contains("Disallow: /account\n") && !robots.contains("Disallow: /\n"));
    let answer = browser.get("/sitemap.xml").await.expect(200);
    assert!(answer.header("content-type").starts_with("application/xml"));
    let listed = paths(&answer.text());
    for path in &world.public {
        assert!(listed.contains(path), "{path} in {listed:?}");
    }
    for path in &world.hidden {
        assert!(!listed.contains(path), "{path}");
    }
    for path in &listed {
        browser.get(path).await.expect(200);
    }
    assert!(answer.text().contains("<lastmod>"));
}

#[tokio::test]
async fn many_addresses_are_spread_over_files_that_hold_each_once() {
    let world = World::start().await;
    let app = world.app.service();
    let whole = sitemap::sitemap(app, sitemap::MOST).unwrap();
    let index = sitemap::sitemap(app, 2).unwrap();
    assert!(index.contains("<sitemapindex") && whole.contains("<urlset"));
    let mut found = Vec::new();
    for path in paths(&index) {
        let parts: Vec<&str> = path.trim_start_matches("/sitemaps/").split('/').collect();
        let number = parts[1].trim_end_matches(".xml").parse().unwrap();
        let part = sitemap::part(app, parts[0].parse().unwrap(), number, 2).unwrap();
        let listed = paths(&part);
        assert!(!listed.is_empty() && listed.len() <= 2, "{path}");
        found.extend(listed);
    }
    let unique: BTreeSet<&String> = found.iter().collect();
    assert_eq!((unique.len(), found.len()), (paths(&whole).len(), paths(&whole).len()));
    for (kind, number) in
        [(PublicKind::Needs, 2), (PublicKind::Needs, 0), (PublicKind::Needs, i64::MAX)]
    {
        assert!(sitemap::part(app, kind, number, 2).is_err(), "{kind} {number}");
    }
    let browser = world.app.browser();
    browser.get("/sitemaps/needs/1.xml").await.expect(200);
    for wrong in ["needs/2.xml", "needs/1", "visits/1.xml", "needs/-1.xml"] {
        browser.get(&format!("/sitemaps/{wrong}")).await.expect(404);
    }
}

#[tokio::test]
async fn a_public_record_is_described_and_no_other_is() {
    let world = World::start().await;
    let browser = world.app.browser();
    let kinds = ["Demand", "Service", "Organization", "Organization"];
    for (path, kind) in world.public.iter().zip(kinds) {
        let page = browser.get(path).await.expect(200);
        let data: Value =
            serde_json::from_str(&page.only("script[type='application/ld+json']")).unwrap();
        assert_eq!(
            (&data["@type"], &data["@context"]),
            (&kind.into(), &"https://schema.org".into())
        );
        assert!(data["url"].as_str().unwrap().ends_with(path.as_str()), "{data}");
        assert!(page.attribute("link[rel=canonical]", "href").ends_with(path.as_str()));
        assert!(page.attribute("meta[name=description]", "content").chars().count() <= 161);
        assert_eq!(page.count("meta[name=robots]"), 0);
        // The address is the same whatever is asked of the page.
        if path.starts_with("/organizations/") {
            let asked = browser.get(&format!("{path}?from=elsewhere")).await.expect(200);
            assert!(asked.attribute("link[rel=canonical]", "href").ends_with(path.as_str()));
        }
    }
    for path in &world.hidden {
        let page = browser.get(path).await;
        if page.status == 404 {
            continue;
        }
        let page = page.expect(200);
        assert_eq!(
            page.count("script[type='application/ld+json'], link[rel=canonical]"),
            0,
            "{path}"
        );
        assert_eq!(page.attribute("meta[name=robots]", "content"), "noindex");
    }
}

#[tokio::test]
async fn a_title_cannot_leave_the_description() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let hostile = "</script><script>alert(1)</script><!-- 散热";
    let need = NeedBuilder::published(&firm)
        .title(hostile)
        .confidentiality(DisclosureLevel::Public)
        .insert(&app);
    app.settle().await;
    let page = app.browser().get(&format!("/needs/{}", need.id)).await.expect(200);
    assert_eq!(page.count("script:not([src]):not([type='application/ld+json'])"), 0);
    let data: Value =
        serde_json::from_str(&page.only("script[type='application/ld+json']")).unwrap();
    assert_eq!(data["name"], hostile);
}

#[tokio::test]
async fn pages_carry_the_words_for_a_lost_network_in_the_language_of_the_reader() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let chinese = browser.get("/").await.expect(200).attribute("#net[hidden]", "data-offline");
    browser.get("/language?to=en&back=/").await.expect(303);
    let page = browser.get("/").await.expect(200);
    let english = page.attribute("#net[hidden]", "data-offline");
    assert!(chinese.contains("网络") && english.contains("offline"), "{chinese} {english}");
    assert_eq!(page.count("#busy[hidden][aria-label]"), 1);
    // In a build for development the page that shows how pages look is there.
    browser.get("/style").await.expect(200);
}
