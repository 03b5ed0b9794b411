//! Requirement by requirement: what a match is shown to meet, and by which words.

use serde_json::{Value, json};
use townbridge::capabilities::parts::Performance;
use townbridge::disclosure::DisclosureLevel;
use townbridge::money::Money;
use townbridge::needs::model::Requirement;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

async fn get(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

fn requirement(name: &str, operator: &str, value: &str, unit: &str) -> Requirement {
    Requirement {
        name: name.to_owned(),
        operator: operator.to_owned(),
        value: value.to_owned(),
        value_max: None,
        unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()),
        must: true,
        tolerance: None,
    }
}

fn figure(name: &str, value: &str, unit: &str) -> Performance {
    Performance {
        name: name.to_owned(),
        value: value.to_owned(),
        unit: Some(unit.to_owned()),
        test_basis: None,
    }
}

/// Name, verdict and reason of each requirement of a match.
fn verdicts(hit: &Value) -> Vec<[&str; 3]> {
    let rows = hit["requirements"].as_array().unwrap();
    rows.iter()
        .map(|row| ["name", "verdict", "reason"].map(|key| row[key].as_str().unwrap()))
        .collect()
}

/// Every quotation is the span of the field that it says; what is met has one. Returns how many
/// there are.
fn check_quotes(hit: &Value, capability: &Value) -> usize {
    let mut count = 0;
    for row in hit["requirements"].as_array().unwrap() {
        let quote = &row["quote"];
        assert!(row["verdict"] != "met" || quote.is_object(), "{row}");
        if quote.is_null() {
            continue;
        }
        let field = quote["field"].as_str().unwrap();
        let source = capability.pointer(field).and_then(Value::as_str);
        let source = source.unwrap_or_else(|| panic!("no text at {field} in {capability}"));
        let place = |name: &str| usize::try_from(quote[name].as_u64().unwrap()).unwrap();
        let (start, end) = (place("start"), place("end"));
        let span: String = source.chars().skip(start).take(end - start).collect();
        assert_eq!(quote["text"], span, "{field}: {source}");
        assert!(!span.is_empty());
        count += 1;
    }
    count
}

#[actix_web::test]
async fn both_directions_hold_each_requirement_against_what_is_stated() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public);
    let need = need.fields(|fields| {
        fields.requirements = vec![
            requirement("结温", "le", "95", "℃"),
            requirement("壁厚", "le", "3", "mm"),
            requirement("散热效率", "ge", "70", "%"),
            requirement("整灯重量", "le", "4", "kg"),
            requirement("防护等级", "text", "IP65", ""),
        ];
    });
    let need = need.insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let capability = CapabilityBuilder::published(&university).fields(|fields| {
        fields.performance = vec![figure("壁厚", "2800", "μm"), figure("散热效率", "60", "%")];
        let summary = fields.summary.take().unwrap_or_default();
        fields.summary = Some(format!("{summary}结温为88℃。整机满足IP65。"));
    });
    let capability = capability.insert(&app);
    app.settle().await;
    let expected = [
        ["结温", "met", "holds"],
        ["壁厚", "met", "holds"],
        ["散热效率", "not_met", "misses"],
        ["整灯重量", "unknown", "silent"],
        ["防护等级", "met", "holds"],
    ];
    let record = get(&app.anonymous(), &format!("capabilities/{}", capability.id)).await;
    for path in
        [format!("needs/{}/matches", need.id), format!("capabilities/{}/matches", capability.id)]
    {
        let answer = get(&app.anonymous(), &path).await;
        let hit = &answer["hits"][0];
        assert_eq!(verdicts(hit), expected, "{path}");
        assert_eq!(check_quotes(hit, &record), 4);
        let rows = &hit["requirements"];
        assert_eq!(rows[0]["quote"]["field"], "/summary");
        assert_eq!(rows[1]["quote"]["field"], "/performance/0/value");
        assert_eq!(rows[1]["found"]["text"], "2800 μm");
        assert_eq!(rows[1]["found"]["high"], 2.8, "in the unit of the requirement");
        assert_eq!(rows[2]["must"], true);
        assert_eq!(rows[2]["derived"], false);
        assert_eq!(rows[3]["note"], "未找到可比较的说法");
    }
}

#[actix_web::test]
async fn figures_in_free_text_are_requirements_or_evidence() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public).insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let client = app.anonymous().in_english();

    let asked = json!({ "title": "LED灯具散热", "text": "要求结温不超过95℃，预算30万元" });
    let answer = client.post_json("match", asked).await.expect(200).json();
    let hit = &answer["hits"][0];
    assert_eq!(hit["record"]["id"], capability.id.to_string());
    assert_eq!(verdicts(hit), [["结温", "met", "holds"]]);
    assert_eq!(hit["requirements"][0]["derived"], true);
    let record = get(&client, &format!("capabilities/{}", capability.id)).await;
    assert_eq!(check_quotes(hit, &record), 1);

    let offered = json!({ "side": "capability", "title": "LED灯具散热结构",
        "text": "  热管柱散热。\n样灯的预期结温达到80℃。" });
    let answer = client.post_json("match", &offered).await.expect(200).json();
    let hit = &answer["hits"][0];
    assert_eq!(hit["record"]["id"], need.id.to_string());
    assert_eq!(verdicts(hit), [["结温", "unknown", "planned"]]);
    assert_eq!(hit["requirements"][0]["note"], "aimed at, not reached yet");
    assert_eq!(check_quotes(hit, &offered), 1);
}

