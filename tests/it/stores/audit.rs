//! The audit log: refuses changes by itself, and shows those made behind its back.

use diesel::{QueryDsl, RunQueryDsl, SelectableHelper};
use townbridge::accounts::principal::{Caller, Role};
use townbridge::audit::model::{AuditEntry, ChainReport, HeadState, RememberedHead};
use townbridge::audit::ops::{self, AuditFilter};
use townbridge::db::schema::audit_log;
use townbridge::error::Error;
use townbridge::on;
use townbridge::records::model::RecordKind;
use townbridge::records::ops::trace;

use super::databases::{TestDatabase, caller};
use super::on_both;
use super::records::change;

on_both!(
    entries_can_be_neither_changed_nor_removed,
    a_changed_entry_breaks_the_chain,
    an_entry_changed_with_its_hash_breaks_the_chain_after_it,
    a_removed_entry_breaks_the_chain,
    entries_in_another_order_break_the_chain,
    an_unreadable_entry_breaks_the_chain,
    a_cut_off_end_shows_against_a_remembered_head,
    a_rewritten_end_shows_against_a_remembered_head,
    the_log_is_listed_by_person_action_record_and_time,
);

/// Writes entries into the log.
fn write(db: &TestDatabase, count: i32) {
    let now = db.clock.now();
    for version in 1..=count {
        let id = format!("{}-{version}", now.0.timestamp_micros());
        db.db.write(|db| trace(db, &Caller::system("test"), now, &[change(&id, version)])).unwrap();
    }
}

/// Somebody who may do everything in the database.
fn tamper(db: &TestDatabase, sql: &str) {
    let unlock = if db.is_postgres() {
        "ALTER TABLE audit_log DISABLE TRIGGER audit_log_no_change;"
    } else {
        "DROP TRIGGER IF EXISTS audit_log_no_update; DROP TRIGGER IF EXISTS audit_log_no_delete;"
    };
    db.connect().execute_batch(&format!("{unlock} {sql}")).unwrap();
}

fn verify(db: &TestDatabase) -> ChainReport {
    ops::verify(&db.db).unwrap()
}

fn assert_broken(db: &TestDatabase, first: i64) {
    let report = verify(db);
    assert!(!report.intact, "{report:?}");
    assert_eq!((report.first_broken, report.entries), (Some(first), first - 1), "{report:?}");
}

