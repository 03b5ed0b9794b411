//! Pages of contracts, through forms alone, as a browser without scripts uses them.

use reqwest::Method;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::cases;
use townbridge::organizations::model::Organization;

use crate::support::contracts::registration_no;
use crate::support::files::png;
use crate::support::{
    Answer, Browser, CapabilityBuilder, ContractBuilder, NeedBuilder, OrgBuilder, TestApp,
};

const GUZHEN: &str = "442000105";

struct World {
    app: TestApp,
    buyer: Organization,
    seller: Organization,
    firm: Browser,
    school: Browser,
    liaison: Browser,
    stranger: Browser,
}

async fn world() -> World {
    let app = TestApp::start().await;
    let buyer = OrgBuilder::enterprise().town(GUZHEN).name("中山市试灯照明有限公司").insert(&app);
    let seller = OrgBuilder::university().name("试样理工大学").insert(&app);
    let other = OrgBuilder::enterprise().insert(&app);
    let member = |org: &Organization| app.account(&[GrantRole::in_org(Role::OrgMember, org.id)]);
    let people = [member(&buyer), member(&seller), member(&other)];
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    World {
        firm: app.browser_of(&people[0]).await,
        school: app.browser_of(&people[1]).await,
        stranger: app.browser_of(&people[2]).await,
        liaison: app.browser_of(&liaison).await,
        buyer,
        seller,
        app,
    }
}

/// The fields of a page's form as a browser would send them back, some of them changed.
fn filled(page: &Answer, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    let document = page.page();
    let select = |css: &str| scraper::Selector::parse(css).unwrap();
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in document.select(&select("form.stack input[name]")) {
        let (name, value) = (input.attr("name").unwrap(), input.attr("value").unwrap_or_default());
        let unticked = input.attr("type") == Some("checkbox") && input.attr("checked").is_none();
        if !unticked && name != "csrf" {
            fields.push((name.to_owned(), value.to_owned()));
        }
    }
    for area in document.select(&select("form.stack textarea[name]")) {
        fields.push((area.attr("name").unwrap().to_owned(), area.text().collect()));
    }
    for choice in document.select(&select("form.stack select[name]")) {
        let chosen = choice.select(&select("option[selected]")).next();
        let value = chosen.and_then(|option| option.attr("value")).unwrap_or_default();
        fields.push((choice.attr("name").unwrap().to_owned(), value.to_owned()));
    }
    for (name, value) in changes {
        fields.retain(|(field, _)| field != name);
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    fields
}

async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.submit(path, &fields).await
}

/// What the form asks for beyond what a case says.
const REST: [(&str, &str); 14] = [
    ("contract_type", "development"),
    ("subtype", "development_commissioned"),
    ("valid_from", "2026-03-01"),
    ("valid_to", "2027-02-28"),
    ("buyer/legal_nature", "enterprise_domestic"),
    ("amount", "５０.５"),
    ("tech_amount", "40.1234"),
    ("payment_mode", "instalments"),
    ("instalments/0/due_on", "2026-04-01"),
    ("instalments/0/planned", "20.25"),
    ("ip_kinds", "know_how"),
    ("tech_field", "new_energy"),
    ("industry_code", "C38"),
    ("socio_economic_goal", "10"),
];

/// A case in which both have said yes; returns its path.
fn mutual(world: &World) -> String {
    let need = NeedBuilder::published(&world.buyer).insert(&world.app);
    let capability = CapabilityBuilder::published(&world.seller).insert(&world.app);
    let system = Caller::system("test");
    let pair = serde_json::json!({ "need_id": need.id, "capability_id": capability.id });
    let command = serde_json::from_value(pair).unwrap();
    let case = cases::ops::open(world.app.service(), &system, &command).unwrap().value;
    for side in ["need", "provider"] {
        let yes = serde_json::json!({ "side": side, "answer": "accepted" });
        let yes = serde_json::from_value(yes).unwrap();
        cases::ops::answer(world.app.service(), &system, case.id, &yes).unwrap();
    }
    format!("/cases/{}", case.id)
}

