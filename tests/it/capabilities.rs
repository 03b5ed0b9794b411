//! The life of a capability and the consent of people, through the API.

use chrono::{Days, TimeDelta};
use reqwest::Method;
use search_index::{SearchRequest, Viewer};
use serde_json::{Value, json};
use townbridge::jobs::expiry;
use townbridge::organizations::model::Organization;

use super::support::capabilities::{complete_fields, expert_fields};
use super::support::{Answer, CapabilityBuilder, Client, OrgBuilder, TestApp};

const GUANGZHOU: &str = "4401";

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().unwrap();
    errors.iter().map(|error| error["pointer"].as_str().unwrap()).collect()
}

async fn step(client: &Client, id: &str, body: Value) -> Answer {
    client.post_json(&format!("capabilities/{id}/steps"), body).await
}

async fn shown(client: &Client, id: &str) -> Value {
    client.get(&format!("capabilities/{id}")).await.expect(200).json()
}

async fn start() -> (TestApp, Organization) {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    (app, org)
}

fn found(app: &TestApp, viewer: Viewer, text: &str) -> Vec<String> {
    let request =
        SearchRequest { text: text.to_owned(), viewer, limit: 50, ..SearchRequest::default() };
    app.index.search(&request).unwrap().hits.into_iter().map(|hit| hit.id).collect()
}

fn member_viewer() -> Viewer {
    Viewer { clearance: 1, ..Viewer::default() }
}

#[actix_web::test]
async fn a_capability_is_reviewed_where_its_organisation_is() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let created = member.post_json("capabilities", complete_fields()).await.expect(201);
    let capability = created.json();
    let id = capability["id"].as_str().unwrap();
    assert_eq!(created.header("location"), format!("/api/v1/capabilities/{id}"));
    assert_eq!(created.header("etag"), "\"v1\"");
    assert!(capability["code"].as_str().unwrap().starts_with("CG"));
    assert_eq!(capability["region_code"], "440106");
    step(&member, id, json!({ "to": "submitted" })).await.expect(200);
    step(&member, id, json!({ "to": "published" })).await.problem(403, "forbidden");
    let elsewhere = app.officer("4406");
    step(&elsewhere, id, json!({ "to": "published" })).await.problem(404, "not_found");
    let officer = app.officer(GUANGZHOU);
    step(&officer, id, json!({ "to": "returned" })).await.problem(422, "invalid");
    step(&officer, id, json!({ "to": "returned", "comment": "请补充指标" })).await.expect(200);
    let change = json!({ "performance": [{ "name": "寿命", "value": "60000", "unit": "h" }] });
    member.patch_json(&format!("capabilities/{id}"), 3, change).await.expect(200);
    step(&member, id, json!({ "to": "submitted" })).await.expect(200);
    let published = step(&officer, id, json!({ "to": "published" })).await.expect(200).json();
    let until = app.clock.today() + Days::new(730);
    assert_eq!(published["valid_until"], json!(until));
    assert_eq!(published["steps"], json!(["suspended", "withdrawn"]));
    assert!(published["last_verified_at"].is_string());

    let versions = member.get(&format!("capabilities/{id}/versions")).await.expect(200).json();
    assert_eq!(versions.as_array().unwrap().len(), 6);
    let compared = member.get(&format!("capabilities/{id}/versions/3/differences/4")).await;
    let compared = compared.expect(200).json();
    assert_eq!(compared["differences"].as_array().unwrap().len(), 1);
    assert_eq!(compared["differences"][0]["field"], "performance");
    let steps = officer.get(&format!("capabilities/{id}/steps")).await.expect(200).json();
    assert_eq!(steps[2]["comment"], "请补充指标");
    let (steps, firm) = (format!("capabilities/{id}/steps"), OrgBuilder::enterprise().insert(&app));
    app.anonymous().get(&steps).await.problem(401, "unauthenticated");
    app.org_member(firm.id).get(&steps).await.problem(404, "not_found");
}

#[actix_web::test]
async fn a_town_places_an_instrument_that_stands_there() {
    let (app, org) = start().await;
    let instrument = CapabilityBuilder::draft(&org).fields(|fields| {
        fields.town_code = Some("442000105".to_owned());
    });
    let id = instrument.insert(&app).id.to_string();
    step(&app.org_member(org.id), &id, json!({ "to": "submitted" })).await.expect(200);
    let liaison = app.liaison("442000105");
    step(&liaison, &id, json!({ "to": "published" })).await.expect(200);
}

