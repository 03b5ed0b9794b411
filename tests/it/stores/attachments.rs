//! Files of records and their contents.

use townbridge::attachments::model::{Attachment, AttachmentId};
use townbridge::attachments::store;
use townbridge::records::model::RecordKind;

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_content_stays_as_long_as_a_file_has_it,
    files_are_listed_by_record_in_the_order_they_came,
    a_content_stored_while_it_is_removed_is_there_afterwards,
);

fn file(db: &TestDatabase, record: &str, sha256: &str) -> Attachment {
    Attachment {
        id: AttachmentId::new(),
        record_kind: RecordKind::Visit,
        record_id: record.to_owned(),
        part_id: None,
        name: "“照片”.png".to_owned(),
        media_type: "image/png".to_owned(),
        size: 4,
        sha256: sha256.to_owned(),
        created_by: None,
        created_at: db.clock.now(),
        removed_by: None,
        removed_at: None,
    }
}

fn stored(db: &TestDatabase, record: &str, sha256: &str) -> Attachment {
    let row = file(db, record, sha256);
    db.db.write(|db| store::insert(db, &row, b"\0\xff\x80\n")).unwrap();
    row
}

fn remove(db: &TestDatabase, row: &Attachment) -> bool {
    let now = db.clock.now();
    db.db.write(|db| store::remove(db, row, None, now)).unwrap()
}

fn content(db: &TestDatabase, sha256: &str) -> Option<Vec<u8>> {
    db.db.read(|db| store::content(db, sha256)).unwrap()
}

fn a_content_stays_as_long_as_a_file_has_it(db: &TestDatabase) {
    let (one, two) = (stored(db, "v1", "aa"), stored(db, "v2", "aa"));
    assert_eq!(content(db, "aa").as_deref(), Some(&b"\0\xff\x80\n"[..]));
    assert_eq!(db.db.read(|db| store::find(db, one.id)).unwrap(), Some(one.clone()));
    assert!(remove(db, &one));
    assert!(!remove(db, &one), "it has been removed already");
    assert_eq!(db.db.read(|db| store::find(db, one.id)).unwrap(), None);
    assert!(content(db, "aa").is_some());
    assert!(remove(db, &two));
    assert_eq!(content(db, "aa"), None);
    stored(db, "v1", "aa");
    assert!(content(db, "aa").is_some());
}

fn files_are_listed_by_record_in_the_order_they_came(db: &TestDatabase) {
    let rows = ["aa", "bb", "cc"].map(|sha| stored(db, "v1", sha));
    stored(db, "v2", "dd");
    let mut other = file(db, "v1", "ee");
    other.record_kind = RecordKind::Need;
    db.db.write(|db| store::insert(db, &other, b"x")).unwrap();
    remove(db, &rows[1]);
    let found = db.db.read(|db| store::list(db, RecordKind::Visit, "v1")).unwrap();
    assert_eq!(found, [rows[0].clone(), rows[2].clone()]);
}

/// However the two fall together, a file that was stored has its content.
fn a_content_stored_while_it_is_removed_is_there_afterwards(db: &TestDatabase) {
    for round in 0..20 {
        let old = stored(db, "v1", "aa");
        let new = file(db, "v2", "aa");
        std::thread::scope(|scope| {
            scope.spawn(|| remove(db, &old));
            scope.spawn(|| db.db.write(|db| store::insert(db, &new, b"\0\xff\x80\n")).unwrap());
        });
        assert!(content(db, "aa").is_some(), "round {round}");
        remove(db, &new);
        assert_eq!(content(db, "aa"), None, "round {round}");
    }
}
