//! Idempotency keys.

use chrono::TimeDelta;
use townbridge::accounts::principal::{Caller, UserId};
use townbridge::error::Error;
use townbridge::idempotency::Claim;
use townbridge::idempotency::model::{Created, CreatedKind, Recalled};
use townbridge::idempotency::ops::{claim, keep, recall, release};
use townbridge::records::model::RecordKind;
use townbridge::retention::model::DataClass;
use townbridge::retention::ops::apply_class;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_key_is_used_once_and_its_answer_is_remembered,
    what_a_write_creates_may_be_named_after_its_trace,
    a_key_goes_back_with_the_write_that_fails,
    keys_are_forgotten_after_their_time,
);

fn attempt(user_id: UserId) -> Claim {
    sending(user_id, "{\"title\":\"散热\"}")
}

fn sending(user_id: UserId, body: &str) -> Claim {
    Claim::new(user_id, "key-1", "POST /api/v1/needs".to_owned(), body.as_bytes())
}

fn use_up(db: &TestDatabase, attempt: &Claim) -> Result<(), Error> {
    let caller = Caller { idempotency: Some(attempt.clone()), ..Caller::anonymous() };
    let created = Created::record(RecordKind::Need, "n1");
    db.db.write(|conn| claim(conn, &caller, db.clock.now(), Some(&created), Some(7)))
}

fn a_key_is_used_once_and_its_answer_is_remembered(db: &TestDatabase) {
    let (me, other) = (db.account(), db.account());
    let first = attempt(me);
    assert_eq!(recall(db, &first).unwrap(), None);
    use_up(db, &first).unwrap();
    use_up(db, &first).unwrap();
    assert!(matches!(use_up(db, &attempt(me)), Err(Error::Conflict { .. })));
    use_up(db, &attempt(other)).unwrap();
    let created = Created::record(RecordKind::Need, "n1");
    let made = Recalled::Created { created, change: Some(7) };
    assert_eq!(recall(db, &attempt(me)).unwrap(), Some(made));
    let headers = vec![("townbridge-change".to_owned(), "7".to_owned())];
    keep(db, &first, 201, &headers, "{\"a\":\"“”\"}").unwrap();
    let answer = Recalled::Answer { status: 201, headers, body: "{\"a\":\"“”\"}".to_owned() };
    assert_eq!(recall(db, &attempt(me)).unwrap(), Some(answer));
    let different = sending(me, "{\"title\":\"压铸\"}");
    assert!(matches!(recall(db, &different), Err(Error::Invalid(_))));
    let elsewhere = Claim { operation: "POST /api/v1/capabilities".to_owned(), ..attempt(me) };
    assert!(matches!(recall(db, &elsewhere), Err(Error::Invalid(_))));
}

fn what_a_write_creates_may_be_named_after_its_trace(db: &TestDatabase) {
    let first = attempt(db.account());
    let caller = Caller { idempotency: Some(first.clone()), ..Caller::anonymous() };
    let now = db.clock.now();
    db.db.write(|conn| claim(conn, &caller, now, None, Some(6))).unwrap();
    assert_eq!(recall(db, &first).unwrap(), Some(Recalled::Lost));
    let created = Created::part(CreatedKind::NeedGrant, "n1", "g1");
    db.db
        .write(|conn| {
            claim(conn, &caller, now, Some(&created), Some(7))?;
            claim(conn, &caller, now, None, Some(8))
        })
        .unwrap();
    let made = Recalled::Created { created, change: Some(7) };
    assert_eq!(recall(db, &first).unwrap(), Some(made));
}

fn a_key_goes_back_with_the_write_that_fails(db: &TestDatabase) {
    let me = db.account();
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
    let first = attempt(db.account());
    use_up(db, &first).unwrap();
    assert_eq!(apply_class(db, DataClass::RequestKeys).unwrap(), 0);
    let hours = i64::from(db.config.records.idempotency_hours) + 1;
    db.clock.advance(TimeDelta::hours(hours));
    let second = attempt(db.account());
    use_up(db, &second).unwrap();
    assert_eq!(apply_class(db, DataClass::RequestKeys).unwrap(), 1);
    assert_eq!(recall(db, &first).unwrap(), None);
    assert!(recall(db, &second).unwrap().is_some());
}