#[actix_web::test]
async fn illegal_steps_name_the_legal_ones() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let draft = CapabilityBuilder::draft(&org).insert(&app).id.to_string();
    let problem = step(&member, &draft, json!({ "to": "published" })).await;
    assert_eq!(problem.problem(409, "conflict")["legal"], json!(["submitted", "withdrawn"]));
    let open = CapabilityBuilder::published(&org).insert(&app).id.to_string();
    step(&member, &open, json!({ "to": "expired" })).await.problem(403, "forbidden");
    step(&member, &open, json!({ "to": "suspended" })).await.expect(200);
    app.anonymous().get(&format!("capabilities/{open}")).await.problem(404, "not_found");
    step(&member, &open, json!({ "to": "published" })).await.expect(200);
    step(&member, &open, json!({ "to": "withdrawn" })).await.expect(200);
    let problem = step(&member, &open, json!({ "to": "published" })).await;
    assert_eq!(problem.problem(409, "conflict")["legal"], json!([]));
}

#[actix_web::test]
async fn refusals_name_every_field() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let bare = json!({ "title": "照明专家", "asset_kind": "expert", "summary": "太短" });
    let draft = member.post_json("capabilities", bare).await.expect(201).json();
    let id = draft["id"].as_str().unwrap();
    let problem = step(&member, id, json!({ "to": "submitted" })).await.problem(422, "invalid");
    let missing = [
        "/summary",
        "/confidentiality",
        "/contact",
        "/tech_field",
        "/expert/professional_title",
        "/expert/research_areas",
        "/expert/service_types",
        "/expert/is_reviewer",
        "/expert/consent_scope",
    ];
    assert_eq!(pointers(&problem), missing);
    let wrong = json!({ "title": "一", "asset_kind": "patent", "trl": 10, "price_mode": "fixed",
        "team": { "members": [{ "name": "" }] } });
    let problem = member.post_json("capabilities", wrong).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/trl", "/price", "/team", "/team/members/0/name"]);
    let unknown = json!({ "title": "一", "asset_kind": "patent", "expert": { "age": 3 } });
    member.post_json("capabilities", unknown).await.problem(422, "invalid");
    app.anonymous()
        .post_json("capabilities", complete_fields())
        .await
        .problem(401, "unauthenticated");
    let pending = OrgBuilder::university().pending().insert(&app);
    let early = CapabilityBuilder::draft(&pending).insert(&app).id.to_string();
    let client = app.org_member(pending.id);
    step(&client, &early, json!({ "to": "submitted" })).await.problem(409, "conflict");
}

#[actix_web::test]
async fn updates_and_deletions_are_based_on_the_current_version() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let draft = CapabilityBuilder::draft(&org).insert(&app);
    let path = format!("capabilities/{}", draft.id);
    let change = json!({ "title": "改过的名称" });
    let bare = member.request(Method::PATCH, &path).json(&change);
    member.send(bare).await.problem(428, "precondition_required");
    member.patch_json(&path, 2, &change).await.problem(412, "precondition_failed");
    member.patch_json(&path, 1, &change).await.expect(200);
    app.officer(GUANGZHOU).delete_version(&path, 2).await.problem(403, "forbidden");
    member.delete_version(&path, 1).await.problem(412, "precondition_failed");
    let gone = member.delete_version(&path, 2).await.expect(204);
    app.wait_indexed(gone.change()).await;
    assert!(!app.index.contains(&draft.id.to_string()).unwrap());
    member.get(&path).await.problem(404, "not_found");
    let open = CapabilityBuilder::published(&org).insert(&app);
    let path = format!("capabilities/{}", open.id);
    let answer = member.delete_version(&path, 3).await.problem(409, "conflict");
    assert_eq!(answer["legal"], json!(["suspended", "withdrawn"]));
    let kind = json!({ "asset_kind": "patent" });
    let problem = member.patch_json(&path, 3, kind).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/asset_kind"]);
}

#[actix_web::test]
async fn time_ends_a_capability_and_its_owner_renews_it() {
    let (app, org) = start().await;
    let capability = CapabilityBuilder::published(&org).insert(&app);
    app.clock.advance(TimeDelta::days(731));
    assert_eq!(expiry::sweep(&app).unwrap(), 1);
    let (member, id) = (app.org_member(org.id), capability.id.to_string());
    let expired = shown(&member, &id).await;
    assert_eq!(expired["status"], "expired");
    assert_eq!(expired["steps"], json!(["published", "withdrawn"]));
    app.settle().await;
    assert!(app.visitor_finds("热管柱").is_empty());
    let today = app.clock.today();
    let past = json!({ "to": "published", "valid_until": today });
    let problem = step(&member, &id, past).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/valid_until"]);
    let renewed = step(&member, &id, json!({ "to": "published" })).await.expect(200).json();
    assert_eq!(renewed["valid_until"], json!(today + Days::new(730)));
    app.settle().await;
    assert_eq!(app.visitor_finds("热管柱"), [id]);
}

