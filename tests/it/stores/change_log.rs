//! The change log with several writers: whoever has seen a number has seen all below it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use townbridge::accounts::principal::Caller;
use townbridge::db::Db;
use townbridge::records::ops::trace;
use townbridge::records::store;

use super::databases::TestDatabase;
use super::on_both;
use super::records::change;

on_both!(an_open_write_holds_back_all_later_numbers, readers_never_skip_a_change);

const DEADLINE: Duration = Duration::from_secs(30);

#[derive(diesel::QueryableByName)]
struct Pid {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    pid: i32,
}

#[derive(diesel::QueryableByName)]
struct Blocked {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    blocked: bool,
}

/// Process of a PostgreSQL connection.
fn backend(db: &mut Db) -> Option<i32> {
    use diesel::RunQueryDsl;
    let Db::Postgres(conn) = db else { return None };
    let row: Pid = diesel::sql_query("SELECT pg_backend_pid() AS pid").get_result(conn).unwrap();
    Some(row.pid)
}

/// Waits until a PostgreSQL connection waits for another. SQLite does not tell.
fn wait_until_blocked(watcher: &mut Db, pid: Option<i32>) {
    use diesel::RunQueryDsl;
    let (Db::Postgres(conn), Some(pid)) = (watcher, pid) else { return };
    let query = format!("SELECT cardinality(pg_blocking_pids({pid})) > 0 AS blocked");
    let start = Instant::now();
    loop {
        let row: Blocked = diesel::sql_query(&query).get_result(conn).unwrap();
        if row.blocked {
            return;
        }
        assert!(start.elapsed() < DEADLINE, "the second writer did not wait for the first");
        std::thread::yield_now();
    }
}

fn an_open_write_holds_back_all_later_numbers(db: &TestDatabase) {
    let (caller, now) = (Caller::system("test"), db.clock.now());
    let (mut first, mut second, mut reader) = (db.connect(), db.connect(), db.connect());
    let pid = backend(&mut second);
    let (go, started) = mpsc::channel();
    std::thread::scope(|scope| {
        let other = caller.clone();
        let later = scope.spawn(move || {
            started.recv_timeout(DEADLINE).unwrap();
            second.transaction(|db| trace(db, &other, now, &[change("second", 1)])).unwrap()
        });
        let earlier = first
            .transaction(|db| {
                let number = trace(db, &caller, now, &[change("first", 1)])?;
                go.send(()).unwrap();
                wait_until_blocked(&mut reader, pid);
                assert!(store::changes_after(&mut reader, 0, 10)?.is_empty());
                Ok(number)
            })
            .unwrap();
        assert!(later.join().unwrap() > earlier);
    });
    let entries = store::changes_after(&mut reader, 0, 10).unwrap();
    let ids: Vec<&str> = entries.iter().map(|entry| entry.record_id.as_str()).collect();
    assert_eq!(ids, ["first", "second"]);
}

fn readers_never_skip_a_change(db: &TestDatabase) {
    const WRITERS: usize = 4;
    const WRITES: usize = 30;
    let running = AtomicUsize::new(WRITERS);
    let seen = std::thread::scope(|scope| {
        for writer in 0..WRITERS {
            let running = &running;
            scope.spawn(move || {
                write(db, writer, WRITES);
                running.fetch_sub(1, Ordering::SeqCst);
            });
        }
        follow(db, &running)
    });
    let all = db.db.read(|db| store::changes_after(db, 0, 10_000)).unwrap();
    assert_eq!(all.len(), WRITERS * WRITES);
    assert_eq!(seen, all.iter().map(|entry| entry.seq).collect::<Vec<_>>());
    let report = townbridge::audit::ops::verify(&db.db).unwrap();
    assert!(report.intact);
    assert_eq!(report.entries, i64::try_from(WRITERS * WRITES).unwrap());
}

fn write(db: &TestDatabase, writer: usize, writes: usize) {
    let (caller, now) = (Caller::system("test"), db.clock.now());
    for number in 0..writes {
        let id = format!("{writer}-{number}");
        db.db
            .write(|db| {
                let last = trace(db, &caller, now, &[change(&id, 1)])?;
                // Keeps the transaction open after its number was taken, for uneven times.
                for _ in 0..(writer * 7 + number) % 5 {
                    store::changes_after(db, 0, 10_000)?;
                }
                Ok(last)
            })
            .unwrap();
    }
}

/// Reads the log as the indexer does, until all writers are done.
fn follow(db: &TestDatabase, running: &AtomicUsize) -> Vec<i64> {
    let (mut seen, start) = (Vec::new(), Instant::now());
    loop {
        // Asked before reading: what is written until then must be in the answer.
        let finished = running.load(Ordering::SeqCst) == 0;
        let last = seen.last().copied().unwrap_or(0);
        let entries = db.db.read(|db| store::changes_after(db, last, 1_000)).unwrap();
        seen.extend(entries.iter().map(|entry| entry.seq));
        if finished && entries.is_empty() {
            return seen;
        }
        assert!(start.elapsed() < DEADLINE, "{} changes seen", seen.len());
        std::thread::yield_now();
    }
}
