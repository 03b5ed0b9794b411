//! The life of a need, through the API.

use chrono::{Days, TimeDelta};
use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::disclosure::DisclosureLevel;
use townbridge::jobs::expiry;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::{Need, NeedId};
use townbridge::needs::ops;
use townbridge::organizations::model::{Organization, OrganizationFields};

use super::support::needs::complete_fields;
use super::support::{Answer, Client, NeedBuilder, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn step(client: &Client, id: &str, body: Value) -> Answer {
    client.post_json(&format!("needs/{id}/steps"), body).await
}

async fn shown(client: &Client, id: &str) -> Value {
    client.get(&format!("needs/{id}")).await.expect(200).json()
}

async fn start() -> (TestApp, Organization) {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    (app, org)
}

#[actix_web::test]
async fn a_need_goes_from_draft_to_solved_and_every_step_is_kept() {
    let (app, org) = start().await;
    let (member, liaison) = (app.org_member(org.id), app.liaison(GUZHEN));
    let created = member.post_json("needs", complete_fields()).await.expect(201);
    assert!(created.change() > 0);
    assert_eq!(created.header("etag"), "\"v1\"");
    let need = created.json();
    let id = need["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("/api/v1/needs/{id}"));
    assert!(need["code"].as_str().unwrap().starts_with("XQ"));
    assert_eq!(need["steps"], json!(["submitted", "withdrawn"]));

    step(&member, id, json!({ "to": "submitted" })).await.expect(200);
    let refused = step(&member, id, json!({ "to": "published" })).await;
    refused.problem(403, "forbidden");
    let silent = step(&liaison, id, json!({ "to": "returned" })).await.problem(422, "invalid");
    assert_eq!(pointers(&silent), ["/comment"]);
    step(&liaison, id, json!({ "to": "returned", "comment": "请写明节拍" })).await.expect(200);
    let changed =
        json!({ "problem": format!("{}节拍不高于三秒。", "需要新的散热结构。".repeat(8)) });
    member.patch_json(&format!("needs/{id}"), 3, changed).await.expect(200);
    step(&member, id, json!({ "to": "submitted" })).await.expect(200);
    let path = ["published", "matching", "negotiating", "contracted", "in_progress", "solved"];
    for to in path {
        let taken = step(&liaison, id, json!({ "to": to })).await.expect(200).json();
        assert_eq!(taken["status"], to);
    }

    let steps = member.get(&format!("needs/{id}/steps")).await.expect(200).json();
    let steps: Vec<&str> =
        steps.as_array().unwrap().iter().map(|s| s["to_status"].as_str().unwrap()).collect();
    let before = ["draft", "submitted", "returned", "submitted"];
    assert_eq!(steps, [before.as_slice(), &path].concat());
    let versions = member.get(&format!("needs/{id}/versions")).await.expect(200).json();
    let numbers: Vec<i64> =
        versions.as_array().unwrap().iter().map(|v| v["version"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=11).rev().collect::<Vec<_>>());
    let compared =
        member.get(&format!("needs/{id}/versions/3/differences/4")).await.expect(200).json();
    let differing = compared["differences"].as_array().unwrap();
    assert_eq!(differing.len(), 1, "{compared}");
    assert_eq!(differing[0]["field"], "problem");
    assert!(differing[0]["after"].as_str().unwrap().contains("三秒"));
    let oldest = member.get(&format!("needs/{id}/versions/1")).await.expect(200).json();
    assert_eq!(oldest["status"], "draft");
    assert_eq!(oldest["fields"]["contact"]["name"], "梁试");
    let (versions, other) = (format!("needs/{id}/versions"), OrgBuilder::university().insert(&app));
    app.anonymous().get(&versions).await.problem(401, "unauthenticated");
    app.org_member(other.id).get(&versions).await.problem(404, "not_found");
}

#[actix_web::test]
async fn an_illegal_step_names_the_legal_ones() {
    let (app, org) = start().await;
    let need = NeedBuilder::draft(&org).insert(&app);
    let member = app.org_member(org.id);
    let id = need.id.to_string();
    let problem = step(&member, &id, json!({ "to": "solved" })).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!(["submitted", "withdrawn"]));
    step(&member, &id, json!({ "to": "withdrawn" })).await.expect(200);
    let problem = step(&member, &id, json!({ "to": "submitted" })).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!([]));
    app.anonymous()
        .post_json(&format!("needs/{id}/steps"), json!({ "to": "submitted" }))
        .await
        .problem(401, "unauthenticated");
}

