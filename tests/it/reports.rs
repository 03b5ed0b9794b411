//! Reports: counts and money with the records behind them, files, locked periods and corrections.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::contracts::model::ContractView;
use townbridge::organizations::model::Organization;

use crate::support::{Client, ContractBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";
const FIRST_QUARTER: &str = "period=2026-Q1";

struct World {
    app: TestApp,
    firm: Organization,
    school: Organization,
    liaison: Client,
    officer: Client,
}

impl World {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let firm = OrgBuilder::enterprise().town(GUZHEN).insert(&app);
        let school = OrgBuilder::university().insert(&app);
        let (liaison, officer) = (app.liaison(GUZHEN), app.officer("4420"));
        Self { app, firm, school, liaison, officer }
    }

    /// Registered on 20 March 2026 for 50.5, of which 40.1234 for technology.
    fn contract(&self, number: u32) -> ContractView {
        ContractBuilder::registered(&self.firm, &self.school, number).insert(&self.app)
    }

    async fn visit(&self, day: &str, programme: &str, channel: &str) -> String {
        let body = json!({
            "town_code": GUZHEN, "org_id": self.firm.id, "findings": "气孔多。",
            "visited_on": day, "programme": programme, "channel": channel,
        });
        let visit = self.liaison.post_json("visits", body).await.expect(201).json();
        visit["id"].as_str().unwrap().to_owned()
    }

    /// Begun on 5 January 2026, with 30.0003 planned and 0.0001 paid.
    async fn project(&self, contracts: &[&ContractView]) -> String {
        let ids: Vec<_> = contracts.iter().map(|contract| contract.id).collect();
        let body = json!({
            "title": "压铸件气孔率联合攻关", "programme": "university_town", "channel": "offline",
            "activity_kind": "joint_research", "town_codes": [GUZHEN, XIAOLAN], "contract_ids": ids,
            "parties": [
                { "org_id": self.firm.id, "role": "need" },
                { "org_id": self.school.id, "role": "provider" }
            ],
            "starts_on": "2026-01-05", "ends_on": "2026-12-31",
            "funds": [
                { "source": "town", "planned": 10.0001 },
                { "source": "enterprise", "planned": 20.0002, "paid": 0.0001 }
            ],
        });
        let admin = self.app.admin();
        let made = admin.post_json("projects", body).await.expect(201);
        let path = made.header("location").trim_start_matches("/api/v1/").to_owned();
        admin.post_json(&format!("{path}/steps"), json!({ "to": "active" })).await.expect(200);
        path
    }

    async fn report(&self, query: &str) -> Value {
        self.officer.get(&format!("reports?{query}")).await.expect(200).json()
    }

    async fn lock(&self, period: &str) -> String {
        let body = json!({ "period": period, "region_code": "4420", "note": "季报" });
        let made = self.officer.post_json("reports/locks", body).await.expect(201);
        made.header("location").trim_start_matches("/api/v1/").to_owned()
    }

    async fn locked(&self, path: &str) -> Value {
        self.officer.get(path).await.expect(200).json()
    }
}

