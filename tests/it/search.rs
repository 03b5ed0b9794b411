//! Search, suggestions and facets, for every kind of caller.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, Language, OrgId};
use townbridge::disclosure::DisclosureLevel;
use townbridge::towns;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

/// Percent-encodes a value of a query.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn titles(answer: &Value) -> Vec<String> {
    let hits = answer["hits"].as_array().unwrap();
    hits.iter().map(|hit| hit["record"]["title"].as_str().unwrap().to_owned()).collect()
}

/// Searches as a visitor over HTTP.
async fn found(app: &TestApp, parameters: &[(&str, &str)]) -> Vec<String> {
    titles(&answer(app, parameters).await)
}

async fn answer(app: &TestApp, parameters: &[(&str, &str)]) -> Value {
    let pairs: Vec<String> =
        parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    app.anonymous().get(&format!("search?{}", pairs.join("&"))).await.expect(200).json()
}

/// Searches as somebody.
async fn found_by(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

#[actix_web::test]
async fn a_published_need_is_found_within_a_second_of_its_change() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).title("电饭锅内胆涂层易脱落").insert(&app);
    let change = app.db.read(townbridge::records::store::last_change).unwrap();
    let started = std::time::Instant::now();
    let path = format!("search?q={}&min_change={change}", encoded("电饭锅 涂层"));
    let answer = app.anonymous().get(&path).await.expect(200);
    assert!(started.elapsed().as_millis() < 1_000, "took {:?}", started.elapsed());
    assert!(answer.header("townbridge-index-position").parse::<i64>().unwrap() >= change);
    let body = answer.json();
    assert_eq!(body["total"], 1);
    let hit = &body["hits"][0];
    assert_eq!(hit["record"]["id"], need.id.to_string());
    assert_eq!(hit["record"]["kind"], "need");
    assert_eq!(hit["record"]["subkind"], json!({ "code": "tech_problem", "name": "技术难题" }));
    let marked: Vec<&str> = hit["title"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|piece| piece["mark"] == true)
        .map(|piece| piece["text"].as_str().unwrap())
        .collect();
    assert_eq!(marked.concat(), "电饭锅涂层");
}

#[actix_web::test]
async fn a_change_the_index_cannot_reach_is_unavailable() {
    let app = TestApp::start_with(|config| config.server.max_wait_ms = 50).await;
    for path in ["search?min_change=999999", "suggest?q=a&min_change=999999"] {
        let answer = app.anonymous().get(path).await;
        answer.problem(503, "unavailable");
    }
}

#[actix_web::test]
async fn width_case_and_traditional_characters_do_not_matter() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).title("LED电饭锅指示灯驱动").insert(&app);
    app.settle().await;
    for text in ["电饭锅", "電飯鍋", "ＬＥＤ", "led", "锅"] {
        assert_eq!(found(&app, &[("q", text)]).await.len(), 1, "{text}");
    }
    assert!(found(&app, &[("q", "陶瓷")]).await.is_empty());
}

#[actix_web::test]
async fn synonyms_find_and_are_named() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).title("电饭锅内胆").insert(&app);
    app.settle().await;
    let body = answer(&app, &[("q", "电饭煲")]).await;
    assert_eq!(titles(&body), ["电饭锅内胆"]);
    assert!(body["synonyms"].as_array().unwrap().contains(&json!("电饭锅")), "{body}");
}

