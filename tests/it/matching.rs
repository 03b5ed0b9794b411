//! Matches, their reasons and their limits.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::capabilities::model::CapabilityId;
use townbridge::capabilities::ops as capabilities;
use townbridge::disclosure::DisclosureLevel;
use townbridge::money::Money;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::ops::{self as needs, TakeNeedStep};
use townbridge::organizations::model::Organization;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

async fn matches(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

/// Ids of the records in a list of the answer.
fn ids(answer: &Value, list: &str) -> Vec<String> {
    let items = answer[list].as_array().unwrap();
    items.iter().map(|item| item["record"]["id"].as_str().unwrap().to_owned()).collect()
}

fn condition<'a>(hit: &'a Value, name: &str) -> &'a Value {
    let conditions = hit["conditions"].as_array().unwrap();
    conditions.iter().find(|one| one["name"] == name).unwrap()
}

/// Changes fields of a capability as the service does.
fn change(app: &TestApp, id: CapabilityId, patch: &Value) {
    let caller = Caller::system("test");
    let version = capabilities::show(app, &caller, id).unwrap().version;
    capabilities::update(app, &caller, id, version, patch).unwrap();
}

/// The sum of one number over a list.
fn sum(list: &Value, name: &str) -> f64 {
    list.as_array().unwrap().iter().map(|item| item[name].as_f64().unwrap()).sum()
}

/// What every match must hold: parts that add up, terms that add up, quotations word for word.
fn check_reasons(hit: &Value, record: &Value) {
    let score = hit["score"].as_f64().unwrap();
    assert!((sum(&hit["parts"], "contribution") - score).abs() < 1e-4, "{hit}");
    assert!((sum(&hit["parts"], "weight") - 1.0).abs() < 1e-4, "{hit}");
    let terms = sum(&hit["terms"], "weight") + hit["other_terms_weight"].as_f64().unwrap();
    let text_score = hit["text_score"].as_f64().unwrap();
    assert!((terms - text_score).abs() < 1e-3 * text_score.max(1.0), "{hit}");
    assert!(!hit["sentence"].as_str().unwrap().is_empty());
    let quotes = hit["quotes"].as_array().unwrap();
    assert!(!quotes.is_empty());
    for quote in quotes {
        let pieces = quote["pieces"].as_array().unwrap();
        let text: String = pieces.iter().map(|piece| piece["text"].as_str().unwrap()).collect();
        let field = quote["field"].as_str().unwrap();
        // Lists are written out in one line each; texts are quoted as they stand.
        if let Some(source) = record[field].as_str() {
            assert!(source.contains(&text), "{field}: {text}");
        }
        assert!(pieces.iter().any(|piece| piece["mark"] == true), "{quote}");
    }
}

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
    check_reasons(hit, &serde_json::to_value(&need.fields).unwrap());
}

#[actix_web::test]
async fn a_least_budget_above_the_needs_maximum_excludes_and_says_so() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).confidentiality(DisclosureLevel::Public).insert(&app);
    app.settle().await;
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
        let budget = condition(hit, "budget");
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
    unknown.problem(422, "invalid");
    let long = json!({ "text": "釉".repeat(20_001) });
    app.anonymous().post_json("match", long).await.problem(422, "invalid");
}

/// Another thing than what the capabilities of tests offer.
const MEASURED: &str = "按客户图纸与工况搭建热测试台，用热电偶和红外热像仪测量结温、壳温与环境温度，出具散热检测报告。可\
                        测一瓦到一千瓦的灯具和驱动电源，样品三件起，七个工作日交报告，并就壁厚、翅片与导热垫的选择给出改进建议，必要时到现场复测一次。";

