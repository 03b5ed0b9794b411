//! Each rule names its field, and each kind asks for its own.

use serde_json::{Value, json};

use super::*;
use crate::error::Error;

fn reference() -> Reference {
    crate::reference::load(std::path::Path::new("/nonexistent")).unwrap()
}

fn complete() -> Value {
    json!({
        "title": "无电解电容LED恒流驱动", "asset_kind": "achievement", "ownership_type": "shared",
        "stage": "mature", "trl": 8, "summary": "以薄膜电容配合有源纹波解耦支路".repeat(8),
        "problem_solved": "电容在高温下早期失效。", "advantage_over_existing": "寿命不受电容限制。",
        "performance": [{ "name": "整机效率", "value": "93.5", "unit": "%" }],
        "applications": ["道路照明"], "industry_codes": ["C3872"], "tech_field": "new_energy",
        "keywords": ["驱动电源"], "ipc": ["H05B45/00", "H02M"], "transfer_modes": ["joint_dev"],
        "price_mode": "range", "price": 25, "price_max": 60, "confidentiality": "public",
        "contact": { "name": "程试", "mail": "cheng@lingnan.example" }, "lead_expert": "程试",
        "orcid": "0000-0002-1825-0097", "registered_on": "2023-09-14",
        "ip_list": [{ "kind": "invention", "title": "一种驱动电路" }],
    })
}

fn expert() -> Value {
    json!({
        "title": "照明光学专家", "asset_kind": "expert", "lead_expert": "何试",
        "summary": "长期从事非成像光学设计与照明质量评价".repeat(6), "tech_field": "new_energy",
        "keywords": ["配光"], "confidentiality": "public",
        "contact": { "name": "何试", "phone": "0760-5551906" },
        "expert": {
            "professional_title": "研究员", "research_areas": ["配光"], "disciplines": ["140"],
            "service_types": ["consulting"], "is_reviewer": false, "consent_scope": "members",
        },
    })
}

