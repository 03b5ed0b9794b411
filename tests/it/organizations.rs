//! Organisations: who sees them, who changes them, how they are verified.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use townbridge::organizations::model::OrgStatus;

use crate::support::{
    Answer, CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp, credit_code,
};

const GUZHEN: &str = "442000105";
const BEIJIAO: &str = "440606102";

/// A body that the rules accept.
fn body(number: u32) -> Value {
    json!({
        "name": format!("中山市第{number}号试验灯具厂"),
        "uscc": credit_code(900_000 + number),
        "org_type": "enterprise",
        "region_code": "4420",
        "town_code": GUZHEN,
        "industry_code": "C3872",
        "scale": "small",
        "employees": 40,
        "contact": { "name": "何试", "phone": "0760-5550177", "mail": "he@example.com" }
    })
}

async fn create(client: &Client, body: &Value) -> Answer {
    client.post_json("organizations", body).await
}

async fn step(client: &Client, id: &Value, to: &str, comment: Option<&str>) -> Answer {
    let path = format!("organizations/{}/steps", id.as_str().unwrap());
    client.post_json(&path, json!({ "to": to, "comment": comment })).await
}

async fn names(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("organizations?{query}")).await.expect(200).json();
    let items = page["items"].as_array().unwrap();
    items.iter().map(|org| org["name"].as_str().unwrap().to_owned()).collect()
}

fn pointers(problem: &Value) -> Vec<String> {
    let errors = problem["errors"].as_array().unwrap();
    let mut pointers: Vec<String> =
        errors.iter().map(|error| error["pointer"].as_str().unwrap().to_owned()).collect();
    pointers.sort_unstable();
    pointers
}

#[tokio::test]
async fn liaison_creates_and_verifies_an_organization_of_the_town() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let answer = create(&liaison, &body(1)).await.expect(201);
    let org = answer.json();
    assert_eq!(
        answer.header("location"),
        format!("/api/v1/organizations/{}", org["id"].as_str().unwrap())
    );
    assert_eq!(answer.header("etag"), "\"v1\"");
    assert_eq!(org["status"], "pending");
    assert_eq!(org["region_name"], "中山市古镇镇");
    let path = format!("organizations/{}", org["id"].as_str().unwrap());
    app.anonymous().get(&path).await.problem(404, "not_found");
    let verified = step(&liaison, &org["id"], "verified", None).await.expect(200);
    assert_eq!(verified.json()["status"], "verified");
    assert_eq!(verified.json()["version"], 2);
    app.wait_indexed(verified.change()).await;
    let seen = app.anonymous().get(&path).await.expect(200).json();
    assert_eq!(seen["name"], org["name"]);
    let steps = liaison.get(&format!("{path}/steps")).await.expect(200).json();
    assert_eq!(steps.as_array().unwrap().len(), 2);
    assert_eq!(steps[1]["actor_name"], "科技专员");
    app.anonymous().get(&format!("{path}/steps")).await.problem(401, "unauthenticated");
    app.liaison(BEIJIAO).get(&format!("{path}/steps")).await.problem(404, "not_found");
}

#[tokio::test]
async fn liaison_creates_nothing_outside_the_town() {
    let app = TestApp::start().await;
    create(&app.liaison(BEIJIAO), &body(1)).await.problem(403, "forbidden");
    create(&app.officer("4406"), &body(1)).await.problem(403, "forbidden");
    create(&app.anonymous(), &body(1)).await.problem(401, "unauthenticated");
    assert!(names(&app.admin(), "").await.is_empty());
    create(&app.officer("44"), &body(1)).await.expect(201);
}

#[tokio::test]
async fn somebody_without_an_organization_founds_one_and_manages_it() {
    let app = TestApp::start().await;
    let founder = app.person("创办人", Vec::new());
    let org = create(&founder, &body(1)).await.expect(201).json();
    let path = format!("organizations/{}", org["id"].as_str().unwrap());
    assert_eq!(founder.get(&path).await.expect(200).json()["contact"]["name"], "何试");
    founder.patch_json(&path, 1, json!({ "employees": 41 })).await.expect(200);
    create(&founder, &body(2)).await.problem(403, "forbidden");
}

