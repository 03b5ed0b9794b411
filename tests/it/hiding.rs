//! What is hidden is found by nobody once the service has said that it is hidden, however much else
//! the index has to do.

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::disclosure::DisclosureLevel;
use townbridge::records::model::RecordKind;
use townbridge::records::ops::touch;

use super::support::{CapabilityBuilder, Client, NeedBuilder, OrgBuilder, TestApp};

/// Gives the index some seconds of work, as an import does.
fn burden(app: &TestApp) {
    let rows: Vec<_> = (0..30_000).map(|n| (RecordKind::Town, format!("none-{n}"))).collect();
    let now = app.clock.now();
    app.db.write(|db| touch(db, now, &rows)).unwrap();
    app.feed.wake();
}

async fn ask(client: &Client, path: &str) -> Value {
    client.get(path).await.expect(200).json()
}

#[actix_web::test]
async fn a_need_that_is_closed_is_not_found_by_its_closed_words() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need =
        NeedBuilder::published(&org).confidentiality(DisclosureLevel::Public).fields(|fields| {
            fields.problem = Some("需要解决独角兽釉面在快速冷却中开裂的问题。".repeat(4));
        });
    let need = need.insert(&app);
    app.settle().await;
    let visitor = app.anonymous();
    assert_eq!(ask(&visitor, "search?q=独角兽").await["total"], 1);
    burden(&app);
    let owner = app.org_member(org.id);
    let request = owner.request(Method::PATCH, &format!("needs/{}", need.id));
    let request = request.header("content-type", "application/merge-patch+json");
    let request = request.header("if-match", format!("\"v{}\"", need.version));
    owner.send(request.body(json!({ "confidentiality": "nda" }).to_string())).await.expect(200);
    assert_eq!(ask(&visitor, "search?q=独角兽").await["total"], 0);
}

#[actix_web::test]
async fn an_expert_who_takes_consent_back_is_neither_completed_nor_counted() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    let expert = CapabilityBuilder::expert(&org, "鸭嘴兽铁蛋", "public")
        .title("鸭嘴兽铁蛋教授")
        .confidentiality(DisclosureLevel::Public)
        .insert(&app);
    app.settle().await;
    let visitor = app.anonymous();
    let completed = |answer: &Value| answer.to_string().contains("鸭嘴兽");
    assert!(completed(&ask(&visitor, "suggest?q=鸭嘴").await));
    assert_eq!(ask(&visitor, "search?q=鸭嘴兽铁蛋").await["total"], 1);
    burden(&app);
    let member = app.org_member(org.id);
    let path = format!("capabilities/{}/consent", expert.id);

    member.put_json(&path, json!({ "scope": "none" })).await.expect(200);
    assert!(!completed(&ask(&visitor, "suggest?q=鸭嘴").await));
    assert_eq!(ask(&visitor, "search?q=鸭嘴兽铁蛋").await["total"], 0);
}
