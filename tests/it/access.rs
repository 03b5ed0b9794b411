//! Who may call what: every operation of the OpenAPI document, by every kind of caller.
//!
//! Each row is one operation on one kind of record, and says what every caller is answered. An
//! operation without a row fails the test, and so does a row without an operation.

mod accounts;
mod capabilities;
mod cases;
mod channels;
mod contracts;
mod events;
mod messages;
mod needs;
mod notices;
mod open;
mod organizations;
mod platforms;
mod privacy;
mod projects;
mod reports;
mod reviewed;
mod subscriptions;
mod suggestions;
mod visits;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Method;
use serde_json::Value;
use townbridge::http::server;

use crate::support::PASSWORD;
use world::{Call, Who, World, find};

/// One operation on one kind of record.
pub struct Row {
    /// Operation id.
    operation: &'static str,
    /// The record it is called on, in words.
    on: &'static str,
    /// The request; records it needs are made anew for each caller.
    call: fn(&World, Who) -> Call,
    /// Statuses with those who get them, by [`Who::name`].
    expect: &'static [(u16, &'static str)],
}

/// Everybody.
const ALL: &str = "visitor unverified neighbour stranger expert member manager liaison \
                   other_liaison city other_city province admin";
/// Everybody who is signed in.
const SIGNED_IN: &str = "unverified neighbour stranger expert member manager liaison \
                         other_liaison city other_city province admin";
/// Signed in, but with no part in the records of our own organisation.
const OTHERS: &str = "unverified neighbour stranger expert other_liaison other_city";
/// The same, but without those who review other regions.
const OTHER_ORGS: &str = "unverified neighbour stranger expert";
/// The organisation itself.
const OWN: &str = "member manager";
/// Those who review the organisation's region, and the platform.
const REVIEWERS: &str = "liaison city province admin";
/// Both.
const OWN_AND_REVIEWERS: &str = "member manager liaison city province admin";

/// Pages and parts of a table.
fn tables() -> Vec<&'static Row> {
    let all = [
        open::ROWS,
        needs::ROWS,
        capabilities::ROWS,
        organizations::ROWS,
        accounts::ROWS,
        visits::ROWS,
        cases::ROWS,
        contracts::ROWS,
        projects::ROWS,
        notices::ROWS,
        reports::ROWS,
        privacy::ROWS,
        channels::ROWS,
        messages::ROWS,
        subscriptions::ROWS,
        suggestions::ROWS,
        events::ROWS,
        platforms::ROWS,
    ];
    all.into_iter().flatten().collect()
}

/// Operation ids of the document with method and path.
fn documented() -> BTreeMap<String, (Method, String)> {
    let document = serde_json::to_value(server::openapi()).unwrap();
    let mut found = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Value::String(id) = &operation["operationId"] else { panic!("{path} has no id") };
            let method = method.to_ascii_uppercase().parse().unwrap();
            found.insert(id.clone(), (method, path.clone()));
        }
    }
    found
}

#[test]
fn every_operation_has_a_row_and_every_row_an_operation() {
    let documented: BTreeSet<String> = documented().into_keys().collect();
    let tabled: BTreeSet<String> = tables().iter().map(|row| row.operation.to_owned()).collect();
    let missing: Vec<_> = documented.difference(&tabled).collect();
    let surplus: Vec<_> = tabled.difference(&documented).collect();
    assert!(missing.is_empty(), "operations without a row: {missing:?}");
    assert!(surplus.is_empty(), "rows without an operation: {surplus:?}");
}

#[test]
fn every_row_names_every_caller_once() {
    for row in tables() {
        let named = |all: &[(u16, &str)]| -> Vec<String> {
            all.iter().flat_map(|(_, names)| names.split_whitespace()).map(str::to_owned).collect()
        };
        let mut names = named(row.expect);
        names.sort();
        let mut all: Vec<String> = Who::ALL.iter().map(|who| who.name().to_owned()).collect();
        all.sort();
        assert_eq!(names, all, "{} on {}", row.operation, row.on);
    }
}

