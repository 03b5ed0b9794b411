//! People over HTTP: sessions, passwords, registration, invitations, roles, mail.

mod invitations;
mod limits;
mod mail;
mod members;
mod passwords;
mod registration;
mod roles;
mod sessions;
mod users;

use serde_json::{Value, json};

use super::support::{Account, Answer, Client, PASSWORD, TestApp};

/// Signs in with mail address and password.
async fn sign_in(app: &TestApp, mail: &str, password: &str) -> Answer {
    let credentials = json!({ "mail": mail, "password": password });
    app.anonymous().post_json("auth/sign-in", credentials).await
}

/// Tokens of a new session of this account.
async fn tokens(app: &TestApp, account: &Account) -> Value {
    sign_in(app, &account.mail, PASSWORD).await.expect(200).json()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("a text instead of {value}"))
}

fn bearer(app: &TestApp, tokens: &Value) -> Client {
    app.with_token(text(&tokens["access_token"]))
}

async fn exchange(app: &TestApp, refresh_token: &Value) -> Answer {
    let body = json!({ "refresh_token": refresh_token });
    app.anonymous().post_json("auth/refresh", body).await
}

/// Pointers of the wrong fields, in order.
fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem["errors"].as_array().expect("errors");
    let mut pointers: Vec<&str> = errors.iter().map(|error| text(&error["pointer"])).collect();
    pointers.sort_unstable();
    pointers
}

/// Actions in the audit log, newest first.
async fn audited(app: &TestApp) -> Vec<String> {
    let page = app.admin().get("audit?limit=100").await.expect(200).json();
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| text(&item["action"]).to_owned()).collect()
}
