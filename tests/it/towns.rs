//! Towns: the list, who changes it, and what is counted.

use serde_json::{Value, json};
use townbridge::organizations::model::OrgStatus;

use crate::support::{NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

fn body() -> Value {
    json!({
        "code": GUZHEN,
        "recognised_on": "2002-06-18",
        "level": "province",
        "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
        "intro": "以灯饰照明为特色产业。",
        "paired_town_codes": ["441422102"]
    })
}

#[tokio::test]
async fn officer_of_the_province_puts_a_town_on_the_list() {
    let app = TestApp::start().await;
    for client in [app.officer("4420"), app.liaison(GUZHEN), app.person("路人", Vec::new())] {
        client.post_json("towns", body()).await.problem(403, "forbidden");
    }
    app.anonymous().post_json("towns", body()).await.problem(401, "unauthenticated");
    let officer = app.officer("44");
    let answer = officer.post_json("towns", body()).await.expect(201);
    assert_eq!(answer.header("location"), "/api/v1/towns/442000105");
    app.wait_indexed(answer.change()).await;
    assert_eq!(app.visitor_finds("灯饰照明"), [GUZHEN]);
    assert_eq!(app.visitor_completes("灯饰"), ["灯饰照明"]);
    officer.post_json("towns", body()).await.problem(409, "conflict");
    let seen = app.anonymous().get("towns/442000105").await.expect(200).json();
    assert_eq!(seen["name"], "古镇镇");
    assert_eq!(seen["city_code"], "4420");
    assert_eq!(seen["region_name"], "中山市古镇镇");
    assert_eq!(seen["region_group_name"], "珠三角");
    assert_eq!(seen["status"], "active");
    let english = app.anonymous().in_english().get("towns/442000105").await.expect(200).json();
    assert_eq!(english["city_name"], "Zhongshan");
    assert_eq!(english["region_group_name"], "Pearl River Delta");
    app.anonymous().get("towns/442000999").await.problem(404, "not_found");
}

#[tokio::test]
async fn everything_wrong_with_a_town_is_named_at_once() {
    let app = TestApp::start().await;
    let wrong = json!({
        "code": GUZHEN,
        "city_code": "4406",
        "recognised_on": "2999-01-01",
        "specialty_industries": [{ "name": "", "industry_code": "odd" }]
    });
    let problem = app.admin().post_json("towns", wrong).await.problem(422, "invalid");
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    let expected = [
        "/city_code",
        "/recognised_on",
        "/level",
        "/specialty_industries/0/name",
        "/specialty_industries/0/industry_code",
    ];
    assert_eq!(pointers, expected);
}

#[tokio::test]
async fn officer_of_the_city_changes_a_town_and_others_do_not() {
    let app = TestApp::start().await;
    app.admin().post_json("towns", body()).await.expect(201);
    let path = "towns/442000105";
    let change = json!({ "status": "warning", "intro": null });
    for client in [app.officer("4406"), app.liaison(GUZHEN)] {
        client.patch_json(path, 1, &change).await.problem(403, "forbidden");
    }
    app.anonymous().patch_json(path, 1, &change).await.problem(401, "unauthenticated");
    let officer = app.officer("4420");
    assert_eq!(officer.get(path).await.expect(200).json()["editable"], true);
    let answer = officer.patch_json(path, 1, &change).await.expect(200);
    assert_eq!(answer.header("etag"), "\"v2\"");
    assert_eq!(answer.json()["status"], "warning");
    assert_eq!(answer.json().get("intro"), None);
    officer.patch_json(path, 1, &change).await.problem(412, "precondition_failed");
    officer.patch_json("towns/442000118", 1, &change).await.problem(404, "not_found");
    let steps = officer.get("towns/442000105/steps").await.expect(200).json();
    let taken: Vec<(&Value, &Value)> = steps
        .as_array()
        .unwrap()
        .iter()
        .map(|step| (&step["from_status"], &step["to_status"]))
        .collect();
    assert_eq!(taken, [(&json!(null), &json!("active")), (&json!("active"), &json!("warning"))]);
    let versions = officer.get("towns/442000105/versions").await.expect(200).json();
    assert_eq!((&versions[0]["version"], &versions[1]["version"]), (&json!(2), &json!(1)));
    let first = officer.get("towns/442000105/versions/1").await.expect(200).json();
    assert_eq!(first["fields"]["intro"], "以灯饰照明为特色产业。");
    let compared = officer.get("towns/442000105/versions/1/differences/2").await.expect(200);
    let fields: Vec<Value> = compared.json()["differences"].as_array().unwrap().clone();
    let names: Vec<&Value> = fields.iter().map(|one| &one["field"]).collect();
    assert_eq!(names, ["intro", "status"]);
    officer.get("towns/442000105/versions/3").await.problem(404, "not_found");
    officer.get("towns/442000118/steps").await.problem(404, "not_found");
    let other = json!({ "code": "442000118" });
    officer.patch_json(path, 2, other).await.problem(422, "invalid");
    // Taken off the list: still shown to who knows the address, but no longer found.
    let removed = officer.patch_json(path, 2, json!({ "status": "removed" })).await.expect(200);
    app.wait_indexed(removed.change()).await;
    assert!(app.visitor_finds("灯饰照明").is_empty());
    let log = app.admin().get("audit?record_kind=town").await.expect(200).json();
    assert_eq!(log["items"][0]["changes"]["status"]["after"], "removed");
}

#[tokio::test]
async fn list_of_towns_filters_and_pages() {
    let app = TestApp::start().await;
    let admin = app.admin();
    for (code, status) in
        [("442000118", "warning"), ("442000105", "active"), ("441422102", "active")]
    {
        let mut town = body();
        town["code"] = json!(code);
        town["status"] = json!(status);
        town["paired_town_codes"] = json!([]);
        admin.post_json("towns", town).await.expect(201);
    }
    let client = app.anonymous();
    for (query, expected) in [
        ("", vec!["441422102", "442000105", "442000118"]),
        ("?region_group=north", vec!["441422102"]),
        ("?city=4420", vec!["442000105", "442000118"]),
        ("?status=warning,removed", vec!["442000118"]),
        ("?limit=1&after=441422102", vec!["442000105"]),
    ] {
        let page = client.get(&format!("towns{query}")).await.expect(200).json();
        let codes: Vec<&str> =
            page["items"].as_array().unwrap().iter().map(|t| t["code"].as_str().unwrap()).collect();
        assert_eq!(codes, expected, "{query}");
    }
    client.get("towns?status=odd").await.problem(422, "invalid");
    client.get("towns?odd=1").await.problem(422, "invalid");
}

#[tokio::test]
async fn a_town_shows_its_liaisons_and_counts_what_everybody_may_see() {
    let app = TestApp::start().await;
    app.admin().post_json("towns", body()).await.expect(201);
    app.liaison(GUZHEN);
    let org = OrgBuilder::enterprise().insert(&app);
    let barred = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    NeedBuilder::draft(&org).insert(&app);
    NeedBuilder::published(&barred).insert(&app);
    let path = format!("organizations/{}/steps", barred.id);
    let suspend = json!({ "to": OrgStatus::Suspended, "comment": "核查" });
    app.admin().post_json(&path, suspend).await.expect(200);
    let seen = app.anonymous().get("towns/442000105").await.expect(200).json();
    assert_eq!(seen["open_needs"], 1);
    assert_eq!(seen["open_capabilities"], 0);
    assert_eq!(seen["liaisons"], json!([{ "name": "科技专员" }]));
    let seen = app.org_member(org.id).get("towns/442000105").await.expect(200).json();
    assert!(seen["liaisons"][0]["mail"].as_str().unwrap().contains('@'));
    let listed = app.anonymous().get("towns").await.expect(200).json();
    assert_eq!(listed["items"][0]["open_needs"], 1);
}