#[test]
fn visitors_are_let_into_no_operation_that_needs_a_caller() {
    let documented = documented();
    for row in tables() {
        let (method, path) = &documented[row.operation];
        let operation = find(method, path).unwrap();
        // Answered 401 as well, but for what is in their body.
        let by_body = ["sign_in", "refresh_tokens"].contains(&row.operation);
        assert_eq!(
            operation.needs_sign_in || by_body,
            status_for(row, Who::Visitor) == 401,
            "{} on {}: the document and the table disagree",
            row.operation,
            row.on
        );
    }
}

fn status_for(row: &Row, who: Who) -> u16 {
    let names = |names: &str| names.split_whitespace().any(|name| name == who.name());
    row.expect.iter().find(|(_, callers)| names(callers)).unwrap().0
}

/// Calls every row of a table by everybody and lists what was answered otherwise.
async fn check(rows: &[Row], password: Option<&str>) {
    let world = World::start(password).await;
    let documented = documented();
    let mut wrong = Vec::new();
    for row in rows {
        let (method, pattern) = &documented[row.operation];
        for &who in Who::ALL {
            let expected = status_for(row, who);
            let call = (row.call)(&world, who);
            assert!(
                call.fits(method, pattern),
                "{}: {} is not {pattern}",
                row.operation,
                call.path
            );
            let answer = world.send(method, who, call).await;
            if answer.status != expected {
                let body =
                    String::from_utf8_lossy(&answer.body).chars().take(300).collect::<String>();
                wrong.push(format!(
                    "{} on {} by {}: {} instead of {expected}: {body}",
                    row.operation,
                    row.on,
                    who.name(),
                    answer.status,
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} answers differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn what_is_open_to_everybody() {
    check(open::ROWS, None).await;
}

#[tokio::test]
async fn needs_are_called_as_the_table_says() {
    check(needs::ROWS, None).await;
}

#[tokio::test]
async fn capabilities_are_called_as_the_table_says() {
    check(capabilities::ROWS, None).await;
}

#[tokio::test]
async fn cases_are_called_as_the_table_says() {
    check(cases::ROWS, None).await;
}

#[tokio::test]
async fn organizations_and_towns_are_called_as_the_table_says() {
    check(organizations::ROWS, None).await;
}

#[tokio::test]
async fn projects_are_called_as_the_table_says() {
    check(projects::ROWS, None).await;
}

#[tokio::test]
async fn reports_are_called_as_the_table_says() {
    check(reports::ROWS, None).await;
}

#[tokio::test]
async fn personal_data_are_called_as_the_table_says() {
    check(privacy::ROWS, None).await;
}

#[tokio::test]
async fn contracts_are_called_as_the_table_says() {
    check(contracts::ROWS, None).await;
}

#[tokio::test]
async fn accounts_are_called_as_the_table_says() {
    check(accounts::ROWS, Some(PASSWORD)).await;
}

#[tokio::test]
async fn visits_are_called_as_the_table_says() {
    check(visits::ROWS, None).await;
}

#[tokio::test]
async fn notices_are_called_as_the_table_says() {
    check(notices::ROWS, None).await;
}

#[tokio::test]
async fn templates_of_messages_are_called_as_the_table_says() {
    check(messages::ROWS, None).await;
}

#[tokio::test]
async fn channels_are_called_as_the_table_says() {
    check(channels::ROWS, None).await;
}

#[tokio::test]
async fn subscriptions_are_called_as_the_table_says() {
    check(subscriptions::ROWS, None).await;
}

#[tokio::test]
async fn suggestions_are_called_as_the_table_says() {
    check(suggestions::ROWS, None).await;
}

#[tokio::test]
async fn events_are_called_as_the_table_says() {
    check(events::ROWS, None).await;
}

#[tokio::test]
async fn platforms_are_called_as_the_table_says() {
    check(platforms::ROWS, None).await;
}