#[actix_web::test]
async fn a_need_finds_capabilities_and_a_capability_finds_needs() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    let fits = CapabilityBuilder::published(&university).insert(&app);
    CapabilityBuilder::draft(&university).insert(&app);
    CapabilityBuilder::published(&firm).title("本公司的散热结构").insert(&app);
    let other = CapabilityBuilder::published(&university)
        .title("灯具散热检测服务")
        .fields(|fields| {
            fields.asset_kind = Some("service".to_owned());
            fields.summary = Some(MEASURED.to_owned());
        })
        .insert(&app);
    app.settle().await;
    let owner = app.org_member(firm.id);
    let path = format!("needs/{}/matches", need.id);
    let answer = matches(&owner, &path).await;
    let found = ids(&answer, "hits");
    assert_eq!(found[0], fits.id.to_string(), "{answer}");
    assert!(found.contains(&other.id.to_string()));
    assert_eq!(found.len(), 2, "drafts and own records are no news: {answer}");
    check_reasons(&answer["hits"][0], &serde_json::to_value(&fits.fields).unwrap());
    assert_eq!(condition(&answer["hits"][0], "budget")["offered"], "20–50 万元");
    let services = matches(&owner, &format!("{path}?kinds=service")).await;
    assert_eq!(ids(&services, "hits"), [other.id.to_string()]);
    let north = matches(&owner, &format!("{path}?region=4418")).await;
    assert!(ids(&north, "hits").is_empty());
    assert_eq!(north["advice"][0]["code"], "widen_region");
    let reverse =
        matches(&app.org_member(university.id), &format!("capabilities/{}/matches", fits.id)).await;
    assert_eq!(reverse["side"], "capability");
    assert_eq!(ids(&reverse, "hits"), [need.id.to_string()]);
    check_reasons(&reverse["hits"][0], &serde_json::to_value(&need.fields).unwrap());
}

#[actix_web::test]
async fn raising_the_least_budget_moves_a_capability_from_the_hits_to_the_excluded() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let (owner, path) = (app.org_member(firm.id), format!("needs/{}/matches", need.id));
    let before = matches(&owner, &path).await;
    assert_eq!(ids(&before, "hits"), [capability.id.to_string()]);
    change(&app, capability.id, &json!({ "min_budget": 80 }));
    app.settle().await;
    let after = matches(&owner, &path).await;
    assert!(ids(&after, "hits").is_empty());
    assert_eq!(ids(&after, "excluded"), [capability.id.to_string()]);
    let reason = "提供方最低合作金额 80 万元，高于需求方预算 20–50 万元";
    assert_eq!(after["excluded"][0]["reason"], reason);
    // Open to negotiation: no longer ruled out.
    let caller = Caller::system("test");
    let patch = json!({ "budget_negotiable": true });
    let version = needs::show(&app, &caller, need.id).unwrap().version;
    needs::update(&app, &caller, need.id, version, &patch).unwrap();
    app.settle().await;
    let open = matches(&owner, &path).await;
    assert_eq!(ids(&open, "hits"), [capability.id.to_string()]);
    assert_eq!(condition(&open["hits"][0], "budget")["outcome"], "unknown");
}

#[actix_web::test]
async fn who_may_see_a_budget_gets_the_condition_decided_on_it() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", capability.id);
    let (member, visitor) = (app.org_member(university.id), app.anonymous());
    let (seen, unseen) = (matches(&member, &path).await, matches(&visitor, &path).await);
    assert_eq!(condition(&seen["hits"][0], "budget")["outcome"], "met");
    assert_eq!(condition(&seen["hits"][0], "budget")["offered"], "20–50 万元");
    assert_eq!(condition(&unseen["hits"][0], "budget")["outcome"], "unknown");
    assert_eq!(condition(&unseen["hits"][0], "budget")["offered"], "未公开");
    change(&app, capability.id, &json!({ "min_budget": 51 }));
    app.settle().await;
    let (seen, unseen) = (matches(&member, &path).await, matches(&visitor, &path).await);
    assert_eq!(ids(&seen, "excluded"), [need.id.to_string()]);
    assert!(ids(&seen, "hits").is_empty());
    assert_eq!(ids(&unseen, "hits"), [need.id.to_string()], "a visitor must not learn the budget");
}

