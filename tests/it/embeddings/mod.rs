//! Matching by a model server: what it finds, what it is sent, and that everything goes on when it
//! fails.

mod commands;
mod failing;
mod models;
#[cfg(feature = "server-tests")]
mod real;
mod sending;

use serde_json::{Value, json};
use townbridge::jobs::embedder;
use townbridge::organizations::model::Organization;

use super::support::{CapabilityBuilder, Client, ModelManner, ModelServer, OrgBuilder, TestApp};

/// The service with a model server.
async fn start(server: &ModelServer) -> TestApp {
    TestApp::start_with(|config| server.configure(config)).await
}

/// Lets the background work run until there is nothing left to do, and the index take it in.
async fn work(app: &TestApp) {
    for _ in 0..200 {
        app.settle().await;
        if !embedder::round(app.service()).await.unwrap() {
            return;
        }
    }
    panic!("the background work comes to no end");
}

/// A published capability whose texts say nothing but this.
fn offer(app: &TestApp, org: &Organization, text: &str) -> String {
    let capability = CapabilityBuilder::published(org).title(text).fields(|fields| {
        fields.summary = Some(format!("{text}。").repeat(20).chars().take(120).collect());
        fields.problem_solved = Some(text.to_owned());
        fields.advantage_over_existing = Some(text.to_owned());
        fields.performance[0].name = "指标".to_owned();
        fields.applications = vec!["测试".to_owned()];
        fields.keywords = vec!["测试".to_owned()];
    });
    capability.insert(app).id.to_string()
}

async fn ask(client: &Client, text: &str) -> Value {
    client.post_json("match", json!({ "side": "need", "title": text })).await.expect(200).json()
}

fn ids(answer: &Value) -> Vec<&str> {
    let hits = answer["hits"].as_array().unwrap().iter();
    hits.map(|hit| hit["record"]["id"].as_str().unwrap()).collect()
}

fn part<'a>(hit: &'a Value, name: &str) -> Option<&'a Value> {
    hit["parts"].as_array().unwrap().iter().find(|part| part["name"] == name)
}

async fn readiness(app: &TestApp) -> Value {
    app.anonymous().get("/readyz").await.expect(200).json()
}

#[actix_web::test]
async fn texts_in_another_language_are_found() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    let enamel = offer(&app, &org, "高温釉料配方");
    offer(&app, &org, "荔枝保鲜贮运");
    work(&app).await;
    let answer = ask(&app.anonymous(), "enamel").await;
    assert_eq!(ids(&answer), [enamel]);
    assert_eq!(answer["degraded"], json!([]));
    let hit = &answer["hits"][0];
    assert!(hit["model_nearness"].as_f64().unwrap() > 0.9, "{hit}");
    let by_model = part(hit, "model").unwrap();
    assert_eq!(by_model["label"], "模型判断的含义");
    let parts = hit["parts"].as_array().unwrap();
    let sum: f64 = parts.iter().map(|part| part["contribution"].as_f64().unwrap()).sum();
    assert!((sum - hit["score"].as_f64().unwrap()).abs() < 1e-4);
}

#[actix_web::test]
async fn without_a_server_nothing_is_asked_and_nothing_is_missing() {
    let app = TestApp::start().await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    work(&app).await;
    let answer = ask(&app.anonymous(), "釉料配方").await;
    assert_eq!((ids(&answer).len(), &answer["degraded"]), (1, &json!([])));
    assert!(part(&answer["hits"][0], "model").is_none());
    let readiness = readiness(&app).await;
    assert_eq!((&readiness["degraded"], readiness.get("model_server")), (&json!([]), None));
}

#[actix_web::test]
async fn nodes_share_vectors() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    let enamel = offer(&app, &org, "高温釉料配方");
    let other = app.beside().await;
    work(&app).await;
    assert_eq!(server.take_texts().len(), 1);
    work(&other).await;
    assert_eq!(server.take_texts().len(), 0, "the vector is there already");
    assert_eq!(ids(&ask(&other.anonymous(), "enamel").await), [enamel.as_str()]);
    // A node whose index is new, too, without asking for anything but the question.
    let third = app.beside().await;
    work(&third).await;
    assert_eq!(ids(&ask(&third.anonymous(), "enamel").await), [enamel]);
    assert_eq!(server.take_texts(), ["enamel", "enamel"]);
}

#[actix_web::test]
async fn figures_show_the_queue() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    server.turn(ModelManner::Status(500));
    work(&app).await;
    let figures = app.anonymous().get("/metrics").await.expect(200).text();
    let holds = |line: &str, figures: &str| {
        assert!(figures.lines().any(|one| one == line), "{line}\n{figures}");
    };
    holds("townbridge_texts_waiting 1", &figures);
    holds("townbridge_model_server_up 0", &figures);
    let readiness = readiness(&app).await;
    assert_eq!(readiness["model_server"]["waiting"], 1);
    server.turn(ModelManner::Answering);
    app.clock.advance(chrono::TimeDelta::minutes(2));
    work(&app).await;
    let figures = app.anonymous().get("/metrics").await.expect(200).text();
    holds("townbridge_texts_waiting 0", &figures);
    holds("townbridge_model_server_up 1", &figures);
    holds("townbridge_vectors_total 1", &figures);
}