#[tokio::test]
async fn a_case_that_counts_as_signed_says_that_its_contract_is_missing() {
    let world = world().await;
    let case = mutual(&world);
    let lacks = "[data-lacks-contract]";
    assert_eq!(world.firm.get(&case).await.expect(200).count(lacks), 0);
    let id = case.strip_prefix("/cases/").unwrap().parse().unwrap();
    for to in ["introduced", "met", "negotiating", "agreed", "signed"] {
        let step = serde_json::json!({ "to": to, "channel": "offline" });
        let step = serde_json::from_value(step).unwrap();
        let system = Caller::system("test");
        cases::ops::take_step(world.app.service(), &system, id, &step, &[]).unwrap();
    }
    assert_eq!(world.firm.get(&case).await.expect(200).count(lacks), 1);
    let draft = world.firm.get(&format!("/contracts/new?case_id={id}")).await.expect(200);
    let drafted = send(&world.firm, "/contracts/new", &filled(&draft, &REST)).await.expect(303);
    assert_eq!(world.firm.get(&case).await.expect(200).count(lacks), 1, "a draft is no contract");
    let sign = [("to", "signed"), ("signed_on", "2026-03-01")];
    world.firm.act(drafted.header("location"), "step", &sign).await.expect(303);
    assert_eq!(world.firm.get(&case).await.expect(200).count(lacks), 0);
}

#[tokio::test]
async fn a_contract_goes_from_the_case_to_the_register_by_forms_alone() {
    let world = world().await;
    let case = mutual(&world);
    let page = world.firm.get(&case).await.expect(200);
    let new = page.attribute("[data-deals] a[href^='/contracts/new']", "href");
    let form = world.firm.get(&new).await.expect(200);
    assert_eq!(form.attribute("[name='buyer/name']", "value"), "中山市试灯照明有限公司");
    assert_eq!(form.attribute("[name='seller/name']", "value"), "试样理工大学");
    let nature = "[name='seller/legal_nature'] option[selected]";
    assert_eq!(form.attribute(nature, "value"), "institution_university");
    assert!(!form.attribute("#project_name", "value").is_empty());
    assert!(form.attribute("#region_code", "value").contains(GUZHEN));

    // What is wrong is said at its field, and what was typed stays.
    let wrong =
        filled(&form, &[REST.as_slice(), &[("tech_amount", "60"), ("valid_to", "soon")]].concat());
    let again = send(&world.firm, "/contracts/new", &wrong).await.expect(200);
    assert_eq!(again.count("[aria-invalid]"), 1, "a day that is none comes first");
    assert_eq!(again.attribute("#tech_amount", "value"), "60");
    let wrong = filled(&again, &[REST.as_slice(), &[("tech_amount", "60")]].concat());
    let again = send(&world.firm, "/contracts/new", &wrong).await.expect(200);
    assert_eq!(again.attribute("[aria-invalid]", "name"), "tech_amount");
    assert_eq!(
        again.attribute("#instalments\\/0\\/planned, [name='instalments/0/planned']", "value"),
        "20.25"
    );
    let nobody = filled(
        &again,
        &[REST.as_slice(), &[("buyer/name", "别家"), ("buyer_linked", "")]].concat(),
    );
    let again = send(&world.firm, "/contracts/new", &nobody).await.expect(200);
    assert_eq!(again.count("[role=alert]"), 1, "nobody drafts what is not theirs");
    let right = filled(&form, &REST);
    let drafted = send(&world.firm, "/contracts/new", &right).await.expect(303);
    let path = drafted.header("location").to_owned();
    // Sent twice, drafted once.
    let twice = send(&world.firm, "/contracts/new", &right).await.expect(303);
    assert_eq!(twice.header("location"), path);
    let page = world.school.get(&path).await.expect(200);
    assert!(page.text().contains("50.5 万元") && page.text().contains("40.1234 万元"));
    assert_eq!(page.count("dd a[href^='/cases/']"), 1);
    assert_eq!(world.school.get(&case).await.expect(200).count("[data-deals] li"), 1);

    let page = world.firm.act(&path, "step", &[("to", "signed")]).await.expect(200);
    assert_eq!(page.attribute("details[open] [aria-invalid]", "name"), "signed_on");
    let sign = [("to", "signed"), ("signed_on", "2026-03-01")];
    let old = world.firm.get(&path).await.expect(200).attribute("[name=version]", "value");
    world.firm.act(&path, "step", &sign).await.expect(303);
    let late = [("version", old.as_str()), sign[0], sign[1]];
    let told = world.firm.submit(&format!("{path}/step"), &late).await.expect(200);
    assert_eq!(told.count("main [role=alert]"), 1, "it has moved on since the page was shown");
    // The buyer does not apply; the seller does.
    assert_eq!(world.firm.get(&path).await.expect(200).count("[name=submitted_on]"), 0);
    world
        .firm
        .act(&path, "step", &[("to", "submitted"), ("submitted_on", "2026-03-10")])
        .await
        .expect(403);
    let page = world.school.get(&path).await.expect(200);
    let told = page.texts("main .notice.bad");
    assert!(told[0].contains("2026年3月31日") && told[1].contains("20.25"), "{told:?}");
    world
        .school
        .act(&path, "step", &[("to", "submitted"), ("submitted_on", "2026-03-10")])
        .await
        .expect(303);
    let short = [("to", "registered"), ("registered_on", "2026-03-20"), ("registration_no", "12")];
    let page = world.liaison.act(&path, "step", &short).await.expect(200);
    assert_eq!(page.count("details[open] [aria-invalid]"), 2);
    assert_eq!(page.attribute("details[open] [name=registration_no]", "value"), "12");
    let number = registration_no(5);
    let full = [
        ("to", "registered"),
        ("registered_on", "2026-03-20"),
        ("registration_no", number.as_str()),
        ("registrar", "中山市技术合同登记站"),
    ];
    world.liaison.act(&path, "step", &full).await.expect(303);
    let page = world.firm.get(&path).await.expect(200);
    assert!(page.text().contains(&number));
    assert_eq!(page.texts("main .tag")[0], "已登记");
    assert_eq!(page.count("ol.timeline > li"), 4);
}

