//! Firms that were visited before they were on the platform: a draft need is kept for them by the liaison,
//! and theirs once they are there.

use serde_json::{Value, json};
use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;

use crate::support::{Client, OrgBuilder, TestApp};

const GUZHEN: &str = "442000105";
const XIAOLAN: &str = "442000118";
const USCC: &str = "91350100M000100Y43";

/// Logs a visit and makes a draft need of it; returns the need.
async fn draft(liaison: &Client, body: Value) -> Value {
    let visit = liaison.post_json("visits", body).await.expect(201).json();
    let make = format!("visits/{}/need", visit["id"].as_str().unwrap());
    let need = liaison.post_json(&make, json!({})).await.expect(201).json();
    liaison.post_json(&make, json!({})).await.problem(409, "conflict");
    need
}

fn firm(name: &str, uscc: &str, town: &str) -> Value {
    json!({
        "name": name, "uscc": uscc, "org_type": "enterprise", "region_code": &town[..6],
        "town_code": town, "industry_code": "C3872", "scale": "small", "contact": { "name": "周晨" }
    })
}

/// Somebody registers a firm; returns who manages it and its path.
async fn register(app: &TestApp, fields: Value) -> (Client, String) {
    let manager = app.client(&app.account(&[]));
    let made = manager.post_json("organizations", fields).await.expect(201).json();
    (manager, format!("organizations/{}", made["id"].as_str().unwrap()))
}

async fn verify(liaison: &Client, path: &str) {
    let step = json!({ "to": "verified" });
    liaison.post_json(&format!("{path}/steps"), step).await.expect(200);
}

/// What a person is told of drafts that have become the firm's.
async fn told(client: &Client) -> Vec<String> {
    let inbox = client.get("inbox?limit=100").await.expect(200).json();
    let all = inbox["items"].as_array().unwrap().iter();
    let drafts = all.filter(|one| one["kind"] == "drafts_received");
    drafts.map(|one| one["text"].as_str().unwrap().to_owned()).collect()
}

fn path_of(need: &Value) -> String {
    format!("needs/{}", need["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_draft_is_kept_by_the_liaison_alone_and_theirs_who_register() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let visit = json!({
        "org_name": "晨舟配件厂", "org_uscc": USCC, "findings": "毛刺多。靠人工打磨。"
    });
    let need = draft(&liaison, visit.clone()).await;
    assert_eq!((&need["status"], &need["title"]), (&json!("draft"), &json!("毛刺多")));
    assert_eq!(need["town_code"], GUZHEN);
    let owner = format!("organizations/{}", need["org"]["id"].as_str().unwrap());
    let recorded = liaison.get(&owner).await.expect(200).json();
    assert_eq!((&recorded["name"], &recorded["status"]), (&json!("晨舟配件厂"), &json!("pending")));
    assert_eq!(recorded["steps"], json!(["rejected"]));
    // The same firm met again is the same owner.
    let second = draft(&liaison, visit).await;
    assert_eq!(second["org"]["id"], need["org"]["id"]);
    let by_name = json!({ "org_name": "晨舟配件厂", "findings": "模具寿命短。" });
    let third = draft(&liaison, by_name).await;

    // Nobody else knows of firm or draft; nothing can be put forward.
    let stranger = OrgBuilder::enterprise().insert(&app);
    let others =
        [app.anonymous(), app.org_admin(stranger.id), app.liaison(XIAOLAN), app.officer("4406")];
    for other in &others {
        other.get(&path_of(&need)).await.problem(404, "not_found");
        other.get(&owner).await.problem(404, "not_found");
    }
    let steps = format!("{}/steps", path_of(&need));
    let forward = liaison.post_json(&steps, json!({ "to": "submitted" })).await;
    assert!(forward.status >= 400, "{}", forward.status);
    let early = liaison.post_json(&format!("{owner}/steps"), json!({ "to": "verified" })).await;
    early.problem(409, "conflict");

    // Whoever registers under name and code is not refused, told or given anything before the check.
    let (manager, own) = register(&app, firm("晨舟配件厂", USCC, GUZHEN)).await;
    assert_ne!(own, owner);
    manager.get(&path_of(&need)).await.problem(404, "not_found");
    assert_eq!(told(&manager).await, Vec::<String>::new());
    verify(&liaison, &own).await;
    let counted = "走访时为贵单位记下的 3 条需求草稿已归入贵单位，请补全后提交";
    assert_eq!(told(&manager).await, [counted], "of all three at once");
    for one in [&need, &second] {
        let theirs = manager.get(&path_of(one)).await.expect(200).json();
        assert_eq!(theirs["org"]["name"], "晨舟配件厂");
        assert_eq!((&theirs["status"], &theirs["version"]), (&json!("draft"), &json!(1)));
    }
    manager.get(&path_of(&third)).await.expect(200);
    let patch = json!({ "keywords": ["毛刺", "打磨", "压铸"] });
    manager.patch_json(&path_of(&need), 1, patch).await.expect(200);
    assert_eq!(liaison.get(&owner).await.expect(200).json()["status"], "rejected");
    let admin = app.admin();
    assert_eq!(admin.get("audit/verification").await.expect(200).json()["intact"], true);
    let log = admin.get("audit?record_kind=need&limit=50").await.expect(200).json();
    assert!(log.to_string().contains("record.hand_over"), "{log}");

    // Met once more, it is the firm itself.
    let later = json!({ "org_name": "晨舟配件厂", "findings": "又有新问题。" });
    let own_id = own.strip_prefix("organizations/").unwrap();
    assert_eq!(draft(&liaison, later).await["org"]["id"], own_id);
}