#[actix_web::test]
async fn a_refused_step_names_every_field() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let bare = json!({ "title": "瓷砖釉面针孔", "need_kind": "tech_problem", "problem": "有针孔" });
    let need = member.post_json("needs", bare).await.expect(201).json();
    let id = need["id"].as_str().unwrap();
    let problem = step(&member, id, json!({ "to": "submitted" })).await.problem(422, "invalid");
    let missing = [
        "/industry_code",
        "/tech_field",
        "/problem",
        "/cooperation_modes",
        "/confidentiality",
        "/contact",
    ];
    assert_eq!(pointers(&problem), missing);
    let wrong = json!({ "title": "题".repeat(61), "target_trl": 12, "budget_min": 9,
        "budget_max": 3, "keywords": ["甲", "甲"] });
    let problem = member.patch_json(&format!("needs/{id}"), 1, wrong).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/title", "/target_trl", "/keywords/1", "/budget_max"]);
    assert_eq!(shown(&member, id).await["version"], 1);
}

#[actix_web::test]
async fn a_need_whose_deadline_has_passed_is_not_published() {
    let (app, org) = start().await;
    let tomorrow = app.clock.today() + Days::new(1);
    let need = NeedBuilder::submitted(&org).fields(|f| f.deadline = Some(tomorrow)).insert(&app);
    app.clock.advance(TimeDelta::days(1));
    let liaison = app.liaison(GUZHEN);
    let id = need.id.to_string();
    let problem = step(&liaison, &id, json!({ "to": "published" })).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/deadline"]);
}

#[actix_web::test]
async fn a_need_is_published_in_its_own_town_or_that_of_its_organisation() {
    let app = TestApp::start().await;
    let in_city = |fields: &mut OrganizationFields| {
        fields.town_code = None;
        fields.region_code = Some("442000".to_owned());
    };
    let org = OrgBuilder::enterprise().fields(in_city).insert(&app);
    let need = NeedBuilder::submitted(&org).insert(&app);
    let (member, officer, id) = (app.org_member(org.id), app.officer("4420"), need.id.to_string());
    let publish = json!({ "to": "published" });
    let problem = step(&officer, &id, publish.clone()).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/town_code"]);
    step(&officer, &id, json!({ "to": "returned", "comment": "请填写专业镇" })).await.expect(200);
    let placed = json!({ "town_code": GUZHEN });
    member.patch_json(&format!("needs/{id}"), 3, placed).await.expect(200);
    step(&member, &id, json!({ "to": "submitted" })).await.expect(200);
    step(&app.liaison(GUZHEN), &id, publish).await.expect(200);
    let homeless = json!({ "town_code": null });
    let problem = member.patch_json(&format!("needs/{id}"), 6, homeless).await;
    assert_eq!(pointers(&problem.problem(422, "invalid")), ["/town_code"]);
}

#[actix_web::test]
async fn updates_are_based_on_the_current_version() {
    let (app, org) = start().await;
    let need = NeedBuilder::draft(&org).insert(&app);
    let (member, path) = (app.org_member(org.id), format!("needs/{}", need.id));
    let change = json!({ "title": "改过的题目" });
    let bare = member.request(reqwest::Method::PATCH, &path).json(&change);
    member.send(bare).await.problem(428, "precondition_required");
    member.patch_json(&path, 7, &change).await.problem(412, "precondition_failed");
    let changed = member.patch_json(&path, 1, &change).await.expect(200);
    assert_eq!(changed.header("etag"), "\"v2\"");
    let same = member.patch_json(&path, 2, &change).await.expect(200);
    assert_eq!(same.header("etag"), "\"v2\"", "nothing changed, so there is no new version");
    member.patch_json(&path, 2, json!({ "wish": 1 })).await.problem(422, "invalid");
    app.anonymous().patch_json(&path, 2, &change).await.problem(401, "unauthenticated");
    let other = OrgBuilder::enterprise().insert(&app);
    app.org_member(other.id).patch_json(&path, 2, &change).await.problem(404, "not_found");
    step(&member, &need.id.to_string(), json!({ "to": "submitted" })).await.expect(200);
    member.patch_json(&path, 3, json!({ "title": "又改" })).await.problem(409, "conflict");
}