#[actix_web::test]
async fn every_filter_restricts() {
    let app = TestApp::start().await;
    let guzhen = OrgBuilder::enterprise().insert(&app);
    let nanzhuang = OrgBuilder::enterprise().town("440604100").insert(&app);
    NeedBuilder::published(&guzhen).title("灯具").insert(&app);
    NeedBuilder::published(&nanzhuang)
        .title("瓷砖")
        .confidentiality(DisclosureLevel::Public)
        .fields(|fields| {
            fields.industry_code = Some("C3071".to_owned());
            fields.tech_field = Some("new_materials".to_owned());
            fields.need_kind = Some("testing".to_owned());
            fields.cooperation_modes = vec!["testing".to_owned()];
            fields.current_trl = Some(3);
            fields.target_trl = Some(5);
        })
        .insert(&app);
    app.settle().await;
    let cases = [
        ("kind", "need", 2),
        ("subkind", "testing", 1),
        ("town", "440604100", 1),
        ("city", "4406", 1),
        ("region", "440604", 1),
        ("region", "44", 2),
        ("region_group", "prd", 2),
        ("region_group", "north", 0),
        ("industry", "C", 2),
        ("industry", "C30", 1),
        ("industry", "C3071", 1),
        ("tech_field", "new_materials", 1),
        ("cooperation_mode", "testing", 1),
        // The other need does not tell visitors whose it is, so it is not counted by its owner.
        ("org_type", "enterprise", 1),
        ("trl_max", "4", 1),
        ("trl_min", "6", 1),
        // The budget of the other need is for members, so nobody's filter compares it.
        ("budget_min", "40", 1),
        ("budget_max", "19.5", 0),
        ("status", "published", 2),
        ("status", "solved", 0),
        ("date_from", "2020-01-01", 2),
        ("date_to", "2020-01-01", 0),
    ];
    for (name, value, count) in cases {
        let mut parameters = vec![(name, value)];
        if name != "kind" {
            parameters.push(("kind", "need"));
        }
        assert_eq!(answer(&app, &parameters).await["total"], count, "{name}={value}");
    }
    // Parameters add up: a city and a town outside it have nothing in common.
    let within =
        async |city| found(&app, &[("kind", "need"), ("city", city), ("town", "442000105")]).await;
    assert!(within("4406").await.is_empty());
    assert_eq!(within("4406,4420").await, ["灯具"]);
}

#[actix_web::test]
async fn parameters_that_cannot_be_are_all_named() {
    let app = TestApp::start().await;
    let path = "search?kind=thing&subkind=x&region=4499&industry=Z9&tech_field=x&trl_min=0\
                &budget_min=much&status=gone&facets=colour&limit=101&cooperation_mode=x";
    let problem = app.anonymous().get(path).await.problem(422, "invalid");
    let mut pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    let expected = [
        "/budget_min",
        "/cooperation_mode/0",
        "/facets",
        "/industry",
        "/kind",
        "/limit",
        "/region",
        "/status",
        "/subkind",
        "/tech_field/0",
        "/trl_min",
    ];
    assert_eq!(pointers, expected);
    app.anonymous().get("search?colour=red").await.problem(422, "invalid");
    app.anonymous().get("search?q=x&after=1-2-3-4").await.problem(422, "invalid");
}

#[actix_web::test]
async fn facets_count_what_was_found_and_are_named_in_both_languages() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).title("灯具一").insert(&app);
    NeedBuilder::published(&org).title("灯具二").insert(&app);
    app.settle().await;
    let path = "search?kind=need&facets=all";
    let zh = app.anonymous().get(path).await.expect(200).json();
    let city = json!([{ "value": "4420", "name": "中山市", "count": 2 }]);
    assert_eq!(zh["facets"]["region_city"], city);
    assert_eq!(zh["facets"]["kind"][0]["name"], "技术需求");
    assert_eq!(zh["facets"]["status"][0]["name"], "已发布");
    assert_eq!(zh["facets"]["subkind"][0]["name"], "技术难题");
    let en = app.anonymous().in_english().get(path).await.expect(200).json();
    assert_eq!(en["facets"]["kind"][0]["name"], "Needs");
    assert_eq!(en["facets"]["region_group"][0]["name"], "Pearl River Delta");
    assert_eq!(en["hits"][0]["record"]["status"]["name"], "Published");
    for (field, values) in zh["facets"].as_object().unwrap() {
        for value in values.as_array().unwrap() {
            let named = value["name"].as_str().unwrap();
            assert!(!named.is_empty() && !named.contains('_'), "{field}: {value}");
        }
    }
}