/// The line with these values.
fn line<'a>(report: &'a Value, values: &[&str]) -> &'a Value {
    let lines = report["lines"].as_array().unwrap();
    let of = |line: &Value| {
        let headings = line["headings"].as_array().unwrap().iter();
        headings.map(|one| one["value"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let found = lines.iter().find(|line| of(line) == values);
    &found.unwrap_or_else(|| panic!("{values:?} in {report}"))["figures"]
}

#[tokio::test]
async fn what_was_done_is_counted_once_under_its_headings() {
    let world = World::start().await;
    world.visit("2026-02-03", "university_town", "offline").await;
    world.visit("2026-02-04", "institute_town", "online").await;
    world.visit("2026-05-04", "institute_town", "online").await;
    let carried = world.contract(1);
    world.contract(2);
    world.project(&[&carried]).await;

    let report = world.report(&format!("{FIRST_QUARTER}&group_by=programme,channel")).await;
    assert_eq!((&report["from"], &report["to"]), (&json!("2026-01-01"), &json!("2026-03-31")));
    let total = &report["total"];
    assert_eq!((&total["visits"], &total["contracts"]), (&json!(2), &json!(2)));
    assert_eq!((&total["contract_amount"], &total["tech_amount"]), (&json!(101), &json!(80.2468)));
    assert_eq!((&total["registrations"], &total["projects"]), (&json!(2), &json!(1)));
    assert_eq!((&total["funds_planned"], &total["funds_paid"]), (&json!(30.0003), &json!(0.0001)));
    // The project brings its contract under its headings; the other one stands under none.
    let ours = line(&report, &["university_town", "offline"]);
    assert_eq!((&ours["visits"], &ours["contracts"]), (&json!(1), &json!(1)));
    assert_eq!(ours["tech_amount"], 40.1234);
    assert_eq!(line(&report, &["institute_town", "online"])["visits"], 1);
    assert_eq!(line(&report, &["none", "none"])["contracts"], 1);

    let months = world.report("period=2026&group_by=month,activity_kind").await;
    assert_eq!(line(&months, &["2026-05", "exchange"])["visits"], 1);
    assert_eq!(line(&months, &["2026-03", "joint_research"])["contracts"], 1);
    assert_eq!(line(&months, &["2026-03", "research_project"])["contracts"], 1);
    // A project of two towns is one project, of its first town.
    let towns = world.report("period=2026&group_by=town").await;
    assert_eq!(line(&towns, &[GUZHEN])["projects"], 1);
    assert_eq!(towns["lines"].as_array().unwrap().len(), 1);
    let heading = &towns["lines"][0]["headings"][0];
    assert_eq!(heading["name"], "中山市古镇镇");
}

#[tokio::test]
async fn every_figure_leads_to_its_records() {
    let world = World::start().await;
    for day in 1..=9 {
        let programme = ["university_town", "institute_town"][day % 2];
        world.visit(&format!("2026-02-0{day}"), programme, "offline").await;
    }
    let contract = world.contract(1);
    let report = world.report(&format!("{FIRST_QUARTER}&group_by=programme,month")).await;
    let mut behind = 0;
    for one in report["lines"].as_array().unwrap() {
        let headings = one["headings"].as_array().unwrap().iter();
        let values: Vec<String> = headings
            .map(|one| {
                format!("{}={}", one["dimension"].as_str().unwrap(), one["value"].as_str().unwrap())
            })
            .collect();
        for measure in ["visits", "contracts"] {
            let path = format!(
                "reports/records?measure={measure}&{FIRST_QUARTER}&{}&limit=2",
                values.join("&")
            );
            let mut found = 0;
            let mut next = String::new();
            loop {
                let page = world.officer.get(&format!("{path}{next}")).await.expect(200).json();
                found += page["items"].as_array().unwrap().len();
                match page["next"].as_str() {
                    Some(cursor) => next = format!("&after={cursor}"),
                    None => break,
                }
            }
            assert_eq!(json!(found), one["figures"][measure], "{path}");
            behind += found;
        }
    }
    assert_eq!(behind, 10);
    let path = format!("reports/records?measure=contract_amount&{FIRST_QUARTER}");
    let page = world.officer.get(&path).await.expect(200).json();
    let fact = &page["items"][0];
    assert_eq!((&fact["record_id"], &fact["code"]), (&json!(contract.id), &json!(contract.code)));
    assert_eq!((&fact["amount"], &fact["of_which"]), (&json!(50.5), &json!(40.1234)));
    world.officer.get(&format!("{path}&after=x")).await.problem(422, "invalid");
}

#[tokio::test]
async fn a_platform_counts_on_the_day_on_which_it_was_opened() {
    let world = World::start().await;
    let body = json!({
        "name": "古镇灯饰研究院", "kind": "new_rd_institute", "level": "city",
        "town_code": GUZHEN, "opened_on": "2026-02-10",
        "founders": [{ "name": "镇政府", "share": 40 }, { "name": "试样大学", "share": 60 }],
    });
    let made = world.liaison.post_json("platforms", body).await.expect(201).json();
    let report = world.report("period=2026-Q1&group_by=activity_kind,town").await;
    assert_eq!(report["total"]["platforms"], 1);
    assert_eq!(line(&report, &["shared_platform", GUZHEN])["platforms"], 1);
    assert_eq!(world.report("period=2026-Q2").await["total"]["platforms"], 0);
    assert_eq!(world.report("period=2026-Q1&region=4406").await["total"]["platforms"], 0);
    let query = "reports/records?period=2026-Q1&measure=platforms&activity_kind=shared_platform";
    let behind = world.liaison.get(query).await.expect(200).json();
    assert_eq!(behind["items"][0]["record_id"], made["id"]);
    assert_eq!(behind["items"][0]["title"], "古镇灯饰研究院");
    let csv = world.liaison.get("reports/export?period=2026-Q1").await.expect(200);
    let csv = String::from_utf8(csv.body).unwrap();
    let column = csv.lines().next().unwrap().split(',').position(|name| name == "开办平台");
    let total = csv.lines().last().unwrap().split(',').nth(column.unwrap()).unwrap();
    assert_eq!(total, "1");
}

#[tokio::test]
async fn payments_count_when_they_are_made() {
    let world = World::start().await;
    let contract = world.contract(1);
    let path = format!("contracts/{}", contract.id);
    let pay = |number: u32, day: &str, amount: f64| json!({ "instalment": number, "paid_on": day, "paid": amount });
    let admin = world.app.admin();
    let send = async |version: i64, body: Value| {
        let request = admin.request(reqwest::Method::POST, &format!("{path}/payments"));
        let request = request.header("if-match", format!("\"{version}\"")).json(&body);
        let answer = admin.send(request).await.expect(200).json();
        answer["version"].as_i64().unwrap()
    };
    let version = send(i64::from(contract.version), pay(0, "2026-04-02", 20.2501)).await;
    let version = send(version, pay(1, "2026-07-02", 30.2499)).await;
    assert_eq!(world.report("period=2026-04").await["total"]["paid_amount"], 20.2501);
    assert_eq!(world.report("period=2026-Q3").await["total"]["paid_amount"], 30.2499);
    assert_eq!(world.report("period=2026").await["total"]["paid_amount"], 50.5);
    assert_eq!(world.report("period=2026-Q1").await["total"]["paid_amount"], 0);
    // Taken back.
    send(version, json!({ "instalment": 1 })).await;
    assert_eq!(world.report("period=2026").await["total"]["paid_amount"], 20.2501);
}

#[tokio::test]
async fn reports_are_of_the_regions_of_whoever_asks() {
    let world = World::start().await;
    world.visit("2026-02-03", "university_town", "offline").await;
    world.contract(1);
    let visits = async |client: &Client, query: &str| {
        let report =
            client.get(&format!("reports?{FIRST_QUARTER}{query}")).await.expect(200).json();
        report["total"]["visits"].as_i64().unwrap()
    };
    assert_eq!(visits(&world.liaison, "").await, 1);
    assert_eq!(visits(&world.app.officer("44"), "").await, 1);
    assert_eq!(visits(&world.app.admin(), "").await, 1);
    assert_eq!(visits(&world.app.liaison(XIAOLAN), "").await, 0);
    assert_eq!(visits(&world.app.officer("4406"), "").await, 0);
    assert_eq!(visits(&world.app.officer("4406"), "&region=4420").await, 0);
    assert_eq!(visits(&world.officer, "&region=442000118").await, 0);
    assert_eq!(visits(&world.officer, "&region=442000105").await, 1);
    let member = world.app.org_admin(world.firm.id);
    for path in ["reports", "reports/records", "reports/export", "reports/locks"] {
        member.get(path).await.problem(403, "forbidden");
        world.app.anonymous().get(path).await.problem(401, "unauthenticated");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_named() {
    let world = World::start().await;
    for (query, pointer) in [
        ("period=2026-Q5", "/period"),
        ("period=2026&from=2026-01-01", "/period"),
        ("from=2026-02-01&to=2026-01-01", "/to"),
        ("group_by=odd", "/group_by"),
        ("group_by=town,city,county,month", "/group_by"),
        ("region=44%25", "/region"),
        ("from=-262143-01-01", "/from"),
        ("to=%2B12026-01-01", "/to"),
    ] {
        let problem = world.officer.get(&format!("reports?{query}")).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}");
    }
    world.officer.get("reports?odd=1").await.problem(422, "invalid");
    world.officer.get("reports/records?measure=odd").await.problem(422, "invalid");
    for (body, status) in [
        (json!({ "period": "2999", "region_code": "4420" }), 422),
        (json!({ "period": "2026-1", "region_code": "4420" }), 422),
        (json!({ "period": "2025", "region_code": "9999" }), 422),
        (json!({ "period": "2025", "region_code": "4406" }), 404),
        (json!({ "period": "2025", "region_code": "44" }), 403),
        (json!({ "period": "2025", "region_code": "4420", "note": "长".repeat(501) }), 422),
    ] {
        let answer = world.officer.post_json("reports/locks", body.clone()).await;
        assert_eq!(answer.status, status, "{body}");
    }
}

#[tokio::test]
async fn files_hold_the_report_and_its_records() {
    let world = World::start().await;
    world.contract(1);
    let odd = OrgBuilder::enterprise().town(GUZHEN).name("=HYPERLINK(1)灯饰").insert(&world.app);
    let body = json!({ "town_code": GUZHEN, "org_id": odd.id, "findings": "无", "visited_on": "2026-02-01" });
    world.liaison.post_json("visits", body).await.expect(201);
    let asked = format!("reports/export?{FIRST_QUARTER}&group_by=town");
    let csv = world.officer.get(&asked).await.expect(200);
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    let text = String::from_utf8(csv.body.to_vec()).unwrap();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(lines[0].starts_with("专业镇,发布需求,走访,"), "{}", lines[0]);
    assert!(
        lines[1].starts_with("中山市古镇镇,0,1,0,0,0,1,50.5,40.1234,1,40.1234,0,"),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2].replacen("合计", "中山市古镇镇", 1), lines[1]);

    let file = world.officer.get(&format!("{asked}&format=xlsx")).await.expect(200);
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.body)).unwrap();
    let names = book.sheet_names();
    assert_eq!(names, ["报表", "明细"]);
    let sheet = book.worksheet_range("报表").unwrap();
    assert_eq!(sheet.get_value((1, 7)), Some(&Data::Float(50.5)));
    let records = book.worksheet_range("明细").unwrap();
    assert_eq!(records.height(), 4);
    assert_eq!(records.get_value((1, 3)), Some(&Data::String("=HYPERLINK(1)灯饰".to_owned())));
    assert!(book.worksheet_formula("明细").unwrap().is_empty());
    assert_eq!(records.get_value((2, 8)), Some(&Data::Float(50.5)));
}

