//! The OpenAPI document: complete, and the same as the committed one.

use std::collections::BTreeSet;

use serde_json::Value;
use townbridge::http::server;

use super::support::TestApp;

fn document() -> Value {
    serde_json::to_value(server::openapi()).unwrap()
}

/// Method, path and description of every operation.
fn operations(document: &Value) -> Vec<(String, String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    let of = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap().clone();
        let path = path.clone();
        item.into_iter().map(move |(method, one)| (method, path.clone(), one)).collect::<Vec<_>>()
    };
    paths.iter().flat_map(of).collect()
}

#[actix_web::test]
async fn the_service_serves_the_document_and_a_page_to_try_it() {
    let app = TestApp::start().await;
    let served = app.anonymous().get("/openapi.json").await.expect(200).json();
    assert_eq!(served, document());
    assert_eq!(served["openapi"], "3.1.0");
    let to_page = app.anonymous().get("/docs/api/").await.expect(303);
    let page = app.anonymous().get(to_page.header("location")).await.expect(200);
    assert!(page.header("content-type").starts_with("text/html"));
    for file in ["swagger-ui.css", "swagger-ui-bundle.js", "swagger-initializer.js"] {
        assert!(page.text().contains(file), "{file}");
        app.anonymous().get(&format!("/docs/api/{file}")).await.expect(200);
    }
    let start = app.anonymous().get("/docs/api/swagger-initializer.js").await.text();
    assert!(start.contains("/openapi.json"), "{start}");
    app.anonymous().get("/docs/errors").await.expect(200);
}

#[test]
fn the_committed_document_is_the_one_served() {
    let committed = std::fs::read_to_string("docs/openapi.json").unwrap();
    let generated = server::openapi().to_pretty_json().unwrap();
    assert!(
        committed.trim_end() == generated.trim_end(),
        "docs/openapi.json is out of date: run scripts/check-openapi --write"
    );
}

#[test]
fn every_operation_is_described() {
    let document = document();
    let described: BTreeSet<&str> =
        document["tags"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    let mut used = BTreeSet::new();
    let mut names = BTreeSet::new();
    for (method, path, operation) in operations(&document) {
        let place = format!("{method} {path}");
        let name = operation["operationId"].as_str().unwrap().to_owned();
        assert!(names.insert(name.clone()), "{name} is there twice");
        assert!(
            !operation["summary"].as_str().unwrap_or_default().is_empty(),
            "{place}: no summary"
        );
        used.extend(
            operation["tags"].as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()),
        );
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            let parameter = parameter["name"].as_str().unwrap();
            let in_path = path.contains(&format!("{{{parameter}}}"));
            let declared = operation["parameters"].as_array().unwrap().iter();
            let as_path = declared.filter(|p| p["name"] == parameter).any(|p| p["in"] == "path");
            assert_eq!(in_path, as_path, "{place}: {parameter}");
        }
        let variables = path.matches('{').count();
        let declared = operation["parameters"].as_array().into_iter().flatten();
        assert_eq!(declared.filter(|p| p["in"] == "path").count(), variables, "{place}");
    }
    let used: BTreeSet<&str> = used.iter().map(String::as_str).collect();
    assert!(used.is_subset(&described), "not described: {:?}", used.difference(&described));
}

#[test]
fn every_operation_names_its_failures_as_problems() {
    let document = document();
    let components = document["components"]["responses"].as_object().unwrap();
    for (name, response) in components {
        let content = &response["content"]["application/problem+json"];
        assert_eq!(content["schema"]["$ref"], "#/components/schemas/Problem", "{name}");
        assert!(content["example"]["code"].is_string(), "{name}");
    }
    for (method, path, operation) in operations(&document) {
        if !path.starts_with("/api/") {
            continue;
        }
        let place = format!("{method} {path}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2')), "{place}: no success");
        for status in ["400", "401", "500"] {
            assert!(responses.contains_key(status), "{place}: no {status}");
        }
        for (status, response) in
            responses.iter().filter(|(status, _)| *status >= &"400".to_owned())
        {
            let name = response["$ref"].as_str().unwrap_or_default();
            let name = name.strip_prefix("#/components/responses/").unwrap_or_default();
            let example = &components[name]["content"]["application/problem+json"]["example"];
            assert_eq!(example["status"].to_string(), *status, "{place}: {name}");
        }
        // What a body names may be missing, too.
        let missing = responses.contains_key("404");
        assert!(missing || !path.contains('{'), "{place}: no 404");
        let names_record = path.contains('{') || operation["requestBody"].is_object();
        assert!(names_record || !missing, "{place}: 404");
        if operation["requestBody"].is_object() {
            assert!(responses.contains_key("422") && responses.contains_key("415"), "{place}");
        }
    }
}
