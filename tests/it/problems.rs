//! Every kind of failure through real HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use super::support::TestApp;

/// Sends bytes as they are and reads until the service closes the connection.
fn raw(app: &TestApp, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    // The service may answer and close before it has read everything.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

#[actix_web::test]
async fn signing_in_comes_before_everything_else() {
    let app = TestApp::start().await;
    let answer = app.anonymous().post_json("needs", json!({ "title": "x" })).await;
    assert_eq!(answer.header("www-authenticate"), "Bearer");
    answer.problem(401, "unauthenticated");
    let request = app.anonymous().request(Method::POST, "needs").body("{");
    app.anonymous().send(request).await.problem(401, "unauthenticated");
}

#[actix_web::test]
async fn a_wrong_token_is_refused_and_not_ignored() {
    let app = TestApp::start().await;
    for token in ["x", "a.b.c", ""] {
        app.with_token(token).get("needs").await.problem(401, "unauthenticated");
    }
    let request =
        app.anonymous().request(Method::GET, "needs").header("authorization", "Basic eA==");
    app.anonymous().send(request).await.problem(401, "unauthenticated");
}

#[actix_web::test]
async fn unknown_paths_are_problems_everywhere() {
    let app = TestApp::start().await;
    for path in
        ["/nowhere", "/api", "/api/v1", "/api/v1/nowhere", "/api/v2/needs", "/api/v1/needs/a/b/c"]
    {
        let problem = app.anonymous().get(path).await.problem(404, "not_found");
        assert_eq!(problem["instance"], path);
        assert_eq!(problem["type"], "/docs/errors#not_found");
    }
}

#[actix_web::test]
async fn unreadable_ids_are_not_found() {
    let app = TestApp::start().await;
    app.anonymous().get("needs/7").await.problem(404, "not_found");
}

#[actix_web::test]
async fn wrong_methods_are_told_the_right_ones() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for (method, path, allow) in [
        (Method::DELETE, "needs", "GET, HEAD, OPTIONS, POST"),
        (Method::PUT, "needs/x", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        (Method::POST, "/healthz", "GET, HEAD, OPTIONS"),
        (Method::POST, "/openapi.json", "GET, HEAD, OPTIONS"),
        (Method::TRACE, "needs", "GET, HEAD, OPTIONS, POST"),
    ] {
        let answer = client.send(client.request(method, path)).await;
        assert_eq!(answer.header("allow"), allow, "{path}");
        answer.problem(405, "method_not_allowed");
    }
    client.send(client.request(Method::DELETE, "nowhere")).await.problem(404, "not_found");
    let options = client.send(client.request(Method::OPTIONS, "needs")).await.expect(204);
    assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS, POST");
}

#[actix_web::test]
async fn head_is_get_without_the_body() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for path in ["needs", "/healthz", "reference/regions", "/openapi.json"] {
        let get = client.get(path).await;
        let head = client.send(client.request(Method::HEAD, path)).await;
        assert_eq!(head.status, get.status, "{path}");
        assert_eq!(head.header("content-type"), get.header("content-type"), "{path}");
        assert!(head.body.is_empty(), "{path}");
    }
    let missing = client.send(client.request(Method::HEAD, "nowhere")).await;
    assert_eq!((missing.status, missing.body.len()), (404, 0));
}

#[actix_web::test]
async fn addresses_that_are_no_text_are_refused() {
    let app = TestApp::start().await;
    for path in ["/api/v1/needs/%", "/api/v1/needs?region=%ff", "/%zz", "/api/v1/needs?after=%00"] {
        let answer = raw(
            &app,
            format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes(),
        );
        assert!(answer.starts_with("HTTP/1.1 400"), "{path}: {answer}");
        assert!(answer.contains("application/problem+json"), "{path}: {answer}");
        assert!(answer.contains("x-request-id"), "{path}: {answer}");
    }
}

#[actix_web::test]
async fn what_is_not_http_is_refused_without_harm() {
    let app = TestApp::start().await;
    let long = format!("GET / HTTP/1.1\r\nhost: x\r\nx-long: {}\r\n\r\n", "a".repeat(200_000));
    assert!(raw(&app, long.as_bytes()).starts_with("HTTP/1.1 431"));
    assert!(raw(&app, b"\x16\x03\x01\x02\x00\r\n\r\n").starts_with("HTTP/1.1 400"));
    app.anonymous().get("/healthz").await.expect(200);
}

/// A `POST` of a need as bytes, signed in.
fn post(app: &TestApp, headers: &str, body: &[u8]) -> Vec<u8> {
    let admin = app.admin();
    let head = format!(
        "POST /api/v1/needs HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n\
         connection: close\r\n{headers}\r\n",
        admin.token().unwrap()
    );
    [head.as_bytes(), body].concat()
}