#[actix_web::test]
async fn consent_taken_back_hides_an_expert_from_everybody_else_at_once() {
    let (app, org) = start().await;
    let profile = CapabilityBuilder::expert(&org, "何其照", "public").insert(&app);
    let (id, path) = (profile.id.to_string(), format!("capabilities/{}", profile.id));
    let (member, officer) = (app.org_member(org.id), app.officer(GUANGZHOU));
    let other = OrgBuilder::enterprise().insert(&app);
    let firm = app.org_member(other.id);
    app.settle().await;
    assert_eq!(app.visitor_finds("配光设计"), std::slice::from_ref(&id));
    assert!(shown(&app.anonymous(), &id).await["expert"].get("conflict_orgs").is_none());
    assert_eq!(shown(&member, &id).await["expert"]["conflict_orgs"], json!(["回避单位甲"]));

    let consent = format!("{path}/consent");
    let none = json!({ "scope": "none" });
    app.anonymous().put_json(&consent, &none).await.problem(401, "unauthenticated");
    firm.put_json(&consent, &none).await.problem(403, "forbidden");
    officer.put_json(&consent, &none).await.problem(403, "forbidden");
    let taken = member.put_json(&consent, &none).await.expect(200);
    for client in [app.anonymous(), firm.clone(), officer.clone(), app.liaison("442000105")] {
        client.get(&path).await.problem(404, "not_found");
        let versions = client.get(&format!("{path}/versions")).await;
        assert!(matches!(versions.status, 401 | 404), "{}", versions.status);
        let listed = client.get("capabilities").await.expect(200).json();
        assert_eq!(listed["items"], json!([]));
    }
    assert_eq!(shown(&member, &id).await["lead_expert"], "何其照");
    assert_eq!(shown(&app.admin(), &id).await["lead_expert"], "何其照");
    app.wait_indexed(taken.change()).await;
    let officers = Viewer { clearance: 2, regions: vec!["44".to_owned()], ..Viewer::default() };
    for viewer in [Viewer::default(), member_viewer(), officers] {
        assert!(found(&app, viewer, "配光设计").is_empty());
    }
    let own = Viewer { org_ids: vec![org.id.to_string()], ..member_viewer() };
    assert_eq!(found(&app, own, "配光设计"), std::slice::from_ref(&id));
    assert!(app.visitor_completes("配光").is_empty());

    let shown_again = member.put_json(&consent, json!({ "scope": "members" })).await.expect(200);
    app.anonymous().get(&path).await.problem(404, "not_found");
    assert_eq!(shown(&firm, &id).await["lead_expert"], "何其照");
    app.wait_indexed(shown_again.change()).await;
    assert!(app.visitor_finds("配光设计").is_empty());
    assert_eq!(found(&app, member_viewer(), "配光设计"), std::slice::from_ref(&id));
    let log = format!("audit?record_kind=capability&record_id={id}&limit=2");
    let log = app.admin().get(&log).await.expect(200).json();
    assert_eq!(log["items"][0]["action"], "capability.consent_members");
    assert_eq!(log["items"][1]["action"], "capability.consent_none");
    assert!(!log.to_string().contains("何其照"), "{log}");
}

