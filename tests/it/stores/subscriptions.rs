//! Subscriptions on both databases: nodes that look at the same time find and tell once.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::db::schema::subscriptions;
use townbridge::jobs::indexer;
use townbridge::notices;
use townbridge::on;
use townbridge::organizations::model::OrgStatus;
use townbridge::subscriptions::model::{Recommendations, SubscriptionId};
use townbridge::subscriptions::{finding, ops, recommendations, telling, unsubscribing};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    of_nodes_that_look_at_the_same_time_one_tells,
    what_was_found_before_a_node_died_is_told_by_the_next,
    a_subscription_is_kept_listed_and_stopped,
    who_wants_nothing_recommended_is_remembered,
);

/// Somebody, as the caller of a request.
fn reader(db: &TestDatabase) -> (UserId, Caller) {
    let command = CreateUser {
        mail: format!("{}@example.com", uuid::Uuid::now_v7()),
        name: "何试".to_owned(),
        password: None,
        language: None,
        roles: vec![GrantRole::in_region(Role::Officer, "4420")],
    };
    let user = create_user(db.service(), &Caller::system("test"), &command).unwrap();
    let caller = db.db.read(|conn| {
        let row = townbridge::accounts::ops::active(conn, &[user.id])?.remove(0);
        townbridge::accounts::ops::acting_as(conn, &row)
    });
    (user.id, caller.unwrap())
}

fn subscribe(db: &TestDatabase, caller: &Caller, frequency: &str) -> SubscriptionId {
    let query = json!({ "kind": "organization" });
    let body: Value = json!({ "name": "机构", "query": query, "frequency": frequency });
    ops::create(db.service(), caller, &serde_json::from_value(body).unwrap()).unwrap().id
}

/// Publishes an organisation of this number.
fn publish(db: &TestDatabase, number: u32) {
    db.organization(number, OrgStatus::Verified, "442000105");
    indexer::catch_up(db.service()).unwrap();
}

fn find(db: &TestDatabase) -> usize {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(finding::find_new(db.service())).unwrap()
}

fn together(work: impl Fn() -> usize + Sync) -> usize {
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(&work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn of_nodes_that_look_at_the_same_time_one_tells(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let id = subscribe(db, &caller, "at_once");
    (1..4).for_each(|number| publish(db, number));
    assert_eq!(together(|| find(db)), 3);
    assert_eq!(together(|| telling::tell_due(db.service()).unwrap()), 1);
    assert_eq!(notices::ops::unread(db.service(), &caller).unwrap(), 1);
    let finds = ops::finds(db.service(), &caller, id, &Default::default()).unwrap();
    assert_eq!(finds.items.len(), 3);
}

fn what_was_found_before_a_node_died_is_told_by_the_next(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let daily = subscribe(db, &caller, "daily");
    let weekly = subscribe(db, &caller, "weekly");
    publish(db, 1);
    assert_eq!((find(db), find(db)), (2, 0));
    assert_eq!(telling::tell_due(db.service()).unwrap(), 0);
    db.clock.advance(TimeDelta::days(1));
    assert_eq!(telling::tell_due(db.service()).unwrap(), 1);
    db.clock.advance(TimeDelta::days(7));
    assert_eq!(telling::tell_due(db.service()).unwrap(), 1);
    for id in [daily, weekly] {
        let finds = ops::finds(db.service(), &caller, id, &Default::default()).unwrap();
        assert_eq!(finds.items.len(), 1);
    }
}

fn a_subscription_is_kept_listed_and_stopped(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let id = subscribe(db, &caller, "at_once");
    publish(db, 1);
    find(db);
    let (_, other) = reader(db);
    assert!(ops::show(db.service(), &other, id).is_err());
    let secret: String = db
        .db
        .read(|conn| {
            use subscriptions::dsl as s;
            Ok(on!(conn, conn => s::subscriptions.find(id).select(s::off_secret).first(conn))?)
        })
        .unwrap();
    assert!(unsubscribing::show(db.service(), &secret).unwrap().active);
    assert!(!unsubscribing::stop(db.service(), &caller, &secret).unwrap().active);
    assert_eq!(telling::tell_due(db.service()).unwrap(), 0, "what waited is forgotten");
    let on = json!({ "active": true });
    assert!(ops::update(db.service(), &caller, id, 2, &on).unwrap().active);
    assert_eq!(ops::list(db.service(), &caller, &Default::default()).unwrap().items.len(), 1);
    ops::delete(db.service(), &caller, id).unwrap();
    assert_eq!(ops::list(db.service(), &caller, &Default::default()).unwrap().items.len(), 0);
}

fn who_wants_nothing_recommended_is_remembered(db: &TestDatabase) {
    let (user, caller) = reader(db);
    let (other, _) = reader(db);
    for personalised in [false, false, true, true, false] {
        let choice = Recommendations { personalised };
        assert_eq!(recommendations::choose(db.service(), &caller, choice).unwrap(), choice);
        assert_eq!(recommendations::show(db.service(), &caller).unwrap(), choice);
    }
    let off = db.db.read(|conn| recommendations::opted_out(conn, &[user, other])).unwrap();
    assert_eq!(off, [user]);
}