/// Needs that agree with the capabilities of tests ever less; their numbers tell them apart.
fn heat_sinks(app: &TestApp, firm: &Organization, budgets: &[i64]) -> Vec<String> {
    let needs = budgets.iter().enumerate().map(|(number, most)| {
        let need = NeedBuilder::published(firm)
            .title(&format!("灯具散热结构{number}号{}", "的试制安排".repeat(number)))
            .confidentiality(DisclosureLevel::Broker)
            .fields(|fields| {
                fields.budget_min = None;
                fields.budget_max = Some(Money(most * 1_000_000));
            });
        need.insert(app).id.to_string()
    });
    needs.collect()
}

#[actix_web::test]
async fn a_hidden_budget_excludes_for_those_who_see_it_and_their_pages_stay_full() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    // 万元; the capability asks for 60 at least, which four of the seven do not have.
    let needs = heat_sinks(&app, &firm, &[50, 80, 50, 50, 70, 50, 90]);
    let capability = CapabilityBuilder::published(&university)
        .title("灯具散热结构")
        .fields(|fields| fields.min_budget = Some(Money(60_000_000)))
        .insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", capability.id);
    let (fits, dear) = ([1, 4, 6], [0, 2, 3, 5]);
    let of = |numbers: &[usize]| numbers.iter().map(|n| needs[*n].clone()).collect::<Vec<_>>();
    let sorted = |mut ids: Vec<String>| {
        ids.sort_unstable();
        ids
    };
    for broker in [app.liaison("440606102"), app.officer("4406"), app.admin()] {
        let all = matches(&broker, &path).await;
        assert_eq!(sorted(ids(&all, "hits")), sorted(of(&fits)), "{all}");
        assert_eq!(sorted(ids(&all, "excluded")), sorted(of(&dear)), "{all}");
        let excluded = &all["excluded"][0];
        assert_eq!(excluded["condition"]["name"], "budget");
        let reason = "提供方最低合作金额 60 万元，高于需求方预算";
        assert!(excluded["reason"].as_str().unwrap().starts_with(reason), "{excluded}");
        // Two on a page, whatever was taken out of it.
        let first = matches(&broker, &format!("{path}?limit=2")).await;
        assert_eq!(ids(&first, "hits"), ids(&all, "hits")[..2], "{first}");
        assert_eq!(first["next_offset"], 2);
        let second = matches(&broker, &format!("{path}?limit=2&offset=2")).await;
        assert_eq!(ids(&second, "hits"), ids(&all, "hits")[2..], "{second}");
        assert!(second["next_offset"].is_null(), "{second}");
    }
    for other in [app.anonymous(), app.org_member(university.id)] {
        let all = matches(&other, &path).await;
        assert_eq!(sorted(ids(&all, "hits")), sorted(needs.clone()), "{all}");
        assert!(ids(&all, "excluded").is_empty());
        for hit in all["hits"].as_array().unwrap() {
            let budget = condition(hit, "budget");
            assert_eq!(
                (&budget["outcome"], &budget["offered"]),
                (&json!("unknown"), &json!("未公开"))
            );
            assert!(hit["record"]["budget_max"].is_null());
        }
        let first = matches(&other, &format!("{path}?limit=4")).await;
        assert_eq!(ids(&first, "hits"), ids(&all, "hits")[..4]);
        // Whatever is asked for, these callers are told the same.
        let told = async |least: u32| {
            let text =
                json!({ "side": "capability", "title": "灯具散热结构", "min_budget": least });
            let answer = other.post_json("match", text).await.expect(200).json();
            let hits = answer["hits"].as_array().unwrap();
            let facts = |hit: &Value| (hit["score"].clone(), hit["sentence"].clone());
            (ids(&answer, "hits"), hits.iter().map(facts).collect::<Vec<_>>())
        };
        assert_eq!(told(1).await, told(60).await);
        assert_eq!(told(60).await, told(1_000).await);
    }
}

