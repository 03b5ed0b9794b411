//! Errors as pages, headers of pages, static files, and the two languages.

use reqwest::Method;

use crate::support::TestApp;

#[tokio::test]
async fn unknown_paths_are_a_page_for_browsers_and_a_problem_for_programs() {
    let app = TestApp::start().await;
    let page = app.browser().get("/nowhere").await.expect(404);
    assert_eq!(page.only("h1"), "未找到");
    assert_eq!(page.attribute("[data-error]", "data-error"), "not_found");
    assert_eq!(page.attribute("html", "lang"), "zh-CN");
    assert!(page.text().contains(page.header("x-request-id")));
    app.anonymous().get("/nowhere").await.problem(404, "not_found");
}

#[tokio::test]
async fn the_api_answers_browsers_with_problems_too() {
    let app = TestApp::start().await;
    app.browser().get("/api/v1/needs/nonsense").await.problem(404, "not_found");
}

#[tokio::test]
async fn ids_that_are_none_are_not_found() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for path in ["/needs/x", "/capabilities/x", "/organizations/x", "/towns/x", "/towns/442000199"]
    {
        let page = browser.get(path).await.expect(404);
        assert_eq!(page.attribute("[data-error]", "data-error"), "not_found", "{path}");
    }
}

#[tokio::test]
async fn unreadable_parameters_are_a_page_that_names_them() {
    let app = TestApp::start().await;
    for query in ["kind=person", "sort=nonsense"] {
        let page = app.browser().get(&format!("/search?{query}")).await.expect(422);
        assert_eq!(page.attribute("[data-error]", "data-error"), "invalid", "{query}");
        assert_eq!(page.texts("main li").len(), 1, "{query}");
    }
}

#[tokio::test]
async fn pages_forbid_foreign_and_inline_content() {
    let app = TestApp::start().await;
    for path in ["/", "/search", "/match", "/sign-in", "/nowhere"] {
        let page = app.browser().get(path).await;
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'"), "{path}: {policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
        assert!(!policy.contains("unsafe") && !policy.contains("http"), "{path}: {policy}");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert_eq!(page.count("[style], [onclick], script:not([src])"), 0, "{path}");
    }
}

#[tokio::test]
async fn static_files_are_kept_for_ever_under_their_fingerprint() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let page = browser.get("/").await.expect(200);
    let style = page.attribute("link[rel=stylesheet]", "href");
    let file = browser.get(&style).await.expect(200);
    assert!(file.header("cache-control").contains("immutable"));
    assert!(file.header("content-type").starts_with("text/css"));
    assert_eq!(file.header("set-cookie"), "");
    browser.get(&page.attribute("script", "src")).await.expect(200);
    browser.get(&page.attribute("link[rel=icon]", "href")).await.expect(200);
    browser.get("/static/app.000000000000.css").await.expect(404);
    browser.get("/static/app.css").await.expect(404);
}

#[tokio::test]
async fn pages_speak_the_language_asked_for_and_the_one_chosen() {
    let app = TestApp::start().await;
    let browser = app.browser();
    let chinese = browser.get("/").await.expect(200);
    assert_eq!(chinese.attribute("html", "lang"), "zh-CN");
    assert_eq!(chinese.header("content-language"), "zh-CN");
    let asked = browser.request(Method::GET, "/").header("accept-language", "en-GB,en;q=0.8");
    let english = browser.send(asked).await.expect(200);
    assert_eq!(english.attribute("html", "lang"), "en");
    assert_ne!(english.only("h1"), chinese.only("h1"));
    // The choice outlasts the request and leads back to the page.
    let switched = browser.get("/language?to=en&back=%2Ftowns%3Fx%3D1").await.expect(303);
    assert_eq!(switched.header("location"), "/towns?x=1");
    assert_eq!(browser.get("/").await.attribute("html", "lang"), "en");
    let not_found = browser.get("/nowhere").await.expect(404);
    assert_eq!(not_found.only("h1"), "Not found");
}

#[tokio::test]
async fn the_language_switch_leads_nowhere_else() {
    let app = TestApp::start().await;
    for back in ["https://evil.example/", "//evil.example", "/%5Cevil.example", "javascript:1"] {
        let path = format!("/language?to=en&back={back}");
        let answer = app.browser().get(&path).await.expect(303);
        assert_eq!(answer.header("location"), "/", "{back}");
    }
}

#[tokio::test]
async fn the_skip_link_and_the_landmarks_are_on_every_page() {
    let app = TestApp::start().await;
    for path in ["/", "/search", "/towns", "/match", "/sign-in", "/nowhere"] {
        let page = app.browser().get(path).await;
        assert_eq!(page.attribute("body > a:first-child", "href"), "#main", "{path}");
        for landmark in ["body > header", "main#main", "body > footer", "h1", "header nav"] {
            assert_eq!(page.count(landmark), 1, "{path}: {landmark}");
        }
        // Every input has a name that a screen reader can say.
        let page = page.page();
        let inputs =
            scraper::Selector::parse("input:not([type=hidden]), select, textarea").unwrap();
        for input in page.select(&inputs) {
            let id = input.attr("id").unwrap_or_default();
            let label = scraper::Selector::parse(&format!("label[for='{id}']")).unwrap();
            let inside = input.ancestors().any(|node| {
                node.value().as_element().is_some_and(|element| element.name() == "label")
            });
            let named = input.attr("aria-label").is_some();
            assert!(named || inside || page.select(&label).count() == 1, "{path}: {id:?}");
        }
    }
}

