//! Every kind of failure through real HTTP.

use serde_json::json;

use super::support::{NeedBuilder, OrgBuilder, TestApp};

#[actix_web::test]
async fn creating_without_signing_in_is_refused() {
    let app = TestApp::start().await;
    let answer = app.anonymous().post_json("needs", json!({ "title": "x" })).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.problem(401, "unauthenticated");
}

#[actix_web::test]
async fn unknown_path_is_a_problem() {
    let app = TestApp::start().await;
    let problem = app.anonymous().get("/nowhere").await.problem(404, "not_found");
    assert_eq!(problem["instance"], "/nowhere");
}

#[actix_web::test]
async fn visitors_list_published_needs_only() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::draft(&org).title("未发布").insert(&app);
    NeedBuilder::published(&org).title("已发布").insert(&app);
    let list = app.anonymous().get("needs").await.expect(200).json();
    let titles: Vec<&str> = list["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|need| need["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["已发布"]);
}