#[actix_web::test]
async fn with_every_match_ruled_out_none_is_good() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    heat_sinks(&app, &firm, &[50]);
    let capability = CapabilityBuilder::published(&university)
        .title("灯具散热结构")
        .fields(|fields| fields.min_budget = Some(Money(60_000_000)))
        .insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", capability.id);
    let (broker, visitor) = (app.liaison("440606102"), app.anonymous());
    let (seen, unseen) = (matches(&broker, &path).await, matches(&visitor, &path).await);
    assert!(ids(&seen, "hits").is_empty());
    assert_eq!(seen["none_good"], true);
    assert!(!seen["advice"].as_array().unwrap().is_empty());
    assert_eq!(unseen["none_good"], false, "{unseen}");
}

#[actix_web::test]
async fn the_sort_of_a_hidden_owner_is_a_condition_for_those_who_know_the_owner() {
    let app = TestApp::start().await;
    let university = OrgBuilder::university().insert(&app);
    let granted = OrgBuilder::enterprise().insert(&app);
    let capability = CapabilityBuilder::published(&university)
        .title("灯具散热结构")
        .confidentiality(DisclosureLevel::Matched)
        .insert(&app);
    let body = json!({ "org_id": granted.id, "level": "matched" });
    let path = format!("capabilities/{}/grants", capability.id);
    app.org_member(university.id).post_json(&path, body).await.expect(201);
    app.settle().await;
    let ask = async |client: Client, wanted: &str| {
        let text = json!({ "title": "灯具散热结构", "partner_types": [wanted] });
        let answer = client.post_json("match", text).await.expect(200).json();
        let hit = &answer["hits"][0];
        assert_eq!(hit["record"]["id"], capability.id.to_string(), "{answer}");
        (condition(hit, "partner_type")["outcome"].clone(), hit["score"].clone())
    };
    for (client, knows) in [
        (app.anonymous(), false),
        (app.org_member(granted.id), true),
        (app.org_member(university.id), true),
        (app.liaison("440606102"), false),
        (app.admin(), true),
    ] {
        let right = ask(client.clone(), "university").await;
        let wrong = ask(client, "finance").await;
        if knows {
            assert_eq!((right.0, wrong.0), (json!("met"), json!("not_met")));
        } else {
            assert_eq!(right, wrong);
            assert_eq!(right.0, "unknown");
        }
    }
}

#[actix_web::test]
async fn the_source_is_taken_as_far_as_the_caller_may_see_it() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm)
        .title("灯体改进")
        .fields(|fields| {
            fields.public_summary = Some("灯体改进。".to_owned());
            fields.keywords = vec!["灯体".into(), "结构".into(), "工艺".into()];
        })
        .problem(&"灯体内的石墨烯导热膜容易脱落，需要新的粘接办法。".repeat(3))
        .insert(&app);
    let secret = CapabilityBuilder::published(&university)
        .title("石墨烯导热膜粘接")
        .fields(|fields| {
            let told = "石墨烯导热膜与金属基板的粘接办法，已在多种样件上反复验证。".repeat(5);
            fields.summary = Some(told);
        })
        .insert(&app);
    app.settle().await;
    let path = format!("needs/{}/matches", need.id);
    let named = |answer: &Value| {
        let hits = answer["hits"].as_array().unwrap();
        let hit = hits.iter().find(|hit| hit["record"]["id"] == secret.id.to_string());
        hit.is_some_and(|hit| hit["terms"].to_string().contains("石墨烯"))
    };
    assert!(named(&matches(&app.org_member(firm.id), &path).await));
    assert!(named(&matches(&app.org_member(university.id), &path).await), "a member reads it");
    let visitor = matches(&app.anonymous(), &path).await;
    assert!(!named(&visitor), "{visitor}");
    assert!(!visitor["hits"].to_string().contains("20–50"));
    let draft = NeedBuilder::draft(&firm).insert(&app);
    let path = format!("needs/{}/matches", draft.id);
    app.anonymous().get(&path).await.problem(404, "not_found");
    app.org_member(university.id).get(&path).await.problem(404, "not_found");
    app.org_member(firm.id).get(&path).await.expect(200);
}

