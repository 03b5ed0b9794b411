//! Health, readiness and figures.

use super::support::{NeedBuilder, OrgBuilder, TestApp};

#[actix_web::test]
async fn a_healthy_service_says_so() {
    let app = TestApp::start().await;
    let health = app.anonymous().get("/healthz").await.expect(200).json();
    assert_eq!(health["status"], "alive");
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    let readiness = app.anonymous().get("/readyz").await.expect(200).json();
    assert_eq!(readiness["ready"], true);
    assert_eq!(readiness["database"]["migrated"], true);
    assert_eq!(readiness["index"]["lag"], 0);
    assert_eq!(readiness["index"]["documents"], 2);
}

#[actix_web::test]
async fn a_service_without_its_tables_is_alive_but_not_ready() {
    let app = TestApp::start().await;
    let lost = "ALTER TABLE change_log RENAME TO lost";
    app.db.write(|db| Ok(db.execute_batch(lost)?)).unwrap();
    app.anonymous().get("/healthz").await.expect(200);
    let answer = app.anonymous().get("/readyz").await.expect(503);
    assert_eq!(answer.header("retry-after"), "5");
    let readiness = answer.json();
    assert_eq!(readiness["ready"], false);
    assert_eq!(readiness["database"]["answers"], false);
    let found = "ALTER TABLE lost RENAME TO change_log";
    app.db.write(|db| Ok(db.execute_batch(found)?)).unwrap();
    app.anonymous().get("/readyz").await.expect(200);
}

#[actix_web::test]
async fn figures_count_by_route_and_never_by_address() {
    let app = TestApp::start().await;
    let id = uuid::Uuid::now_v7();
    app.anonymous().get(&format!("needs/{id}?secret=1")).await;
    app.anonymous().get("/secret-path").await;
    app.anonymous().get("needs/").await.expect(200);
    let text = app.anonymous().get("/metrics").await.expect(200).text();
    let line =
        r#"townbridge_http_requests_total{method="GET",route="/api/v1/needs/{id}",status="404"} 1"#;
    assert!(text.contains(line), "{text}");
    assert!(text.contains(r#"route="/api/v1/needs",status="200"} 1"#), "{text}");
    assert!(text.contains("townbridge_index_lag 0"), "{text}");
    assert!(text.contains("townbridge_db_connections "), "{text}");
    assert!(!text.contains("secret") && !text.contains(&id.to_string()), "{text}");
}

#[actix_web::test]
async fn figures_can_need_a_token() {
    let app = TestApp::start_with(|c| c.server.metrics_token = "let me see".to_owned()).await;
    app.anonymous().get("/metrics").await.problem(401, "unauthenticated");
    app.with_token("let me").get("/metrics").await.problem(401, "unauthenticated");
    app.with_token("let me see").get("/metrics").await.expect(200);
}
