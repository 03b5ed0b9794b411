//! Matches, their reasons and their limits.

use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;

use super::support::{NeedBuilder, OrgBuilder, TestApp};

fn offer() -> Value {
    json!({
        "side": "capability",
        "title": "大功率LED灯具散热结构设计",
        "text": "面向大功率工程投光灯，提供散热结构仿真与压铸工艺设计。",
        "industry_codes": ["C3872"],
        "trl": 7,
        "min_budget": 20,
        "cooperation_modes": ["commissioned_dev"]
    })
}

#[actix_web::test]
async fn free_text_finds_needs_and_says_why() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).confidentiality(DisclosureLevel::Public).insert(&app);
    NeedBuilder::published(&org)
        .title("瓷砖釉料色差")
        .problem(&"釉料批次之间色差大，求控制办法。".repeat(4))
        .insert(&app);
    app.settle().await;
    let answer = app.anonymous().post_json("match", offer()).await.expect(200).json();
    assert_eq!(answer["side"], "capability");
    let hit = &answer["hits"][0];
    assert_eq!(hit["record"]["id"], need.id.to_string());
    let sentence = hit["sentence"].as_str().unwrap();
    for part in [
        "散热",
        "行业一致",
        "预算 20–50 万元满足提供方最低 20 万元",
        "TRL 7",
        "合作方式一致（委托开发）",
    ] {
        assert!(sentence.contains(part), "{part} in {sentence}");
    }
    let parts = hit["parts"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    assert!((sum - hit["score"].as_f64().unwrap()).abs() < 1e-4, "{hit}");
    let weights: f64 =
        hit["terms"].as_array().unwrap().iter().map(|term| term["weight"].as_f64().unwrap()).sum();
    let total = weights + hit["other_terms_weight"].as_f64().unwrap();
    assert!((total - hit["text_score"].as_f64().unwrap()).abs() < 1e-2, "{hit}");
    let quotes = hit["quotes"].as_array().unwrap();
    assert!(!quotes.is_empty());
    let record = serde_json::to_value(&need.fields).unwrap();
    for quote in quotes {
        let text: String = quote["pieces"]
            .as_array()
            .unwrap()
            .iter()
            .map(|piece| piece["text"].as_str().unwrap())
            .collect();
        let field = quote["field"].as_str().unwrap();
        if let Some(source) = record[field].as_str() {
            assert!(source.contains(&text), "{field}: {text}");
        }
        assert!(quote["pieces"].as_array().unwrap().iter().any(|piece| piece["mark"] == true));
    }
}

#[actix_web::test]
async fn a_least_budget_above_the_needs_maximum_excludes_and_says_so() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).confidentiality(DisclosureLevel::Public).insert(&app);
    app.settle().await;
    let ids = |answer: &Value, list: &str| -> Vec<String> {
        let items = answer[list].as_array().unwrap();
        items.iter().map(|item| item["record"]["id"].as_str().unwrap().to_owned()).collect()
    };
    let mut text = offer();
    text["min_budget"] = json!(50);
    let fits = app.anonymous().post_json("match", &text).await.expect(200).json();
    assert_eq!(ids(&fits, "hits"), [need.id.to_string()]);
    assert!(ids(&fits, "excluded").is_empty());
    text["min_budget"] = json!(50.0001);
    let client = app.anonymous().in_english();
    let dear = client.post_json("match", &text).await.expect(200).json();
    assert!(ids(&dear, "hits").is_empty());
    assert_eq!(ids(&dear, "excluded"), [need.id.to_string()]);
    let excluded = &dear["excluded"][0];
    assert_eq!(excluded["condition"]["name"], "budget");
    assert_eq!(excluded["condition"]["outcome"], "not_met");
    let reason = "the provider's minimum of CNY 500,001 is above the budget of CNY 200,000–500,000";
    assert_eq!(excluded["reason"], reason);
    assert_eq!(dear["none_good"], true);
}

#[actix_web::test]
async fn a_budget_that_is_not_shown_is_neither_compared_nor_told() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).confidentiality(DisclosureLevel::Members).insert(&app);
    app.settle().await;
    let mut seen = Vec::new();
    for least in [10, 1_000] {
        let mut text = offer();
        text["min_budget"] = json!(least);
        let answer = app.anonymous().post_json("match", text).await.expect(200).json();
        let hit = &answer["hits"][0];
        let conditions = hit["conditions"].as_array().unwrap();
        let budget = conditions.iter().find(|one| one["name"] == "budget").unwrap();
        assert_eq!(budget["outcome"], "unknown");
        assert_eq!(budget["offered"], "未公开");
        assert!(hit["record"]["budget_max"].is_null());
        seen.push(hit["score"].clone());
    }
    assert_eq!(seen[0], seen[1], "the score must not tell the budget");
}

#[actix_web::test]
async fn when_nothing_is_good_the_ways_on_are_named() {
    let app = TestApp::start().await;
    let text = json!({ "text": "自发光苔藓夜灯", "preferred_regions": ["4420"] });
    let answer = app.anonymous().post_json("match", text).await.expect(200).json();
    assert_eq!(answer["none_good"], true);
    let codes: Vec<&str> = answer["advice"]
        .as_array()
        .unwrap()
        .iter()
        .map(|advice| advice["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["widen_region", "ask_expert", "open_challenge", "follow_up"]);
}

#[actix_web::test]
async fn free_text_that_cannot_be_is_refused_field_by_field() {
    let app = TestApp::start().await;
    let problem = app.anonymous().post_json("match", json!({ "text": " " })).await;
    assert_eq!(problem.problem(422, "invalid")["errors"][0]["pointer"], "/text");
    let unknown = app.anonymous().post_json("match", json!({ "text": "釉", "colour": 1 })).await;
    unknown.problem(400, "bad_request");
    let long = json!({ "text": "釉".repeat(20_001) });
    app.anonymous().post_json("match", long).await.problem(422, "invalid");
}