#[actix_web::test]
async fn consent_taken_back_hides_the_person_in_every_record_of_the_organisation() {
    let (app, org) = start().await;
    let team = CapabilityBuilder::team(&org, &["何其照", "林砚修"])
        .confidentiality(townbridge::disclosure::DisclosureLevel::Public)
        .fields(|fields| {
            fields.lead_expert = Some("何其照".to_owned());
            fields.problem_solved = Some("何其照带队解决节拍问题。".to_owned());
        })
        .insert(&app);
    let profile = CapabilityBuilder::expert(&org, "何其照", "public").insert(&app);
    let (id, path) = (team.id.to_string(), format!("capabilities/{}", team.id));
    let other = OrgBuilder::enterprise().insert(&app);
    let firm = app.org_member(other.id);
    assert!(shown(&app.anonymous(), &id).await.to_string().contains("何其照"));
    let consent = format!("capabilities/{}/consent", profile.id);
    let member = app.org_member(org.id);
    let taken = member.put_json(&consent, json!({ "scope": "none" })).await.expect(200);
    let officer = app.officer(GUANGZHOU);
    for client in [app.anonymous(), firm.clone(), officer.clone()] {
        let seen = shown(&client, &id).await;
        assert!(!seen.to_string().contains("何其照"), "{seen}");
        assert_eq!(seen["team"]["members"].as_array().unwrap().len(), 1);
        assert!(seen["withheld"].as_array().unwrap().contains(&json!("lead_expert")));
        let listed = client.get("capabilities").await.expect(200).text();
        assert!(!listed.contains("何其照"));
    }
    for way in ["versions/1", "versions/3", "versions/1/differences/3"] {
        let past = officer.get(&format!("{path}/{way}")).await.expect(200).text();
        assert!(!past.contains("何其照"), "{past}");
    }
    assert!(shown(&member, &id).await.to_string().contains("何其照"));
    app.wait_indexed(taken.change()).await;
    assert!(app.visitor_finds("何其照").is_empty());
    assert!(found(&app, member_viewer(), "何其照").is_empty());
    assert_eq!(found(&app, Viewer::default(), "林砚修"), std::slice::from_ref(&id));

    let to_members = member.put_json(&consent, json!({ "scope": "members" })).await.expect(200);
    assert!(!shown(&app.anonymous(), &id).await.to_string().contains("何其照"));
    assert!(shown(&firm, &id).await.to_string().contains("何其照"));
    app.wait_indexed(to_members.change()).await;
    assert!(app.visitor_finds("何其照").is_empty());
    let mut both = vec![id, profile.id.to_string()];
    let mut seen = found(&app, member_viewer(), "何其照");
    both.sort();
    seen.sort();
    assert_eq!(seen, both);
}

#[actix_web::test]
async fn consent_works_in_any_state_and_only_for_people() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let draft = member.post_json("capabilities", expert_fields("何其照")).await.expect(201).json();
    let id = draft["id"].as_str().unwrap();
    let consent = format!("capabilities/{id}/consent");
    step(&member, id, json!({ "to": "submitted" })).await.expect(200);
    let set = |scope: &str| member.put_json(&consent, json!({ "scope": scope }));
    assert_eq!(set("none").await.expect(200).json()["status"], "submitted");
    let officer = app.officer(GUANGZHOU);
    step(&officer, id, json!({ "to": "published" })).await.problem(404, "not_found");
    set("members").await.expect(200);
    step(&officer, id, json!({ "to": "published" })).await.expect(200);
    let version = shown(&officer, id).await["version"].as_i64().unwrap();
    let wider = json!({ "expert": { "consent_scope": "public" } });
    let answer = officer.patch_json(&format!("capabilities/{id}"), version, wider).await;
    answer.problem(403, "forbidden");
    step(&member, id, json!({ "to": "withdrawn" })).await.expect(200);
    let same = set("members").await.expect(200);
    assert_eq!(same.json()["version"].as_i64(), Some(version + 1), "nothing has changed");
    assert_eq!(set("none").await.expect(200).json()["version"].as_i64(), Some(version + 2));
    set("nowhere").await.problem(422, "invalid");
    let achievement = CapabilityBuilder::published(&org).insert(&app);
    let path = format!("capabilities/{}/consent", achievement.id);
    member.put_json(&path, json!({ "scope": "none" })).await.problem(409, "conflict");
    let command = json!({ "org_id": org.id, "title": "专家", "asset_kind": "expert",
        "expert": { "consent_scope": "public" } });
    officer.post_json("capabilities", command).await.problem(403, "forbidden");
}

#[actix_web::test]
async fn consent_may_name_a_version_but_need_not() {
    let (app, org) = start().await;
    let member = app.org_member(org.id);
    let profile = CapabilityBuilder::expert(&org, "何其照", "members").insert(&app);
    let path = format!("capabilities/{}/consent", profile.id);
    let version = shown(&member, &profile.id.to_string()).await["version"].as_i64().unwrap();
    let set = |tag: String, scope: &str| {
        let request = member.request(Method::PUT, &path).header("if-match", tag);
        member.send(request.json(&json!({ "scope": scope })))
    };
    let answer = set(format!("\"v{version}\""), "public").await.expect(200);
    assert_eq!(answer.header("etag"), format!("\"v{}\"", version + 1));
    for stale in [format!("\"v{version}\""), format!("W/\"v{}\"", version + 1)] {
        set(stale, "none").await.problem(412, "precondition_failed");
    }
    set("x".to_owned(), "none").await.problem(400, "bad_request");
    assert_eq!(shown(&member, &profile.id.to_string()).await["version"], version + 1);
    member.put_json(&path, json!({ "scope": "none" })).await.expect(200);
}