#[tokio::test]
async fn everything_wrong_is_named_at_once() {
    let app = TestApp::start().await;
    let taken = OrgBuilder::enterprise().insert(&app);
    let mut wrong = body(1);
    wrong["name"] = json!(taken.name);
    wrong["uscc"] = json!(taken.uscc.to_lowercase());
    wrong["scale"] = Value::Null;
    wrong["town_code"] = json!(BEIJIAO);
    wrong["lat"] = json!(99.5);
    wrong["contact"]["mail"] = json!("nobody");
    let problem = create(&app.admin(), &wrong).await.problem(422, "invalid");
    let expected = ["/contact/mail", "/lat", "/lon", "/name", "/scale", "/town_code", "/uscc"];
    assert_eq!(pointers(&problem), expected);
    let mut unknown = body(1);
    unknown["odd"] = json!(1);
    create(&app.admin(), &unknown).await.problem(422, "invalid");
}

#[tokio::test]
async fn details_are_for_members_and_the_contact_for_its_own_people_and_reviewers() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise()
        .fields(|fields| {
            fields.employees = Some(40);
            fields.contact = serde_json::from_value(json!({ "name": "何试" })).unwrap();
        })
        .insert(&app);
    let path = format!("organizations/{}", org.id);
    let other = OrgBuilder::university().insert(&app);
    for (client, details, contact) in [
        (app.anonymous(), false, false),
        (app.person("路人", Vec::new()), false, false),
        (app.org_member(other.id), true, false),
        (app.liaison(BEIJIAO), true, false),
        (app.liaison(GUZHEN), true, true),
        (app.officer("4420"), true, true),
        (app.org_member(org.id), true, true),
        (app.admin(), true, true),
    ] {
        let seen = client.get(&path).await.expect(200).json();
        assert_eq!(seen["name"], org.name);
        assert_eq!(seen.get("uscc").is_some(), details, "{seen}");
        assert_eq!(seen.get("employees").is_some(), details, "{seen}");
        assert_eq!(seen.get("contact").is_some(), contact, "{seen}");
        let withheld = seen["withheld"].as_array().unwrap();
        assert_eq!(withheld.contains(&json!("contact")), !contact, "{seen}");
    }
}

#[tokio::test]
async fn organizations_that_are_not_verified_are_for_their_own_people_and_reviewers() {
    let app = TestApp::start().await;
    for status in [OrgStatus::Pending, OrgStatus::Rejected, OrgStatus::Suspended] {
        let org = OrgBuilder::enterprise().status(status).insert(&app);
        let path = format!("organizations/{}", org.id);
        app.anonymous().get(&path).await.problem(404, "not_found");
        app.liaison(BEIJIAO).get(&path).await.problem(404, "not_found");
        app.liaison(GUZHEN).get(&path).await.expect(200);
        app.org_member(org.id).get(&path).await.expect(200);
        assert!(names(&app.anonymous(), &format!("status={status}")).await.is_empty());
        assert_eq!(names(&app.org_member(org.id), "").await, [org.name]);
    }
}

#[tokio::test]
async fn list_filters_and_pages() {
    let app = TestApp::start().await;
    let firm = OrgBuilder::enterprise().name("灯王照明有限公司").insert(&app);
    let second = OrgBuilder::enterprise().name("灯塔科技有限公司").town(BEIJIAO).insert(&app);
    let school = OrgBuilder::university().name("灯下大学").insert(&app);
    let client = app.anonymous();
    assert_eq!(names(&client, "").await, [&*school.name, &*second.name, &*firm.name]);
    assert_eq!(names(&client, "org_type=university").await, [&*school.name]);
    assert_eq!(names(&client, "org_type=university,enterprise&region=4406").await, [&*second.name]);
    assert_eq!(names(&client, "name=%E7%81%AF%E5%A1%94").await, [&*second.name]);
    let first = client.get("organizations?limit=2").await.expect(200).json();
    let next = first["next"].as_str().unwrap();
    assert_eq!(names(&client, &format!("limit=2&after={next}")).await, [&*firm.name]);
    client.get("organizations?odd=1").await.problem(422, "invalid");
    client.get("organizations?status=odd").await.problem(422, "invalid");
    client.get("organizations?limit=101").await.problem(422, "invalid");
    client.get("organizations?after=odd").await.problem(422, "invalid");
}