#[tokio::test]
async fn a_locked_report_changes_by_corrections_alone() {
    let world = World::start().await;
    let contract = world.contract(1);
    world.visit("2026-02-03", "university_town", "offline").await;
    let path = world.lock("2026-Q1").await;
    let locked = world.locked(&path).await;
    assert_eq!((&locked["intact"], &locked["facts"]), (&json!(true), &json!(3)));
    assert_eq!((&locked["corrections"], &locked["differences"]), (&json!([]), &json!([])));
    let again = json!({ "period": "2026-Q1", "region_code": "4420" });
    world.officer.post_json("reports/locks", again).await.problem(409, "conflict");

    // Afterwards the contract is amended, and a visit is logged late.
    let amend = json!({ "reason": "补充协议", "changes": { "amount": 60, "tech_amount": 45.5 } });
    let admin = world.app.admin();
    let request =
        admin.request(reqwest::Method::POST, &format!("contracts/{}/amendments", contract.id));
    let request = request.header("if-match", format!("\"{}\"", contract.version)).json(&amend);
    admin.send(request).await.expect(200);
    let late = world.visit("2026-03-31", "university_town", "offline").await;
    let report = world.report(FIRST_QUARTER).await;
    assert_eq!(
        (&report["total"]["contract_amount"], &report["total"]["visits"]),
        (&json!(50.5), &json!(1))
    );
    assert_eq!(report["locks"][0]["period"], "2026-Q1");

    let locked = world.locked(&path).await;
    let found = locked["differences"].as_array().unwrap();
    let told: Vec<(&str, &str)> = found
        .iter()
        .map(|one| {
            let fact = if one["recorded"].is_null() { &one["reported"] } else { &one["recorded"] };
            (one["kind"].as_str().unwrap(), fact["kind"].as_str().unwrap())
        })
        .collect();
    assert_eq!(told, [("added", "visit"), ("changed", "contract"), ("changed", "registration")]);
    assert_eq!(found[1]["reported"]["amount"], 50.5);
    assert_eq!(found[1]["recorded"]["amount"], 60);

    // Only what is corrected is taken over.
    let corrections = format!("{path}/corrections");
    let correct =
        json!({ "kind": "contract", "record_id": contract.id, "reason": "补充协议改了金额" });
    world.liaison.post_json(&corrections, correct.clone()).await.problem(403, "forbidden");
    let bare = json!({ "kind": "contract", "record_id": contract.id, "reason": " " });
    world.officer.post_json(&corrections, bare).await.problem(422, "invalid");
    let made = world.officer.post_json(&corrections, correct.clone()).await.expect(201).json();
    assert_eq!((&made["before"]["amount"], &made["after"]["amount"]), (&json!(50.5), &json!(60)));
    world.officer.post_json(&corrections, correct).await.problem(409, "conflict");
    let late = json!({ "kind": "visit", "record_id": late, "reason": "补录" });
    world.officer.post_json(&corrections, late).await.expect(201);

    let locked = world.locked(&path).await;
    assert_eq!(locked["intact"], true);
    assert_eq!(locked["as_locked"]["contract_amount"], 50.5);
    assert_eq!(locked["corrected"]["contract_amount"], 60);
    assert_eq!(
        (&locked["as_locked"]["visits"], &locked["corrected"]["visits"]),
        (&json!(1), &json!(2))
    );
    assert_eq!(locked["differences"].as_array().unwrap().len(), 1);
    assert_eq!(locked["corrections"].as_array().unwrap().len(), 2);
    let total = &world.report(FIRST_QUARTER).await["total"];
    assert_eq!(
        (&total["contract_amount"], &total["registered_amount"]),
        (&json!(60), &json!(40.1234))
    );
    // Both states lead to their records, the first as it was locked.
    let behind = |query: &str| {
        let place = format!("{path}/records?{query}");
        let client = &world.liaison;
        async move { client.get(&place).await.expect(200).json()["items"].clone() }
    };
    let first = behind("measure=contract_amount").await;
    assert_eq!((&first[0]["amount"], &first[1]), (&json!(50.5), &Value::Null));
    let now = behind("measure=contract_amount&as_locked=false").await;
    assert_eq!(now[0]["amount"], 60);
    let visits = |all: &Value| all.as_array().unwrap().len();
    assert_eq!(visits(&behind("measure=visits&as_locked=true").await), 1);
    assert_eq!(visits(&behind("measure=visits&as_locked=false").await), 2);
    let page = format!("{path}/records?limit=2");
    let some = world.liaison.get(&page).await.expect(200).json();
    let rest = format!("limit=2&after={}", some["next"].as_str().unwrap());
    assert_eq!((visits(&some["items"]), visits(&behind(&rest).await)), (2, 1));
    for wrong in ["measure=luck", "after=nowhere", "limit=0", "odd=1"] {
        let place = format!("{path}/records?{wrong}");
        world.liaison.get(&place).await.problem(422, "invalid");
    }
    let log = admin.get("audit?record_kind=report&limit=10").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 3);
    assert_eq!(admin.get("audit/verification").await.expect(200).json()["intact"], true);
}

