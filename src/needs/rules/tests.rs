//! Each rule names its field.

use serde_json::{Value, json};

use super::*;
use crate::error::Error;

fn reference() -> Reference {
    crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
}

fn complete() -> Value {
    json!({
        "title": "瓷砖坯体干燥开裂的在线检测", "need_kind": "tech_problem",
        "industry_code": "C3071", "tech_field": "new_materials",
        "background": "人工抽检，漏检率高。",
        "problem": "需要在辊道窑入口处对坯体表面与内部微裂纹进行在线检测，节拍不高于两秒，                        并把结果送到现有的分拣机构，要求在粉尘和高温环境下稳定工作一年以上。",
        "requirements": [
            { "name": "检出率", "operator": "ge", "value": "98", "unit": "%", "must": true },
            { "name": "节拍", "operator": "range", "value": "1", "value_max": "2", "unit": "s" },
        ],
        "keywords": ["坯体", "裂纹", "在线检测"], "current_trl": 4, "target_trl": 8,
        "budget_min": 30, "budget_max": 80, "reward_amount": 10, "deadline": "2027-06-30",
        "cooperation_modes": ["joint_dev"], "confidentiality": "members",
        "public_summary": "陶瓷坯体裂纹在线检测。",
        "contact": { "name": "梁试", "phone": "0757-5550123" },
    })
}

