//! Files kept with records: what is taken, how it is served, what is left when it goes. Visits stand
//! for all records here.

use reqwest::Method;
use serde_json::{Value, json};
use townbridge::visits;
use townbridge::visits::model::VisitFields;

use crate::support::files::{png, with_form};
use crate::support::{Answer, Client, TestApp};

const GUZHEN: &str = "442000105";

/// A visit of a liaison, and the liaison.
async fn visit(app: &TestApp) -> (Client, String) {
    let liaison = app.liaison(GUZHEN);
    let body = json!({ "org_name": "晨舟灯饰配件厂", "findings": "毛刺靠人工打磨。" });
    let visit = liaison.post_json("visits", body).await.expect(201).json();
    let path = format!("visits/{}/attachments", visit["id"].as_str().unwrap());
    (liaison, path)
}

async fn send(client: &Client, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let request = client.request(Method::POST, path);
    client.send(with_form(request, &[], &[("file", name, bytes)])).await
}

/// Contents in the database.
fn contents(app: &TestApp) -> usize {
    use townbridge::attachments::store;
    let digests = [png(1), png(2)].map(|bytes| digest(&bytes));
    let found = |digest: &String| app.db.read(|db| store::content(db, digest)).unwrap().is_some();
    digests.iter().filter(|digest| found(digest)).count()
}

fn digest(bytes: &[u8]) -> String {
    let hash = ring::digest::digest(&ring::digest::SHA256, bytes);
    hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn a_file_is_served_as_it_came_to_be_saved_and_never_opened_as_something_else() {
    let app = TestApp::start().await;
    let (liaison, path) = visit(&app).await;
    let created = send(&liaison, &path, "../走访 1.PNG", &png(1)).await.expect(201);
    let view = created.json();
    assert_eq!(view["name"], "走访 1.PNG");
    assert_eq!((&view["media_type"], &view["size"]), (&json!("image/png"), &json!(10)));
    assert_eq!(view["sha256"], digest(&png(1)));
    assert_eq!(view["sent_by_name"], "科技专员");
    let location = created.header("location").to_owned();
    assert_eq!(liaison.get(&location).await.expect(200).json(), view);
    assert_eq!(liaison.get(&path).await.expect(200).json(), json!([view]));

    let content = format!("{location}/content");
    let answer = liaison.get(&content).await.expect(200);
    assert_eq!(answer.body, png(1));
    assert_eq!(answer.header("content-type"), "image/png");
    assert_eq!(
        answer.header("content-disposition"),
        "attachment; filename=\"__ 1.PNG\"; filename*=UTF-8''%E8%B5%B0%E8%AE%BF%201.PNG"
    );
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("cache-control"), "private, no-cache");
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'; sandbox");
    let tag = answer.header("etag").to_owned();
    let again = liaison.request(Method::GET, &content).header("if-none-match", &tag);
    assert!(liaison.send(again).await.expect(304).body.is_empty());

    // What a file says it is counts for nothing.
    let page = send(&liaison, &path, "page.html", b"<script>alert(1)</script>").await;
    let page = page.expect(201).json();
    assert_eq!(page["name"], "page.html.txt");
    assert_eq!(page["media_type"], "text/plain; charset=utf-8");
}