#[tokio::test]
async fn an_amendment_keeps_the_old_wording_and_tells_of_a_conflict() {
    let world = world().await;
    let contract = ContractBuilder::registered(&world.buyer, &world.seller, 3).insert(&world.app);
    let path = format!("/contracts/{}", contract.id);
    let edit = format!("{path}/edit");
    let form = world.firm.get(&edit).await.expect(200);
    let mute = filled(&form, &[("amount", "60")]);
    let again = send(&world.firm, &edit, &mute).await.expect(200);
    assert_eq!(again.attribute("[aria-invalid]", "name"), "reason");
    let fields = filled(&form, &[("amount", "60"), ("reason", "追加试产")]);
    send(&world.firm, &edit, &fields).await.expect(303);
    let page = world.school.get(&path).await.expect(200);
    assert_eq!(page.texts("main .tag")[0], "变更");
    let newest = &page.texts("ol.timeline > li")[0];
    for part in ["第 5 版", "追加试产", "成交金额（万元）", "50.5", "60"] {
        assert!(newest.contains(part), "{part} in {newest}");
    }
    // Somebody who still looks at the version before is told, and loses nothing.
    let late = filled(&form, &[("amount", "70"), ("reason", "再改")]);
    let told = send(&world.school, &edit, &late).await.expect(200);
    assert_eq!(told.count("[role=alert]"), 1);
    assert_eq!(told.attribute("#amount", "value"), "70");
    send(&world.school, &edit, &filled(&told, &[])).await.expect(303);
    let english = world.firm.get("/language?to=en&back=/contracts").await.expect(303);
    assert_eq!(english.header("location"), "/contracts");
    let page = world.firm.get(&path).await.expect(200);
    assert!(page.texts("ol.timeline > li")[0].contains("Amount (CNY 10,000)"));
}

#[tokio::test]
async fn payments_are_recorded_and_what_is_late_is_said() {
    let world = world().await;
    let contract = ContractBuilder::signed(&world.buyer, &world.seller).insert(&world.app);
    let path = format!("/contracts/{}", contract.id);
    let page = world.firm.get(&path).await.expect(200);
    assert_eq!(page.texts("tbody td .not_met"), ["逾期"]);
    let pay = format!("{path}/payment");
    let version = contract.version.to_string();
    let much =
        [("instalment", "0"), ("version", &version), ("paid", "51"), ("paid_on", "2026-04-02")];
    let page = world.firm.submit(&pay, &much).await.expect(200);
    assert_eq!(page.attribute("details[open] [aria-invalid]", "value"), "51");
    let right = [
        ("instalment", "0"),
        ("version", &version),
        ("paid", "20.1234"),
        ("paid_on", "2026-04-02"),
    ];
    world.firm.submit(&pay, &right).await.expect(303);
    let page = world.firm.submit(&pay, &right).await.expect(200);
    assert_eq!(page.count("[role=alert]"), 1, "the version has moved on");
    assert_eq!(page.count("tbody td .not_met"), 0);
    let sums = page.texts("tfoot td.num");
    assert_eq!(sums, ["50.5", "20.1234"]);
    let next = (contract.version + 1).to_string();
    let back = [("instalment", "0"), ("version", next.as_str()), ("button", "back")];
    world.firm.submit(&pay, &back).await.expect(303);
    assert_eq!(world.firm.get(&path).await.expect(200).texts("tfoot td.num")[1], "0");
}