/// Where the firm is.
const TOWN: Option<&str> = Some("440604100");

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn wrong(patch: Value, stage: Stage) -> Vec<(String, &'static str)> {
    let mut fields = complete();
    crate::records::patch::merge(&mut fields, &patch);
    let fields: NeedFields = serde_json::from_value(fields).unwrap();
    match check_on(&fields, TOWN, stage, &reference(), day("2026-11-20"), None) {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(errors)) => {
            errors.into_iter().map(|e| (e.pointer, e.message.key)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_complete_need_passes_every_stage() {
    for stage in [Stage::Draft, Stage::Submit, Stage::Publish] {
        assert_eq!(wrong(json!({}), stage), []);
    }
}

#[test]
fn each_rule_names_its_field() {
    let many = |count: usize| (0..count).map(|n| format!("词{n}")).collect::<Vec<_>>();
    let musts: Vec<Value> = (0..6)
        .map(|n| json!({ "name": format!("项{n}"), "operator": "ge", "value": "1", "must": true }))
        .collect();
    let requirement = |operator: &str, value: &str, max: Value| json!([{ "name": "项", "operator": operator, "value": value, "value_max": max }]);
    let cases = [
        (json!({ "title": "需".repeat(61) }), "/title", "field.too_long"),
        (json!({ "title": "  " }), "/title", "field.required"),
        (json!({ "need_kind": "wish" }), "/need_kind", "field.unknown_code"),
        (json!({ "keywords": many(9) }), "/keywords", "field.too_many"),
        (json!({ "keywords": ["一", "一 ", "二"] }), "/keywords/1", "field.duplicate"),
        (json!({ "requirements": musts }), "/requirements", "field.too_many_musts"),
        (
            json!({ "requirements": requirement("ge", "约五", json!(null)) }),
            "/requirements/0/value",
            "field.number",
        ),
        (
            json!({ "requirements": requirement("range", "5", json!("3")) }),
            "/requirements/0/value_max",
            "field.range_order",
        ),
        (
            json!({ "requirements": requirement("le", "5", json!("9")) }),
            "/requirements/0/value_max",
            "field.only_for_ranges",
        ),
        (json!({ "budget_min": 90 }), "/budget_max", "field.budget_order"),
        (
            json!({ "budget_min": null, "budget_max": 0, "reward_amount": null }),
            "/budget_max",
            "field.amount_zero",
        ),
        (json!({ "reward_amount": 81 }), "/reward_amount", "field.reward_over_budget"),
        (json!({ "target_trl": 3 }), "/target_trl", "field.trl_order"),
        (json!({ "target_trl": 10 }), "/target_trl", "field.out_of_range"),
        (json!({ "town_code": "4406" }), "/town_code", "field.town_code"),
        (json!({ "industry_code": "C9999" }), "/industry_code", "field.unknown_code"),
        (json!({ "contact": { "phone": "电话" } }), "/contact/phone", "field.phone"),
        (json!({ "contact": { "mail": "liang.example" } }), "/contact/mail", "field.mail"),
    ];
    for (patch, pointer, key) in cases {
        assert_eq!(wrong(patch.clone(), Stage::Draft), [(pointer.to_owned(), key)], "{patch}");
    }
}

#[test]
fn submitting_and_publishing_name_everything_missing_at_once() {
    let bare = json!({
        "industry_code": null, "tech_field": null, "problem": "太短", "cooperation_modes": null,
        "confidentiality": null, "contact": { "phone": null }, "background": null,
        "requirements": null, "keywords": ["一", "二"], "target_trl": null, "budget_min": null,
        "budget_max": null, "deadline": null, "public_summary": " ",
    });
    assert_eq!(wrong(bare.clone(), Stage::Draft), []);
    let pointers = |stage| -> Vec<String> {
        wrong(bare.clone(), stage).into_iter().map(|(pointer, _)| pointer).collect()
    };
    let submit = [
        "/industry_code",
        "/tech_field",
        "/problem",
        "/cooperation_modes",
        "/confidentiality",
        "/contact/phone",
    ];
    assert_eq!(pointers(Stage::Submit), submit);
    let publish = [
        "/background",
        "/requirements",
        "/keywords",
        "/target_trl",
        "/budget_max",
        "/deadline",
        "/public_summary",
    ];
    assert_eq!(pointers(Stage::Publish), [submit.as_slice(), &publish].concat());
}

#[test]
fn dates_must_lie_ahead_but_not_too_far() {
    let past = |pointer: &str| vec![(pointer.to_owned(), "field.past_date")];
    assert_eq!(wrong(json!({ "deadline": "2026-11-20" }), Stage::Publish), past("/deadline"));
    assert_eq!(wrong(json!({ "deadline": "2026-11-21" }), Stage::Publish), []);
    let until = |date: &str| wrong(json!({ "valid_until": date }), Stage::Publish);
    assert_eq!(until("2026-11-20"), past("/valid_until"));
    assert_eq!(until("2028-11-20"), []);
    assert_eq!(until("2028-11-21"), [("/valid_until".to_owned(), "field.valid_too_long")]);
}

#[test]
fn a_need_without_any_town_is_not_published() {
    let fields: NeedFields = serde_json::from_value(complete()).unwrap();
    assert!(check(&fields, None, Stage::Submit, &reference()).is_ok());
    let Err(Error::Invalid(errors)) = check(&fields, None, Stage::Publish, &reference()) else {
        panic!("published without a town");
    };
    let wrong: Vec<_> = errors.iter().map(|e| (e.pointer.as_str(), e.message.key)).collect();
    assert_eq!(wrong, [("/town_code", "field.required")]);
}

#[test]
fn an_open_need_keeps_dates_that_have_passed() {
    let before: NeedFields = serde_json::from_value(complete()).unwrap();
    let later = day("2027-07-01");
    let check = |fields: &NeedFields| {
        check_on(fields, TOWN, Stage::Publish, &reference(), later, Some(&before)).is_ok()
    };
    assert!(check(&before));
    assert!(!check(&NeedFields { deadline: Some(later), ..before.clone() }));
    let valid = NeedFields { valid_until: Some(day("2027-08-01")), ..before.clone() };
    let endless = check_on(&before, TOWN, Stage::Publish, &reference(), later, Some(&valid));
    assert!(endless.is_err(), "an open need must keep an end of validity");
}

#[test]
fn shipped_demo_records_pass_the_stage_they_are_in() {
    let tables = reference();
    for line in include_str!("../../../demo/needs.jsonl").lines() {
        let Value::Object(mut map) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
        let stage = match map.get("demo_status").and_then(Value::as_str) {
            Some("draft") => Stage::Draft,
            Some("submitted" | "returned") => Stage::Submit,
            _ => Stage::Publish,
        };
        for own in ["org", "source_ref", "demo_status"] {
            map.remove(own);
        }
        let fields: NeedFields = serde_json::from_value(Value::Object(map)).unwrap();
        let town = fields.town_code.as_deref().or(TOWN);
        let found = check(&fields, town, stage, &tables);
        assert!(found.is_ok(), "{:?}: {found:?}", fields.title);
    }
}
