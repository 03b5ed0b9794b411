//! Pages of cases, through forms alone, as a browser without scripts uses them.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::files::png;
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
    world.liaison.submit_files(&format!("{case}/step"), &incomplete, &[]).await.expect(303);
    let met = [("to", "met"), ("note", "到厂")];
    let page = world.liaison.submit_files(&format!("{case}/step"), &met, &[]).await.expect(200);
    assert!(page.only("[role=alert]").contains("线上或线下"));
    assert_eq!(page.only("#note-step").trim(), "到厂");
    assert_eq!(page.attribute("#to option[selected]", "value"), "met");
    let met = [("to", "met"), ("note", "到厂"), ("channel", "offline"), ("due_on", "2027-01-05")];
    world.liaison.submit_files(&format!("{case}/step"), &met, &[]).await.expect(303);
    let illegal = [("to", "signed")];
    let page = world.liaison.submit_files(&format!("{case}/step"), &illegal, &[]).await.expect(200);
    assert!(page.only("[role=alert]").contains("已会谈"), "{}", page.only("[role=alert]"));
    let note = [("note", "双方约定下周再谈"), ("shared", "1")];
    world.liaison.submit_files(&format!("{case}/note"), &note, &[]).await.expect(303);
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
    assert_eq!(page.count("[data-queue] tbody tr"), 1);
    assert!(page.only("[data-queue] tbody tr").contains("待首次联系"));
    opened(&world).await;
    let page = world.liaison.get("/cockpit").await.expect(200);
    assert!(page.texts("tbody tr")[0].contains("需求方有意"));
    assert_eq!(page.count("nav a[href='/cockpit']"), 1);
    let page = world.liaison.get("/cockpit?show=overdue").await.expect(200);
    assert!(page.only("main").contains("没有等待处理的事项"));
    world.firm.get("/cockpit").await.expect(403);
    let page = world.firm.get("/cases").await.expect(200);
    assert_eq!(page.count("nav a[href='/cockpit']"), 0);
    // Who is not signed in is sent to sign in.
    let answer = world.app.browser().get("/cases").await;
    assert!([303, 401].contains(&answer.status), "{}", answer.status);
}

#[tokio::test]
async fn a_file_comes_with_what_was_written_and_is_for_its_readers() {
    let world = world().await;
    let case = opened(&world).await;
    let page = world.provider.get(&case).await.expect(200);
    // Before both have said yes, the sides keep no files here.
    assert_eq!(page.count("input[type=file]"), 0);
    let yes = [("side", "provider"), ("answer", "accepted")];
    world.provider.submit(&format!("{case}/answer"), &yes).await.expect(303);
    world.liaison.get(&case).await.expect(200);
    let note = [("note", "报价草稿，先不给双方")];
    let picture = png(3);
    let files = [("file", "报价.png", picture.as_slice())];
    world.liaison.submit_files(&format!("{case}/note"), &note, &files).await.expect(303);
    let shared = [("note", "会谈纪要"), ("shared", "1")];
    let minutes = png(4);
    let files = [("file", "纪要.png", minutes.as_slice())];
    world.liaison.submit_files(&format!("{case}/note"), &shared, &files).await.expect(303);
    let own = world.liaison.get(&case).await.expect(200);
    assert_eq!(own.count("ol.timeline a[href*='/files/']"), 2);
    assert_eq!(own.count("[data-file]"), 2);
    let seen = world.firm.get(&case).await.expect(200);
    assert_eq!(seen.texts("ol.timeline a[href*='/files/']"), ["纪要.png"]);
    assert_eq!(seen.texts("[data-file] a"), ["纪要.png"]);
    let open = seen.attribute("ol.timeline a[href*='/files/']", "href");
    assert_eq!(world.firm.get(&open).await.expect(200).body, minutes);
    for hidden in own.page().select(&link()).filter_map(|one| one.value().attr("href")) {
        let expected = if hidden == open { 200 } else { 404 };
        world.firm.get(hidden).await.expect(expected);
    }
    // What cannot be kept leaves nothing behind, and what was typed stays.
    let files = [("file", "空.png", &[][..])];
    let page = world.liaison.submit_files(&format!("{case}/note"), &shared, &files).await;
    assert!(page.expect(200).only("#note-note").contains("会谈纪要"));
    assert_eq!(world.liaison.get(&case).await.expect(200).count("ol.timeline li"), 4);
}

#[tokio::test]
async fn of_a_long_timeline_the_newest_is_shown_and_leads_to_what_was_earlier() {
    let world = world().await;
    let case = opened(&world).await;
    for number in 0..60 {
        let note = format!("第{number}次联系");
        let (path, fields) = (format!("{case}/note"), [("note", note.as_str())]);
        world.liaison.submit_files(&path, &fields, &[]).await.expect(303);
    }
    let page = world.liaison.get(&case).await.expect(200);
    let newest = page.texts("ol.timeline li");
    assert_eq!(newest.len(), 50);
    assert!(newest[49].contains("第59次联系"), "the newest stands last");
    assert_eq!(page.count("a[rel=next]"), 0);
    let earlier = page.attribute("a[rel=prev]", "href");
    let page = world.liaison.get(&earlier).await.expect(200);
    let first = page.texts("ol.timeline li");
    assert!(first.len() == 11 && first[10].contains("第9次联系"), "{first:?}");
    assert_eq!(page.count("a[rel=prev]"), 0);
    assert_eq!(page.attribute("a[rel=next]", "href"), format!("{case}#timeline"));
}

