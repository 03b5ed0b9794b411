//! Visits of liaisons to firms: over the API, and in the browser of a phone.

use chrono::TimeDelta;
use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::files::png;
use crate::support::{OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";

#[tokio::test]
async fn little_has_to_be_said_and_what_is_wrong_is_named() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let liaison = app.liaison(GUZHEN);
    let body = json!({ "org_id": org.id, "findings": "压铸件气孔多，抛光后报废。" });
    let created = liaison.post_json("visits", body).await.expect(201);
    let visit = created.json();
    assert_eq!(visit["town_code"], GUZHEN);
    assert_eq!(visit["channel"], "offline");
    assert_eq!(visit["visited_on"], app.clock.today_in_china().to_string());
    assert_eq!(visit["region_name"], "中山市古镇镇");
    assert_eq!(visit["author_name"], "科技专员");
    assert!(visit["code"].as_str().unwrap().starts_with("ZF"));
    assert_eq!((&visit["editable"], &visit["deletable"]), (&json!(true), &json!(true)));
    assert_eq!(visit["org"]["id"], json!(org.id));
    assert_eq!(liaison.get(created.header("location")).await.expect(200).json(), visit);

    let wrong = json!({
        "town_code": "442000", "org_id": org.id, "org_name": "又一个", "visited_on": "2999-01-01",
        "channel": "by_pigeon", "programme": "none", "people": [""], "findings": " ",
    });
    let problem = liaison.post_json("visits", wrong).await.problem(422, "invalid");
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    pointers.dedup();
    let expected = ["/channel", "/findings", "/org_name", "/people/0", "/programme", "/town_code"];
    assert_eq!(pointers, [&expected[..], &["/visited_on"]].concat());
    let nobody = json!({ "findings": "没有写企业" });
    let problem = liaison.post_json("visits", nobody).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/org_name");
    let unknown = json!({ "org_id": uuid::Uuid::now_v7(), "findings": "没有这个企业" });
    let problem = liaison.post_json("visits", unknown).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["code"], "unknown_org");
    let elsewhere = json!({ "town_code": XIAOLAN, "org_name": "别镇的厂", "findings": "路过" });
    liaison.post_json("visits", elsewhere).await.problem(403, "forbidden");
    liaison.post_json("visits", json!({ "odd": 1 })).await.problem(422, "invalid");
}

#[tokio::test]
async fn a_change_needs_the_version_and_a_day_later_nothing_is_deleted() {
    let app = TestApp::start().await;
    let account = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let liaison = app.client(&account);
    let body = json!({ "org_name": "晨舟配件厂", "people": ["周晨"], "findings": "毛刺多。" });
    let created = liaison.post_json("visits", body).await.expect(201);
    let path = created.header("location").to_owned();
    let patch = json!({ "findings": "毛刺多，靠人工打磨。", "people": null });
    let changed = liaison.patch_json(&path, 1, &patch).await.expect(200).json();
    assert_eq!((&changed["version"], &changed["people"]), (&json!(2), &Value::Null));
    liaison.patch_json(&path, 1, &patch).await.problem(412, "precondition_failed");
    let unversioned = liaison.request(reqwest::Method::PATCH, &path).json(&patch);
    liaison.send(unversioned).await.problem(428, "precondition_required");
    let emptied = json!({ "findings": null });
    liaison.patch_json(&path, 2, emptied).await.problem(422, "invalid");
    liaison.delete_version(&path, 1).await.problem(412, "precondition_failed");
    app.clock.advance(TimeDelta::hours(25));
    let later = app.client(&account);
    later.delete_version(&path, 2).await.problem(409, "conflict");
    assert_eq!(later.get(&path).await.expect(200).json()["deletable"], false);

    // Names of people met are for reviewers, and stay out of the log that is kept for ever.
    let admin = app.admin();
    let log = admin.get("audit?record_kind=visit&limit=100").await.expect(200).json();
    assert!(log.to_string().contains("visit.update"));
    assert!(!log.to_string().contains("周晨"));
}