#[tokio::test]
async fn what_is_not_taken_is_refused_with_its_reason() {
    let app = TestApp::start_with(|config| {
        config.attachments.max_file_bytes = 2_048;
        config.attachments.max_per_record = 2;
    })
    .await;
    let (liaison, path) = visit(&app).await;
    let reasons = |problem: Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = problem["errors"].as_array().unwrap().iter();
        errors.map(|error| (text(&error["pointer"]), text(&error["code"]))).collect()
    };
    let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
    let empty = send(&liaison, &path, "空.png", b"").await.problem(422, "invalid");
    assert_eq!(reasons(empty), at("/file", "file_empty"));
    let program = send(&liaison, &path, "photo.png", b"MZ\x90\0\x03\0").await;
    assert_eq!(reasons(program.problem(422, "invalid")), at("/file", "file_type"));
    let form = |fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]| {
        liaison.send(with_form(liaison.request(Method::POST, &path), fields, files))
    };
    let none = form(&[], &[]).await.problem(422, "invalid");
    assert_eq!(reasons(none), at("/file", "one_file"));
    let two = form(&[], &[("file", "a.png", &png(1)), ("file", "b.png", &png(2))]).await;
    assert_eq!(reasons(two.problem(422, "invalid")), at("/file", "one_file"));
    let more = form(&[("note", "x")], &[("file", "a.png", &png(1))]).await;
    assert_eq!(reasons(more.problem(422, "invalid")), at("/note", "unknown_field"));
    liaison.post_json(&path, json!({})).await.problem(415, "unsupported_media_type");
    let broken = liaison.request(Method::POST, &path);
    let broken = broken.header("content-type", "multipart/form-data; boundary=x").body("no form");
    liaison.send(broken).await.problem(400, "bad_request");

    let mut large = png(1);
    large.resize(2_049, b'x');
    send(&liaison, &path, "large.png", &large).await.problem(413, "too_large");
    // Also when the whole body has to be read first.
    let keyed = liaison.request(Method::POST, &path).header("idempotency-key", "large");
    large.resize(2_048 + 64 * 1024, b'x');
    let keyed = with_form(keyed, &[], &[("file", "large.png", &large)]);
    liaison.send(keyed).await.problem(413, "too_large");
    large.truncate(2_048);
    send(&liaison, &path, "large.png", &large).await.expect(201);
    send(&liaison, &path, "small.png", &png(2)).await.expect(201);
    send(&liaison, &path, "third.png", &png(3)).await.problem(409, "conflict");
    assert_eq!(liaison.get(&path).await.expect(200).json().as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_content_is_kept_once_and_goes_with_its_last_file() {
    let app = TestApp::start().await;
    let (liaison, path) = visit(&app).await;
    let (other, other_path) = visit(&app).await;
    let first = send(&liaison, &path, "a.png", &png(1)).await.expect(201);
    let second = send(&other, &other_path, "b.png", &png(1)).await.expect(201);
    send(&liaison, &path, "c.png", &png(2)).await.expect(201);
    assert_eq!(contents(&app), 2);
    liaison.delete(first.header("location")).await.expect(204);
    liaison.get(first.header("location")).await.problem(404, "not_found");
    let content = format!("{}/content", first.header("location"));
    liaison.get(&content).await.problem(404, "not_found");
    liaison.delete(first.header("location")).await.problem(404, "not_found");
    assert_eq!(contents(&app), 2, "the other visit still has it");
    let content = format!("{}/content", second.header("location"));
    assert_eq!(other.get(&content).await.expect(200).body, png(1));
    other.delete(second.header("location")).await.expect(204);
    assert_eq!(contents(&app), 1);
    // It may come again.
    send(&liaison, &path, "a.png", &png(1)).await.expect(201);
    assert_eq!(contents(&app), 2);
    // A file is found under its own record alone.
    let wrong = first.header("location").replace(&path, &other_path);
    other.get(&wrong).await.problem(404, "not_found");

    let visit = path.trim_end_matches("/attachments");
    liaison.delete_version(visit, 1).await.expect(204);
    assert_eq!(contents(&app), 0, "files go with their record");

    let log = app.admin().get("audit?record_kind=visit&limit=100").await.expect(200).json();
    let actions: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["action"].as_str().unwrap())
        .filter(|action| action.starts_with("attachment."))
        .collect();
    assert_eq!(actions.iter().filter(|action| **action == "attachment.add").count(), 4);
    assert_eq!(actions.iter().filter(|action| **action == "attachment.remove").count(), 4);
    assert!(!log.to_string().contains(".png"), "names may tell of people");
    assert_eq!(app.admin().get("audit/verification").await.expect(200).json()["intact"], true);
}

#[tokio::test]
async fn a_record_and_its_files_are_stored_together_or_not_at_all() {
    let app = TestApp::start().await;
    let caller = townbridge::accounts::principal::Caller::system("test");
    let fields = VisitFields {
        town_code: Some(GUZHEN.to_owned()),
        org_name: Some("晨舟灯饰配件厂".to_owned()),
        findings: Some("毛刺多。".to_owned()),
        ..VisitFields::default()
    };
    let photo =
        |bytes: Vec<u8>| townbridge::attachments::model::Upload { name: "a.png".to_owned(), bytes };
    let create = |photos: &[_]| visits::ops::create(app.service(), &caller, &fields, photos);
    assert!(create(&[photo(png(1)), photo(b"MZ\0".to_vec())]).is_err());
    assert_eq!(contents(&app), 0);
    let listed = || visits::ops::list(app.service(), &caller, &visits::ops::ListVisits::default());
    assert!(listed().unwrap().items.is_empty());
    create(&[photo(png(1)), photo(png(2))]).unwrap();
    assert_eq!((contents(&app), listed().unwrap().items.len()), (2, 1));
}
