//! What the head of a request says: parameters, encodings, tags, methods.

use reqwest::Method;

use super::support::{NeedBuilder, OrgBuilder, TestApp};

#[actix_web::test]
async fn a_parameter_that_does_not_fit_is_named() {
    let app = TestApp::start().await;
    for (path, pointer) in [
        ("search?limit=abc", "/limit"),
        ("search?limit=-1", "/limit"),
        ("search?sort=bogus", "/sort"),
        ("search?min_change=-1", "/min_change"),
        ("search?nonsense=1", "/nonsense"),
        ("needs?limit=x", "/limit"),
    ] {
        let problem = app.anonymous().get(path).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{path}: {problem}");
    }
}

#[actix_web::test]
async fn who_accepts_no_encoding_is_answered_without_any() {
    let app = TestApp::start().await;
    for accepted in ["identity;q=0", "compress, identity;q=0", "*;q=0"] {
        let request = app.anonymous().request(Method::GET, "search?q=LED");
        let answer = app.anonymous().send(request.header("accept-encoding", accepted)).await;
        let answer = answer.expect(200);
        assert!(answer.headers.get("content-encoding").is_none(), "{accepted}");
        assert!(answer.json()["hits"].is_array(), "{accepted}");
    }
}

#[actix_web::test]
async fn bodies_in_a_way_that_is_not_read_are_refused() {
    let app = TestApp::start().await;
    let client = app.admin();
    for (name, value) in
        [("content-encoding", "foo"), ("content-type", "application/json; charset=gbk")]
    {
        let request = client.request(Method::POST, "match").body("{}");
        let request = match name {
            "content-type" => request.header(name, value),
            _ => request.header("content-type", "application/json").header(name, value),
        };
        client.send(request).await.problem(415, "unsupported_media_type");
    }
}

#[actix_web::test]
async fn a_weak_tag_never_agrees() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    let owner = app.org_member(org.id);
    let request = owner.request(Method::PATCH, &format!("needs/{}", need.id));
    let request = request.header("content-type", "application/json");
    let request = request.header("if-match", format!("W/\"v{}\"", need.version));
    owner.send(request.body("{}")).await.problem(412, "precondition_failed");
}

#[actix_web::test]
async fn invented_methods_make_no_figures_of_their_own() {
    let app = TestApp::start().await;
    for method in ["FOO", "BAR"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        app.anonymous().send(app.anonymous().request(method, "/healthz")).await;
    }
    let figures = app.anonymous().get("/metrics").await.expect(200).text();
    assert!(figures.contains("method=\"other\""), "{figures}");
    assert!(!figures.contains("FOO"), "{figures}");
}