fn entries_can_be_neither_changed_nor_removed(db: &TestDatabase) {
    write(db, 3);
    let mut conn = db.connect();
    for sql in ["UPDATE audit_log SET action = 'x' WHERE seq = 2", "DELETE FROM audit_log"] {
        let error = conn.execute_batch(sql).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    let report = verify(db);
    assert!(report.intact);
    assert_eq!((report.entries, report.first_broken), (3, None));
}

fn a_changed_entry_breaks_the_chain(db: &TestDatabase) {
    for (column, value) in [
        ("action", "'need.create'"),
        ("record_id", "'other'"),
        ("record_kind", "'town'"),
        ("changes", "'{}'"),
        ("address", "'192.0.2.1'"),
        ("request_id", "'r'"),
        ("actor_id", "'01890000-0000-7000-8000-000000000000'"),
        ("created_at", "'2020-01-01T00:00:00.000000Z'"),
    ] {
        let report = verify(db);
        assert!(report.intact, "{report:?}");
        write(db, 4);
        tamper(db, &format!("UPDATE audit_log SET {column} = {value} WHERE seq = 3"));
        assert_broken(db, 3);
        tamper(db, "DELETE FROM audit_log");
    }
}

fn entry(db: &TestDatabase, seq: i64) -> AuditEntry {
    db.db
        .read(|db| {
            Ok(on!(db, conn => audit_log::table
                .find(seq)
                .select(AuditEntry::as_select())
                .first(conn))?)
        })
        .unwrap()
}

fn an_entry_changed_with_its_hash_breaks_the_chain_after_it(db: &TestDatabase) {
    write(db, 4);
    let mut forged = entry(db, 2);
    forged.action = "need.create".to_owned();
    let hash = forged.expected_hash();
    tamper(
        db,
        &format!("UPDATE audit_log SET action = 'need.create', hash = '{hash}' WHERE seq = 2"),
    );
    assert_broken(db, 3);
}

fn a_removed_entry_breaks_the_chain(db: &TestDatabase) {
    write(db, 4);
    tamper(db, "DELETE FROM audit_log WHERE seq = 2");
    assert_broken(db, 2);
    tamper(db, "UPDATE audit_log SET seq = seq - 1 WHERE seq = 3");
    assert_broken(db, 2);
}

fn entries_in_another_order_break_the_chain(db: &TestDatabase) {
    write(db, 4);
    tamper(
        db,
        "UPDATE audit_log SET seq = 99 WHERE seq = 2; UPDATE audit_log SET seq = 2 WHERE seq = 3; \
         UPDATE audit_log SET seq = 3 WHERE seq = 99",
    );
    assert_broken(db, 2);
}

fn an_unreadable_entry_breaks_the_chain(db: &TestDatabase) {
    write(db, 4);
    tamper(db, "UPDATE audit_log SET record_kind = 'nonsense' WHERE seq = 3");
    assert_broken(db, 3);
}

fn against(db: &TestDatabase, report: &ChainReport) -> ChainReport {
    let remembered = RememberedHead { entries: report.entries, hash: report.head.clone() };
    ops::verify_against(&db.db, &remembered).unwrap()
}

fn a_cut_off_end_shows_against_a_remembered_head(db: &TestDatabase) {
    let empty = verify(db);
    write(db, 4);
    let full = verify(db);
    assert_eq!(against(db, &full).remembered, Some(HeadState::Kept));
    tamper(db, "DELETE FROM audit_log WHERE seq = 4");
    assert!(verify(db).intact, "the rest alone looks good");
    let report = against(db, &full);
    assert_eq!(report.remembered, Some(HeadState::CutOff));
    assert_eq!((report.intact, report.first_broken), (false, Some(4)));
    assert_eq!(against(db, &empty).remembered, Some(HeadState::Kept));
}

fn a_rewritten_end_shows_against_a_remembered_head(db: &TestDatabase) {
    write(db, 4);
    let full = verify(db);
    tamper(db, "DELETE FROM audit_log WHERE seq >= 3");
    db.clock.advance(chrono::TimeDelta::hours(1));
    write(db, 5);
    let alone = verify(db);
    assert!(alone.intact, "{alone:?}");
    assert_eq!(alone.entries, 7);
    let report = against(db, &full);
    assert_eq!(report.remembered, Some(HeadState::Rewritten));
    assert_eq!((report.intact, report.first_broken), (false, Some(4)));
}

fn the_log_is_listed_by_person_action_record_and_time(db: &TestDatabase) {
    let person = caller(Role::PlatformAdmin, None, None);
    let early = db.clock.now();
    db.db.write(|conn| trace(conn, &Caller::system("test"), early, &[change("a", 1)])).unwrap();
    db.clock.advance(chrono::TimeDelta::hours(2));
    let late = db.clock.now();
    let mut created = change("b", 1);
    created.action = "need.create";
    db.db.write(|conn| trace(conn, &person, late, &[created.clone(), change("c", 1)])).unwrap();
    let list = |filter: AuditFilter| -> Vec<i64> {
        let page = ops::list(&db.db, &person, &filter, None, 10).unwrap();
        page.items.into_iter().map(|entry| entry.seq).collect()
    };
    let all = AuditFilter::default;
    assert_eq!(list(all()), [3, 2, 1]);
    assert_eq!(list(AuditFilter { actor_id: person.actor_id(), ..all() }), [3, 2]);
    assert_eq!(list(AuditFilter { action: Some("need.create".into()), ..all() }), [2]);
    assert_eq!(list(AuditFilter { record_id: Some("a".into()), ..all() }), [1]);
    assert!(list(AuditFilter { record_kind: Some(RecordKind::Town), ..all() }).is_empty());
    assert_eq!(list(AuditFilter { from: Some(late), ..all() }), [3, 2]);
    assert_eq!(list(AuditFilter { until: Some(late), ..all() }), [1]);
    let first = ops::list(&db.db, &person, &all(), None, 2).unwrap();
    assert_eq!(first.next.as_deref(), Some("2"));
    let rest = ops::list(&db.db, &person, &all(), Some(2), 2).unwrap();
    assert_eq!((rest.items.len(), rest.next), (1, None));
    let member = caller(Role::Officer, None, Some("44"));
    let refused = ops::list(&db.db, &member, &all(), None, 2).unwrap_err();
    assert!(matches!(refused, Error::Forbidden(_)));
}