#[actix_web::test]
async fn what_is_open_stays_complete_and_only_the_owner_opens_it_further() {
    let (app, org) = start().await;
    let need = NeedBuilder::published(&org).insert(&app);
    let (member, liaison) = (app.org_member(org.id), app.liaison(GUZHEN));
    let path = format!("needs/{}", need.id);
    let emptied = json!({ "background": null, "valid_until": null });
    let problem = member.patch_json(&path, 3, emptied).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/background", "/valid_until"]);
    let opened = json!({ "confidentiality": "public" });
    liaison.patch_json(&path, 3, &opened).await.problem(403, "forbidden");
    liaison.patch_json(&path, 3, json!({ "confidentiality": "nda" })).await.expect(200);
    member.patch_json(&path, 4, &opened).await.expect(200);
}

#[actix_web::test]
async fn time_ends_a_need_and_its_owner_renews_it() {
    let (app, org) = start().await;
    let need = NeedBuilder::published(&org).insert(&app);
    let until = app.clock.today() + Days::new(180);
    assert_eq!(need.fields.valid_until, Some(until));
    app.clock.advance(TimeDelta::days(180));
    assert_eq!(expiry::sweep(&app).unwrap(), 0, "valid through its last day");
    app.clock.advance(TimeDelta::days(1));
    assert_eq!(expiry::sweep(&app).unwrap(), 1);
    assert_eq!(expiry::sweep(&app).unwrap(), 0);
    let (member, id) = (app.org_member(org.id), need.id.to_string());
    assert_eq!(shown(&member, &id).await["status"], "expired");
    app.anonymous().get(&format!("needs/{id}")).await.problem(404, "not_found");
    app.settle().await;
    assert_eq!(app.visitor_finds("散热"), Vec::<String>::new());

    let renew = |day: chrono::NaiveDate| json!({ "to": "published", "valid_until": day });
    let today = app.clock.today();
    let too_far = today + Days::new(800);
    for day in [today, too_far] {
        let problem = step(&member, &id, renew(day)).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/valid_until"]);
    }
    let odd = json!({ "to": "withdrawn", "valid_until": today });
    step(&member, &id, odd).await.problem(422, "invalid");
    let renewed = step(&member, &id, renew(today + Days::new(1))).await.expect(200).json();
    assert_eq!(renewed["status"], "published");
    assert_eq!(renewed["valid_until"], json!(today + Days::new(1)));
    let kept = serde_json::to_value(need.published_at).unwrap();
    assert_eq!(renewed["published_at"], kept, "first published at");
    app.settle().await;
    assert_eq!(app.visitor_finds("散热"), [id]);
}

#[actix_web::test]
async fn more_needs_than_a_batch_expire_in_one_sweep() {
    let (app, org) = start().await;
    let caller = Caller::system("test");
    let (now, today) = (app.clock.now(), app.clock.today());
    let rows: Vec<Need> = (0..450)
        .map(|_| {
            let mut need = Need::blank(NeedId::new(), org.id, now, None);
            need.region_code = GUZHEN.to_owned();
            need.status = NeedStatus::Published;
            need.valid_until = Some(today - Days::new(1));
            need
        })
        .collect();
    app.db.write(|db| ops::insert_many(db, &caller, now, &rows, "need.create")).unwrap();
    assert_eq!(expiry::sweep(&app).unwrap(), 450);
    app.feed.wake();
}

#[actix_web::test]
async fn a_draft_is_deleted_by_its_owner_and_nothing_else_is() {
    let (app, org) = start().await;
    let (member, liaison) = (app.org_member(org.id), app.liaison(GUZHEN));
    let draft = NeedBuilder::draft(&org).insert(&app);
    let path = format!("needs/{}", draft.id);
    member.delete(&path).await.problem(428, "precondition_required");
    member.delete_version(&path, 2).await.problem(412, "precondition_failed");
    liaison.delete_version(&path, 1).await.problem(403, "forbidden");
    app.anonymous().delete_version(&path, 1).await.problem(401, "unauthenticated");
    app.settle().await;
    assert!(app.index.contains(&draft.id.to_string()).unwrap());
    let gone = member.delete_version(&path, 1).await.expect(204);
    app.wait_indexed(gone.change()).await;
    assert!(!app.index.contains(&draft.id.to_string()).unwrap());
    member.get(&path).await.problem(404, "not_found");
    member.get(&format!("{path}/versions")).await.problem(404, "not_found");
    let log = format!("audit?record_kind=need&record_id={}", draft.id);
    let log = app.admin().get(&log).await.expect(200).json();
    assert_eq!(log["items"][0]["action"], "need.delete");
    assert_eq!(log["items"][0]["changes"]["title"]["before"], draft.fields.title.unwrap());

    let submitted = NeedBuilder::submitted(&org).insert(&app);
    let answer = member.delete_version(&format!("needs/{}", submitted.id), 2).await;
    assert_eq!(answer.problem(409, "conflict")["legal"], json!(["withdrawn"]));
}

