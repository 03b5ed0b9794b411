//! What records repeat, whoever writes at the same time and whatever was stored before.

use std::sync::Barrier;

use townbridge::db::facts;
use townbridge::error::Error;
use townbridge::jobs;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::{Need, NeedId};
use townbridge::organizations::model::OrgStatus;
use townbridge::records::likeness::{backlog, ops};
use townbridge::records::reviewed::Rows;
use townbridge::records::store::last_change;

use super::databases::TestDatabase;
use super::likeness::arrive;
use super::on_both;

on_both!(
    other_keys_leave_no_circle_and_no_chain,
    keys_of_a_later_release_are_left_alone,
    saving_does_not_restore_what_a_need_repeated,
    a_damaged_repeat_does_not_hold_its_original,
    those_that_come_at_once_have_one_original
);

const GUZHEN: &str = "442000105";
const TITLES: [&str; 3] =
    ["锁具电镀层耐盐雾工艺改进", "灯具压铸件气孔在线检测", "陶瓷釉面针孔成因分析"];

/// A need that everybody may know of.
fn new(db: &TestDatabase, number: u32, title: &str) -> Need {
    let org = db.organization(number, OrgStatus::Verified, GUZHEN);
    db.new_need(&org, NeedStatus::Published, title)
}

fn repeated(db: &TestDatabase, need: &Need) -> Option<NeedId> {
    db.db.read(|conn| Need::find_row(conn, need.id)).unwrap().unwrap().duplicate_of
}

fn remember(db: &TestDatabase, version: &str) {
    let now = db.clock.now();
    db.db.write(|conn| facts::set_fact(conn, "likeness_version", version, now)).unwrap();
}

fn execute(db: &TestDatabase, sql: &str) {
    db.db.write(|conn| Ok(conn.execute_batch(sql)?)).unwrap();
}

/// Keys of no text: what an earlier version has written.
fn write_old_keys(db: &TestDatabase, rows: &[&Need]) {
    for (number, row) in rows.iter().enumerate() {
        execute(db, &format!("INSERT INTO likeness_keys VALUES ({number}, '{}', 0)", row.id));
    }
}

fn count_old_keys(db: &TestDatabase, rows: &[&Need]) -> usize {
    let ids: Vec<String> = rows.iter().map(|row| row.id.to_string()).collect();
    // The insert fails where a key of this number is left.
    let left = |(number, id): (usize, &String)| {
        let sql = format!("INSERT INTO likeness_keys VALUES ({number}, '{id}', 0)");
        db.db.write(|conn| Ok(conn.execute_batch(&sql)?)).is_err()
    };
    ids.iter().enumerate().filter(|it| left(*it)).count()
}

fn other_keys_leave_no_circle_and_no_chain(db: &TestDatabase) {
    let [lock, lamp, tile] = TITLES;
    let org = db.organization(1, OrgStatus::Verified, GUZHEN);
    let need = |title: &str| db.new_need(&org, NeedStatus::Published, title);
    // The fillers put the first and the last into different batches.
    let mut rows: Vec<Need> = vec![need(lock), need(lamp), need(lamp)];
    rows.extend((0..200).map(|number| need(&format!("{number}号设备改造"))));
    rows.extend([lock, lock, tile, lock].map(need));
    let [.., third, fourth, unlike, fifth] = &rows[..] else { unreachable!() };
    let [first, ..] = &rows[..] else { unreachable!() };
    // By keys of before these were originals, of which one was repeated; `unlike` was the same.
    let stored = arrive(db, &rows);
    assert_eq!(stored.len(), rows.len());
    execute(db, "UPDATE needs SET duplicate_of = NULL");
    for (repeat, original) in [(fourth, third), (unlike, first), (fifth, third)] {
        let set = |conn: &mut _| Need::set_repeated(conn, &[repeat.id], Some(original.id));
        db.db.write(set).unwrap();
    }
    let old = [first, third];
    write_old_keys(db, &old);
    remember(db, "1");

    // Cut short after the needs, then done again.
    let cut = |_: &_| Err(Error::internal("cut short"));
    let kinds: [fn(&_) -> _; 2] = [backlog::complete_kind::<Need>, cut];
    backlog::complete(db.service(), &kinds).unwrap_err();
    for _ in 0..2 {
        let expected = [None, None, Some(rows[1].id)];
        for (row, original) in rows.iter().zip(expected) {
            assert_eq!(repeated(db, row), original);
        }
        for repeat in [third, fourth, fifth] {
            assert_eq!(repeated(db, repeat), Some(first.id));
        }
        assert_eq!(repeated(db, unlike), None);
        let before = db.db.read(last_change).unwrap();
        remember(db, "1");
        assert_eq!(jobs::likeness::complete(db.service()).unwrap(), rows.len());
        assert_eq!(db.db.read(last_change).unwrap(), before, "nothing has changed");
        assert_eq!(jobs::likeness::complete(db.service()).unwrap(), 0);
    }
    assert_eq!(count_old_keys(db, &old), 0);
}