#[actix_web::test]
async fn hidden_text_of_a_counterpart_neither_ranks_nor_explains() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    CapabilityBuilder::published(&university)
        .title("散热结构")
        .confidentiality(DisclosureLevel::Members)
        .fields(|fields| fields.problem_solved = Some("石墨烯导热膜的粘接。".to_owned()))
        .insert(&app);
    app.settle().await;
    let text = json!({ "title": "散热结构", "text": "石墨烯导热膜粘接" });
    let ask = async |client: Client| {
        let answer = client.post_json("match", &text).await.expect(200).json();
        answer["hits"][0].clone()
    };
    let (visitor, member) = (ask(app.anonymous()).await, ask(app.org_member(firm.id)).await);
    assert!(!visitor.to_string().contains("石墨烯"), "{visitor}");
    assert!(member["quotes"].to_string().contains("石墨烯"), "{member}");
    assert!(member["text_score"].as_f64() > visitor["text_score"].as_f64());
}

#[actix_web::test]
async fn needs_that_no_longer_look_for_a_partner_are_no_matches() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    let capability = CapabilityBuilder::published(&university).insert(&app);
    app.settle().await;
    let path = format!("capabilities/{}/matches", capability.id);
    let member = app.org_member(university.id);
    assert_eq!(matches(&member, &path).await["considered"], 1);
    for to in [NeedStatus::Matching, NeedStatus::Negotiating] {
        let step = TakeNeedStep { to, comment: None, valid_until: None };
        needs::take_step(&app, &Caller::system("test"), need.id, &step).unwrap();
        app.settle().await;
        let found = matches(&member, &path).await;
        assert_eq!(ids(&found, "hits").len(), usize::from(to == NeedStatus::Matching), "{to}");
    }
}

#[actix_web::test]
async fn a_region_that_is_ruled_out_excludes_and_the_page_can_be_turned() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().insert(&app);
    let university = OrgBuilder::university().insert(&app);
    let need = NeedBuilder::published(&firm).insert(&app);
    for number in 0..3 {
        let title = format!("灯具散热结构{number}");
        CapabilityBuilder::published(&university).title(&title).insert(&app);
    }
    let barred = CapabilityBuilder::published(&university)
        .fields(|fields| fields.excluded_regions = vec!["4420".to_owned()])
        .insert(&app);
    app.settle().await;
    let (owner, path) = (app.org_member(firm.id), format!("needs/{}/matches", need.id));
    let first = matches(&owner, &format!("{path}?limit=2")).await;
    assert_eq!(ids(&first, "excluded"), [barred.id.to_string()]);
    let reason = first["excluded"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("中山市"), "{reason}");
    assert_eq!(first["next_offset"], 2);
    let rest = matches(&owner, &format!("{path}?limit=2&offset=2")).await;
    assert!(rest["next_offset"].is_null());
    let mut all = [ids(&first, "hits"), ids(&rest, "hits")].concat();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 3);
}

/// Needs of the demonstration that were written without any counterpart.
const WITHOUT_COUNTERPART: [&str; 5] = [
    "不插电的发光植物夜灯",
    "香云纱“过乌”河泥不够用",
    "陨铁与高碳钢叠锻收藏刀开裂",
    "荒料开锯前内部暗裂透视",
    "山地茶园夜里野猪拱树",
];