#[actix_web::test]
async fn pages_follow_each_other_without_gap_or_repeat_while_records_are_added() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    for number in 0..7 {
        NeedBuilder::published(&org).title(&format!("灯具散热问题{number}")).insert(&app);
    }
    app.settle().await;
    for sort in ["relevance", "newest", "deadline", "budget"] {
        let mut seen = Vec::new();
        let mut after = String::new();
        loop {
            let mut parameters = vec![("q", "散热"), ("limit", "3"), ("sort", sort)];
            if !after.is_empty() {
                parameters.push(("after", &after));
            }
            let body = answer(&app, &parameters).await;
            seen.extend(titles(&body));
            let Some(next) = body["next"].as_str() else { break };
            after = next.to_owned();
        }
        let mut distinct = seen.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!((seen.len(), distinct.len()), (7, 7), "{sort}: {seen:?}");
    }
    let first = answer(&app, &[("limit", "4"), ("sort", "newest"), ("kind", "need")]).await;
    NeedBuilder::published(&org).title("后来的").insert(&app);
    app.settle().await;
    let next = first["next"].as_str().unwrap();
    let rest =
        found(&app, &[("limit", "9"), ("sort", "newest"), ("kind", "need"), ("after", next)]).await;
    let mut known = [titles(&first), rest].concat();
    known.retain(|title| title != "后来的");
    known.sort_unstable();
    let expected: Vec<String> = (0..7).map(|number| format!("灯具散热问题{number}")).collect();
    assert_eq!(known, expected);
}

/// Everybody who may ask, and whether they may read a member's and a sealed field of a record of
/// this organisation in Guzhen.
fn everybody(app: &TestApp, owner: OrgId, other: OrgId) -> [(&'static str, Client, bool, bool); 7] {
    [
        ("visitor", app.anonymous(), false, false),
        ("member of another", app.org_member(other), true, false),
        ("liaison of another town", app.liaison("440604100"), true, false),
        ("owner", app.org_member(owner), true, true),
        ("liaison of the town", app.liaison("442000105"), true, true),
        ("officer above", app.officer("4420"), true, true),
        ("administrator", app.admin(), true, true),
    ]
}

#[actix_web::test]
async fn hidden_text_is_neither_found_nor_marked_nor_shown() {
    let app = TestApp::start().await;
    let owner = OrgBuilder::enterprise().insert(&app);
    let other = OrgBuilder::university().insert(&app);
    NeedBuilder::published(&owner)
        .title("灯体结构优化")
        .confidentiality(DisclosureLevel::Members)
        .problem(&format!("核心难题是石墨烯导热膜与铝基板的界面热阻。{}", "需要验证。".repeat(10)))
        .fields(|fields| fields.restricted_detail = Some("专利规避钛合金支架。".to_owned()))
        .insert(&app);
    app.settle().await;
    let path = |text: &str| format!("search?kind=need&q={}", encoded(text));
    for (who, client, details, sealed) in everybody(&app, owner.id, other.id) {
        let count = async |text| found_by(&client, &path(text)).await["total"].as_u64().unwrap();
        assert_eq!(count("石墨烯导热膜").await, u64::from(details), "{who}");
        assert_eq!(count("钛合金支架").await, u64::from(sealed), "{who}");
        // Found by its title: what else is shown must still be the caller's to read.
        let answer = found_by(&client, &path("灯体结构 石墨烯 钛合金")).await;
        let hit = &answer["hits"][0];
        let shown = hit.to_string();
        assert_eq!(shown.contains("石墨烯"), details, "{who}: {shown}");
        assert_eq!(shown.contains("钛合金"), sealed, "{who}: {shown}");
        let withheld = hit["record"]["withheld"].as_array().unwrap();
        assert_eq!(withheld.contains(&json!("problem")), !details, "{who}");
        assert_eq!(hit["record"]["org"].is_object(), details, "{who}");
        assert_eq!(hit["record"]["budget_max"].is_number(), details, "{who}");
    }
}

#[actix_web::test]
async fn drafts_are_found_by_owner_and_reviewers_when_asked_for_and_by_nobody_else() {
    let app = TestApp::start().await;
    let owner = OrgBuilder::enterprise().insert(&app);
    let other = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::draft(&owner).title("尚未公开的灯具").insert(&app);
    app.settle().await;
    for (who, client, _, own) in everybody(&app, owner.id, other.id) {
        let drafts = found_by(&client, "search?kind=need&status=draft&facets=all").await;
        assert_eq!(drafts["total"], u64::from(own), "{who}");
        assert_eq!(drafts["facets"]["kind"].as_array().unwrap().len(), usize::from(own), "{who}");
        assert_eq!(found_by(&client, "search?kind=need").await["total"], 0, "{who}");
    }
}

#[actix_web::test]
async fn capabilities_are_found_with_what_their_reader_may_see() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let firm = OrgBuilder::enterprise().insert(&app);
    CapabilityBuilder::published(&org)
        .confidentiality(DisclosureLevel::Members)
        .title("窑炉余热回收")
        .fields(|fields| fields.problem_solved = Some("回收辊道窑的烟气余热。".to_owned()))
        .insert(&app);
    app.settle().await;
    let path = format!("search?kind=capability&q={}&facets=subkind", encoded("辊道窑 余热"));
    let visitor = found_by(&app.anonymous(), &path).await;
    assert_eq!(visitor["hits"][0]["record"]["min_budget"], 20);
    assert_eq!(visitor["facets"]["subkind"][0]["name"], "成果");
    assert!(!visitor.to_string().contains("辊道窑"));
    let member = found_by(&app.org_member(firm.id), &path).await;
    assert!(member.to_string().contains("辊道窑"));
}