#[tokio::test]
async fn what_was_verified_is_changed_by_reviewers_only() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let org = create(&admin, &body(1)).await.expect(201).json();
    let id = org["id"].as_str().unwrap();
    let path = format!("organizations/{id}");
    let manager = app.org_admin(id.parse().unwrap());
    let member = app.org_member(id.parse().unwrap());
    // While it waits, its manager may correct everything.
    manager.patch_json(&path, 1, json!({ "name": "改名一厂" })).await.expect(200);
    step(&admin, &org["id"], "verified", None).await.expect(200);
    member.patch_json(&path, 3, json!({ "employees": 50 })).await.problem(403, "forbidden");
    for change in [
        json!({ "name": "改名二厂" }),
        json!({ "uscc": credit_code(900_777) }),
        json!({ "org_type": "service_org" }),
    ] {
        manager.patch_json(&path, 3, change).await.problem(403, "forbidden");
    }
    let answer = manager.patch_json(&path, 3, json!({ "employees": 50, "lat": null })).await;
    assert_eq!(answer.expect(200).json()["employees"], 50);
    let answer = app.liaison(GUZHEN).patch_json(&path, 4, json!({ "name": "改名二厂" })).await;
    assert_eq!(answer.expect(200).json()["name"], "改名二厂");
    manager
        .patch_json(&path, 4, json!({ "employees": 51 }))
        .await
        .problem(412, "precondition_failed");
    app.liaison(BEIJIAO)
        .patch_json(&path, 5, json!({ "employees": 1 }))
        .await
        .problem(403, "forbidden");
    app.anonymous().patch_json(&path, 5, json!({})).await.problem(401, "unauthenticated");
    let request = manager.request(reqwest::Method::PATCH, &path).json(&json!({ "employees": 1 }));
    manager.send(request).await.problem(428, "precondition_required");
    let compared =
        manager.get(&format!("{path}/versions/1/differences/5")).await.expect(200).json();
    let fields: Vec<&str> = compared["differences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|difference| difference["field"].as_str().unwrap())
        .collect();
    assert_eq!(fields, ["employees", "name"]);
    let versions = manager.get(&format!("{path}/versions")).await.expect(200).json();
    assert_eq!(versions.as_array().unwrap().len(), 5);
    manager.get(&format!("{path}/versions/5")).await.expect(200);
    manager.get(&format!("{path}/versions/6")).await.problem(404, "not_found");
    app.liaison(BEIJIAO).get(&format!("{path}/versions/5")).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_liaison_may_move_an_organization_out_of_the_own_town() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let org = create(&liaison, &body(1)).await.expect(201).json();
    let path = format!("organizations/{}", org["id"].as_str().unwrap());
    let moved = json!({ "region_code": "4406", "town_code": BEIJIAO });
    let answer = liaison.patch_json(&path, 1, moved).await.expect(200);
    assert_eq!(answer.json()["region_name"], "佛山市顺德区北滘镇");
    liaison.get(&path).await.problem(404, "not_found");
}

#[tokio::test]
async fn refusing_needs_a_reason_and_can_be_answered() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().pending().fields(|fields| {
        fields.scale = Some("small".to_owned());
        fields.contact = serde_json::from_value(json!({ "name": "何试" })).unwrap();
    });
    let org = org.insert(&app);
    let id = json!(org.id);
    let (liaison, manager) = (app.liaison(GUZHEN), app.org_admin(org.id));
    let problem = step(&liaison, &id, "rejected", Some("  ")).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/comment"]);
    let problem = step(&liaison, &id, "suspended", Some("理由")).await.problem(409, "conflict");
    assert_eq!(problem["legal"], json!(["verified", "rejected"]));
    step(&manager, &id, "verified", None).await.problem(403, "forbidden");
    step(&app.liaison(BEIJIAO), &id, "verified", None).await.problem(404, "not_found");
    step(&app.anonymous(), &id, "verified", None).await.problem(401, "unauthenticated");
    step(&liaison, &id, "rejected", Some("执照不清")).await.expect(200);
    let seen = manager.get(&format!("organizations/{}", org.id)).await.expect(200).json();
    assert_eq!(seen["steps"], json!(["pending"]));
    step(&app.org_member(org.id), &id, "pending", None).await.problem(403, "forbidden");
    step(&manager, &id, "pending", Some("已补执照")).await.expect(200);
    step(&app.officer("44"), &id, "verified", None).await.expect(200);
    let steps = manager.get(&format!("organizations/{}/steps", org.id)).await.expect(200).json();
    let taken: Vec<&str> =
        steps.as_array().unwrap().iter().map(|step| step["to_status"].as_str().unwrap()).collect();
    assert_eq!(taken, ["pending", "rejected", "pending", "verified"]);
    assert_eq!(steps[1]["comment"], "执照不清");
}

