//! Rows of events: what the database itself refuses, whoever comes at the same time.

use std::sync::Barrier;

use townbridge::accounts::principal::Caller;
use townbridge::capabilities::model::CapabilityId;
use townbridge::cases::model::Answer;
use townbridge::error::{Error, Result};
use townbridge::events::model::{
    Event, EventFields, EventId, EventStatus, Guest, GuestOrigin, Meeting, MeetingId,
};
use townbridge::events::store::{self, EventFilter};
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::NeedId;
use townbridge::organizations::model::OrgStatus;
use townbridge::records::scope::Reach;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    nobody_sits_twice_and_no_table_is_given_twice,
    of_those_who_come_at_once_one_gets_the_table,
    lists_know_what_is_open_and_what_has_ended,
    queries_of_one_snapshot_see_one_state,
);

const GUZHEN: &str = "442000105";

fn event(db: &TestDatabase, start: &str) -> Event {
    let fields = EventFields {
        kind: Some("matchmaking".to_owned()),
        title: Some("“灯饰”对接会".to_owned()),
        town_code: Some(GUZHEN.to_owned()),
        starts_at: serde_json::from_value(start.into()).unwrap(),
        ends_at: serde_json::from_value("2026-12-31T00:00:00Z".into()).unwrap(),
        ..EventFields::default()
    };
    let row = Event::new(fields, None, db.clock.now());
    db.db.write(|db| store::insert(db, &row)).unwrap();
    row
}

/// Pairs of one need each with the same capability's guest or guests of their own.
struct Pairs {
    event: EventId,
    rows: Vec<Meeting>,
}

/// Meetings of so many firms with as many providers.
fn pairs(db: &TestDatabase, count: u32) -> Pairs {
    let event = event(db, "2026-12-01T01:00:00Z").id;
    let now = db.clock.now();
    let guest = |number: u32| {
        let org = db.organization(number, OrgStatus::Verified, GUZHEN);
        let guest = Guest::new(event, Some(org.id), GuestOrigin::Match, None, now);
        db.db.write(|db| store::insert_guest(db, &guest)).unwrap();
        (org, guest)
    };
    let rows = (0..count).map(|at| {
        let (firm, need_guest) = guest(2 * at + 1);
        let (provider, provider_guest) = guest(2 * at + 2);
        let need = db.need(&firm, NeedStatus::Published, "散热");
        meeting(
            db,
            event,
            need.id,
            super::cases::capability(db, &provider),
            [&need_guest, &provider_guest],
        )
    });
    Pairs { event, rows: rows.collect() }
}

