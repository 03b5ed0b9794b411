//! Signing in and out, and the tokens of a session.

use chrono::TimeDelta;
use serde_json::json;

use super::{audited, bearer, exchange, sign_in, text, tokens};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn who_signs_in_is_known_until_signing_out() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let answer = sign_in(&app, &account.mail.to_uppercase(), PASSWORD).await.expect(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let tokens = answer.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 900);
    let client = bearer(&app, &tokens);
    let me = client.get("me").await.expect(200);
    assert_eq!(me.header("etag"), "\"v1\"");
    assert_eq!(me.json()["mail"], account.mail);

    client.post_json("auth/sign-out", json!({})).await.expect(204);
    client.get("me").await.problem(401, "unauthenticated");
    exchange(&app, &tokens["refresh_token"]).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn wrong_password_and_unknown_address_are_answered_alike() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let wrong = sign_in(&app, &account.mail, "correct horse batterx").await;
    let unknown = sign_in(&app, "nobody@example.com", PASSWORD).await;
    let mut bodies = [wrong, unknown].map(|answer| answer.problem(401, "unauthenticated"));
    for body in &mut bodies {
        body["request_id"].take();
    }
    assert_eq!(bodies[0], bodies[1]);
    let log = audited(&app).await;
    assert_eq!(log.iter().filter(|action| *action == "session.refuse").count(), 2);
}

#[tokio::test]
async fn malformed_credentials_are_not_an_attempt() {
    let app = TestApp::start().await;
    let extra = json!({ "mail": "a@b.example", "password": "x", "remember": true });
    app.anonymous().post_json("auth/sign-in", extra).await.problem(422, "invalid");
    app.anonymous().post_json("auth/sign-in", json!({ "mail": 3 })).await.problem(422, "invalid");
    assert!(!audited(&app).await.contains(&"session.refuse".to_owned()));
}

#[tokio::test]
async fn access_token_ends_and_a_refresh_token_renews_it() {
    let app = TestApp::start().await;
    let tokens = tokens(&app, &app.account(&[])).await;
    app.clock.advance(TimeDelta::seconds(901));
    let old = bearer(&app, &tokens);
    old.get("me").await.problem(401, "unauthenticated");
    // Also when the ended token comes along.
    let body = json!({ "refresh_token": tokens["refresh_token"] });
    let renewed = old.post_json("auth/refresh", body).await.expect(200).json();
    assert_eq!(renewed["session_id"], tokens["session_id"]);
    assert_ne!(renewed["refresh_token"], tokens["refresh_token"]);
    bearer(&app, &renewed).get("me").await.expect(200);
}

#[tokio::test]
async fn refresh_token_ends_after_thirty_days() {
    let app = TestApp::start().await;
    let tokens = tokens(&app, &app.account(&[])).await;
    app.clock.advance(TimeDelta::days(30));
    exchange(&app, &tokens["refresh_token"]).await.problem(401, "unauthenticated");
    exchange(&app, &json!("made up")).await.problem(401, "unauthenticated");
}

#[tokio::test]
async fn using_a_refresh_token_again_ends_the_session() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let (stolen, other) = (tokens(&app, &account).await, tokens(&app, &account).await);
    let thief = exchange(&app, &stolen["refresh_token"]).await.expect(200).json();
    exchange(&app, &stolen["refresh_token"]).await.problem(401, "unauthenticated");
    // The whole family is worthless now, in whoever's hands.
    bearer(&app, &thief).get("me").await.problem(401, "unauthenticated");
    exchange(&app, &thief["refresh_token"]).await.problem(401, "unauthenticated");
    assert!(audited(&app).await.contains(&"session.reuse".to_owned()));
    // The person's other session has nothing to do with it.
    bearer(&app, &other).get("me").await.expect(200);
}

#[tokio::test]
async fn of_many_that_use_a_refresh_token_at_once_one_succeeds() {
    let app = TestApp::start().await;
    let tokens = tokens(&app, &app.account(&[])).await;
    let tries = (0..8).map(|_| exchange(&app, &tokens["refresh_token"]));
    let answers = futures_util::future::join_all(tries).await;
    let successes = answers.iter().filter(|answer| answer.status == 200).count();
    let refusals = answers.iter().filter(|answer| answer.status == 401).count();
    assert_eq!((successes, refusals), (1, 7));
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let (first, second) = (tokens(&app, &account).await, tokens(&app, &account).await);
    let client = bearer(&app, &second);
    let list = client.get("me/sessions").await.expect(200).json();
    assert_eq!(list.as_array().unwrap().len(), 2);
    let current: Vec<bool> =
        list.as_array().unwrap().iter().map(|row| row["current"] == true).collect();
    assert_eq!(current, [true, false], "last used first: {list}");
    assert_eq!(list[0]["address"], "127.0.0.1");

    let path = format!("me/sessions/{}", text(&first["session_id"]));
    app.client(&app.account(&[])).delete(&path).await.problem(404, "not_found");
    client.delete(&path).await.expect(204);
    client.delete(&path).await.problem(404, "not_found");
    bearer(&app, &first).get("me").await.problem(401, "unauthenticated");
    client.get("me").await.expect(200);

    app.clock.advance(TimeDelta::days(31));
    let later = bearer(&app, &tokens(&app, &account).await);
    let list = later.get("me/sessions").await.expect(200).json();
    assert_eq!(list.as_array().unwrap().len(), 1, "sessions that cannot be renewed are gone");
}

#[tokio::test]
async fn housekeeping_removes_what_has_ended_and_nothing_else() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    tokens(&app, &account).await;
    app.clock.advance(TimeDelta::days(29));
    let alive = tokens(&app, &account).await;
    app.clock.advance(TimeDelta::days(2));
    townbridge::jobs::housekeeping::tidy(&app).unwrap();
    let list = app.client(&account).get("me/sessions").await.expect(200).json();
    let ids: Vec<&str> = list.as_array().unwrap().iter().map(|row| text(&row["id"])).collect();
    assert_eq!(ids.len(), 2);
    assert!(ids.contains(&text(&alive["session_id"])));
    exchange(&app, &alive["refresh_token"]).await.expect(200);
}

#[tokio::test]
async fn neither_passwords_nor_tokens_are_logged_or_stored() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let tokens = tokens(&app, &account).await;
    let log = app.admin().get("audit?limit=100").await.expect(200).text();
    let secrets = [PASSWORD, text(&tokens["access_token"]), text(&tokens["refresh_token"])];
    let mut files = Vec::new();
    for name in ["townbridge.sqlite", "townbridge.sqlite-wal"] {
        files.extend(std::fs::read(app.data_dir().join(name)).unwrap_or_default());
    }
    for secret in secrets {
        assert!(!log.contains(secret));
        assert!(!files.windows(secret.len()).any(|window| window == secret.as_bytes()));
    }
}
