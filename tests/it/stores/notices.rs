//! Notices on both databases.

use chrono::TimeDelta;
use townbridge::accounts::ops::create_user;
use townbridge::accounts::principal::{Caller, Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;
use townbridge::notices::model::{
    ListNotices, MailChoice, NoticeData, NoticeKind, NoticeSettings, ReadNotices,
};
use townbridge::notices::ops::{self, Event};
use townbridge::notices::{digest, settings};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    what_is_told_once_is_told_once_whoever_tells_it,
    of_nodes_that_write_the_daily_mail_one_does,
    an_inbox_is_listed_and_read,
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

fn event(once: Option<&str>) -> Event {
    Event {
        kind: NoticeKind::CasesHandedOver,
        record: None,
        data: NoticeData { count: Some(2), ..NoticeData::default() },
        once: once.map(str::to_owned),
    }
}

fn tell(db: &TestDatabase, user: UserId, once: Option<&str>) -> usize {
    db.db.write(|conn| ops::tell(db.service(), conn, &event(once), &[user, user])).unwrap()
}

fn what_is_told_once_is_told_once_whoever_tells_it(db: &TestDatabase) {
    let (user, caller) = reader(db);
    let told: usize = std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..6).map(|_| scope.spawn(|| tell(db, user, Some("escalated/1")))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(told, 1);
    assert_eq!(ops::unread(db.service(), &caller).unwrap(), 1);
    assert_eq!((tell(db, user, None), tell(db, user, None)), (1, 1), "without a key each counts");
    let keys = vec!["escalated/1".to_owned(), "escalated/2".to_owned()];
    let untold = db.db.read(|conn| ops::untold(conn, keys)).unwrap();
    assert_eq!(untold, ["escalated/2"]);
}

fn of_nodes_that_write_the_daily_mail_one_does(db: &TestDatabase) {
    let (user, caller) = reader(db);
    let daily = NoticeSettings { brokering: MailChoice::Daily, ..NoticeSettings::default() };
    settings::choose(db.service(), &caller, daily).unwrap();
    assert_eq!(settings::show(db.service(), &caller).unwrap(), daily);
    (0..3).for_each(|_| assert_eq!(tell(db, user, None), 1));
    db.clock.advance(TimeDelta::days(1));
    let sent: usize = std::thread::scope(|scope| {
        let send = || digest::send_due(db.service()).unwrap();
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(sent, 1);
}

fn an_inbox_is_listed_and_read(db: &TestDatabase) {
    let (user, caller) = reader(db);
    (0..3).for_each(|_| assert_eq!(tell(db, user, None), 1));
    let list = |unread| {
        let query = ListNotices { unread, limit: Some(2), after: None };
        ops::list(db.service(), &caller, &query).unwrap()
    };
    let page = list(false);
    assert_eq!((page.items.len(), page.unread, page.next.is_some()), (2, 3, true));
    ops::read(db.service(), &caller, page.items[0].id).unwrap();
    let up_to = ReadNotices { up_to: Some(page.items[1].id) };
    assert_eq!(ops::read_all(db.service(), &caller, &up_to).unwrap().unread, 0);
    assert!(list(true).items.is_empty());
    assert!(list(false).items[0].read_at.is_some());
}