fn meeting(
    db: &TestDatabase,
    event_id: EventId,
    need_id: NeedId,
    capability_id: CapabilityId,
    [need, provider]: [&Guest; 2],
) -> Meeting {
    let now = db.clock.now();
    let row = Meeting {
        id: MeetingId::new(),
        event_id,
        need_id,
        capability_id,
        need_guest_id: need.id,
        provider_guest_id: provider.id,
        score: 700,
        why: "散热".to_owned(),
        slot: None,
        table_number: None,
        result: None,
        note: None,
        case_id: None,
        created_by: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    db.db.write(|db| store::insert_meeting(db, &row)).unwrap();
    row
}

fn placed(row: &Meeting, slot: i32, table: i32) -> Meeting {
    let version = row.version + 1;
    Meeting { slot: Some(slot), table_number: Some(table), version, ..row.clone() }
}

fn is_conflict(done: &Result<()>) -> bool {
    matches!(done, Err(Error::Conflict { .. }))
}

fn nobody_sits_twice_and_no_table_is_given_twice(db: &TestDatabase) {
    let pairs = pairs(db, 2);
    let [first, second] = &pairs.rows[..] else { panic!("two pairs") };
    let book = |row: &Meeting| db.db.write(|db| store::update_meeting(db, row));
    book(&placed(first, 1, 1)).unwrap();
    assert!(is_conflict(&book(&placed(second, 1, 1))));
    // The provider of the second meets the firm of the first.
    let crossed = Meeting { need_guest_id: first.need_guest_id, ..placed(second, 1, 2) };
    assert!(is_conflict(&book(&crossed)));
    book(&placed(second, 1, 2)).unwrap();
    let stored = db.db.read(|db| store::meeting(db, pairs.event, second.id)).unwrap().unwrap();
    assert_eq!(stored, placed(second, 1, 2));
    // What has been given back is free, table and seats.
    let freed = Meeting { slot: None, table_number: None, version: 3, ..first.clone() };
    book(&freed).unwrap();
    book(&Meeting { version: 3, ..placed(second, 1, 1) }).unwrap();
    assert!(matches!(book(&placed(first, 2, 1)), Err(Error::PreconditionFailed)));
    let again = Meeting { id: MeetingId::new(), ..first.clone() };
    let twice = db.db.write(|db| store::insert_meeting(db, &again));
    assert!(is_conflict(&twice));
    let guest = db.db.read(|db| store::guests(db, pairs.event)).unwrap().remove(0);
    let twice = Guest { id: townbridge::events::model::GuestId::new(), ..guest };
    assert!(is_conflict(&db.db.write(|db| store::insert_guest(db, &twice))));
}

fn of_those_who_come_at_once_one_gets_the_table(db: &TestDatabase) {
    const MANY: u32 = 6;
    let pairs = pairs(db, MANY);
    let start = Barrier::new(pairs.rows.len());
    let done: Vec<Result<()>> = std::thread::scope(|scope| {
        let calls: Vec<_> = pairs
            .rows
            .iter()
            .map(|row| {
                scope.spawn(|| {
                    start.wait();
                    // Without the lock that the use cases take: the database alone decides.
                    db.db.write(|db| store::update_meeting(db, &placed(row, 1, 1)))
                })
            })
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert_eq!(done.iter().filter(|one| one.is_ok()).count(), 1, "{done:?}");
    assert_eq!(done.iter().filter(|one| is_conflict(one)).count(), MANY as usize - 1, "{done:?}");
    let all = db.db.read(|db| store::meetings(db, pairs.event)).unwrap();
    assert_eq!(all.iter().filter(|one| one.slot.is_some()).count(), 1);
}

fn lists_know_what_is_open_and_what_has_ended(db: &TestDatabase) {
    let (first, second) = (event(db, "2026-12-01T01:00:00Z"), event(db, "2026-12-02T01:00:00Z"));
    let opened = Event {
        status: EventStatus::Open,
        opened_at: Some(db.clock.now()),
        public: false,
        version: 2,
        ..second.clone()
    };
    db.db.write(|db| store::update(db, &opened)).unwrap();
    assert_eq!(db.db.read(|db| store::find_unscoped(db, second.id)).unwrap(), Some(opened.clone()));
    let list = |caller: &Caller, member: bool, now: &str, ended: bool| -> Vec<EventId> {
        let now = serde_json::from_value(now.into()).unwrap();
        let filter = EventFilter {
            statuses: Vec::new(),
            region: None,
            kinds: Vec::new(),
            guests: None,
            ended,
            now,
            member,
        };
        let reach = Reach::of(caller);
        let rows = db.db.read(|db| store::list(db, &reach, &filter, None, 10)).unwrap();
        rows.into_iter().map(|row| row.id).collect()
    };
    let admin = Caller::system("test");
    let (before, after) = ("2026-11-30T00:00:00Z", "2027-01-01T00:00:00Z");
    assert_eq!(list(&admin, true, before, false), [first.id, second.id]);
    assert_eq!(list(&admin, true, after, true), [second.id, first.id]);
    assert_eq!(list(&admin, true, after, false), []);
    assert_eq!(list(&Caller::anonymous(), true, before, false), [second.id]);
    assert_eq!(list(&Caller::anonymous(), false, before, false), []);
    let now = db.clock.now();
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let mut guest = Guest::new(second.id, Some(org.id), GuestOrigin::Own, None, now);
    guest.say(Answer::Accepted, None, None, now);
    db.db.write(|db| store::insert_guest(db, &guest)).unwrap();
    let count = db.db.read(|db| store::accepted(db, &[first.id, second.id])).unwrap();
    assert_eq!(count, [(second.id, 1)]);
    let own = db.db.read(|db| store::guests_of(db, &[second.id], &[org.id])).unwrap();
    assert_eq!(own, [guest]);
}

fn queries_of_one_snapshot_see_one_state(db: &TestDatabase) {
    let event = event(db, "2026-12-01T01:00:00Z").id;
    let come = |number: u32| {
        let org = db.organization(number, OrgStatus::Verified, GUZHEN);
        let guest = Guest::new(event, Some(org.id), GuestOrigin::Own, None, db.clock.now());
        db.db.write(|db| store::insert_guest(db, &guest)).unwrap();
    };
    come(1);
    let seen = db.db.snapshot(|conn| {
        let first = store::guests(conn, event)?.len();
        come(2);
        Ok((first, store::guests(conn, event)?.len()))
    });
    assert_eq!(seen.unwrap(), (1, 1));
    assert_eq!(db.db.read(|db| store::guests(db, event)).unwrap().len(), 2);
}