/// Files in the timeline.
fn link() -> scraper::Selector {
    scraper::Selector::parse("ol.timeline a[href*='/files/']").unwrap()
}

#[tokio::test]
async fn a_case_is_given_to_another_liaison_and_work_is_handed_over_on_pages() {
    let world = world().await;
    let case = opened(&world).await;
    let second = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let page = world.liaison.get(&case).await.expect(200);
    assert_eq!(page.count("[data-assign] option"), 2);
    let to = [("liaison_id", second.id.to_string())];
    let to: Vec<(&str, &str)> = to.iter().map(|(name, id)| (*name, id.as_str())).collect();
    world.liaison.submit(&format!("{case}/liaison"), &to).await.expect(303);
    let successor = world.app.browser_of(&second).await;
    let page = successor.get("/cockpit").await.expect(200);
    let path = page.attribute("a[href$='/handover']", "href");
    assert_eq!(path, format!("/liaisons/{}/handover", second.id));
    assert!(world.liaison.get(&path).await.status == 404);
    let page = successor.get(&path).await.expect(200);
    assert!(page.only("main").contains("对接 1 项"), "{}", page.only("main"));
    let stranger = [("to", "00000000-0000-7000-8000-000000000000")];
    let page = successor.submit(&path, &stranger).await.expect(200);
    assert!(page.only("#to-wrong").contains("科技专员"));
    let page = successor.submit(&path, &[]).await.expect(200);
    assert!(page.only("[role=status]").contains("对接 1 项"));
    successor.get(&path).await.expect(404);
    assert_eq!(world.liaison.get("/cases").await.expect(200).count("article"), 1);
}

#[tokio::test]
async fn a_provider_reads_on_the_page_why_firms_have_declined() {
    let world = world().await;
    let page = format!("/capabilities/{}", world.capability);
    assert_eq!(world.firm.get(&page).await.expect(200).count("[data-feedback]"), 0);
    assert_eq!(world.app.browser().get(&page).await.expect(200).count("[data-feedback]"), 0);
    let shown = world.provider.get(&page).await.expect(200);
    assert!(shown.only("[data-feedback]").contains("还没有企业婉拒"));
    for _ in 0..3 {
        let firm = OrgBuilder::enterprise().town(GUZHEN).insert(&world.app);
        let need = NeedBuilder::published(&firm).insert(&world.app).id.to_string();
        let person = world.app.account(&[GrantRole::in_org(Role::OrgMember, firm.id)]);
        let browser = world.app.browser_of(&person).await;
        browser.get("/cases").await.expect(200);
        let pair = [("need_id", need.as_str()), ("capability_id", world.capability.as_str())];
        let answer = browser.submit("/cases", &pair).await.expect(303);
        let case = answer.header("location").to_owned();
        let no = [("side", "need"), ("answer", "declined"), ("reason", "too_early")];
        browser.submit(&format!("{case}/answer"), &no).await.expect(303);
    }
    let shown = world.provider.get(&page).await.expect(200);
    assert!(shown.only("[data-feedback] li").contains("太早期"));
    let inbox = world.provider.get("/inbox").await.expect(200);
    assert!(inbox.text().contains("3 家次婉拒"), "{}", inbox.only("main"));
}

#[tokio::test]
async fn a_liaison_sees_her_own_work_first_and_all_of_the_town_when_asked() {
    let world = world().await;
    let second = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let colleague = world.app.browser_of(&second).await;
    // What nobody answers for is everybody's to see.
    for browser in [&world.liaison, &colleague] {
        let page = browser.get("/cockpit").await.expect(200);
        assert!(page.texts("tbody tr")[0].contains("待首次联系"));
    }
    opened(&world).await;
    let rows = async |browser: &Browser, path: &str| {
        let page = browser.get(path).await.expect(200);
        page.texts("[data-queue] tbody tr").len()
    };
    let (first, other) =
        (rows(&world.liaison, "/cockpit").await, rows(&colleague, "/cockpit").await);
    assert_eq!((first + other, first.max(other)), (1, 1));
    for browser in [&world.liaison, &colleague] {
        assert_eq!(rows(browser, "/cockpit?whose=all").await, 1);
        assert_eq!(rows(browser, "/cockpit?whose=all&show=stalled").await, 0);
        let page = browser.get("/cockpit?whose=all").await.expect(200);
        assert_eq!(page.attribute("nav.tabs a[aria-current]", "href"), "/cockpit?whose=all");
        // Who has nothing to do is listed as well, and everybody whosever work is shown.
        let loads = page.texts("[data-loads] tbody tr");
        assert_eq!(loads.len(), 2);
        let own = browser.get("/cockpit").await.expect(200);
        assert_eq!(own.texts("[data-loads] tbody tr"), loads);
        assert!(page.count("[data-loads] a[href$='/handover']") <= 1);
    }
    let officer = world.app.account(&[GrantRole::in_region(Role::Officer, "4420")]);
    let officer = world.app.browser_of(&officer).await;
    assert_eq!(rows(&officer, "/cockpit").await, 1);
}
