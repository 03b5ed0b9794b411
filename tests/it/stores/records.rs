//! The trace that every write leaves.

use serde_json::json;
use townbridge::accounts::principal::Caller;
use townbridge::error::Error;
use townbridge::records::model::RecordKind;
use townbridge::records::ops::{self, Change, trace};
use townbridge::records::store;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_write_leaves_version_step_audit_entry_and_change,
    nothing_is_left_of_a_write_that_fails,
    touching_a_record_tells_the_index_alone,
);

/// A change to a record that does not have to exist.
pub fn change(id: &str, version: i32) -> Change {
    Change {
        kind: RecordKind::Need,
        id: id.to_owned(),
        action: "need.update",
        version,
        status: "draft".to_owned(),
        step_from: None,
        comment: None,
        before: json!({ "title": "旧", "contact": { "name": "何试" } }),
        after: json!({ "title": format!("新{version}"), "contact": { "name": "郑试" } }),
    }
}

fn counts(db: &TestDatabase) -> (usize, usize, i64, i64) {
    let audit = townbridge::audit::ops::verify(&db.db).unwrap();
    assert!(audit.intact);
    db.db
        .read(|db| {
            Ok((
                store::versions(db, RecordKind::Need, "n1")?.len(),
                store::steps(db, RecordKind::Need, "n1")?.len(),
                audit.entries,
                store::last_change(db)?,
            ))
        })
        .unwrap()
}

fn a_write_leaves_version_step_audit_entry_and_change(db: &TestDatabase) {
    let (caller, now) = (Caller::system("test"), db.clock.now());
    let mut first = change("n1", 1);
    first.step_from = Some(None);
    first.comment = Some("说明".to_owned());
    let number = db.db.write(|db| trace(db, &caller, now, std::slice::from_ref(&first))).unwrap();
    assert_eq!((number, counts(db)), (1, (1, 1, 1, 1)));
    let number = db.db.write(|db| trace(db, &caller, now, &[change("n1", 2)])).unwrap();
    assert_eq!((number, counts(db)), (2, (2, 1, 2, 2)));
    let steps = db.db.read(|db| ops::steps(db, RecordKind::Need, "n1")).unwrap();
    assert_eq!(steps[0].comment.as_deref(), Some("说明"));
    assert_eq!(steps[0].created_at, now);
    let version = db.db.read(|db| store::version(db, RecordKind::Need, "n1", 2)).unwrap().unwrap();
    assert_eq!(version.doc.0, change("n1", 2).after);
    let unchanged = Change { after: change("n1", 3).before, ..change("n1", 3) };
    db.db.write(|db| trace(db, &caller, now, std::slice::from_ref(&unchanged))).unwrap();
    assert_eq!(counts(db), (2, 1, 3, 3), "a version is kept for what has changed only");
}

fn nothing_is_left_of_a_write_that_fails(db: &TestDatabase) {
    let (caller, now) = (Caller::system("test"), db.clock.now());
    let result: Result<(), Error> = db.db.write(|db| {
        trace(db, &caller, now, &[change("n1", 1)])?;
        Err(Error::NotFound)
    });
    assert!(matches!(result, Err(Error::NotFound)));
    assert_eq!(counts(db), (0, 0, 0, 0));
    // The same version twice violates a constraint, and takes the whole transaction with it.
    let twice = [change("n1", 1), change("n1", 1)];
    assert!(db.db.write(|db| trace(db, &caller, now, &twice)).is_err());
    assert_eq!(counts(db), (0, 0, 0, 0));
}

fn touching_a_record_tells_the_index_alone(db: &TestDatabase) {
    let now = db.clock.now();
    let rows = [(RecordKind::Need, "n1".to_owned()), (RecordKind::Town, "t1".to_owned())];
    assert!(db.db.write(|db| ops::touch(db, now, &rows)).unwrap() >= 2);
    let entries = db.db.read(|db| store::changes_after(db, 0, 10)).unwrap();
    let seen: Vec<_> =
        entries.into_iter().map(|entry| (entry.record_kind, entry.record_id)).collect();
    assert_eq!(seen, rows);
    assert_eq!(counts(db).0, 0);
}
