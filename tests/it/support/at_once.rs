//! Several callers at a time, and what those who come second are told.

use std::future::Future;

use serde_json::Value;

use super::Answer;

/// Sends all at a time.
pub async fn at_once(calls: Vec<impl Future<Output = Answer> + Send + 'static>) -> Vec<Answer> {
    let sent: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

/// How many were answered with this status.
pub fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

/// The problem of a caller who came second, after checking that it says so: a conflict, or a version
/// that is not the current one any more.
#[track_caller]
pub fn told_to_the_second(answer: &Answer, path: &str) -> Value {
    let code = match answer.status {
        409 => "conflict",
        412 => "precondition_failed",
        other => panic!("{other}: {}", answer.text()),
    };
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    assert_eq!(problem["type"], format!("/docs/errors#{code}"));
    assert_eq!(problem["code"], code);
    assert_eq!(problem["status"], answer.status);
    assert_eq!(problem["instance"], format!("/api/v1/{path}"));
    for text in ["title", "detail"] {
        assert!(!problem[text].as_str().unwrap().is_empty(), "{problem}");
    }
    problem
}

/// One did it, all others are told why not; their problems.
#[track_caller]
pub fn one_of(answers: &[Answer], status: u16, path: &str) -> Vec<Value> {
    let told: Vec<String> = answers.iter().map(Answer::text).collect();
    assert_eq!(count(answers, status), 1, "{told:?}");
    let others = answers.iter().filter(|answer| answer.status != status);
    others.map(|answer| told_to_the_second(answer, path)).collect()
}

/// Makes tests `name::on_sqlite` and `name::on_postgres` of a suite `async fn name(TestApp)`.
macro_rules! on_both_databases {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::support::TestApp;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(TestApp::start().await).await;
            }

            #[cfg(feature = "server-tests")]
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let schema = crate::support::Schema::create();
                let url = schema.url().to_owned();
                super::$name(TestApp::start_with(|config| config.database.url = url).await).await;
            }
        }
    )+};
}
pub(crate) use on_both_databases;
