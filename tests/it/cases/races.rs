//! Several who act on one case at a time.

use std::future::Future;

use serde_json::json;

use super::{World, accept, decline, stage, step};
use crate::support::Answer;

/// Sends all at a time.
async fn at_once(calls: Vec<impl Future<Output = Answer> + Send + 'static>) -> Vec<Answer> {
    let sent: Vec<_> = calls.into_iter().map(tokio::spawn).collect();
    let mut answers = Vec::new();
    for answer in sent {
        answers.push(answer.await.unwrap());
    }
    answers
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[tokio::test]
async fn of_several_who_open_one_case_one_does() {
    let world = World::start().await;
    let calls = (0..8).map(|_| {
        let (client, pair) = (world.liaison.clone(), world.pair());
        async move { client.post_json("cases", pair).await }
    });
    let answers = at_once(calls.collect()).await;
    assert_eq!((count(&answers, 201), count(&answers, 409)), (1, 7));
    let list = world.liaison.get("cases").await.expect(200).json();
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_answer_counts_once_however_often_it_is_sent() {
    let world = World::start().await;
    let case = world.opened_by(&world.firm).await;
    let calls = (0..6).map(|_| {
        let (client, case) = (world.provider.clone(), case.clone());
        async move { accept(&client, &case).await }
    });
    let answers = at_once(calls.collect()).await;
    assert_eq!(count(&answers, 200), 1);
    let refused = answers.iter().filter(|answer| [409, 412].contains(&answer.status)).count();
    assert_eq!(refused, 5);
    let entries = world.liaison.get(&format!("{case}/entries")).await.expect(200).json();
    assert_eq!(entries.as_array().unwrap().len(), 2);
    let grants =
        world.liaison.get(&format!("needs/{}/grants", world.need)).await.expect(200).json();
    assert_eq!(grants.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn of_a_yes_and_a_no_at_a_time_both_are_told_what_holds() {
    for _ in 0..4 {
        let world = World::start().await;
        let case = world.opened_by(&world.firm).await;
        let (yes, no) = (world.provider.clone(), world.firm.clone());
        let (first, second) = (case.clone(), case.clone());
        let (yes, no) = tokio::join!(
            tokio::spawn(async move { accept(&yes, &first).await }),
            tokio::spawn(async move { decline(&no, &second, "budget").await }),
        );
        let (yes, no) = (yes.unwrap().status, no.unwrap().status);
        // A refusal after the yes is legal; a yes after the refusal is not.
        assert!([200, 409, 412].contains(&yes) && [200, 412].contains(&no), "{yes} {no}");
        let expected = if no == 200 { "closed_lost" } else { "mutual" };
        assert_eq!(stage(&world.liaison, &case).await, expected, "{yes} {no}");
    }
}

#[tokio::test]
async fn of_two_liaisons_who_take_one_step_one_does() {
    let world = World::start().await;
    let case = world.mutual().await;
    let other = world.app.officer("4420");
    let calls = [world.liaison.clone(), other].map(|client| {
        let case = case.clone();
        async move { step(&client, &case, json!({ "to": "introduced" })).await }
    });
    let answers = at_once(calls.into()).await;
    assert_eq!(count(&answers, 200), 1);
    assert_eq!(count(&answers, 409) + count(&answers, 412), 1);
}
