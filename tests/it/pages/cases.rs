//! Pages of cases, through forms alone, as a browser without scripts uses them.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{Browser, CapabilityBuilder, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

struct World {
    app: TestApp,
    need: String,
    capability: String,
    firm: Browser,
    provider: Browser,
    liaison: Browser,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
    let provider = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    let capability = CapabilityBuilder::published(&provider).insert(&app);
    app.settle().await;
    let signed_in = |role| app.account(&[role]);
    let people = [
        signed_in(GrantRole::in_org(Role::OrgMember, firm.id)),
        signed_in(GrantRole::in_org(Role::OrgMember, provider.id)),
        signed_in(GrantRole::in_region(Role::Liaison, GUZHEN)),
    ];
    World {
        firm: app.browser_of(&people[0]).await,
        provider: app.browser_of(&people[1]).await,
        liaison: app.browser_of(&people[2]).await,
        need: need.id.to_string(),
        capability: capability.id.to_string(),
        app,
    }
}

/// Opens a case as the firm; returns its page.
async fn opened(world: &World) -> String {
    let fields = [("need_id", world.need.as_str()), ("capability_id", world.capability.as_str())];
    let answer = world.firm.submit("/cases", &fields).await.expect(303);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn a_match_offers_to_bring_the_two_together_to_those_who_may() {
    let world = world().await;
    let need = format!("/needs/{}", world.need);
    for (browser, offers) in [(&world.firm, true), (&world.liaison, true), (&world.provider, false)]
    {
        let page = browser.get(&need).await.expect(200);
        assert_eq!(page.count("form[action='/cases']") > 0, offers);
    }
    let page = world.app.browser().get(&need).await.expect(200);
    assert_eq!(page.count("form[action='/cases']"), 0);
    let capability = format!("/capabilities/{}", world.capability);
    let page = world.provider.get(&capability).await.expect(200);
    assert_eq!(page.attribute("form[action='/cases'] input[name=need_id]", "value"), world.need);
    let given = page.attribute("form[action='/cases'] input[name=capability_id]", "value");
    assert_eq!(given, world.capability);
}

#[tokio::test]
async fn the_whole_way_goes_by_forms() {
    let world = world().await;
    let case = opened(&world).await;
    let list = world.provider.get("/cases").await.expect(200);
    assert_eq!(list.count("article"), 1);
    assert!(list.only("article").contains("等您答复"));
    let page = world.provider.get(&case).await.expect(200);
    assert_eq!(page.only("h1"), "需求方有意");
    let yes = [("side", "provider"), ("answer", "accepted"), ("note", "可以做")];
    world.provider.submit(&format!("{case}/answer"), &yes).await.expect(303);
    let page = world.firm.get(&case).await.expect(200);
    assert_eq!(page.only("h1"), "双向有意");
    assert_eq!(page.count("dl.facts"), 2);
    // A step that lacks something is told above the form, and nothing is lost.
    let incomplete = [("to", "introduced"), ("note", "周四见")];
    world.liaison.submit(&format!("{case}/step"), &incomplete).await.expect(303);
    let met = [("to", "met"), ("note", "到厂")];
    let page = world.liaison.submit(&format!("{case}/step"), &met).await.expect(200);
    assert!(page.only("[role=alert]").contains("线上或线下"));
    assert_eq!(page.only("#note-step").trim(), "到厂");
    assert_eq!(page.attribute("#to option[selected]", "value"), "met");
    let met = [("to", "met"), ("note", "到厂"), ("channel", "offline"), ("due_on", "2027-01-05")];
    world.liaison.submit(&format!("{case}/step"), &met).await.expect(303);
    let illegal = [("to", "signed")];
    let page = world.liaison.submit(&format!("{case}/step"), &illegal).await.expect(200);
    assert!(page.only("[role=alert]").contains("已会谈"), "{}", page.only("[role=alert]"));
    let note = [("note", "双方约定下周再谈"), ("shared", "1")];
    world.liaison.submit(&format!("{case}/note"), &note).await.expect(303);
    let page = world.firm.get(&case).await.expect(200);
    assert!(page.only("ol.timeline").contains("下周再谈"));
    assert!(!page.only("ol.timeline").contains("到厂"));
    let lost = [("side", "need"), ("answer", "declined"), ("reason", "budget")];
    world.firm.submit(&format!("{case}/answer"), &lost).await.expect(303);
    let page = world.firm.get(&case).await.expect(200);
    assert_eq!(page.only("h1"), "未成结案");
    assert!(page.only("main .notice").contains("预算不合"));
    let page = world.provider.get(&case).await.expect(200);
    assert!(!page.text().contains("预算不合"));
    assert_eq!(world.firm.get("/cases").await.expect(200).count("article"), 0);
    assert_eq!(world.firm.get("/cases?open=false").await.expect(200).count("article"), 1);
}

#[tokio::test]
async fn the_cockpit_is_the_brokers_and_names_what_waits() {
    let world = world().await;
    let page = world.liaison.get("/cockpit").await.expect(200);
    assert_eq!(page.count("tbody tr"), 1);
    assert!(page.only("tbody tr").contains("待首次联系"));
    opened(&world).await;
    let page = world.liaison.get("/cockpit").await.expect(200);
    assert!(page.texts("tbody tr")[0].contains("需求方有意"));
    assert_eq!(page.count("nav a[href='/cockpit']"), 2);
    let page = world.liaison.get("/cockpit?show=overdue").await.expect(200);
    assert!(page.only("main").contains("没有等待处理的事项"));
    world.firm.get("/cockpit").await.expect(403);
    let page = world.firm.get("/cases").await.expect(200);
    assert_eq!(page.count("nav a[href='/cockpit']"), 0);
    // Who is not signed in is sent to sign in.
    let answer = world.app.browser().get("/cases").await;
    assert!([303, 401].contains(&answer.status), "{}", answer.status);
}