#[tokio::test]
async fn lists_hold_what_the_caller_reviews_and_can_be_narrowed() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let (guzhen, xiaolan) = (app.liaison(GUZHEN), app.liaison(XIAOLAN));
    for (day, org) in [("2026-03-02", Some(org.id)), ("2026-03-01", None), ("2026-03-02", None)] {
        let mut body = json!({ "visited_on": day, "findings": "看了车间。" });
        match org {
            Some(id) => body["org_id"] = json!(id),
            None => body["org_name"] = json!("晨舟配件厂"),
        }
        guzhen.post_json("visits", body).await.expect(201);
    }
    let body =
        json!({ "visited_on": "2026-03-03", "org_name": "小榄锁厂", "findings": "看了锁。" });
    xiaolan.post_json("visits", body).await.expect(201);
    let days = |page: Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap().clone();
        items.iter().map(|one| one["visited_on"].as_str().unwrap().to_owned()).collect()
    };
    let own = days(guzhen.get("visits").await.expect(200).json());
    assert_eq!(own, ["2026-03-02", "2026-03-02", "2026-03-01"]);
    let city = app.officer("4420");
    assert_eq!(days(city.get("visits").await.expect(200).json()).len(), 4);
    assert!(days(app.officer("4406").get("visits").await.expect(200).json()).is_empty());
    assert!(days(app.org_admin(org.id).get("visits").await.expect(200).json()).is_empty());
    let cases = [
        (format!("visits?region={XIAOLAN}"), 1),
        ("visits?region=4420".to_owned(), 4),
        (format!("visits?org_id={}", org.id), 1),
        ("visits?from=2026-03-02".to_owned(), 3),
        ("visits?to=2026-03-01".to_owned(), 1),
        ("visits?from=2026-03-02&to=2026-03-02".to_owned(), 2),
        (format!("visits?need_id={}", uuid::Uuid::now_v7()), 0),
    ];
    for (path, count) in cases {
        assert_eq!(days(city.get(&path).await.expect(200).json()).len(), count, "{path}");
    }
    let mut seen = Vec::new();
    let mut next = Some(String::new());
    while let Some(after) = next {
        let after = if after.is_empty() { after } else { format!("&after={after}") };
        let page = city.get(&format!("visits?limit=1{after}")).await.expect(200).json();
        next = page["next"].as_str().map(str::to_owned);
        seen.extend(days(page));
    }
    assert_eq!(seen, ["2026-03-03", "2026-03-02", "2026-03-02", "2026-03-01"]);
    city.get("visits?region=%25").await.problem(422, "invalid");
    city.get("visits?after=odd").await.problem(422, "invalid");
}

#[tokio::test]
async fn a_problem_that_was_found_becomes_a_draft_of_the_firm_once() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let liaison = app.liaison(GUZHEN);
    let findings = "压铸件气孔多。抛光后报废两成。";
    let body = json!({ "org_id": org.id, "people": ["周晨"], "findings": findings });
    let visit = liaison.post_json("visits", body).await.expect(201).json();
    let path = format!("visits/{}", visit["id"].as_str().unwrap());
    let make = format!("{path}/need");
    let created = liaison.post_json(&make, json!({})).await.expect(201);
    let need = created.json();
    assert_eq!(need["status"], "draft");
    assert_eq!((&need["title"], &need["problem"]), (&json!("压铸件气孔多"), &json!(findings)));
    assert_eq!(need["org"]["id"], json!(org.id));
    assert_eq!((&need["town_code"], &need["industry_code"]), (&json!(GUZHEN), &json!("C3872")));
    assert!(!need.to_string().contains("周晨"));
    // The firm has it in hand, and nobody else.
    let firm = app.org_admin(org.id);
    let location = created.header("location");
    let patch = json!({ "keywords": ["压铸", "气孔", "抛光"] });
    firm.patch_json(location, 1, patch).await.expect(200);
    app.anonymous().get(location).await.problem(404, "not_found");
    // The visit names it, and is found by it.
    let shown = liaison.get(&path).await.expect(200).json();
    assert_eq!(shown["need_id"], need["id"]);
    let by_need = format!("visits?need_id={}", need["id"].as_str().unwrap());
    let found = liaison.get(&by_need).await.expect(200).json();
    assert_eq!(found["items"][0]["id"], visit["id"]);
    liaison.post_json(&make, json!({})).await.problem(409, "conflict");

    // When the draft is thrown away, the visit may become another.
    firm.delete_version(location, 2).await.expect(204);
    assert_eq!(liaison.get(&path).await.expect(200).json()["need_id"], Value::Null);
    liaison.post_json(&make, json!({})).await.expect(201);
}