#[tokio::test]
async fn suspending_hides_open_records_from_others_and_lifting_shows_them_again() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    let draft = NeedBuilder::draft(&org).insert(&app);
    app.settle().await;
    let (admin, own) = (app.admin(), app.org_member(org.id));
    let path = format!("needs/{}", need.id);
    let found = || app.visitor_finds("散热结构").contains(&need.id.to_string());
    app.anonymous().get(&path).await.expect(200);
    assert!(found());
    let suspended = step(&admin, &json!(org.id), "suspended", Some("资料造假")).await.expect(200);
    app.wait_indexed(suspended.change()).await;
    app.anonymous().get(&path).await.problem(404, "not_found");
    let listed = app.anonymous().get("needs").await.expect(200).json();
    assert_eq!(listed["items"], json!([]));
    assert!(!found());
    own.get(&path).await.expect(200);
    app.liaison(GUZHEN).get(&path).await.expect(200);
    let lifted = step(&admin, &json!(org.id), "verified", None).await.expect(200);
    app.wait_indexed(lifted.change()).await;
    app.anonymous().get(&path).await.expect(200);
    assert!(found());
    app.anonymous().get(&format!("needs/{}", draft.id)).await.problem(404, "not_found");
}

#[tokio::test]
async fn records_without_a_town_of_their_own_move_with_their_organisation() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    let draft = NeedBuilder::draft(&org).insert(&app);
    let own_town = Some(GUZHEN.to_owned());
    let staying = NeedBuilder::published(&org).fields(|f| f.town_code = own_town).insert(&app);
    let capability = CapabilityBuilder::published(&org).insert(&app);
    let found = async |city: &str| {
        let page = format!("search?city={city}&kind=need,capability&grouped=false");
        let page = app.anonymous().get(&page).await.expect(200).json();
        let hits = page["hits"].as_array().unwrap().iter();
        hits.map(|hit| hit["record"]["id"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    let [need, draft, staying, capability] = [
        need.id.to_string(),
        draft.id.to_string(),
        staying.id.to_string(),
        capability.id.to_string(),
    ];
    let ids = |ids: &[&String]| ids.iter().map(|id| (*id).clone()).collect::<BTreeSet<_>>();
    app.settle().await;
    assert_eq!(found("4420").await, ids(&[&need, &staying, &capability]));

    let path = format!("organizations/{}", org.id);
    let place = json!({ "town_code": BEIJIAO, "region_code": "440606", "scale": "small",
        "contact": { "name": "何试", "phone": "0760-5550177" } });
    let moved = app.admin().patch_json(&path, 1, place).await.expect(200);
    app.wait_indexed(moved.change()).await;
    assert_eq!(found("4420").await, ids(&[&staying]));
    assert_eq!(found("4406").await, ids(&[&need, &capability]));
    let draft = format!("needs/{draft}");
    let shown = app.liaison(BEIJIAO).get(&draft).await.expect(200).json();
    assert_eq!((&shown["region_code"], &shown["version"]), (&json!(BEIJIAO), &json!(1)));
    app.liaison(GUZHEN).get(&draft).await.problem(404, "not_found");
    app.liaison(BEIJIAO).get(&format!("needs/{staying}/steps")).await.problem(404, "not_found");

    // Without a town it is in the county, and so are they.
    let place = json!({ "town_code": null });
    app.admin().patch_json(&path, 2, place).await.expect(200);
    let shown = app.org_member(org.id).get(&draft).await.expect(200).json();
    assert_eq!(shown["region_code"], "440606");
}
