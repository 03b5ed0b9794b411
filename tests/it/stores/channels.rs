//! Endpoints and deliveries on both databases.

use chrono::TimeDelta;
use serde_json::json;
use townbridge::accounts::principal::{Caller, Role};
use townbridge::channels::model::{
    Audience, CreateEndpoint, DeliveryState, EndpointView, ListDeliveries, ListEndpoints,
};
use townbridge::channels::{ops, outbox, telling};
use townbridge::db::schema::deliveries;
use townbridge::jobs::deliveries::deliver_due;
use townbridge::notices::model::{NoticeData, NoticeKind};
use townbridge::notices::ops::Event;
use townbridge::on;

use super::databases::{TestDatabase, caller};
use super::on_both;
use diesel::prelude::*;

on_both!(
    a_message_is_written_once_for_each_endpoint_that_wants_it,
    everybody_sees_the_endpoints_that_are_theirs,
    what_cannot_be_sent_waits_and_dies_and_is_sent_again,
    an_endpoint_is_removed_while_messages_to_it_are_written,
);

const GUZHEN: &str = "442000105";

fn office() -> Caller {
    caller(Role::Liaison, None, Some(GUZHEN))
}

fn endpoint(db: &TestDatabase, owner: &Caller, region: &str, url: &str) -> EndpointView {
    let command: CreateEndpoint = serde_json::from_value(json!({
        "kind": "webhook", "name": "系统", "region_code": region, "url": url,
        "events": ["case_stepped", "case_escalated"],
    }))
    .unwrap();
    ops::create(db.service(), owner, &command).unwrap()
}

fn announce(db: &TestDatabase, kind: NoticeKind, once: Option<&str>) {
    let data = NoticeData { code: Some("DJ1".to_owned()), ..NoticeData::default() };
    let event = Event { kind, record: None, data, once: once.map(str::to_owned) };
    let to = [Audience::Region(GUZHEN.to_owned())];
    db.db.write(|conn| telling::announce(db.service(), conn, &event, &to)).unwrap();
}

fn count(db: &TestDatabase) -> i64 {
    db.db.read(|conn| Ok(on!(conn, conn => deliveries::table.count().get_result(conn))?)).unwrap()
}

fn a_message_is_written_once_for_each_endpoint_that_wants_it(db: &TestDatabase) {
    endpoint(db, &office(), GUZHEN, "https://a.example/1");
    endpoint(db, &office(), GUZHEN, "https://a.example/2");
    announce(db, NoticeKind::CaseAsked, None);
    assert_eq!(count(db), 0, "nobody wants that");
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| announce(db, NoticeKind::CaseEscalated, Some("escalated/1")));
        }
    });
    assert_eq!(count(db), 2);
    announce(db, NoticeKind::CaseStepped, None);
    announce(db, NoticeKind::CaseStepped, None);
    assert_eq!(count(db), 6, "without a key each counts");
}

fn everybody_sees_the_endpoints_that_are_theirs(db: &TestDatabase) {
    let city = caller(Role::Officer, None, Some("4420"));
    let one = endpoint(db, &office(), GUZHEN, "https://a.example/1");
    let two = endpoint(db, &city, "4420", "https://a.example/2");
    let seen = |caller: &Caller| {
        let page = ops::list(db.service(), caller, &ListEndpoints::default()).unwrap();
        page.items.into_iter().map(|one| one.id).collect::<Vec<_>>()
    };
    assert_eq!((seen(&office()), seen(&city)), (vec![one.id], vec![two.id]));
    assert_eq!(seen(&Caller::system("test")), [two.id, one.id]);
    assert!(seen(&caller(Role::Liaison, None, Some("442000118"))).is_empty());
    announce(db, NoticeKind::CaseStepped, None);
    let sent = |caller: &Caller| {
        outbox::list(db.service(), caller, &ListDeliveries::default()).unwrap().items.len()
    };
    // The city has chosen to be told of the steps in its towns.
    assert_eq!((sent(&office()), sent(&city), sent(&Caller::system("test"))), (1, 1, 2));
}

