//! Guessing is slowed down, and nothing is learnt from it.

use chrono::TimeDelta;
use serde_json::json;

use super::sign_in;
use crate::support::{PASSWORD, TestApp};

async fn with_limits(per_account: u32, per_address: u32) -> TestApp {
    TestApp::start_with(|config| {
        config.accounts.attempts_per_account = per_account;
        config.accounts.attempts_per_address = per_address;
    })
    .await
}

#[tokio::test]
async fn after_too_many_failures_even_the_right_password_waits() {
    let app = with_limits(3, 100).await;
    let account = app.account(&[]);
    for _ in 0..3 {
        sign_in(&app, &account.mail, "a wrong password").await.problem(401, "unauthenticated");
    }
    let answer = sign_in(&app, &account.mail, PASSWORD).await;
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=301).contains(&wait), "{wait}");
    answer.problem(429, "rate_limited");
    // Others are not hindered.
    sign_in(&app, &app.account(&[]).mail, PASSWORD).await.expect(200);
    app.clock.advance(TimeDelta::seconds(wait));
    sign_in(&app, &account.mail, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn unknown_addresses_are_limited_like_known_ones() {
    let app = with_limits(2, 100).await;
    for _ in 0..2 {
        sign_in(&app, "nobody@example.com", PASSWORD).await.problem(401, "unauthenticated");
    }
    sign_in(&app, "NOBODY@example.com", PASSWORD).await.problem(429, "rate_limited");
    let ask = json!({ "mail": "nobody@example.com" });
    for _ in 0..2 {
        app.anonymous().post_json("auth/request-password-reset", &ask).await.expect(202);
    }
    let answer = app.anonymous().post_json("auth/request-password-reset", &ask).await;
    assert!(!answer.header("retry-after").is_empty());
    answer.problem(429, "rate_limited");
    let answer = app.anonymous().post_json("auth/resend-verification", &ask).await;
    answer.problem(429, "rate_limited");
}

#[tokio::test]
async fn signing_in_rightly_is_never_limited() {
    let app = with_limits(2, 2).await;
    let account = app.account(&[]);
    for _ in 0..6 {
        sign_in(&app, &account.mail, PASSWORD).await.expect(200);
    }
}

#[tokio::test]
async fn one_address_cannot_try_many_accounts() {
    let app = with_limits(100, 4).await;
    for number in 0..4 {
        let mail = format!("guess{number}@example.com");
        sign_in(&app, &mail, PASSWORD).await.problem(401, "unauthenticated");
    }
    sign_in(&app, &app.account(&[]).mail, PASSWORD).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn guessing_the_current_password_is_limited_too() {
    let app = with_limits(2, 100).await;
    let account = app.account(&[]);
    let client = app.client(&account);
    let body = json!({ "current_password": "a wrong one", "new_password": "a new good one" });
    for _ in 0..2 {
        client.put_json("me/password", &body).await.problem(422, "invalid");
    }
    client.put_json("me/password", &body).await.problem(429, "rate_limited");
    sign_in(&app, &account.mail, PASSWORD).await.problem(429, "rate_limited");
}

#[tokio::test]
async fn probing_addresses_by_registering_is_limited() {
    let app = TestApp::start_with(|config| config.accounts.registrations_per_address = 3).await;
    let account = app.account(&[]);
    let body = |number: u32| {
        json!({
            "organization": {
                "name": format!("第{number}试探有限公司"),
                "uscc": crate::support::credit_code(7_000 + number),
                "org_type": "university",
                "region_code": "440106",
                "contact": { "name": "试" }
            },
            "name": "试", "mail": account.mail
        })
    };
    for number in 0..3 {
        app.anonymous().post_json("auth/register", body(number)).await.expect(202);
    }
    let answer = app.anonymous().post_json("auth/register", body(4)).await;
    let wait: i64 = answer.header("retry-after").parse().unwrap();
    answer.problem(429, "rate_limited");
    // They grow back over a day, much slower than failed sign-ins, which they do not hinder.
    assert!((28_000..=28_801).contains(&wait), "{wait}");
    sign_in(&app, &account.mail, PASSWORD).await.expect(200);
    app.clock.advance(TimeDelta::seconds(wait));
    app.anonymous().post_json("auth/register", body(5)).await.expect(202);
}

#[tokio::test]
async fn registering_floods_nobodys_mailbox() {
    let app = with_limits(3, 100).await;
    let account = app.account(&[]);
    let body = |mail: &str, number: u32| {
        json!({
            "organization": {
                "name": format!("第{number}来信有限公司"),
                "uscc": crate::support::credit_code(7_100 + number),
                "org_type": "university",
                "region_code": "440106",
                "contact": { "name": "试" }
            },
            "name": "试", "mail": mail
        })
    };
    for mail in [account.mail.as_str(), "nobody@example.com"] {
        // Counted together with the other mails that anybody may ask for.
        let ask = json!({ "mail": mail });
        app.anonymous().post_json("auth/request-password-reset", &ask).await.expect(202);
        for number in 0..2 {
            app.anonymous().post_json("auth/register", body(mail, number)).await.expect(202);
        }
        let answer = app.anonymous().post_json("auth/register", body(mail, 3)).await;
        answer.problem(429, "rate_limited");
        let answer = app.anonymous().post_json("auth/request-password-reset", &ask).await;
        answer.problem(429, "rate_limited");
    }
}