#[actix_web::test]
async fn needs_of_the_demonstration_without_counterpart_have_no_good_match_and_others_have() {
    let app = TestApp::start().await;
    let service = std::sync::Arc::clone(app.service());
    tokio::task::spawn_blocking(move || townbridge::demo::load(&service)).await.unwrap().unwrap();
    app.settle().await;
    let (mut with, mut good) = (0, 0);
    let mut without = Vec::new();
    let mut after = String::new();
    let admin = app.admin();
    loop {
        let seeking = format!("needs?limit=50&status=published,matching{after}");
        let page = matches(&admin, &seeking).await;
        for need in page["items"].as_array().unwrap() {
            let path = format!("needs/{}/matches?limit=1", need["id"].as_str().unwrap());
            let none_good = matches(&admin, &path).await["none_good"].as_bool().unwrap();
            let title = need["title"].as_str().unwrap();
            if WITHOUT_COUNTERPART.iter().any(|start| title.starts_with(start)) {
                without.push((title.to_owned(), none_good));
            } else {
                with += 1;
                good += usize::from(!none_good);
            }
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert_eq!(without.len(), 5);
    assert!(without.iter().all(|(_, none_good)| *none_good), "{without:?}");
    // All but those whose counterpart is written in another language, or their own.
    assert!(with > 30 && good + 3 >= with, "{good} of {with}");
}

/// A sentence without what is quoted in it.
fn unquoted(sentence: &str) -> String {
    let mut depth = 0;
    let outside = |c: &char| {
        depth += i32::from(*c == '“');
        let is_outside = depth == 0;
        depth -= i32::from(*c == '”');
        is_outside
    };
    sentence.chars().filter(outside).collect()
}

#[actix_web::test]
async fn english_explanations_of_the_demonstration_hold_no_chinese_but_names_and_quotations() {
    let app = TestApp::start().await;
    let service = std::sync::Arc::clone(app.service());
    tokio::task::spawn_blocking(move || townbridge::demo::load(&service)).await.unwrap().unwrap();
    app.settle().await;
    let admin = app.admin().in_english();
    let is_chinese = |c: char| ('\u{2e80}'..='\u{9fff}').contains(&c) || c > '\u{ff00}';
    // Counties and towns have no English names.
    let regions: Vec<&str> =
        app.reference.regions().iter().map(|region| region.name.as_str()).collect();
    let is_region = |name: &str| regions.contains(&name);
    let (mut sentences, mut industries) = (0, 0);
    let mut after = String::new();
    loop {
        let page = matches(&admin, &format!("needs?limit=50&status=published{after}")).await;
        for need in page["items"].as_array().unwrap() {
            let path = format!("needs/{}/matches?limit=20", need["id"].as_str().unwrap());
            let answer = matches(&admin, &path).await;
            let both = ["hits", "excluded"].map(|list| answer[list].as_array().unwrap().clone());
            for hit in both.concat() {
                let mut said: Vec<String> = hit["sentence"]
                    .as_str()
                    .or(hit["reason"].as_str())
                    .map(unquoted)
                    .into_iter()
                    .collect();
                sentences += said.len();
                for condition in hit["conditions"].as_array().into_iter().flatten() {
                    industries += usize::from(condition["name"] == "industry");
                    let texts = ["label", "wanted", "offered"];
                    said.extend(texts.map(|name| condition[name].as_str().unwrap().to_owned()));
                }
                for requirement in hit["requirements"].as_array().into_iter().flatten() {
                    said.push(unquoted(requirement["note"].as_str().unwrap()));
                }
                for text in said {
                    let mut chinese =
                        text.split(|c: char| !is_chinese(c)).filter(|s| !s.is_empty());
                    assert!(chinese.all(is_region), "{text}");
                }
            }
        }
        let Some(next) = page["next"].as_str() else { break };
        after = format!("&after={next}");
    }
    assert!(sentences > 100 && industries > 100, "{sentences} {industries}");
}