#[actix_web::test]
async fn requirements_that_are_not_shown_are_not_held_against_anything() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Members).insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", capability.id);
    let hidden = get(&app.anonymous(), &path).await;
    assert_eq!(hidden["hits"][0]["requirements"], json!([]));
    let shown = get(&app.org_member(university.id), &path).await;
    assert_eq!(verdicts(&shown["hits"][0]), [["结温", "met", "holds"]]);
}

/// The records that the service is tried out with, every match of each, for a visitor and for one
/// who sees everything.
#[tokio::test]
async fn every_quotation_of_the_demonstration_is_word_for_word() {
    let app = TestApp::start().await;
    let service = std::sync::Arc::clone(app.service());
    tokio::task::spawn_blocking(move || townbridge::demo::load(&service)).await.unwrap().unwrap();
    app.settle().await;
    for (client, least) in [(app.anonymous(), 20), (app.admin(), 60)] {
        let mut quotes = 0;
        for need in get(&client, "needs?limit=100").await["items"].as_array().unwrap() {
            let path = format!("needs/{}/matches?limit=10", need["id"].as_str().unwrap());
            for hit in get(&client, &path).await["hits"].as_array().unwrap() {
                let stated = |row: &Value| row["quote"].is_object();
                if !hit["requirements"].as_array().unwrap().iter().any(stated) {
                    continue;
                }
                let path = format!("capabilities/{}", hit["record"]["id"].as_str().unwrap());
                quotes += check_quotes(hit, &get(&client, &path).await);
            }
        }
        assert!(quotes >= least, "only {quotes} quotations");
    }
}

#[actix_web::test]
async fn of_equal_matches_the_one_that_meets_the_requirements_comes_first() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&firm).confidentiality(DisclosureLevel::Public);
    let need = need
        .fields(|fields| fields.requirements = vec![requirement("散热效率", "ge", "70", "%")])
        .insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let reaching = |share: &str| {
        let figure = figure("散热效率", share, "%");
        let capability = CapabilityBuilder::published(&university);
        capability.fields(|fields| fields.performance = vec![figure]).insert(&app).id.to_string()
    };
    let silent = CapabilityBuilder::published(&university)
        .fields(|fields| fields.performance = vec![figure("壁厚", "2", "mm")])
        .insert(&app)
        .id
        .to_string();
    let (missing, meeting) = (reaching("60"), reaching("80"));
    app.settle().await;
    let path = format!("needs/{}/matches?grouped=false", need.id);
    let answer = get(&app.anonymous(), &path).await;
    let hits = answer["hits"].as_array().unwrap();
    let order: Vec<_> = hits.iter().map(|hit| hit["record"]["id"].as_str().unwrap()).collect();
    assert_eq!(order, [&meeting, &silent, &missing]);
    for (hit, worth) in hits.iter().zip([1.0, 0.5, 0.0]) {
        let parts = hit["parts"].as_array().unwrap();
        let part = parts.iter().find(|part| part["name"] == "requirements").unwrap();
        assert_eq!(part["value"], worth);
        let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
        assert!((sum - hit["score"].as_f64().unwrap()).abs() < 1e-4);
    }
    for (offset, id) in order.iter().enumerate() {
        let page = get(&app.anonymous(), &format!("{path}&limit=1&offset={offset}")).await;
        assert_eq!(page["hits"][0]["record"]["id"], *id, "pages are of the same order");
        assert_eq!(page["hits"].as_array().unwrap().len(), 1);
        assert_eq!(page.get("next_offset").is_some(), offset < 2);
    }
}

#[actix_web::test]
async fn pages_hold_each_match_once_whatever_is_ruled_out_and_met() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    for number in 0..36_i64 {
        let least = if number % 4 == 0 { "70" } else { "90" };
        NeedBuilder::published(&firm)
            .title(&format!("灯具散热结构{number}号{}", "的试制".repeat(number as usize % 7)))
            .confidentiality(DisclosureLevel::Broker)
            .fields(|fields| {
                fields.requirements = vec![requirement("散热效率", "ge", least, "%")];
                fields.budget_min = None;
                // 万元; a third has less than the capability asks for.
                fields.budget_max = Some(Money(if number % 3 == 0 { 50 } else { 80 } * 1_000_000));
            })
            .insert(&app);
    }
    let capability = CapabilityBuilder::published(&university).title("灯具散热结构");
    let capability = capability
        .fields(|fields| {
            fields.min_budget = Some(Money(60_000_000));
            fields.performance = vec![figure("散热效率", "80", "%")];
        })
        .insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches?grouped=false", capability.id);
    let order = |answer: &Value| -> Vec<String> {
        let hits = answer["hits"].as_array().unwrap().iter();
        hits.map(|hit| hit["record"]["id"].as_str().unwrap().to_owned()).collect()
    };
    for (caller, count) in [(app.admin(), 24), (app.anonymous(), 36)] {
        let answer = get(&caller, &format!("{path}&limit=100")).await;
        let whole = order(&answer);
        assert_eq!(whole.len(), count);
        let mut paged = Vec::new();
        for offset in (0..count).step_by(5) {
            let page = get(&caller, &format!("{path}&limit=5&offset={offset}")).await;
            assert_eq!(page["none_good"], answer["none_good"]);
            assert_eq!(page.get("next_offset").is_some(), offset + 5 < count);
            paged.extend(order(&page));
        }
        assert_eq!(paged, whole);
    }
}
