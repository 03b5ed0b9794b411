//! Pages of projects, and late milestones in the cockpit, through forms alone.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::organizations::model::Organization;

use crate::support::files::png;
use crate::support::{Browser, ContractBuilder, OrgBuilder, ProjectBuilder, TestApp};

const GUZHEN: &str = "442000105";

struct World {
    app: TestApp,
    firm: Organization,
    school: Organization,
    need: Browser,
    provider: Browser,
    liaison: Browser,
    stranger: Browser,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().town(GUZHEN).name("中山市试灯照明有限公司").insert(&app);
    let school = OrgBuilder::university().name("试样理工大学").insert(&app);
    let other = OrgBuilder::enterprise().insert(&app);
    let member = |org: &Organization| app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let people = [member(&firm), member(&school), member(&other)];
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    World {
        need: app.browser_of(&people[0]).await,
        provider: app.browser_of(&people[1]).await,
        stranger: app.browser_of(&people[2]).await,
        liaison: app.browser_of(&liaison).await,
        firm,
        school,
        app,
    }
}

/// What is typed into the form of a project.
const TYPED: [(&str, &str); 20] = [
    ("title", "压铸件气孔率联合攻关"),
    ("programme", "university_town"),
    ("channel", "mixed"),
    ("activity_kind", "joint_research"),
    ("starts_on", "2026-01-01"),
    ("ends_on", "2026-12-31"),
    ("town_codes", "古镇镇"),
    ("parties/0/name", "中山市试灯照明有限公司"),
    ("parties/0/role", "need"),
    ("parties/1/name", "试样理工大学"),
    ("parties/1/role", "provider"),
    ("milestones/0/title", "样件"),
    ("milestones/0/due_on", "2026-04-01"),
    ("milestones/1/title", "中试"),
    ("milestones/1/due_on", "2099-10-01"),
    ("funds/0/source", "town"),
    ("funds/0/planned", "10.0001"),
    ("funds/1/source", "enterprise"),
    ("funds/1/planned", "２０.0002"),
    ("funds/1/paid", "0.0001"),
];

