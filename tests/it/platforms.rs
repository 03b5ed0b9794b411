//! Platforms of towns and the coverage by them: over the API, and by forms.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::towns;
use townbridge::towns::model::TownFields;

use crate::support::{Client, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";

/// Puts towns on the register.
fn register(app: &TestApp, codes: &[&str]) {
    let fields = |code: &&str| -> TownFields {
        serde_json::from_value(json!({
            "code": code, "recognised_on": "2002-06-18", "level": "province",
            "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
            "intro": "以灯饰照明为特色产业。"
        }))
        .unwrap()
    };
    for code in codes {
        let admin = Caller::system("test");
        towns::ops::create(app.service(), &admin, &fields(code)).unwrap();
    }
}

fn fields(name: &str) -> Value {
    json!({
        "name": name, "kind": "collaborative_platform", "level": "province",
        "modes": ["government_guided", "enterprise_built"],
        "founders": [{ "name": "镇政府", "share": 33.3333 }, { "name": "试样大学", "share": 66.6667 }],
        "opened_on": "2025-01-01"
    })
}

async fn created(client: &Client, body: Value) -> String {
    let made = client.post_json("platforms", body).await.expect(201).json();
    format!("platforms/{}", made["id"].as_str().unwrap())
}

/// Towns, towns covered, rate.
async fn coverage(client: &Client, query: &str) -> (i64, i64, Option<f64>) {
    let found = client.get(&format!("platforms/coverage?{query}")).await.expect(200).json();
    let listed = found["items"].as_array().unwrap();
    let covered = listed.iter().filter(|town| town["covered"] == true).count();
    assert_eq!(found["towns"].as_u64().unwrap() as usize, listed.len());
    assert_eq!(found["covered"].as_u64().unwrap() as usize, covered);
    (found["towns"].as_i64().unwrap(), found["covered"].as_i64().unwrap(), found["rate"].as_f64())
}

#[tokio::test]
async fn registering_and_closing_change_coverage_in_the_next_query() {
    let app = TestApp::start().await;
    register(&app, &[GUZHEN, XIAOLAN, "442000101"]);
    let (liaison, visitor) = (app.liaison(GUZHEN), app.anonymous());
    assert_eq!(coverage(&visitor, "").await, (3, 0, Some(0.0)));
    let platform = created(&liaison, fields("灯饰协同创新平台")).await;
    created(&liaison, fields("第二个平台")).await;
    assert_eq!(coverage(&visitor, "").await, (3, 1, Some(33.33)));
    assert_eq!(coverage(&visitor, &format!("region={GUZHEN}")).await, (1, 1, Some(100.0)));
    assert_eq!(coverage(&visitor, &format!("region={XIAOLAN}")).await, (1, 0, Some(0.0)));
    assert_eq!(coverage(&visitor, "region=4406").await, (0, 0, None));
    assert_eq!(coverage(&visitor, "kind=incubator").await.1, 0);
    assert_eq!(coverage(&visitor, "kind=all").await.1, 1);
    // Before its first day it did not count.
    assert_eq!(coverage(&visitor, "on=2024-12-31").await, (3, 0, Some(0.0)));
    assert_eq!(coverage(&visitor, "on=2025-01-01").await.1, 1);
    // Nor was any town on the register before it was recognised.
    assert_eq!(coverage(&visitor, "on=2002-06-17").await.0, 0);
    visitor.get("platforms/coverage?kind=party").await.problem(422, "invalid");

    let end = json!({ "closed_on": "2026-03-01" });
    liaison.patch_json(&platform, 1, end).await.problem(422, "invalid");
    let end = json!({ "closed_on": "2026-03-01", "close_reason": "并入市级平台" });
    let closed = liaison.patch_json(&platform, 1, &end).await.expect(200).json();
    assert_eq!(closed["active"], false);
    assert_eq!(coverage(&visitor, "").await.1, 1, "the other one still counts");
    let list = visitor.get("platforms?active_on=2026-11-01").await.expect(200).json();
    let other = list["items"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    liaison.patch_json(&format!("platforms/{other}"), 1, &end).await.expect(200);
    assert_eq!(coverage(&visitor, "").await, (3, 0, Some(0.0)));
    assert_eq!(coverage(&visitor, "on=2026-02-28").await.1, 1);
    assert_eq!(coverage(&visitor, "on=2026-03-01").await.1, 0);
    let again = json!({ "closed_on": null, "close_reason": null });
    liaison.patch_json(&platform, 2, again).await.expect(200);
    assert_eq!(coverage(&visitor, "").await.1, 1);

    // A town that is warned is not on the register any more.
    let admin = app.admin();
    let path = format!("towns/{GUZHEN}");
    let version = admin.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
    admin.patch_json(&path, version, json!({ "status": "warning" })).await.expect(200);
    assert_eq!(coverage(&visitor, "").await, (2, 0, Some(0.0)));
    let log = admin.get("audit?record_kind=platform&limit=100").await.expect(200).json();
    assert!(log.to_string().contains("platform.update"));
}

#[tokio::test]
async fn shares_are_exact_and_what_is_wrong_is_named() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let made = liaison.post_json("platforms", fields("分园")).await.expect(201).json();
    assert_eq!(made["founders"][0]["share"].to_string(), "33.3333");
    assert_eq!(
        (&made["town_code"], &made["region_name"]),
        (&json!(GUZHEN), &json!("中山市古镇镇"))
    );
    let wrong = json!({
        "name": " ", "kind": "party", "level": "x", "modes": ["none"],
        "founders": [{ "name": "甲", "share": 50.0001 }, { "name": "乙", "share": 50 }],
        "website": "javascript:alert(1)", "opened_on": "2999-01-01", "close_reason": "无",
        "firms": [{ "name": "晨舟" }]
    });
    let problem = liaison.post_json("platforms", wrong).await.problem(422, "invalid");
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    let expected = [
        "/close_reason",
        "/firms",
        "/founders",
        "/kind",
        "/level",
        "/modes/0",
        "/name",
        "/opened_on",
        "/website",
    ];
    assert_eq!(pointers, expected);
    let finer = json!({ "founders": [{ "name": "甲", "share": 0.00001 }] });
    let mut body = fields("分园二");
    body["founders"] = finer["founders"].clone();
    liaison.post_json("platforms", body).await.problem(422, "invalid");
    let mut elsewhere = fields("小榄平台");
    elsewhere["town_code"] = json!(XIAOLAN);
    liaison.post_json("platforms", elsewhere.clone()).await.problem(403, "forbidden");
    app.officer("4420").post_json("platforms", elsewhere).await.expect(201);
}

#[tokio::test]
async fn a_firm_that_two_incubators_house_is_counted_once() {
    let app = TestApp::start().await;
    register(&app, &[GUZHEN, XIAOLAN]);
    let firm = OrgBuilder::enterprise().insert(&app);
    let officer = app.officer("4420");
    let incubator = |town: &str, firms: Value| {
        let mut body = fields("孵化器");
        body["kind"] = json!("incubator");
        body["town_code"] = json!(town);
        body["firms"] = firms;
        body
    };
    let first = json!([{ "org_id": firm.id }, { "name": "Lamp Co" }, { "name": "走了的厂", "left_on": "2026-01-01" }]);
    let made = officer.post_json("platforms", incubator(GUZHEN, first)).await.expect(201).json();
    assert_eq!(made["firms_housed"], 2);
    let second = json!([{ "org_id": firm.id }, { "name": "lamp co " }, { "name": "晨舟" }]);
    created(&officer, incubator(XIAOLAN, second)).await;
    let count = |query: &str| {
        let (client, path) = (app.anonymous(), format!("platforms/coverage?kind=incubator{query}"));
        async move { client.get(&path).await.expect(200).json()["firms_housed"].clone() }
    };
    assert_eq!(count("").await, 3);
    assert_eq!(count("&on=2025-12-31").await, 4);
    assert_eq!(count(&format!("&region={GUZHEN}")).await, 2);
}

#[tokio::test]
async fn a_platform_is_kept_by_forms_and_stands_on_the_page_of_its_town() {
    let app = TestApp::start().await;
    register(&app, &[GUZHEN]);
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&account).await;
    let page = liaison.get("/platforms/new").await.expect(200);
    let key = page.attribute("input[name=once]", "value");
    let typed = [
        ("once", key.as_str()),
        ("name", "大学科技园古镇分园"),
        ("kind", "science_park_branch"),
        ("level", "city"),
        ("town_code", "古镇镇"),
        ("opened_on", "2025-01-01"),
        ("services", "孵化\n检测"),
        ("founders/0/name", "镇政府"),
        ("founders/0/share", "40.5"),
        ("founders/1/name", "试样大学"),
        ("founders/1/share", "70"),
        ("firms/0/name", "晨舟灯饰配件厂"),
    ];
    let page = liaison.submit("/platforms/new", &typed).await.expect(200);
    assert_eq!(page.count("[data-errors] li"), 1);
    let mut good = typed;
    good[10].1 = "59.5";
    let made = liaison.submit("/platforms/new", &good).await.expect(303);
    let path = made.header("location").to_owned();
    let again = liaison.submit("/platforms/new", &good).await.expect(303);
    assert_eq!(again.header("location"), path);
    let visitor = app.browser();
    let page = visitor.get(&path).await.expect(200);
    assert_eq!((page.count("[data-founder]"), page.count("[data-firm]")), (2, 1));
    assert_eq!(
        (page.only("[data-sum]"), page.count("form[action$='/close']")),
        ("100 %".to_owned(), 0)
    );
    assert_eq!(
        visitor.get(&format!("/towns/{GUZHEN}")).await.expect(200).count("[data-platform]"),
        1
    );
    let page = visitor.get("/platforms/coverage?kind=science_park_branch").await.expect(200);
    assert_eq!((page.only("[data-rate]"), page.count("[data-town]")), ("100 %".to_owned(), 1));
    assert_eq!(
        visitor.get("/platforms?region=古镇镇").await.expect(200).count("[data-platform]"),
        1
    );

    liaison.get(&path).await.expect(200);
    let end = [("version", "1"), ("closed_on", "2026-01-01"), ("close_reason", "迁址")];
    liaison.submit(&format!("{path}/close"), &end).await.expect(303);
    assert_eq!(
        visitor.get(&format!("/towns/{GUZHEN}")).await.expect(200).count("[data-platform]"),
        0
    );
    let page = visitor.get("/platforms/coverage?kind=science_park_branch").await.expect(200);
    assert_eq!(page.only("[data-rate]"), "0 %");
    // An old page is told so.
    let page = liaison.submit(&format!("{path}/close"), &end).await.expect(200);
    assert_eq!(page.count(".notice.bad"), 1);
    let page = liaison.get(&format!("{path}/edit")).await.expect(200);
    assert_eq!(page.attribute("input[name='founders/0/share']", "value"), "40.5");
    liaison.submit(&format!("{path}/delete"), &[("version", "2")]).await.expect(303);
    visitor.get(&path).await.expect(404);
}

