//! Changing and resetting passwords.

use chrono::TimeDelta;
use serde_json::json;

use super::{bearer, exchange, pointers, sign_in, tokens};
use crate::support::{PASSWORD, TestApp};

const NEW: &str = "another long phrase";

#[tokio::test]
async fn changing_the_password_ends_the_other_sessions() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let (here, elsewhere) = (tokens(&app, &account).await, tokens(&app, &account).await);
    let client = bearer(&app, &here);
    let body = json!({ "current_password": PASSWORD, "new_password": NEW });
    client.put_json("me/password", &body).await.expect(204);

    client.get("me").await.expect(200);
    exchange(&app, &here["refresh_token"]).await.expect(200);
    bearer(&app, &elsewhere).get("me").await.problem(401, "unauthenticated");
    exchange(&app, &elsewhere["refresh_token"]).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, NEW).await.expect(200);
    let mails = app.mails_to(&account.mail);
    assert_eq!(mails.len(), 1, "the person is told");
    assert!(!mails[0].body.contains("token"));
}

#[tokio::test]
async fn the_current_password_must_be_known_and_the_new_one_good() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let client = app.client(&account);
    let change = |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        let client = client.clone();
        async move { client.put_json("me/password", body).await }
    };
    let problem = change("not the password", NEW).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/current_password"]);
    for poor in ["short", "password123", &account.mail, &"x".repeat(129)] {
        let problem = change(PASSWORD, poor).await.problem(422, "invalid");
        assert_eq!(pointers(&problem), ["/new_password"], "{poor}");
    }
    app.anonymous().put_json("me/password", json!({})).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn asking_for_a_reset_does_not_tell_whether_there_is_an_account() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let ask = |mail: &str| {
        let (client, body) = (app.anonymous(), json!({ "mail": mail }));
        async move { client.post_json("auth/request-password-reset", body).await }
    };
    let known = ask(&account.mail).await.expect(202);
    let unknown = ask("nobody@example.com").await.expect(202);
    assert_eq!(known.body, unknown.body);
    let names = |answer: &crate::support::Answer| {
        answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(names(&known), names(&unknown));
    app.link_token(&account.mail, 1).await;
    assert!(app.mails_to("nobody@example.com").is_empty());
    ask("no address").await.problem(422, "invalid");
}

#[tokio::test]
async fn a_reset_link_sets_the_password_once_and_ends_all_sessions() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let before = tokens(&app, &account).await;
    let visitor = app.anonymous();
    let ask = json!({ "mail": account.mail.to_uppercase() });
    visitor.post_json("auth/request-password-reset", ask).await.expect(202);
    let token = app.link_token(&account.mail, 1).await;

    // A poor password does not use the link up.
    let poor = json!({ "token": token, "password": "short" });
    let problem = visitor.post_json("auth/reset-password", poor).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/password"]);
    let body = json!({ "token": token, "password": NEW });
    visitor.post_json("auth/reset-password", &body).await.expect(204);
    let problem = visitor.post_json("auth/reset-password", &body).await.problem(422, "invalid");
    assert_eq!(pointers(&problem), ["/token"]);

    bearer(&app, &before).get("me").await.problem(401, "unauthenticated");
    exchange(&app, &before["refresh_token"]).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, PASSWORD).await.problem(401, "unauthenticated");
    sign_in(&app, &account.mail, NEW).await.expect(200);
}

#[tokio::test]
async fn only_the_newest_reset_link_works_and_not_for_long() {
    let app = TestApp::start().await;
    let account = app.account(&[]);
    let visitor = app.anonymous();
    let mut links = Vec::new();
    for count in 1..=2 {
        let ask = json!({ "mail": account.mail });
        visitor.post_json("auth/request-password-reset", ask).await.expect(202);
        links.push(app.link_token(&account.mail, count).await);
    }
    assert_ne!(links[0], links[1]);
    let old = json!({ "token": links[0], "password": NEW });
    visitor.post_json("auth/reset-password", old).await.problem(422, "invalid");
    let newest = json!({ "token": links[1], "password": NEW });
    app.clock.advance(TimeDelta::hours(2));
    visitor.post_json("auth/reset-password", newest).await.problem(422, "invalid");
    // A link for one thing does not do for another.
    let ask = json!({ "mail": account.mail });
    visitor.post_json("auth/request-password-reset", ask).await.expect(202);
    let token = app.link_token(&account.mail, 3).await;
    let verify = json!({ "token": token });
    visitor.post_json("auth/verify-mail", verify).await.problem(422, "invalid");
}

/// An unknown address must cost the same work as a wrong password. The bound is wide, because a
/// busy machine makes either slower: without the work it would be a thousand times as fast.
#[test]
fn unknown_address_takes_as_long_as_a_wrong_password() {
    use std::time::{Duration, Instant};
    use townbridge::accounts::passwords::hash;
    let stored = hash::hash(PASSWORD).unwrap();
    let time = |hash_or_none: Option<&str>| -> Duration {
        let started = Instant::now();
        assert!(!hash::verify("something else", hash_or_none).unwrap());
        started.elapsed()
    };
    let times: Vec<(Duration, Duration)> =
        (0..5).map(|_| (time(Some(&stored)), time(None))).collect();
    let wrong = times.iter().map(|pair| pair.0).min().unwrap();
    let unknown = times.iter().map(|pair| pair.1).min().unwrap();
    assert!(unknown * 20 > wrong, "{times:?}");
}