#[tokio::test]
async fn a_project_goes_from_the_form_to_its_end_and_both_sides_rate_it() {
    let world = world().await;
    let page = world.need.get("/projects/new").await.expect(200);
    assert_eq!(page.attribute("[name='parties/0/name']", "value"), "中山市试灯照明有限公司");
    let once = page.attribute("[name=once]", "value");
    let mut fields = vec![("once", once.as_str())];
    fields.extend(TYPED);
    // What is wrong is said, and what was typed stays.
    fields[6].1 = "2025-01-01";
    fields.push(("parties/2/name", "外地检测站"));
    fields.push(("parties/2/role", "boss"));
    let again = world.need.submit("/projects/new", &fields).await.expect(200);
    assert_eq!(again.attribute("[aria-invalid]", "name"), "ends_on");
    assert_eq!(again.count("[data-errors] li"), 2);
    assert_eq!(again.attribute("[name='funds/0/planned']", "value"), "10.0001");
    assert_eq!(again.attribute("[name='parties/2/name']", "value"), "外地检测站");
    fields[6].1 = "2026-12-31";
    fields.truncate(21);
    let made = world.need.submit("/projects/new", &fields).await.expect(303);
    let path = made.header("location").to_owned();
    let twice = world.need.submit("/projects/new", &fields).await.expect(303);
    assert_eq!(twice.header("location"), path);

    let page = world.provider.get(&path).await.expect(200);
    assert_eq!(page.count("[data-party] a[href^='/organizations/']"), 2);
    assert_eq!(page.texts("tfoot td.num"), ["30.0003", "0.0001"]);
    assert_eq!(page.texts("[data-milestone] .not_met"), ["逾期"]);
    let version = page.attribute("[name=version]", "value");
    let early = [("at", "0"), ("version", version.as_str()), ("done_on", "2999-01-01")];
    let milestone = format!("{path}/milestone");
    let told = world.provider.submit(&milestone, &early).await.expect(200);
    assert_eq!(told.attribute("details[open] [aria-invalid]", "value"), "2999-01-01");
    let done = [("at", "0"), ("version", version.as_str()), ("done_on", "2026-04-03")];
    world.provider.submit(&milestone, &done).await.expect(303);
    let told = world.provider.submit(&milestone, &done).await.expect(200);
    assert_eq!(told.count("[role=alert]"), 1, "the version has moved on");
    let fund = [("at", "0"), ("version", "2"), ("paid", "4.5")];
    world.need.submit(&format!("{path}/fund"), &fund).await.expect(303);
    let page = world.need.get(&path).await.expect(200);
    assert_eq!(page.texts("tfoot td.num")[1], "4.5001");
    assert!(page.texts("[data-milestone]")[0].contains("2026年4月3日"));

    world.need.act(&path, "step", &[("to", "active")]).await.expect(303);
    world.need.act(&path, "step", &[("to", "closed")]).await.expect(403);
    let bare = [("to", "closed"), ("closed_on", "2026-06-30"), ("patent-value", "zwei")];
    let told = world.liaison.act(&path, "step", &bare).await.expect(200);
    assert_eq!(told.attribute("#closed_on", "value"), "2026-06-30");
    let close = [
        ("to", "closed"),
        ("closed_on", "2026-06-30"),
        ("patent-value", "2"),
        ("patent-note", "发明专利"),
        ("output_value-value", "300.5"),
    ];
    world.liaison.act(&path, "step", &close).await.expect(303);

    // Each side rates for itself.
    let page = world.need.get(&path).await.expect(200);
    assert_eq!((page.count("[data-rate]"), page.texts("main .tag")[0].as_str()), (1, "结题"));
    assert_eq!(world.liaison.get(&path).await.expect(200).count("[data-rate]"), 0);
    world.need.act(&path, "rating", &[("side", "provider"), ("rating", "1")]).await.expect(403);
    let told = world.need.act(&path, "rating", &[("side", "need")]).await.expect(200);
    assert_eq!(told.count("[data-rate] [aria-invalid]"), 1);
    world.need.act(&path, "rating", &[("side", "need"), ("rating", "4")]).await.expect(303);
    world.provider.act(&path, "rating", &[("side", "provider"), ("rating", "5")]).await.expect(303);
    let page = world.liaison.get(&path).await.expect(200);
    for part in ["4 / 5", "5 / 5", "300.5", "发明专利"] {
        assert!(page.text().contains(part), "{part}");
    }
    assert!(page.texts("ol.timeline > li").len() >= 6);
    world.need.get(&format!("{path}/edit")).await.expect(409);
}