#[tokio::test]
async fn a_visit_is_logged_from_a_phone_and_one_tap_makes_a_need_of_it() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().name("中山市试灯照明有限公司").insert(&app);
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&liaison).await;
    let page = browser.get("/visits/new").await.expect(200);
    assert_eq!(page.attribute("[name=town_code]", "value"), GUZHEN);
    assert_eq!(page.attribute("#visited_on", "value"), app.clock.today_in_china().to_string());
    assert_eq!(page.attribute("#photos", "accept"), "image/*");
    assert_eq!(page.count("#photos[capture]"), 1);
    assert_eq!(page.count("input[name=channel][checked]"), 1);
    assert_eq!(page.attribute("#firms option", "value"), "中山市试灯照明有限公司");
    let once = page.attribute("[name=once]", "value");
    let mut fields = vec![
        ("once", once.as_str()),
        ("town_code", GUZHEN),
        ("firm", "中山市试灯照明有限公司"),
        ("findings", "气孔多。<b>抛光</b>后报废。"),
        ("people", "周晨、何试"),
        ("visited_on", "昨天"),
        ("channel", "offline"),
    ];
    let photos: &[(&str, &str, &[u8])] =
        &[("photos", "一.png", &png(1)), ("photos", "二.png", &png(2))];
    // What is wrong is said, and what was typed stays.
    let again = browser.submit_files("/visits/new", &fields, photos).await.expect(200);
    assert_eq!(again.count("[data-errors] li"), 1);
    assert_eq!(again.attribute("#people", "value"), "周晨、何试");
    // A photo that is too large is said at its field and costs nothing that was typed.
    fields[5].1 = "2026-03-02";
    let mut large = png(1);
    large.resize(app.service().config.attachments.max_file_bytes + 1, 0);
    let too_large: &[(&str, &str, &[u8])] = &[("photos", "大.png", &large)];
    let again = browser.submit_files("/visits/new", &fields, too_large).await.expect(200);
    assert_eq!(again.count("#photos[aria-invalid]"), 1);
    assert_eq!(again.attribute("#visited_on", "value"), "2026-03-02");
    let logged = browser.submit_files("/visits/new", &fields, photos).await.expect(303);
    let path = logged.header("location").to_owned();
    // Tapped twice, logged once.
    let twice = browser.submit_files("/visits/new", &fields, photos).await.expect(303);
    assert_eq!(twice.header("location"), path);
    let list = browser.get("/visits").await.expect(200);
    assert_eq!(list.texts("[data-visit] h2"), ["中山市试灯照明有限公司"]);
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.only("[data-findings]"), "气孔多。<b>抛光</b>后报废。");
    let facts = ["2026年3月2日", "中山市古镇镇", "线下", "周晨、何试"];
    assert_eq!(page.texts("dl.facts dd")[..4], facts);
    assert!(page.texts("dl.facts dd")[4].starts_with('第'), "the name of the liaison");
    assert_eq!(page.count(".photos img"), 2);
    let photo = browser.get(&page.attribute(".photos img", "src")).await.expect(200);
    assert_eq!((photo.body, page.count("[action$='/need']")), (png(1), 1));
    let more: &[(&str, &str, &[u8])] = &[("photos", "三.png", &png(3))];
    browser.submit_files(&format!("{path}/files"), &[], more).await.expect(303);
    assert_eq!(browser.get(&path).await.expect(200).count(".photos img"), 3);
    let made = browser.submit(&format!("{path}/need"), &[]).await.expect(303);
    let form = browser.get(made.header("location")).await.expect(200);
    assert_eq!(form.attribute("#title", "value"), "气孔多");
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.count("[action$='/need']"), 0);
    assert_eq!(page.count("main a[href^='/needs/']"), 1);
    let english = browser.get("/language?to=en&back=/visits").await.expect(303);
    assert_eq!(english.header("location"), "/visits");

    // A firm that the liaison must not know of is one by name only.
    let hidden = OrgBuilder::enterprise().town("440604100").name("别处待审的厂").pending();
    hidden.insert(&app);
    let page = browser.get("/visits/new").await.expect(200);
    let once = page.attribute("[name=once]", "value");
    (fields[0].1, fields[2].1) = (&once, "别处待审的厂");
    let logged = browser.submit_files("/visits/new", &fields, &[]).await.expect(303);
    let page = browser.get(logged.header("location")).await.expect(200);
    assert_eq!((page.only("h1"), page.count("h1 a")), ("别处待审的厂".to_owned(), 0));

    // The liaison corrects what she logged; an empty field is empty afterwards.
    let gone = logged.header("location");
    let edit = format!("{gone}/edit");
    let form = browser.get(&edit).await.expect(200);
    assert_eq!(form.attribute("#firm", "value"), "别处待审的厂");
    assert_eq!(
        (form.attribute("#people", "value").as_str(), form.count("#photos")),
        ("周晨、何试", 0)
    );
    let version = form.attribute("[name=version]", "value");
    let mut typed = vec![("version", version.as_str())];
    typed.extend(fields.iter().copied().filter(|(name, _)| !["once", "people"].contains(name)));
    let wrong: Vec<_> = typed.iter().copied().filter(|(name, _)| *name != "findings").collect();
    let told = browser.submit(&edit, &wrong).await.expect(200);
    assert_eq!(told.count("#findings[aria-invalid]"), 1);
    browser.submit(&edit, &typed).await.expect(303);
    let page = browser.get(gone).await.expect(200);
    assert!(!page.text().contains("何试"), "nobody is named any more");
    let late = browser.submit(&edit, &typed).await.expect(200);
    assert_eq!(late.count("[role=alert]"), 1, "somebody was faster");
    // The list is narrowed by place and day.
    for (query, shown) in [
        ("region=%E5%8F%A4%E9%95%87%E9%95%87", 2),
        ("from=2026-03-03", 0),
        ("from=2026-03-02&to=2026-03-02", 2),
        ("region=%E4%B8%8D%E7%9F%A5", 0),
        ("from=gestern", 0),
    ] {
        let list = browser.get(&format!("/visits?{query}")).await.expect(200);
        assert_eq!(list.count("[data-visit]"), shown, "{query}");
        let wrong = list.count("[aria-invalid]");
        assert_eq!(wrong, usize::from(query.contains("%E4%B8%8D") || query.contains("gestern")));
    }

    let version = page.attribute("form[action$='/delete'] [name=version]", "value");
    let delete = format!("{gone}/delete");
    browser.submit(&delete, &[("version", "7")]).await.expect(412);
    browser.submit(&delete, &[("version", &version)]).await.expect(303);
    browser.get(gone).await.expect(404);

    // Nobody else comes in, and no other site.
    let firm = app.account(&[GrantRole::in_org(Role::OrgAdmin, org.id)]);
    let firm = app.browser_of(&firm).await;
    assert_eq!(firm.get("/").await.expect(200).count("nav a[href='/visits']"), 0);
    firm.get("/visits/new").await.expect(403);
    firm.get(&path).await.expect(404);
    firm.get(&format!("{path}/edit")).await.expect(404);
    firm.submit(&format!("{path}/edit"), &[("version", "1")]).await.expect(404);
    let officer =
        app.browser_of(&app.account(&[GrantRole::in_region(Role::Officer, "4420")])).await;
    officer.get(&path).await.expect(200);
    officer.get(&format!("{path}/edit")).await.expect(403);
    firm.get(&format!("{path}/files/{}", uuid::Uuid::now_v7())).await.expect(404);
    assert_eq!(app.browser().get("/visits").await.status, 303);
    let forged = browser.request(reqwest::Method::POST, "/visits/new");
    let forged = crate::support::files::with_form(forged, &fields, photos);
    browser.send(forged).await.expect(403);
}