fn keys_of_a_later_release_are_left_alone(db: &TestDatabase) {
    let rows = arrive(db, &[new(db, 1, TITLES[0])]);
    write_old_keys(db, &[&rows[0]]);
    remember(db, "1000");
    assert_eq!(jobs::likeness::complete(db.service()).unwrap(), 0);
    assert_eq!(count_old_keys(db, &[&rows[0]]), 1);
}

fn saving_does_not_restore_what_a_need_repeated(db: &TestDatabase) {
    let rows: Vec<Need> = (1..=3).map(|number| new(db, number, TITLES[0])).collect();
    let rows = arrive(db, &rows);
    assert_eq!(rows[1].duplicate_of, Some(rows[0].id));
    // Somebody has read the repeats; meanwhile the original becomes another thing, and is deleted.
    let mut budgeted = rows[1].clone();
    db.db
        .write(|conn| {
            drop(ops::forget(conn, &rows[0])?);
            Need::remove_row(conn, &rows[0])
        })
        .unwrap();
    (budgeted.budget_max, budgeted.version) = (Some(100), budgeted.version + 1);
    db.db.write(|conn| Need::replace_row(conn, &budgeted)).unwrap();
    assert_eq!(repeated(db, &budgeted), None);
    assert_eq!(repeated(db, &rows[2]), Some(rows[1].id));
    // A text that was read before that is refused before anything is written.
    let mut changed = rows[1].clone();
    changed.doc.0.title = Some(TITLES[1].to_owned());
    let refused = db.db.write(|conn| ops::rewrite(conn, &rows[1], &mut changed.clone()).map(drop));
    assert!(matches!(refused, Err(Error::PreconditionFailed)), "{refused:?}");
    assert_eq!(repeated(db, &rows[2]), Some(rows[1].id));
}

fn a_damaged_repeat_does_not_hold_its_original(db: &TestDatabase) {
    let rows: Vec<Need> = (1..=4).map(|number| new(db, number, TITLES[0])).collect();
    let rows = arrive(db, &rows);
    let repeats = || db.db.read(|conn| Need::repeats(conn, &[rows[0].id])).unwrap().len();
    assert_eq!(repeats(), 3);
    execute(db, &format!("UPDATE needs SET doc = '7' WHERE id = '{}'", rows[1].id));
    let mut other = rows[0].clone();
    other.doc.0.title = Some(TITLES[1].to_owned());
    db.db.write(|conn| ops::rewrite(conn, &rows[0], &mut other.clone()).map(drop)).unwrap();
    assert_eq!(repeats(), 0);
    assert_eq!(repeated(db, &rows[3]), Some(rows[2].id));
    execute(db, &format!("UPDATE needs SET doc = '7' WHERE id = '{}'", rows[3].id));
    db.db.write(|conn| ops::forget(conn, &rows[2]).map(drop)).unwrap();
    db.db.write(|conn| Need::remove_row(conn, &rows[2])).unwrap();
}

fn those_that_come_at_once_have_one_original(db: &TestDatabase) {
    for round in 0..8 {
        let rows: [Need; 2] =
            std::array::from_fn(|at| new(db, round * 2 + at as u32 + 1, TITLES[0]));
        let together = Barrier::new(2);
        std::thread::scope(|scope| {
            for row in &rows {
                scope.spawn(|| {
                    together.wait();
                    arrive(db, std::slice::from_ref(row))
                });
            }
        });
        let left = rows.iter().filter(|row| repeated(db, row).is_none()).count();
        assert_eq!(left, 1, "round {round}");
        execute(db, "DELETE FROM likeness_keys; UPDATE needs SET duplicate_of = NULL");
    }
}
