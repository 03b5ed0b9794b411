//! Subscriptions on both databases: nodes that look at the same time find and tell once.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde_json::{Value, json};
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::accounts::privacy::erasure::{self, ErasePerson};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::db::schema::{outbox_mails, subscriptions};
use townbridge::db::{Db, Timestamp};
use townbridge::jobs::indexer;
use townbridge::notices;
use townbridge::on;
use townbridge::organizations;
use townbridge::organizations::model::OrgStatus;
use townbridge::organizations::ops::Arrival;
use townbridge::retention::model::DataClass;
use townbridge::retention::ops::apply_class;
use townbridge::subscriptions::model::{ListSubscriptions, Recommendations, SubscriptionId};
use townbridge::subscriptions::{finding, ops, recommendations, telling, unsubscribing};

use super::databases::{TestDatabase, organization_fields};
use super::on_both;

on_both!(
    of_nodes_that_look_at_the_same_time_one_tells,
    what_was_found_before_a_node_died_is_told_by_the_next,
    a_subscription_is_kept_listed_and_stopped,
    who_wants_nothing_recommended_is_remembered,
    what_is_removed_while_it_is_asked_costs_the_others_nothing,
    removal_and_finding_at_the_same_time_do_not_hinder_each_other,
    of_very_much_a_part_is_named_and_the_rest_counted,
    what_is_due_is_read_off_the_subscriptions,
    what_was_told_long_ago_is_removed,
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

fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn find(db: &TestDatabase) -> usize {
    wait(finding::find_new(db.service())).unwrap()
}

fn tell(db: &TestDatabase) -> usize {
    wait(telling::tell_due(db.service())).unwrap()
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
    assert_eq!(together(|| tell(db)), 1);
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
    assert_eq!(tell(db), 0);
    db.clock.advance(TimeDelta::days(1));
    assert_eq!(tell(db), 1);
    db.clock.advance(TimeDelta::days(7));
    assert_eq!(tell(db), 1);
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
    assert_eq!(tell(db), 0, "what waited is forgotten");
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

/// Removes an account, with its subscriptions.
fn erase(db: &TestDatabase, user: UserId) {
    let admin = Caller::system("test");
    let command = ErasePerson { reason: "本人申请".to_owned() };
    erasure::erase_person(db.service(), &admin, user, &command).unwrap();
}

fn what_is_removed_while_it_is_asked_costs_the_others_nothing(db: &TestDatabase) {
    let ((gone, leaver), (_, caller)) = (reader(db), reader(db));
    subscribe(db, &leaver, "at_once");
    let (removed, kept) = (subscribe(db, &caller, "at_once"), subscribe(db, &caller, "at_once"));
    publish(db, 1);
    let found = wait(finding::look(db.service())).unwrap().unwrap();
    ops::delete(db.service(), &caller, removed).unwrap();
    erase(db, gone);
    assert_eq!(finding::keep(db.service(), &found).unwrap(), 1);
    assert_eq!(tell(db), 1);
    let finds = ops::finds(db.service(), &caller, kept, &Default::default()).unwrap();
    assert_eq!(finds.items.len(), 1);
}

fn removal_and_finding_at_the_same_time_do_not_hinder_each_other(db: &TestDatabase) {
    let (_, caller) = reader(db);
    for number in 1..4 {
        let (gone, leaver) = reader(db);
        let theirs: Vec<_> = (0..8).map(|_| subscribe(db, &leaver, "at_once")).collect();
        let own: Vec<_> = (0..8).map(|_| subscribe(db, &caller, "at_once")).collect();
        publish(db, number);
        let found = wait(finding::look(db.service())).unwrap().unwrap();
        std::thread::scope(|scope| {
            scope.spawn(|| finding::keep(db.service(), &found).unwrap());
            scope.spawn(|| erase(db, gone));
            scope.spawn(|| {
                own.iter().rev().for_each(|id| ops::delete(db.service(), &caller, *id).unwrap());
            });
        });
        assert_eq!(find(db), 0);
        assert_eq!(tell(db), 0);
        assert!(theirs.iter().all(|id| ops::show(db.service(), &leaver, *id).is_err()));
    }
}

fn of_very_much_a_part_is_named_and_the_rest_counted(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let (all, few) = (subscribe(db, &caller, "at_once"), subscribe(db, &caller, "daily"));
    let arrivals: Vec<Arrival> = (1..=320)
        .map(|number| Arrival {
            fields: organization_fields(number, "442000105"),
            status: OrgStatus::Verified,
            source: "import",
            source_ref: None,
        })
        .collect();
    let (system, now) = (Caller::system("test"), db.clock.now());
    let enter = |conn: &mut Db| {
        organizations::ops::enter(db, conn, &system, arrivals.clone(), now).map(drop)
    };
    db.db.write(enter).unwrap();
    indexer::catch_up(db.service()).unwrap();
    assert_eq!(find(db), 640);
    assert_eq!((tell(db), tell(db)), (1, 0));
    let inbox = notices::ops::list(db.service(), &caller, &Default::default()).unwrap();
    assert_eq!(inbox.items[0].data.count, Some(320));
    let mail: Vec<String> = db
        .db
        .read(|conn| {
            use outbox_mails::dsl as m;
            Ok(on!(conn, conn => m::outbox_mails.select(m::body).load(conn))?)
        })
        .unwrap();
    assert!(mail.iter().any(|body| body.contains("290")), "{mail:?}");
    let mut seen = 0;
    let mut query = ListSubscriptions { limit: Some(100), after: None };
    loop {
        let page = ops::finds(db.service(), &caller, all, &query).unwrap();
        seen += page.items.len();
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert_eq!(seen, 320);
    assert_eq!(ops::finds(db.service(), &caller, few, &query).unwrap().items.len(), 0);
}

fn what_is_due_is_read_off_the_subscriptions(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let id = subscribe(db, &caller, "daily");
    let waits = || {
        use subscriptions::dsl as s;
        let since: Option<Timestamp> = db
            .db
            .read(|conn| {
                let row = s::subscriptions.find(id).select(s::waiting_since);
                Ok(on!(conn, conn => row.first(conn))?)
            })
            .unwrap();
        since.is_some()
    };
    assert!(!waits());
    publish(db, 1);
    find(db);
    assert!(waits());
    db.clock.advance(TimeDelta::days(1));
    assert_eq!(tell(db), 1);
    assert!(!waits());
    publish(db, 2);
    find(db);
    assert!(waits());
    ops::update(db.service(), &caller, id, 1, &json!({ "active": false })).unwrap();
    assert!(!waits());
}

fn what_was_told_long_ago_is_removed(db: &TestDatabase) {
    let (_, caller) = reader(db);
    let (told, waits) = (subscribe(db, &caller, "at_once"), subscribe(db, &caller, "weekly"));
    publish(db, 1);
    assert_eq!((find(db), tell(db)), (2, 1));
    let remove = || apply_class(db.service(), DataClass::SubscriptionFinds).unwrap();
    db.clock.advance(TimeDelta::days(729));
    assert_eq!(remove(), 0);
    db.clock.advance(TimeDelta::days(2));
    assert_eq!((remove(), remove()), (1, 0));
    assert_eq!(tell(db), 1, "what waits is not removed");
    let finds = |id| ops::finds(db.service(), &caller, id, &Default::default()).unwrap().items;
    assert_eq!((finds(told).len(), finds(waits).len()), (0, 1));
}
