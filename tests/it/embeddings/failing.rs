//! The server fails in every way that servers do.

use std::time::Duration;

use chrono::TimeDelta;
use scraper::{Html, Selector};
use serde_json::json;

use super::*;

const REASONS: [(ModelManner, &str); 7] = [
    (ModelManner::Status(500), "status 500"),
    (ModelManner::Status(503), "status 503"),
    (ModelManner::Status(401), "status 401"),
    (ModelManner::Status(404), "status 404"),
    (ModelManner::Garbage, "the answer is not that of an embeddings server"),
    (ModelManner::Short, "another model"),
    (ModelManner::Slow(Duration::from_secs(20)), "no answer in time"),
];

#[actix_web::test]
async fn matching_goes_on_and_says_what_is_missing() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    let first = offer(&app, &org, "高温釉料配方");
    work(&app).await;
    server.turn(ModelManner::Status(503));
    let answer = ask(&app.anonymous(), "釉料配方").await;
    assert_eq!(ids(&answer), [first.as_str()]);
    assert!(part(&answer["hits"][0], "model").is_none());
    assert_eq!(answer["degraded"][0]["code"], "model_server");
    assert_eq!(
        answer["degraded"][0]["name"],
        "语义模型服务暂时没有应答，本次匹配按文字和内置词向量进行。"
    );
    let english = ask(&app.anonymous().in_english(), "釉料配方").await;
    assert!(english["degraded"][0]["name"].as_str().unwrap().starts_with("The model server"));
    let readiness = readiness(&app).await;
    assert_eq!(
        (&readiness["ready"], &readiness["degraded"]),
        (&json!(true), &json!(["model_server"]))
    );
    assert_eq!(readiness["model_server"]["reason"], "status 503");
    let page = app.anonymous().get(&format!("/capabilities/{first}")).await.expect(200).text();
    let notice = Selector::parse("[data-degraded=model_server]").unwrap();
    assert_eq!(Html::parse_document(&page).select(&notice).count(), 1);
    // What comes meanwhile waits, and the server is not asked at every turn.
    let second = offer(&app, &org, "釉面缺陷检测");
    server.take_asked();
    work(&app).await;
    ask(&app.anonymous(), "釉料").await;
    assert_eq!(server.take_asked().len(), 0);
    server.turn(ModelManner::Answering);
    app.clock.advance(TimeDelta::seconds(90));
    work(&app).await;
    let answer = ask(&app.anonymous(), "enamel").await;
    let mut found = ids(&answer);
    found.sort_unstable();
    let mut both = [first.as_str(), second.as_str()];
    both.sort_unstable();
    assert_eq!((found.as_slice(), &answer["degraded"]), (&both[..], &json!([])));
    assert_eq!(super::readiness(&app).await["degraded"], json!([]));
}

#[actix_web::test]
async fn every_failure_is_named_and_survived() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "荔枝保鲜贮运");
    work(&app).await;
    for (number, (manner, reason)) in REASONS.into_iter().enumerate() {
        let id = offer(&app, &org, &format!("第{number}种釉料"));
        server.turn(manner.clone());
        work(&app).await;
        let part = readiness(&app).await["model_server"].clone();
        assert!(part["reason"].as_str().unwrap().contains(reason), "{manner:?}: {part}");
        assert_eq!((&part["waiting"], &part["failed"]), (&json!(1), &json!(0)), "{manner:?}");
        server.turn(ModelManner::Answering);
        app.clock.advance(TimeDelta::minutes(30));
        work(&app).await;
        assert_eq!(readiness(&app).await["model_server"]["waiting"], 0, "{manner:?}");
        assert!(ids(&ask(&app.anonymous(), "enamel").await).contains(&id.as_str()), "{manner:?}");
    }
}

#[actix_web::test]
async fn a_server_that_asks_for_a_pause_gets_it() {
    let server = ModelServer::start();
    let app = start(&server).await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    server.turn(ModelManner::Busy(600));
    work(&app).await;
    server.take_asked();
    server.turn(ModelManner::Answering);
    app.clock.advance(TimeDelta::seconds(590));
    work(&app).await;
    assert_eq!(server.take_asked().len(), 0);
    app.clock.advance(TimeDelta::seconds(11));
    work(&app).await;
    assert_eq!(server.take_texts().len(), 1);
}

#[actix_web::test]
async fn a_text_that_breaks_the_server_does_not_keep_the_others() {
    for manner in [ModelManner::Poisoned("毒"), ModelManner::Choosy("毒")] {
        let server = ModelServer::start();
        let app = start(&server).await;
        let org = OrgBuilder::university().insert(&app);
        server.turn(manner.clone());
        offer(&app, &org, "防毒面具滤材");
        let good: Vec<String> =
            (0..3).map(|number| offer(&app, &org, &format!("第{number}种釉料"))).collect();
        work(&app).await;
        for _ in 0..6 {
            app.clock.advance(TimeDelta::hours(2));
            work(&app).await;
        }
        let answer = ask(&app.anonymous(), "enamel").await;
        assert_eq!((ids(&answer).len(), good.len()), (3, 3), "{manner:?}");
        let part = readiness(&app).await["model_server"].clone();
        assert_eq!((&part["waiting"], &part["failed"]), (&json!(0), &json!(1)), "{manner:?}");
        // It is tried on, but no more than once a day.
        server.take_asked();
        app.clock.advance(TimeDelta::hours(2));
        work(&app).await;
        assert_eq!(server.take_texts().len(), 0);
        server.turn(ModelManner::Answering);
        app.clock.advance(TimeDelta::hours(24));
        work(&app).await;
        assert_eq!(readiness(&app).await["model_server"]["failed"], 0);
    }
}

#[actix_web::test]
async fn a_question_does_not_wait_long() {
    let server = ModelServer::start();
    let app = TestApp::start_with(|config| {
        server.configure(config);
        config.embeddings.query_timeout_ms = 100;
    })
    .await;
    let org = OrgBuilder::university().insert(&app);
    offer(&app, &org, "高温釉料配方");
    work(&app).await;
    server.turn(ModelManner::Slow(Duration::from_secs(20)));
    for number in 0..4 {
        let started = std::time::Instant::now();
        let answer = ask(&app.anonymous(), &format!("釉料配方{number}")).await;
        assert!(started.elapsed() < Duration::from_secs(10));
        assert_eq!((ids(&answer).len(), answer["degraded"].as_array().unwrap().len()), (1, 1));
    }
    let asked = server.take_texts();
    assert_eq!(asked.iter().filter(|text| text.starts_with("釉料")).count(), 3, "then it is left");
}