fn what_cannot_be_sent_waits_and_dies_and_is_sent_again(db: &TestDatabase) {
    // No name of this zone is ever found (RFC 6761).
    endpoint(db, &office(), GUZHEN, "https://nowhere.invalid/hook");
    announce(db, NoticeKind::CaseStepped, None);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let newest = || {
        outbox::list(db.service(), &office(), &ListDeliveries::default()).unwrap().items.remove(0)
    };
    for attempt in 1..=8 {
        assert_eq!(runtime.block_on(deliver_due(db.service())).unwrap(), 0);
        assert_eq!(runtime.block_on(deliver_due(db.service())).unwrap(), 0);
        assert_eq!(newest().attempts, attempt, "once at each time");
        db.clock.advance(TimeDelta::hours(8));
    }
    assert_eq!(newest().state, DeliveryState::Dead);
    assert!(newest().last_error.is_some());
    let again = outbox::resend(db.service(), &office(), newest().id).unwrap();
    assert_eq!((again.state, again.attempts), (DeliveryState::Waiting, 0));
}

/// Whether another transaction waits for one of ours.
#[cfg(feature = "server-tests")]
fn somebody_waits(db: &TestDatabase) -> bool {
    #[derive(diesel::QueryableByName)]
    struct Waiting {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        count: i64,
    }
    let query = "SELECT COUNT(*) AS count FROM pg_locks WHERE NOT granted AND pid IN \
                 (SELECT pid FROM pg_stat_activity WHERE datname = current_database())";
    let found: Waiting = match &mut db.connect() {
        townbridge::db::Db::Postgres(conn) => diesel::sql_query(query).get_result(conn).unwrap(),
        townbridge::db::Db::Sqlite(_) => return true,
    };
    found.count > 0
}

/// SQLite has one writer: nobody waits inside of a transaction there.
#[cfg(not(feature = "server-tests"))]
fn somebody_waits(_: &TestDatabase) -> bool {
    true
}

/// Waits until another transaction waits for one of ours.
fn until_somebody_waits(db: &TestDatabase) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while !somebody_waits(db) {
        assert!(std::time::Instant::now() < deadline, "nobody came to wait");
        std::thread::yield_now();
    }
}

fn an_endpoint_is_removed_while_messages_to_it_are_written(db: &TestDatabase) {
    let data = NoticeData { code: Some("DJ1".to_owned()), ..NoticeData::default() };
    let event = Event { kind: NoticeKind::CaseStepped, record: None, data, once: None };
    let to = [Audience::Region(GUZHEN.to_owned())];
    let write = |conn: &mut townbridge::db::Db| telling::announce(db.service(), conn, &event, &to);
    // Written first: who removes it waits, and removes the message as well.
    let id = endpoint(db, &office(), GUZHEN, "https://a.example/1").id;
    std::thread::scope(|scope| {
        let removing = std::sync::Mutex::new(None);
        db.db
            .write(|conn| {
                write(conn)?;
                let remove = move || ops::delete(db.service(), &office(), id);
                *removing.lock().unwrap() = Some(scope.spawn(remove));
                until_somebody_waits(db);
                Ok(())
            })
            .unwrap();
        let removing = removing.into_inner().unwrap();
        removing.unwrap().join().unwrap().unwrap();
    });
    assert_eq!(count(db), 0);
    // Removed first: who has read it before writes nothing, and what is told of stands.
    let id = endpoint(db, &office(), GUZHEN, "https://a.example/2").id;
    let again = move || ops::delete(db.service(), &office(), id).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(again);
        for _ in 0..4 {
            scope.spawn(|| db.db.write(|conn| write(conn)).unwrap());
        }
    });
    assert_eq!(count(db), 0);
}