#[tokio::test]
async fn lists_are_narrowed_and_hold_nothing_of_others() {
    let world = world().await;
    let outside = |fields: &mut townbridge::contracts::model::ContractFields| {
        fields.seller_org_id = None;
        fields.seller = serde_json::from_value(serde_json::json!({
            "name": "Nordhaven_Labs", "country": "156", "region_code": "4401",
            "legal_nature": "institution_other",
        }))
        .unwrap();
        fields.project_name = Some("阀体密封检测服务".to_owned());
    };
    ContractBuilder::draft(&world.buyer, &world.seller).fields(outside).insert(&world.app);
    ContractBuilder::registered(&world.buyer, &world.seller, 8).insert(&world.app);
    let number = registration_no(8);
    for (query, count) in [
        ("", 2),
        ("?status=registered", 1),
        ("?q=%E9%98%80%E4%BD%93", 1),
        (&format!("?q={number}"), 1),
        ("?party=nordhaven_", 1),
        ("?party=%25", 0),
        ("?region=%E5%8F%A4%E9%95%87%E9%95%87", 2),
        ("?region=4406", 0),
        ("?region=%E6%97%A0%E6%AD%A4%E5%9C%B0", 0),
        ("?q=ht26&party=&status=&region=", 2),
    ] {
        let page = world.firm.get(&format!("/contracts{query}")).await.expect(200);
        assert_eq!(page.count("tbody tr"), count, "{query}");
    }
    let page = world.firm.get("/contracts?region=%E6%97%A0%E6%AD%A4%E5%9C%B0").await.expect(200);
    assert_eq!(page.count("#region[aria-invalid]"), 1);
    assert_eq!(world.stranger.get("/contracts").await.expect(200).count("tbody tr"), 0);
    assert_eq!(world.app.browser().get("/contracts").await.status, 303);
    assert_eq!(world.app.browser().get("/").await.count("nav a[href='/contracts']"), 0);
    world.firm.get("/contracts?status=odd").await.expect(422);
}

#[tokio::test]
async fn what_is_not_ones_own_is_not_there_and_no_other_site_gets_in() {
    let world = world().await;
    let contract = ContractBuilder::signed(&world.buyer, &world.seller).insert(&world.app);
    let draft = ContractBuilder::draft(&world.buyer, &world.seller).insert(&world.app);
    let path = format!("/contracts/{}", contract.id);
    world.stranger.get("/contracts").await.expect(200);
    for below in ["", "/edit", "/form?format=pdf", "/files/00000000-0000-7000-8000-000000000000"] {
        world.stranger.get(&format!("{path}{below}")).await.expect(404);
        assert_eq!(world.app.browser().get(&format!("{path}{below}")).await.status, 303);
    }
    let version = [
        ("version", "1"),
        ("to", "cancelled"),
        ("comment", "x"),
        ("instalment", "0"),
        ("paid", "1"),
    ];
    for below in ["/edit", "/step", "/payment", "/delete"] {
        world.stranger.submit(&format!("{path}{below}"), &version).await.expect(404);
        world.firm.submit_bare(&format!("{path}{below}"), &version).await.expect(403);
    }
    let pdf = world.firm.get(&format!("{path}/form?format=pdf")).await.expect(200);
    assert_eq!(pdf.header("content-type"), "application/pdf");

    // Files: both sides add, the hash is shown, reviewers remove.
    let files = format!("{path}/files");
    let scan: &[(&str, &str, &[u8])] = &[("file", "合同.png", &png(1))];
    world.stranger.submit_files(&files, &[], scan).await.expect(404);
    world.firm.submit_files(&files, &[], scan).await.expect(303);
    let page = world.school.get(&path).await.expect(200);
    assert_eq!(page.only("[data-file] a"), "合同.png");
    assert_eq!(page.only("[data-file] code").len(), 64);
    assert_eq!(page.count("[data-file] form"), 0);
    let file = page.attribute("[data-file] a", "href");
    assert_eq!(world.school.get(&file).await.expect(200).body, png(1));
    world.stranger.get(&file).await.expect(404);
    world.school.submit(&format!("{file}/delete"), &[]).await.expect(403);
    world.liaison.get(&path).await.expect(200);
    world.liaison.submit(&format!("{file}/delete"), &[]).await.expect(303);
    world.school.get(&file).await.expect(404);

    // A draft goes, a signed one does not.
    let forged = world.firm.request(Method::POST, &format!("/contracts/{}/delete", draft.id));
    world.firm.send(forged).await.expect(415);
    let gone = format!("/contracts/{}", draft.id);
    world.firm.submit(&format!("{gone}/delete"), &[("version", "1")]).await.expect(303);
    world.firm.get(&gone).await.expect(404);
    let number = contract.version.to_string();
    let page = world.firm.submit(&format!("{path}/delete"), &[("version", &number)]).await;
    assert_eq!(page.expect(200).count("[role=alert]"), 1);
}