#[tokio::test]
async fn nothing_counts_twice_when_it_moves_out_of_a_locked_period() {
    let world = World::start().await;
    let visit = world.visit("2026-02-03", "university_town", "offline").await;
    let path = world.lock("2026-02").await;
    let admin = world.app.admin();
    admin
        .patch_json(&format!("visits/{visit}"), 1, json!({ "visited_on": "2026-04-03" }))
        .await
        .expect(200);
    let year = async || world.report("period=2026&group_by=month").await;
    let report = year().await;
    assert_eq!(
        (line(&report, &["2026-02"])["visits"].clone(), report["lines"].as_array().unwrap().len()),
        (json!(1), 1)
    );
    // The quarter around it is locked as well: it takes what is not locked yet.
    let quarter = world.lock("2026-Q1").await;
    assert_eq!(world.locked(&quarter).await["facts"], 0);
    let correct = json!({ "kind": "visit", "record_id": visit, "reason": "日期有误" });
    world
        .officer
        .post_json(&format!("{quarter}/corrections"), correct.clone())
        .await
        .problem(409, "conflict");
    let made =
        world.officer.post_json(&format!("{path}/corrections"), correct).await.expect(201).json();
    assert!(made["after"].is_null());
    let report = year().await;
    assert_eq!(
        (line(&report, &["2026-04"])["visits"].clone(), report["lines"].as_array().unwrap().len()),
        (json!(1), 1)
    );
    assert_eq!(report["total"]["visits"], 1);
}