#[actix_web::test]
async fn suggestions_complete_characters_pinyin_and_initials_of_open_records() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let keyword = |word: &str| vec![word.to_owned(), "散热".to_owned(), "压铸".to_owned()];
    NeedBuilder::published(&org).fields(|f| f.keywords = keyword("电饭锅")).insert(&app);
    NeedBuilder::draft(&org).fields(|f| f.keywords = keyword("电饭锅内胆")).insert(&app);
    app.settle().await;
    for typed in ["电饭", "dianfan", "dfg", "DFG"] {
        let path = format!("suggest?q={}", encoded(typed));
        let body = app.anonymous().get(&path).await.expect(200).json();
        assert_eq!(body["items"], json!([{ "text": "电饭锅", "count": 1 }]), "{typed}");
    }
    app.anonymous().get("suggest?q=a&limit=21").await.problem(422, "invalid");
}

#[actix_web::test]
async fn towns_are_found_by_their_trade() {
    let app = TestApp::start().await;
    let fields = serde_json::from_value(json!({
        "code": "442000105", "recognised_on": "2002-06-18", "level": "province",
        "specialty_industries": [{ "name": "灯饰照明", "industry_code": "C3872" }],
        "intro": "以灯饰照明为特色产业的专业镇。"
    }))
    .unwrap();
    let (caller, now) = (Caller::system("test"), app.clock.now());
    app.db
        .write(|db| towns::ops::enter(app.service(), db, &caller, vec![Clone::clone(&fields)], now))
        .unwrap();
    app.settle().await;
    let body = answer(&app, &[("q", "灯饰照明"), ("kind", "town")]).await;
    assert_eq!(body["hits"][0]["record"]["id"], "442000105");
    assert_eq!(body["hits"][0]["record"]["subkind"]["name"], "省级");
    assert_eq!(body["hits"][0]["record"]["industries"][0]["code"], "C3872");
}

#[actix_web::test]
async fn organisations_are_found_by_their_products_once_verified() {
    let app = TestApp::start().await;
    let products = |list: &[&str]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    OrgBuilder::enterprise()
        .name("中山市试灯有限公司")
        .fields(|fields| fields.main_products = products(&["磁吸轨道灯", "筒射灯"]))
        .insert(&app);
    OrgBuilder::enterprise()
        .pending()
        .fields(|fields| fields.main_products = products(&["磁吸轨道灯"]))
        .insert(&app);
    app.settle().await;
    let body = answer(&app, &[("q", "磁吸轨道灯"), ("facets", "kind,subkind")]).await;
    assert_eq!(titles(&body), ["中山市试灯有限公司"]);
    let record = &body["hits"][0]["record"];
    assert_eq!(record["status"], json!({ "code": "verified", "name": "已认证" }));
    assert_eq!(record["keywords"], json!(["磁吸轨道灯", "筒射灯"]));
    assert_eq!(body["facets"]["subkind"][0]["name"], "企业");
    let path = "search?kind=organization&status=pending";
    assert_eq!(found_by(&app.anonymous(), path).await["total"], 0);
    assert_eq!(found_by(&app.liaison("442000105"), path).await["total"], 1);
}