#[actix_web::test]
async fn a_need_is_opened_to_one_organisation_and_closed_again() {
    let (app, org) = start().await;
    let other = OrgBuilder::university().insert(&app);
    let pending = OrgBuilder::university().pending().insert(&app);
    let need = NeedBuilder::published(&org).confidentiality(DisclosureLevel::Nda).insert(&app);
    let (member, stranger) = (app.org_member(org.id), app.org_member(other.id));
    let (id, path) = (need.id.to_string(), format!("needs/{}/grants", need.id));
    assert!(shown(&stranger, &id).await.get("problem").is_none());

    let ask = |org: &Organization, level: &str| json!({ "org_id": org.id, "level": level });
    let wrong = member.post_json(&path, ask(&org, "members")).await.problem(422, "invalid");
    assert_eq!(pointers(&wrong), ["/org_id", "/level"]);
    member.post_json(&path, ask(&pending, "nda")).await.problem(409, "conflict");
    stranger.post_json(&path, ask(&other, "nda")).await.problem(403, "forbidden");
    app.anonymous().post_json(&path, ask(&other, "nda")).await.problem(401, "unauthenticated");
    stranger.get(&path).await.problem(404, "not_found");

    let matched = member.post_json(&path, ask(&other, "matched")).await.expect(201).json();
    assert!(shown(&stranger, &id).await.get("problem").is_none(), "matched is not enough");
    let liaison = app.liaison(GUZHEN);
    let opened = liaison.post_json(&path, ask(&other, "nda")).await.expect(201);
    let grant = opened.json();
    let place = format!("/api/v1/{path}/{}", grant["id"].as_str().unwrap());
    assert_eq!(opened.header("location"), place);
    let seen = shown(&stranger, &id).await;
    assert_eq!(seen["contact"]["name"], "梁试");
    assert_eq!(seen["withheld"], json!([]));
    member.post_json(&path, ask(&other, "matched")).await.problem(409, "conflict");

    let listed = member.get(&path).await.expect(200).json();
    let levels: Vec<&str> =
        listed.as_array().unwrap().iter().map(|g| g["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["nda", "matched"]);
    let nda = format!("{path}/{}", grant["id"].as_str().unwrap());
    stranger.delete(&nda).await.problem(403, "forbidden");
    member.delete(&nda).await.expect(204);
    member.delete(&nda).await.problem(404, "not_found");
    assert!(shown(&stranger, &id).await.get("contact").is_none());
    member.delete(&format!("{path}/{}", matched["id"].as_str().unwrap())).await.expect(204);
    let listed = member.get(&path).await.expect(200).json();
    assert!(listed.as_array().unwrap().iter().all(|g| g["revoked_at"].is_string()), "{listed}");
    let log = format!("audit?record_kind=need&record_id={id}&limit=4");
    let log = app.admin().get(&log).await.expect(200).json();
    let actions: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .collect();
    let (grant, revoke) = ("disclosure.grant", "disclosure.revoke");
    assert_eq!(actions, [revoke, revoke, grant, grant]);
}

#[actix_web::test]
async fn listing_by_organisation_does_not_tell_whose_a_need_is() {
    let (app, org) = start().await;
    for level in [DisclosureLevel::Public, DisclosureLevel::Members, DisclosureLevel::Nda] {
        NeedBuilder::published(&org).confidentiality(level).insert(&app);
    }
    let path = format!("needs?org_id={}&limit=1", org.id);
    let other = OrgBuilder::university().insert(&app);
    let callers = [
        (app.anonymous(), 1),
        (app.org_member(other.id), 2),
        (app.liaison("440606102"), 2),
        (app.org_member(org.id), 3),
        (app.liaison(GUZHEN), 3),
        (app.admin(), 3),
    ];
    for (client, expected) in callers {
        let mut found = 0;
        let mut after = String::new();
        loop {
            let page = client.get(&format!("{path}{after}")).await.expect(200).json();
            found += page["items"].as_array().unwrap().len();
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
            assert_eq!(page["items"].as_array().unwrap().len(), 1, "a page without entries tells");
        }
        assert_eq!(found, expected);
    }
    app.anonymous().get("needs?region=%25").await.problem(422, "invalid");
}
