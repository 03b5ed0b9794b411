//! Idempotency keys.

use chrono::TimeDelta;
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, UserId};
use townbridge::accounts::users::model::CreateUser;
use townbridge::error::Error;
use townbridge::idempotency::Claim;
use townbridge::idempotency::model::{AttemptId, Recalled};
use townbridge::idempotency::ops::{claim, forget_old, keep, recall, release};
use townbridge::records::model::RecordKind;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_key_is_used_once_and_its_answer_is_remembered,
    a_key_goes_back_with_the_write_that_fails,
    keys_are_forgotten_after_their_time,
);

fn user(db: &TestDatabase) -> UserId {
    let command = CreateUser {
        mail: format!("k{}@example.com", uuid::Uuid::now_v7().simple()),
        name: "何试".to_owned(),
        password: None,
        language: None,
        roles: Vec::new(),
    };
    create_user(db, &Caller::system("test"), &command).unwrap().id
}

fn attempt(user_id: UserId) -> Claim {
    Claim {
        user_id,
        key: "键-1".to_owned(),
        operation: "POST /api/v1/needs".to_owned(),
        request_hash: "h1".to_owned(),
        attempt_id: AttemptId::new(),
    }
}

fn use_up(db: &TestDatabase, attempt: &Claim) -> Result<(), Error> {
    let caller = Caller { idempotency: Some(attempt.clone()), ..Caller::anonymous() };
    let record = Some((RecordKind::Need, "n1"));
    db.db.write(|conn| claim(conn, &caller, db.clock.now(), record, Some(7)))
}

fn a_key_is_used_once_and_its_answer_is_remembered(db: &TestDatabase) {
    let (me, other) = (user(db), user(db));
    let first = attempt(me);
    assert_eq!(recall(db, &first).unwrap(), None);
    use_up(db, &first).unwrap();
    use_up(db, &first).unwrap();
    assert!(matches!(use_up(db, &attempt(me)), Err(Error::Conflict { .. })));
    use_up(db, &attempt(other)).unwrap();
    let record = Recalled::Record { kind: RecordKind::Need, id: "n1".into(), change: Some(7) };
    assert_eq!(recall(db, &attempt(me)).unwrap(), Some(record));
    let headers = vec![("townbridge-change".to_owned(), "7".to_owned())];
    keep(db, &first, 201, &headers, "{\"a\":\"“”\"}").unwrap();
    let answer = Recalled::Answer { status: 201, headers, body: "{\"a\":\"“”\"}".to_owned() };
    assert_eq!(recall(db, &attempt(me)).unwrap(), Some(answer));
    let different = Claim { request_hash: "h2".to_owned(), ..attempt(me) };
    assert!(matches!(recall(db, &different), Err(Error::Invalid(_))));
}

fn a_key_goes_back_with_the_write_that_fails(db: &TestDatabase) {
    let me = user(db);
    let first = attempt(me);
    let caller = Caller { idempotency: Some(first.clone()), ..Caller::anonymous() };
    let failed: Result<(), Error> = db.db.write(|conn| {
        claim(conn, &caller, db.clock.now(), None, None)?;
        Err(Error::NotFound)
    });
    assert!(matches!(failed, Err(Error::NotFound)));
    assert_eq!(recall(db, &first).unwrap(), None);
    use_up(db, &first).unwrap();
    release(db, &attempt(me)).unwrap();
    assert!(recall(db, &first).unwrap().is_some(), "only its own attempt gives a key back");
    release(db, &first).unwrap();
    assert_eq!(recall(db, &first).unwrap(), None);
}

fn keys_are_forgotten_after_their_time(db: &TestDatabase) {
    let first = attempt(user(db));
    use_up(db, &first).unwrap();
    assert_eq!(forget_old(db).unwrap(), 0);
    let hours = i64::from(db.config.records.idempotency_hours) + 1;
    db.clock.advance(TimeDelta::hours(hours));
    let second = attempt(user(db));
    use_up(db, &second).unwrap();
    assert_eq!(forget_old(db).unwrap(), 1);
    assert_eq!(recall(db, &first).unwrap(), None);
    assert!(recall(db, &second).unwrap().is_some());
}