#[test]
fn names_of_facets_need_no_service() {
    // Guards the code tables that names of facets are taken from.
    let reference = townbridge::reference::load(std::path::Path::new("/nonexistent")).unwrap();
    for table in ["region_group", "tech_field", "cooperation_mode", "org_type"] {
        let entries = reference.code_table(table);
        assert!(!entries.is_empty(), "{table}");
        for entry in entries {
            let name = reference.code_name(table, &entry.code, Language::English);
            assert_ne!(name, entry.code, "{table}");
        }
    }
}

#[actix_web::test]
async fn a_credit_code_finds_its_organisation_for_those_who_see_it() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let pending = OrgBuilder::enterprise().pending().insert(&app);
    let other = OrgBuilder::university().insert(&app);
    app.settle().await;
    let see = [
        app.admin(),
        app.officer("4420"),
        app.officer("4406"),
        app.liaison("440604100"),
        app.org_member(org.id),
        app.org_member(other.id),
    ];
    for client in see {
        for code in [org.uscc.clone(), org.uscc.to_lowercase()] {
            let body = found_by(&client, &format!("search?q={code}&facets=all")).await;
            assert_eq!(titles(&body), [org.name.as_str()], "{body}");
            assert_eq!(body["hits"][0]["highlights"][0]["field"], "uscc", "{body}");
        }
        // Only the whole code: what begins alike is no hit.
        let body = found_by(&client, &format!("search?q={}", &org.uscc[..17])).await;
        assert_eq!(body["total"], 0, "{body}");
    }
    let blind = [app.anonymous(), app.org_member(pending.id)];
    let unknown = crate::support::credit_code(999_999);
    for client in blind {
        let of_nobody = found_by(&client, &format!("search?q={unknown}&facets=all")).await;
        let body = found_by(&client, &format!("search?q={}&facets=all", org.uscc)).await;
        assert_eq!(body, of_nobody, "told apart from a code that nobody has");
        assert_eq!(body["total"], 0);
        let suggested = found_by(&client, &format!("suggest?q={}", org.uscc)).await;
        assert_eq!(suggested["items"], json!([]));
    }
    // An organisation that waits for review is found by its own people and its reviewers alone.
    for (client, total) in [
        (app.org_member(pending.id), 1),
        (app.officer("4420"), 1),
        (app.officer("4406"), 0),
        (app.org_member(other.id), 0),
    ] {
        let path = format!("search?q={}&status=pending", pending.uscc);
        assert_eq!(found_by(&client, &path).await["total"], total);
    }
    // Its readable code is on everybody's card.
    assert_eq!(found(&app, &[("q", &org.code)]).await[0], org.name);
}

#[actix_web::test]
async fn the_plural_of_an_abbreviation_finds_it() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).title("Driver for LEDs").insert(&app);
    NeedBuilder::published(&org).title("LED 灯珠老化").insert(&app);
    app.settle().await;
    for text in ["LED", "LEDs", "ＬＥＤｓ", "leds", "led"] {
        assert_eq!(found(&app, &[("q", text)]).await.len(), 2, "{text}");
    }
    let body = answer(&app, &[("q", "LED")]).await;
    let pieces = body["hits"].as_array().unwrap().iter().flat_map(|hit| hit["title"].as_array());
    let mut marked: Vec<&Value> = pieces
        .flatten()
        .filter(|piece| piece["mark"] == true)
        .map(|piece| &piece["text"])
        .collect();
    marked.sort_by_key(|text| text.to_string());
    assert_eq!(marked, ["LED", "LEDs"], "the plural sign is marked with its word");
}