#[tokio::test]
async fn locked_reports_are_for_those_they_concern() {
    let world = World::start().await;
    world.visit("2026-02-03", "university_town", "offline").await;
    let path = world.lock("2026-Q1").await;
    for client in [&world.liaison, &world.app.officer("44"), &world.app.admin()] {
        client.get(&path).await.expect(200);
        let list = client.get("reports/locks").await.expect(200).json();
        assert_eq!(list["items"].as_array().unwrap().len(), 1);
    }
    let elsewhere = world.app.officer("4406");
    elsewhere.get(&path).await.problem(404, "not_found");
    assert_eq!(elsewhere.get("reports/locks").await.expect(200).json()["items"], json!([]));
    world.lock("2026-01").await;
    let first = world.officer.get("reports/locks?limit=1").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let second = world.officer.get(&format!("reports/locks?limit=1&after={next}")).await;
    let second = second.expect(200).json();
    assert_eq!(first["items"][0]["period"], "2026-Q1");
    assert_eq!((&second["items"][0]["period"], &second["next"]), (&json!("2026-01"), &json!(null)));
    // A liaison of the city's other town knows that the period stands, and no record of ours.
    let neighbour = world.app.liaison(XIAOLAN);
    world.visit("2026-02-05", "university_town", "offline").await;
    let seen = neighbour.get(&path).await.expect(200).json();
    assert_eq!(seen["differences"], json!([]));
    assert_eq!(world.locked(&path).await["differences"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn pages_make_reports_lock_and_correct() {
    let world = World::start().await;
    world.visit("2026-02-03", "university_town", "offline").await;
    let officer = world.app.account(&[GrantRole::in_region(Role::Officer, "4420")]);
    let browser = world.app.browser_of(&officer).await;
    let page = browser.get("/reports?period=2026-Q1&by=programme&then=channel").await.expect(200);
    assert_eq!(page.count("[data-report] tbody tr"), 1);
    let link = page.attribute("[data-report] tbody td a", "href");
    let records = browser.get(&link).await.expect(200);
    assert_eq!(records.count("[data-records] tbody tr"), 1);
    browser.get("/reports?region=%E9%95%87").await.expect(200);
    let wrong = browser.get("/reports?period=2026-9").await.expect(200);
    assert_eq!(wrong.count("[data-errors] li"), 1);
    browser.get("/reports/export?format=xlsx&period=2026-Q1").await.expect(200);

    let fields = [("period", "2999"), ("region_code", "4420"), ("note", "保留的备注")];
    let refused = browser.submit("/reports/locks", &fields).await.expect(200);
    assert_eq!(refused.count("[data-errors] li"), 1);
    assert_eq!(refused.attribute("#lock-note", "value"), "保留的备注");
    let fields = [("period", "2026-Q1"), ("region_code", "4420"), ("note", "")];
    let made = browser.submit("/reports/locks", &fields).await.expect(303);
    let path = made.header("location").to_owned();
    let late = world.visit("2026-03-03", "university_town", "offline").await;
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.attribute("[data-intact]", "data-intact"), "true");
    assert_eq!(page.attribute("[data-difference]", "data-difference"), "added");
    let post = format!("{path}/corrections");
    let fields = [("kind", "visit"), ("record_id", late.as_str()), ("part", "0"), ("reason", "")];
    let refused = browser.submit(&post, &fields).await.expect(200);
    assert_eq!(refused.count("[data-errors] li"), 1);
    let fields =
        [("kind", "visit"), ("record_id", late.as_str()), ("part", "0"), ("reason", "补录")];
    browser.submit(&post, &fields).await.expect(303);
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.count("[data-difference]"), 0);
    // The figure as locked leads to one visit, the corrected one to two.
    for (as_locked, rows) in [("true", 1), ("false", 2)] {
        let link = format!("a[href*='measure=visits'][href*='as_locked={as_locked}']");
        let records = browser.get(&page.attribute(&link, "href")).await.expect(200);
        assert_eq!(records.attribute("[data-as-locked]", "data-as-locked"), as_locked);
        assert_eq!(records.count("[data-records] tbody tr"), rows);
        assert_eq!(records.count(&format!(".trail a[href='{path}']")), 1);
    }

    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = world.app.browser_of(&liaison).await;
    let page = browser.get("/reports").await.expect(200);
    assert_eq!(page.count("form[action='/reports/locks']"), 0);
    let firm = world.app.account(&[GrantRole::in_org(Role::OrgMember, world.firm.id)]);
    world.app.browser_of(&firm).await.get("/reports").await.expect(403);
}