#[tokio::test]
async fn a_project_is_changed_by_its_form_and_seen_by_nobody_else() {
    let world = world().await;
    let made = ProjectBuilder::active(&world.firm, &world.school).insert(&world.app);
    let contract = ContractBuilder::signed(&world.firm, &world.school).insert(&world.app);
    let path = format!("/projects/{}", made.id);
    let edit = format!("{path}/edit");
    let page = world.need.get(&edit).await.expect(200);
    assert_eq!(page.attribute("[name='parties/1/name']", "value"), "试样理工大学");
    assert_eq!(page.count("[name='parties/2/org_id']"), 0);
    let version = made.version.to_string();
    let mut fields = vec![("version", version.as_str())];
    fields.extend(TYPED);
    let id = contract.id.to_string();
    fields.extend([("title", "改了名字的攻关"), ("contracts_shown", "1"), ("contract_ids", &id)]);
    fields.remove(1);
    world.need.submit(&edit, &fields).await.expect(303);
    let page = world.provider.get(&path).await.expect(200);
    assert_eq!(page.only("h1"), "改了名字的攻关");
    assert_eq!(page.count(&format!("dd a[href='/contracts/{id}']")), 1);
    let late = world.need.submit(&edit, &fields).await.expect(200);
    assert_eq!(late.count("[role=alert]"), 1);
    // Who leaves the own organisation out by mistake is told so.
    let next = late.attribute("[name=version]", "value");
    fields[0].1 = &next;
    fields.retain(|(name, _)| !name.starts_with("parties/0"));
    fields.extend([("parties/0/name", "别家"), ("parties/0/role", "need")]);
    let told = world.need.submit(&edit, &fields).await.expect(200);
    assert_eq!(told.attribute("[name='parties/0/name']", "value"), "别家");

    world.stranger.get("/projects").await.expect(200);
    for below in ["", "/edit", "/files/00000000-0000-7000-8000-000000000000"] {
        world.stranger.get(&format!("{path}{below}")).await.expect(404);
        assert_eq!(world.app.browser().get(&format!("{path}{below}")).await.status, 303);
    }
    let sent = [
        ("version", "1"),
        ("to", "suspended"),
        ("comment", "x"),
        ("at", "0"),
        ("done_on", "2026-04-01"),
        ("paid", "1"),
        ("side", "need"),
        ("rating", "1"),
    ];
    for below in ["/edit", "/step", "/milestone", "/fund", "/rating", "/delete"] {
        world.stranger.submit(&format!("{path}{below}"), &sent).await.expect(404);
        world.need.submit_bare(&format!("{path}{below}"), &sent).await.expect(403);
    }
    let files: &[(&str, &str, &[u8])] = &[("file", "方案.png", &png(1))];
    world.stranger.submit_files(&format!("{path}/files"), &[], files).await.expect(404);
    world.provider.submit_files(&format!("{path}/files"), &[], files).await.expect(303);
    let page = world.need.get(&path).await.expect(200);
    assert_eq!((page.count("[data-file]"), page.count("[data-file] form")), (1, 0));
    let file = page.attribute("[data-file] a", "href");
    assert_eq!(world.need.get(&file).await.expect(200).body, png(1));
    world.stranger.get(&file).await.expect(404);

    for (query, count) in [
        ("", 1),
        ("?status=active", 1),
        ("?status=closed", 0),
        ("?q=%E6%94%B9%E4%BA%86", 1),
        ("?party=%E8%AF%95%E6%A0%B7", 1),
        ("?party=%E6%97%A0", 0),
        ("?region=442000105", 1),
        ("?region=4406", 0),
    ] {
        let page = world.need.get(&format!("/projects{query}")).await.expect(200);
        assert_eq!(page.count("tbody tr"), count, "{query}");
        assert_eq!(world.stranger.get("/projects").await.expect(200).count("tbody tr"), 0);
    }
    let planned = ProjectBuilder::planned(&world.firm, &world.school).insert(&world.app);
    let gone = format!("/projects/{}", planned.id);
    world.need.get(&gone).await.expect(200);
    world.need.submit(&format!("{gone}/delete"), &[("version", "1")]).await.expect(303);
    world.need.get(&gone).await.expect(404);
}

#[tokio::test]
async fn what_is_late_stands_in_the_cockpit_longest_due_first() {
    let world = world().await;
    let earlier = |fields: &mut townbridge::projects::model::ProjectFields| {
        fields.milestones[0].due_on = "2026-03-20".parse().unwrap();
    };
    ProjectBuilder::active(&world.firm, &world.school).fields(earlier).insert(&world.app);
    ContractBuilder::signed(&world.firm, &world.school).insert(&world.app);
    let page = world.liaison.get("/cockpit").await.expect(200);
    let late = page.texts("[data-delays] tbody tr");
    assert_eq!(late.len(), 3, "{late:?}");
    for (row, what) in late.iter().zip(["样件", "认定登记", "20.25 万元"]) {
        assert!(row.contains(what), "{late:?}");
    }
    assert_eq!(page.count("[data-delays] a[href^='/projects/']"), 1);
    assert_eq!(page.count("[data-delays] a[href^='/contracts/']"), 2);
    let api = world.app.liaison(GUZHEN).get("cockpit").await.expect(200).json();
    assert_eq!(api["delays"][0]["kind"], "project");
    assert_eq!(api["delays"][1]["what"], "registration");
    assert_eq!(api["delays"][2]["amount"], 20.25);
    assert!(api["delays"][0]["days"].as_i64() > api["delays"][2]["days"].as_i64());
    let elsewhere = world.app.liaison("440604100").get("cockpit").await.expect(200).json();
    assert_eq!(elsewhere["delays"], serde_json::json!([]));
}