/// Checks that an answer as it came is a complete problem.
#[track_caller]
fn is_problem(answer: &str, status: u16, code: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(head.contains("content-type: application/problem+json"), "{answer}");
    assert!(head.contains("x-request-id: "), "{answer}");
    let problem: serde_json::Value = serde_json::from_str(body).unwrap_or_default();
    assert_eq!(problem["code"], code, "{answer}");
    assert_eq!(problem["instance"], "/api/v1/needs", "{answer}");
}

#[actix_web::test]
async fn bodies_that_are_too_large_are_refused_however_they_come() {
    const JSON: &str = "content-type: application/json\r\n";
    let app = TestApp::start_with(|config| config.server.max_body_bytes = 1_000).await;
    // Announced: nothing has to be read to refuse it.
    let announced = post(&app, &format!("{JSON}content-length: 1001\r\n"), b"{");
    is_problem(&raw(&app, &announced), 413, "too_large");
    // In chunks, whose sum nobody announces.
    let chunk = format!("{:x}\r\n{}\r\n", 300, " ".repeat(300));
    let mut chunked = post(&app, &format!("{JSON}transfer-encoding: chunked\r\n"), b"");
    chunked.extend_from_slice(chunk.repeat(4).as_bytes());
    is_problem(&raw(&app, &chunked), 413, "too_large");
    // Under a key the body is read before the handler sees it.
    let headers = format!("{JSON}idempotency-key: k\r\ntransfer-encoding: chunked\r\n");
    let mut keyed = post(&app, &headers, b"");
    keyed.extend_from_slice(chunk.repeat(4).as_bytes());
    is_problem(&raw(&app, &keyed), 413, "too_large");
    // What just fits is read.
    let fits = format!("{:1000}", "{}");
    let whole = post(&app, &format!("{JSON}content-length: 1000\r\n"), fits.as_bytes());
    is_problem(&raw(&app, &whole), 422, "invalid");
    app.anonymous().get("/healthz").await.expect(200);
}

#[actix_web::test]
async fn bodies_that_are_no_json_are_refused() {
    let app = TestApp::start().await;
    let admin = app.admin();
    let send = |kind: Option<&'static str>, body: &'static [u8]| {
        let mut request = admin.request(Method::POST, "needs").body(body);
        if let Some(kind) = kind {
            request = request.header("content-type", kind);
        }
        admin.send(request)
    };
    for kind in [None, Some("text/plain"), Some("application/xml"), Some("application/jsonx")] {
        send(kind, b"{}").await.problem(415, "unsupported_media_type");
    }
    let json = Some("application/json; charset=utf-8");
    for body in ["", "{", "{\"title\":}", "{} {}", "{\"title\": \"\u{1}\"}", "nul"] {
        send(json, body.as_bytes()).await.problem(400, "bad_request");
    }
    for body in [&b"{\"title\": \"\xff\"}"[..], b"\xff\xfe{\0}\0", b"{\"title\": \"\xc3\"}"] {
        send(json, body).await.problem(400, "bad_request");
    }
    send(json, b"[]").await.problem(422, "invalid");
    // Unpacked it would be something else.
    let request = admin.request(Method::POST, "needs").header("content-type", "application/json");
    let packed = request.header("content-encoding", "gzip").body(&b"{}"[..]);
    admin.send(packed).await.problem(400, "bad_request");
}

#[actix_web::test]
async fn answers_carry_one_vary() {
    let origin = "https://portal.example.cn";
    let app = TestApp::start_with(|c| c.server.cors_origins = vec![origin.to_owned()]).await;
    let client = app.anonymous();
    for path in ["needs", "nowhere", "reference/regions", "/", "/healthz", "/docs/errors"] {
        for (method, coding) in
            [(Method::GET, "gzip"), (Method::GET, "identity"), (Method::PUT, "br")]
        {
            let request = client.request(method.clone(), path);
            let request = request.header("accept-encoding", coding).header("origin", origin);
            let answer = client.send(request.header("accept", "text/html")).await;
            let all: Vec<_> = answer.headers.get_all("vary").iter().collect();
            assert_eq!(all.len(), 1, "{method} {path}, {coding}: {all:?}");
            let names = answer.header("vary").to_lowercase();
            let mut names: Vec<&str> = names.split(", ").collect();
            if path == "needs" {
                for needed in ["accept-language", "authorization", "origin"] {
                    assert!(names.contains(&needed), "{method} {path}: no {needed} in {names:?}");
                }
                assert!(coding != "gzip" || names.contains(&"accept-encoding"), "{names:?}");
            }
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{path}: {names:?}");
        }
    }
}

#[actix_web::test]
async fn what_is_not_there_right_now_says_when_to_ask_again() {
    let app = TestApp::start_with(|config| config.server.max_wait_ms = 10).await;
    let answer = app.anonymous().get("search?min_change=999999").await;
    assert_eq!(answer.header("retry-after").parse::<u32>().ok(), Some(5));
    answer.problem(503, "unavailable");
}