#[tokio::test]
async fn a_firm_of_another_code_or_town_gets_nothing() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let by_name = json!({ "org_name": "晨舟配件厂", "findings": "毛刺多。" });
    let by_code = json!({ "org_name": "远帆铸造厂", "org_uscc": USCC, "findings": "气孔多。" });
    let (named, coded) = (draft(&liaison, by_name).await, draft(&liaison, by_code).await);
    // One of the name elsewhere, one of the other name with another code.
    let elsewhere = firm("晨舟配件厂", &another_code(1), XIAOLAN);
    let (manager, own) = register(&app, elsewhere).await;
    verify(&app.liaison(XIAOLAN), &own).await;
    manager.get(&path_of(&named)).await.problem(404, "not_found");
    let (manager, own) = register(&app, firm("远帆铸造厂", &another_code(2), GUZHEN)).await;
    verify(&liaison, &own).await;
    manager.get(&path_of(&coded)).await.problem(404, "not_found");
    for need in [&named, &coded] {
        liaison.get(&path_of(need)).await.expect(200);
    }
    let wrong = json!({ "org_name": "晨舟配件厂", "org_uscc": "1", "findings": "气孔多。" });
    let problem = liaison.post_json("visits", wrong).await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/org_uscc");
}

/// Another valid code.
fn another_code(number: u32) -> String {
    let body = format!("91440000MA5T{number:05}");
    "0123456789ABCDEFGHJKLMNPQRTUWXY"
        .chars()
        .map(|check| format!("{body}{check}"))
        .find(|code| townbridge::reference::uscc::is_valid(code))
        .unwrap()
}

#[tokio::test]
async fn the_liaison_completes_and_verifies_what_was_recorded() {
    let app = TestApp::start().await;
    let liaison = app.liaison(GUZHEN);
    let visit = json!({ "org_name": "晨舟配件厂", "findings": "毛刺多。" });
    let need = draft(&liaison, visit).await;
    let owner = format!("organizations/{}", need["org"]["id"].as_str().unwrap());
    let fields = firm("晨舟配件厂", USCC, GUZHEN);
    liaison.patch_json(&owner, 1, json!({ "scale": "small" })).await.problem(422, "invalid");
    liaison.patch_json(&owner, 1, fields).await.expect(200);
    verify(&liaison, &owner).await;
    let own = liaison.get(&path_of(&need)).await.expect(200).json();
    assert_eq!(own["org"]["name"], "晨舟配件厂");
    let id = serde_json::from_value(need["org"]["id"].clone()).unwrap();
    app.org_member(id).get(&path_of(&need)).await.expect(200);
}

#[tokio::test]
async fn the_page_of_a_visit_makes_a_draft_of_a_firm_that_is_not_there() {
    let app = TestApp::start().await;
    let liaison = app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = app.browser_of(&liaison).await;
    let page = browser.get("/visits/new").await.expect(200);
    let once = page.attribute("[name=once]", "value");
    let day = page.attribute("#visited_on", "value");
    let uscc = USCC.to_lowercase();
    let fields = [
        ("once", once.as_str()),
        ("town_code", GUZHEN),
        ("firm", "晨舟配件厂"),
        ("org_uscc", uscc.as_str()),
        ("findings", "毛刺多。"),
        ("visited_on", day.as_str()),
        ("channel", "offline"),
    ];
    let logged = browser.submit_files("/visits/new", &fields, &[]).await.expect(303);
    let path = logged.header("location");
    let page = browser.get(path).await.expect(200);
    assert!(page.texts("dl.facts dd").contains(&USCC.to_owned()));
    let made = browser.submit(&format!("{path}/need"), &[]).await.expect(303);
    let form = browser.get(made.header("location")).await.expect(200);
    assert_eq!(form.attribute("#title", "value"), "毛刺多");
    assert_eq!(browser.get(path).await.expect(200).count("[action$='/need']"), 0);
}
