//! The need doctor over JSON: anybody may ask, nothing is stored.

use serde_json::{Value, json};

use crate::support::TestApp;

fn codes(answer: &Value) -> Vec<&str> {
    answer["gaps"].as_array().unwrap().iter().map(|gap| gap["code"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn filling_gaps_raises_the_score_of_a_short_need() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let mut body = json!({ "problem": "压铸灯体气孔多，希望降低气孔率并提高良率" });
    let first = client.post_json("needs/diagnose", &body).await.expect(200).json();
    assert!(first["score"].as_u64().unwrap() < 40, "{first}");
    assert!(codes(&first).len() >= 3, "{first}");
    for gap in first["gaps"].as_array().unwrap() {
        for name in ["message", "example", "field"] {
            assert!(!gap[name].as_str().unwrap().is_empty(), "{gap}");
        }
    }
    let fills = [
        ("budget_max", json!(30), "no_budget"),
        ("deadline", json!("2099-06-30"), "no_deadline"),
        ("elements", json!({ "material": "铝合金", "application": "户外照明" }), "no_material"),
        (
            "requirements",
            json!([{ "name": "气孔率", "operator": "le", "value": "2", "unit": "%" }]),
            "no_target",
        ),
    ];
    let mut before = first["score"].as_u64().unwrap();
    for (field, value, gap) in fills {
        body[field] = value;
        let answer = client.post_json("needs/diagnose", &body).await.expect(200).json();
        let score = answer["score"].as_u64().unwrap();
        assert!(score > before, "{field}: {before} to {score}");
        assert!(!codes(&answer).contains(&gap), "{field}: {answer}");
        before = score;
    }
    let needs = app.admin().get("needs").await.expect(200).json();
    assert_eq!(needs["items"], json!([]), "something was stored");
}

#[tokio::test]
async fn several_needs_are_proposed_apart_and_parameters_are_not() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let text = "1、解决冲压件批量开裂问题\n2、开发电镀件防锈工艺";
    let answer = client.post_json("needs/diagnose", &json!({ "problem": text })).await;
    let answer = answer.expect(200).json();
    let split = answer["split"].as_array().unwrap();
    assert_eq!(split.len(), 2);
    assert!(split.iter().all(|part| text.contains(part["text"].as_str().unwrap())));
    let text = "技术指标：1、直径不小于25mm 2、厚度不超过3mm";
    let answer = client.post_json("needs/diagnose", &json!({ "problem": text })).await;
    assert_eq!(answer.expect(200).json()["split"], json!([]));
}

#[tokio::test]
async fn messages_and_examples_come_in_the_language_asked_for() {
    let app = TestApp::start().await;
    let body = json!({ "problem": "路灯坏得快", "town_code": "442000105" });
    let client = app.anonymous();
    let request = client.request(reqwest::Method::POST, "needs/diagnose");
    let answer = client.send(request.header("accept-language", "en").json(&body)).await;
    let answer = answer.expect(200).json();
    assert!(codes(&answer).contains(&"no_budget"));
    for gap in answer["gaps"].as_array().unwrap() {
        for name in ["message", "example"] {
            let text = gap[name].as_str().unwrap();
            let han = text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            assert!(!han, "{text}");
        }
    }
}

#[tokio::test]
async fn what_cannot_be_diagnosed_is_named() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for (body, pointer) in [
        (json!({}), "/problem"),
        (json!({ "problem": " ", "budget_max": 3 }), "/problem"),
        (json!({ "problem": "釉".repeat(10_001) }), "/problem"),
        (json!({ "problem": "针孔", "tech_field": "magic" }), "/tech_field"),
        (json!({ "problem": "针孔", "budget_min": 3, "budget_max": 2 }), "/budget_max"),
    ] {
        let problem = client.post_json("needs/diagnose", &body).await.expect(422).json();
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    client.post_json("needs/diagnose", &json!({ "text": "针孔" })).await.expect(422);
}