fn wrong_in(mut fields: Value, patch: &Value, stage: Stage) -> Vec<(String, &'static str)> {
    crate::records::patch::merge(&mut fields, patch);
    let fields: CapabilityFields = serde_json::from_value(fields).unwrap();
    let today = "2026-11-20".parse().unwrap();
    match check_on(&fields, stage, &reference(), today, None) {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(errors)) => {
            errors.into_iter().map(|e| (e.pointer, e.message.key)).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

fn pointers(fields: Value, patch: &Value, stage: Stage) -> Vec<String> {
    wrong_in(fields, patch, stage).into_iter().map(|(pointer, _)| pointer).collect()
}

#[test]
fn complete_records_of_each_kind_can_be_published() {
    let instrument = json!({
        "asset_kind": "instrument", "stage": null, "trl": null, "price_mode": null, "price": null,
        "price_max": null,
        "instrument": { "model": "GPM-1500", "charge_standard": "每样600元", "open_status": "open" },
    });
    let team = json!({ "asset_kind": "team", "team": { "members": [{ "name": "程试" }] } });
    for (fields, patch) in [
        (complete(), json!({})),
        (expert(), json!({})),
        (complete(), instrument),
        (complete(), team),
    ] {
        assert_eq!(wrong_in(fields, &patch, Stage::Publish), []);
    }
}

#[test]
fn each_rule_names_its_field() {
    let cases = [
        (json!({ "title": "名".repeat(201) }), "/title", "field.too_long"),
        (json!({ "asset_kind": "idea" }), "/asset_kind", "field.unknown_code"),
        (json!({ "trl": 0 }), "/trl", "field.out_of_range"),
        (json!({ "keywords": ["电源", "电源"] }), "/keywords/1", "field.duplicate"),
        (json!({ "industry_codes": ["X1"] }), "/industry_codes/0", "field.unknown_code"),
        (json!({ "ipc": ["光学"] }), "/ipc/0", "field.ipc"),
        (json!({ "ipc": ["H05B45"] }), "/ipc/0", "field.ipc"),
        (json!({ "orcid": "0000-0002-1825-0098" }), "/orcid", "field.orcid"),
        (json!({ "price_max": 20 }), "/price_max", "field.budget_order"),
        (json!({ "price_max": null }), "/price_max", "field.required"),
        (json!({ "price_mode": "fixed" }), "/price_max", "field.only_for_price_ranges"),
        (json!({ "registered_on": "2026-11-21" }), "/registered_on", "field.future_date"),
        (
            json!({ "ip_list": [{ "kind": "idea", "title": "一" }] }),
            "/ip_list/0/kind",
            "field.unknown_code",
        ),
        (
            json!({ "performance": [{ "name": "效率", "value": "" }] }),
            "/performance/0/value",
            "field.required",
        ),
        (
            json!({ "cases": [{ "year": 1800, "text": "例" }] }),
            "/cases/0/year",
            "field.out_of_range",
        ),
        (json!({ "expert": {} }), "/expert", "field.not_for_this_kind"),
        (json!({ "team": {} }), "/team", "field.not_for_this_kind"),
        (json!({ "town_code": "442000" }), "/town_code", "field.town_code"),
        (json!({ "excluded_regions": ["9999"] }), "/excluded_regions/0", "field.unknown_code"),
    ];
    for (patch, pointer, key) in cases {
        let found = wrong_in(complete(), &patch, Stage::Draft);
        assert_eq!(found, [(pointer.to_owned(), key)], "{patch}");
    }
}

#[test]
fn submitting_and_publishing_name_everything_missing_at_once() {
    let bare = json!({ "asset_kind": "achievement", "title": "驱动电源", "summary": "太短" });
    assert_eq!(pointers(bare.clone(), &json!({}), Stage::Draft), [""; 0]);
    let submit = ["/summary", "/confidentiality", "/contact", "/transfer_modes"];
    assert_eq!(pointers(bare.clone(), &json!({}), Stage::Submit), submit);
    let publish = [
        "/keywords",
        "/tech_field",
        "/applications",
        "/industry_codes",
        "/lead_expert",
        "/problem_solved",
        "/price_mode",
        "/ownership_type",
        "/stage",
        "/trl",
        "/advantage_over_existing",
        "/performance",
    ];
    let all = [submit.as_slice(), &publish].concat();
    assert_eq!(pointers(bare, &json!({}), Stage::Publish), all);
}

#[test]
fn experts_state_how_far_they_may_be_shown() {
    let patch = json!({ "expert": null, "tech_field": null });
    let missing = [
        "/tech_field",
        "/expert/professional_title",
        "/expert/research_areas",
        "/expert/service_types",
        "/expert/is_reviewer",
        "/expert/consent_scope",
    ];
    assert_eq!(pointers(expert(), &patch, Stage::Submit), missing);
    let odd = json!({ "expert": { "disciplines": ["1"], "service_types": ["magic"],
        "availability_days": 400, "regions_served": ["0"] } });
    let wrong = [
        "/expert/service_types/0",
        "/expert/availability_days",
        "/expert/regions_served/0",
        "/expert/disciplines/0",
    ];
    assert_eq!(pointers(expert(), &odd, Stage::Draft), wrong);
}

#[test]
fn instruments_and_teams_ask_for_their_own() {
    let instrument = json!({ "asset_kind": "instrument" });
    let missing = ["/instrument/model", "/instrument/charge_standard", "/instrument/open_status"];
    assert_eq!(pointers(complete(), &instrument, Stage::Submit), missing);
    let team = json!({ "asset_kind": "team" });
    assert_eq!(pointers(complete(), &team, Stage::Submit), ["/team/members"]);
}

#[test]
fn validity_is_bounded() {
    let until = |day: &str| pointers(complete(), &json!({ "valid_until": day }), Stage::Publish);
    assert_eq!(until("2026-11-20"), ["/valid_until"]);
    assert_eq!(until("2029-11-20"), [""; 0]);
    assert_eq!(until("2029-11-21"), ["/valid_until"]);
}

#[test]
fn shipped_demo_records_can_be_published() {
    let reference_tables = reference();
    for line in include_str!("../../../demo/capabilities.jsonl").lines() {
        let Value::Object(mut map) = serde_json::from_str(line).unwrap() else { panic!("{line}") };
        for own in ["org", "source_ref", "demo_status"] {
            map.remove(own);
        }
        let fields: CapabilityFields = serde_json::from_value(Value::Object(map)).unwrap();
        let found = check(&fields, Stage::Publish, &reference_tables);
        assert!(found.is_ok(), "{:?}: {found:?}", fields.title);
    }
}