#[tokio::test]
async fn a_form_keeps_which_organisation_an_entry_is_until_its_name_is_changed() {
    let app = TestApp::start().await;
    register(&app, &[GUZHEN]);
    // Known here under a name of its own; and a name that somebody has registered since.
    let firm = OrgBuilder::enterprise().insert(&app);
    let mut body = fields("孵化器");
    body["kind"] = json!("incubator");
    body["founders"] = json!([{ "org_id": firm.id, "name": "本镇龙头企业" }]);
    body["firms"] = json!([{ "name": "晨舟灯饰配件厂" }, { "name": "星河灯饰厂" }]);
    let path = created(&app.liaison(GUZHEN), body).await;
    let namesake = OrgBuilder::enterprise().name("晨舟灯饰配件厂").insert(&app);
    let other = OrgBuilder::enterprise().name("另一家").insert(&app);
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.browser_of(&account).await;
    liaison.get(&format!("/{path}/edit")).await.expect(200);
    let typed = [
        ("version", "1"),
        ("name", "孵化器"),
        ("kind", "incubator"),
        ("level", "city"),
        ("town_code", "古镇镇"),
        ("opened_on", "2025-01-01"),
        ("founders/0/name", "本镇龙头企业"),
        ("founders/0/share", "40"),
        ("firms/0/name", "晨舟灯饰配件厂"),
        ("firms/1/name", "另一家"),
    ];
    liaison.submit(&format!("/{path}/edit"), &typed).await.expect(303);
    let stored = app.liaison(GUZHEN).get(&path).await.expect(200).json();
    assert_eq!(stored["founders"][0]["org_id"], json!(firm.id));
    assert_eq!(stored["firms"][0].get("org_id"), None, "not {}", namesake.id);
    assert_eq!(stored["firms"][1]["org_id"], json!(other.id));
}