#[tokio::test]
async fn pages_tell_their_methods() {
    let app = TestApp::start().await;
    let browser = app.browser();
    for (path, allow) in [
        ("/", "GET, HEAD, OPTIONS"),
        ("/search", "GET, HEAD, OPTIONS"),
        ("/needs/new", "GET, HEAD, OPTIONS, POST"),
        ("/towns/442000105", "GET, HEAD, OPTIONS"),
        ("/sign-out", "OPTIONS, POST"),
        ("/static/app.css", "GET, HEAD, OPTIONS"),
    ] {
        let options = browser.send(browser.request(Method::OPTIONS, path)).await.expect(204);
        assert_eq!(options.header("allow"), allow, "{path}");
        let page = browser.send(browser.request(Method::DELETE, path)).await.expect(405);
        assert_eq!(page.header("allow"), allow, "{path}");
        assert_eq!(page.attribute("[data-error]", "data-error"), "method_not_allowed", "{path}");
        let program = app.anonymous();
        let answer = program.send(program.request(Method::PUT, path)).await;
        assert_eq!(answer.header("allow"), allow, "{path}");
        answer.problem(405, "method_not_allowed");
    }
    browser.send(browser.request(Method::OPTIONS, "/nowhere")).await.expect(404);
    browser.send(browser.request(Method::DELETE, "/nowhere")).await.expect(404);
}

/// Methods and paths at the handlers of pages, as their sources say.
fn pages_in(folder: &std::path::Path, found: &mut Vec<(Method, String)>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages_in(&path, found);
            continue;
        }
        let place = path.to_str().unwrap();
        if !place.contains("/pages") && !place.contains("/html/") {
            continue;
        }
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            let Some(attribute) = line.strip_prefix("#[") else { continue };
            let Some((method, rest)) = attribute.split_once("(\"") else { continue };
            let Ok(method) = method.to_ascii_uppercase().parse::<Method>() else { continue };
            if [Method::GET, Method::POST, Method::PUT, Method::DELETE].contains(&method) {
                found.push((method, rest.split('"').next().unwrap().to_owned()));
            }
        }
    }
}

#[test]
fn every_page_stands_in_the_list_of_pages() {
    let mut handled = Vec::new();
    pages_in(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut handled);
    let listed = townbridge::http::html::paths::PAGES;
    let name = |method: &str, path: &str| format!("{path} {method}");
    let mut handled: Vec<_> = handled.iter().map(|(m, path)| name(m.as_str(), path)).collect();
    let mut listed: Vec<_> = listed.iter().map(|(m, path)| name(m.as_str(), path)).collect();
    handled.sort();
    listed.sort();
    assert_eq!(listed, handled);
}

#[tokio::test]
async fn errors_of_all_paths_are_pages_in_the_language_of_the_browser() {
    let app = TestApp::start().await;
    let cases = [
        ("/nowhere", 404),
        ("/towns/442000199", 404),
        ("/static/nothing.css", 404),
        ("/static/a/b", 404),
        ("/search?q=%ff", 400),
        ("/search?q=%00", 400),
        ("/towns/%zz", 400),
        ("/static/%ff", 400),
        ("/openapi.json?x=%ff", 400),
    ];
    for (path, status) in cases {
        let browser = app.browser();
        let page = browser.get(path).await.expect(status);
        assert_eq!(page.attribute("html", "lang"), "zh-CN", "{path}");
        assert_eq!(page.header("content-language"), "zh-CN", "{path}");
        assert!(page.header("content-security-policy").contains("default-src"), "{path}");
        let asked = browser.request(Method::GET, path).header("accept-language", "en");
        let page = browser.send(asked).await.expect(status);
        assert_eq!(page.attribute("html", "lang"), "en", "{path}");
        browser.get("/language?to=en&back=%2F").await.expect(303);
        let asked = browser.request(Method::GET, path).header("accept-language", "zh-CN");
        let page = browser.send(asked).await.expect(status);
        assert_eq!(page.attribute("html", "lang"), "en", "{path}");
        // A program gets the same as a problem, in its language.
        let program = app.anonymous();
        let answer = program.in_english().get(path).await;
        assert_eq!(answer.header("content-language"), "en", "{path}");
        assert_eq!(answer.expect(status).json()["status"], status, "{path}");
    }
}

#[tokio::test]
async fn without_a_free_connection_the_answer_comes_soon_and_says_when_to_ask_again() {
    let app = TestApp::start_with(|config| {
        config.database.pool_size = 1;
        config.database.wait_ms = 1_000;
    })
    .await;
    let account = app.account(&[]);
    let browser = app.browser_of(&account).await;
    let (release, held) = std::sync::mpsc::channel::<()>();
    let (taken, ready) = tokio::sync::oneshot::channel::<()>();
    let db = app.db.clone();
    let holder = std::thread::spawn(move || {
        let mut taken = Some(taken);
        db.read(|_| {
            taken.take().map(|taken| taken.send(()));
            held.recv().ok();
            Ok(())
        })
    });
    ready.await.unwrap();
    let started = std::time::Instant::now();
    let answer = app.anonymous().get("needs").await;
    assert_eq!(answer.header("retry-after"), "5");
    answer.problem(503, "unavailable");
    for path in ["/account", "/towns"] {
        let page = browser.get(path).await.expect(503);
        assert_eq!(page.header("retry-after"), "5", "{path}");
        assert_eq!(page.attribute("[data-error]", "data-error"), "unavailable", "{path}");
    }
    assert!(started.elapsed() < std::time::Duration::from_secs(15), "{:?}", started.elapsed());
    release.send(()).unwrap();
    holder.join().unwrap().unwrap();
    browser.get("/account").await.expect(200);
}
