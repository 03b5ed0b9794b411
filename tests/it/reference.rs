//! Reference tables: trees, search, caching, and an operator's own files.

use serde_json::{Value, json};
use townbridge::app::App;
use townbridge::clock::Clock;

use crate::support::TestApp;

fn codes(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn regions_are_listed_by_parent_and_found_by_name() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let top = client.get("reference/regions").await.expect(200).json();
    assert!(codes(&top).contains(&"44") && !codes(&top).contains(&"4401"));
    let cities = client.get("reference/regions?parent=44").await.expect(200).json();
    assert_eq!(codes(&cities).len(), 21);
    // 古镇
    let found = client.get("reference/regions?name=%E5%8F%A4%E9%95%87").await.expect(200).json();
    assert_eq!(codes(&found), ["442000105"]);
    // 东城
    let towns =
        client.get("reference/regions?name=%E4%B8%9C%E5%9F%8E&level=town&parent=4417").await;
    assert_eq!(codes(&towns.expect(200).json()), ["441704100"]);
    let english = client.get("reference/regions?name=zhongS&level=city").await.expect(200).json();
    assert_eq!(codes(&english), ["4420"]);
    let first = client.get("reference/regions?name=%E4%B8%9C&limit=2").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    let second =
        client.get(&format!("reference/regions?name=%E4%B8%9C&limit=2&after={next}")).await;
    assert!(codes(&second.expect(200).json())[0] > codes(&first)[1]);
    client.get("reference/regions?odd=1").await.problem(422, "invalid");
    client.get("reference/regions?limit=0").await.problem(422, "invalid");
}

#[tokio::test]
async fn a_region_and_an_industry_show_those_above_them() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let town = client.get("reference/regions/442000105").await.expect(200).json();
    assert_eq!((&town["name"], &town["full_name"]), (&json!("古镇镇"), &json!("中山市古镇镇")));
    let path: Vec<&Value> =
        town["path"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(path, ["44", "4420", "442000", "442000105"]);
    let english = client.in_english().get("reference/regions/4420").await.expect(200).json();
    assert_eq!(english["full_name"], "Zhongshan");
    client.get("reference/regions/999").await.problem(404, "not_found");
    let industry = client.get("reference/industries/C3872").await.expect(200).json();
    let path: Vec<&Value> =
        industry["path"].as_array().unwrap().iter().map(|row| &row["code"]).collect();
    assert_eq!(path, ["C", "C38", "C387", "C3872"]);
    assert!(industry["name_en"].as_str().unwrap().is_empty());
    let found = client.get("reference/industries?name=manufacture%20of%20furn").await;
    assert_eq!(codes(&found.expect(200).json()), ["C21"]);
    client.get("reference/industries/X1").await.problem(404, "not_found");
    let groups = client.get("reference/industries?parent=C38").await.expect(200).json();
    assert!(codes(&groups).iter().all(|code| code.len() == 4 && code.starts_with("C38")));
}

#[tokio::test]
async fn the_other_tables_are_there_too() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let fields = client.get("reference/hitech-fields?parent=10").await.expect(200).json();
    assert!(codes(&fields).contains(&"101"));
    let disciplines = client.get("reference/disciplines").await.expect(200).json();
    assert_eq!(disciplines.as_array().unwrap().len(), 62);
    let schools = client.get("reference/universities?province=44&limit=3").await.expect(200).json();
    assert_eq!(codes(&schools).len(), 3);
    assert!(schools["next"].is_string());
    let tables = client.get("reference/tables").await.expect(200).json();
    assert!(tables.as_array().unwrap().contains(&json!("need_kind")));
    let kinds = client.get("reference/tables/need_kind").await.expect(200).json();
    assert_eq!(kinds[0]["code"], "tech_problem");
    client.get("reference/tables/odd").await.problem(404, "not_found");
}

#[tokio::test]
async fn holidays_are_listed_by_year_and_renewed_by_a_file() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let all = client.get("reference/holidays").await.expect(200).json();
    let days = client.get("reference/holidays?year=2026").await.expect(200).json();
    let days = days.as_array().unwrap();
    assert!(days.len() < all.as_array().unwrap().len());
    assert!(days.iter().all(|day| day["date"].as_str().unwrap().starts_with("2026-")));
    let sunday = days.iter().find(|day| day["date"] == "2026-09-20").unwrap();
    let shown = json!({"date": "2026-09-20", "kind": "workday", "name_zh": "国庆节",
        "name_en": "National Day"});
    assert_eq!(sunday, &shown);
    assert_eq!(client.get("reference/holidays?year=2035").await.expect(200).json(), json!([]));
    client.get("reference/holidays?year=soon").await.problem(422, "invalid");

    let renewed = TestApp::start_with(|config| {
        let directory = config.data_dir.join("reference");
        std::fs::create_dir_all(&directory).unwrap();
        let rows = "date,kind,name_zh,name_en\n2035-10-01,holiday,国庆节,National Day\n";
        std::fs::write(directory.join("holidays.csv"), rows).unwrap();
    })
    .await;
    let days = renewed.anonymous().get("reference/holidays?year=2035").await.expect(200).json();
    assert_eq!(days[0]["date"], "2035-10-01");
    let replaced = renewed.anonymous().get("reference/holidays?year=2026").await.expect(200);
    assert_eq!(replaced.json(), json!([]));
}

#[tokio::test]
async fn an_answer_is_kept_by_its_tag() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let first = client.get("reference/regions").await.expect(200);
    let tag = first.header("etag").to_owned();
    assert!(tag.starts_with("W/\""), "{tag}");
    assert!(first.header("cache-control").starts_with("public, max-age="));
    let ask = |tag: &str| {
        let request = client.request(reqwest::Method::GET, "reference/regions");
        client.send(request.header("if-none-match", tag))
    };
    let second = ask(&tag).await.expect(304);
    assert!(second.body.is_empty());
    assert_eq!(second.header("etag"), tag);
    ask("W/\"odd\"").await.expect(200);
    let english = client.in_english().get("reference/regions").await.expect(200);
    assert_ne!(english.header("etag"), tag);
}

#[tokio::test]
async fn an_operators_table_replaces_the_built_in_one_and_a_broken_one_stops_the_start() {
    let rows = "table,code,name_zh,name_en,sort\nneed_kind,odd,奇,Odd,1\n";
    let app = TestApp::start_with(|config| {
        let directory = config.data_dir.join("reference");
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("code_tables.csv"), rows).unwrap();
    })
    .await;
    let kinds = app.anonymous().get("reference/tables/need_kind").await.expect(200).json();
    assert_eq!(kinds.as_array().unwrap().len(), 1);
    let regions = app.data_dir().join("reference").join("regions.csv");
    let rows = "code,name,name_en,level,parent_code,region_group\n4401,广州市,,city,44,\n";
    std::fs::write(regions, rows).unwrap();
    let Err(error) = App::open(app.config.clone(), Clock::default()) else {
        panic!("a broken table was accepted")
    };
    let text = error.to_string();
    assert!(text.contains("regions.csv") && text.contains("line 2"), "{text}");
}