#[actix_web::test]
async fn unknown_and_unfit_query_parameters_are_named() {
    let app = TestApp::start().await;
    let client = app.anonymous().in_english();
    let problem = client.get("needs?colour=red").await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/colour");
    assert_eq!(problem["errors"][0]["code"], "unknown_field");
    client.get("needs?limit=many").await.problem(422, "invalid");
    client.get("needs?limit=1&limit=2").await.problem(422, "invalid");
    let problem = client.get("needs?limit=1000").await.problem(422, "invalid");
    assert_eq!(problem["errors"][0]["pointer"], "/limit");
}

#[actix_web::test]
async fn problems_speak_the_language_asked_for() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for (asked, tag, title) in [
        ("en-GB,zh;q=0.5", "en", "Not found"),
        ("zh-TW", "zh-CN", "未找到"),
        ("fr", "zh-CN", "未找到"),
        ("fr, en;q=0.1", "en", "Not found"),
        ("en;q=0", "zh-CN", "未找到"),
    ] {
        let request = client.request(Method::GET, "nowhere").header("accept-language", asked);
        let answer = client.send(request).await;
        assert_eq!(answer.header("content-language"), tag, "{asked}");
        assert!(answer.header("vary").to_lowercase().contains("accept-language"), "{asked}");
        assert_eq!(answer.problem(404, "not_found")["title"], title, "{asked}");
    }
}

#[actix_web::test]
async fn requests_have_ids_that_clients_may_choose() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    let asking = |id: &str| client.request(Method::GET, "nowhere").header("x-request-id", id);
    let answer = client.send(asking("check-7")).await;
    assert_eq!(answer.header("x-request-id"), "check-7");
    assert_eq!(answer.problem(404, "not_found")["request_id"], "check-7");
    for bad in ["a b", "", &"x".repeat(65), "<script>"] {
        let answer = client.send(asking(bad)).await;
        assert_eq!(answer.header("x-request-id").len(), 36, "{bad}");
    }
}

#[actix_web::test]
async fn answers_carry_the_headers_of_a_careful_service() {
    let app = TestApp::start().await;
    for path in ["needs", "nowhere", "/healthz", "/docs/errors", "/nowhere"] {
        let answer = app.anonymous().get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(!answer.header("referrer-policy").is_empty(), "{path}");
        assert!(
            answer.header("content-security-policy").contains("frame-ancestors 'none'"),
            "{path}"
        );
        assert!(!answer.header("x-request-id").is_empty(), "{path}");
    }
    assert_eq!(app.anonymous().get("needs").await.header("cache-control"), "no-cache");
    let answer = app.with_token("x").get("needs").await;
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[actix_web::test]
async fn answers_are_compressed_when_asked() {
    let app = TestApp::start().await;
    let client = app.anonymous();
    for coding in ["gzip", "br"] {
        let request =
            client.request(Method::GET, "reference/regions").header("accept-encoding", coding);
        let answer = client.send(request).await.expect(200);
        assert_eq!(answer.header("content-encoding"), coding);
    }
    let plain = client.get("reference/regions").await.expect(200);
    assert_eq!(plain.header("content-encoding"), "");
    assert!(serde_json::from_slice::<serde_json::Value>(&plain.body).is_ok());
}

#[actix_web::test]
async fn other_origins_are_let_in_by_name_only() {
    let closed = TestApp::start().await;
    let request = closed.anonymous().request(Method::GET, "needs");
    let answer =
        closed.anonymous().send(request.header("origin", "https://portal.example.cn")).await;
    assert_eq!(answer.expect(200).header("access-control-allow-origin"), "");

    let origin = "https://portal.example.cn";
    let app = TestApp::start_with(|c| c.server.cors_origins = vec![origin.to_owned()]).await;
    let client = app.anonymous();
    let from = |method: Method, path: &str, origin: &str| {
        client.request(method, path).header("origin", origin.to_owned())
    };
    for path in ["needs", "nowhere"] {
        let answer = client.send(from(Method::GET, path, origin)).await;
        assert_eq!(answer.header("access-control-allow-origin"), origin, "{path}");
        assert_eq!(answer.header("access-control-allow-credentials"), "", "{path}");
    }
    let refused = client.send(from(Method::POST, "needs", origin)).await;
    assert_eq!(refused.header("access-control-allow-origin"), origin);
    refused.problem(401, "unauthenticated");
    let preflight = from(Method::OPTIONS, "needs", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,idempotency-key");
    let answer = client.send(preflight).await.expect(200);
    assert!(answer.header("access-control-allow-methods").contains("POST"));
    let stranger = client.send(from(Method::GET, "needs", "https://evil.example")).await;
    assert_eq!(stranger.header("access-control-allow-origin"), "");
    let preflight = from(Method::OPTIONS, "needs", "https://evil.example")
        .header("access-control-request-method", "POST");
    let answer = client.send(preflight).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
