//! Keys of near-duplicates.

use townbridge::accounts::principal::Caller;
use townbridge::db::Db;
use townbridge::error::Result;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::Need;
use townbridge::organizations::model::OrgStatus;
use townbridge::records::likeness::ops;
use townbridge::records::reviewed::{self, Rows};
use townbridge::records::store::{changes_after, last_change};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    records_meet_by_their_keys,
    keys_are_stored_once,
    originals_come_before_their_repeats,
    those_that_lose_their_original_stay_together
);

const GUZHEN: &str = "442000105";
const TITLE: &str = "锁具电镀层耐盐雾工艺改进";

/// Stores needs as they come in.
pub(super) fn arrive(db: &TestDatabase, rows: &[Need]) -> Vec<Need> {
    let stored = db.db.write(|conn| {
        let mut rows = rows.to_vec();
        drop(ops::arrive(conn, &mut rows)?);
        townbridge::needs::store::insert(conn, &rows)?;
        Ok(rows)
    });
    stored.unwrap()
}

/// Puts one need in the place of another, as far as keys go.
fn rewrite(db: &TestDatabase, old: &Need, new: &Need) -> Need {
    let written = db.db.write(|conn| {
        let mut new = new.clone();
        drop(ops::rewrite(conn, old, &mut new)?);
        Ok(new)
    });
    written.unwrap()
}

fn named(db: &TestDatabase, need: &Need) -> Vec<String> {
    let caller = Caller::system("test");
    let found = db.db.read(|conn| {
        let seen = reviewed::find(conn, &caller, need.id)?;
        ops::of_record(conn, &caller, &seen)
    });
    found.unwrap().into_iter().map(|record| record.id).collect()
}

fn new(db: &TestDatabase, number: u32, title: &str) -> Need {
    let org = db.organization(number, OrgStatus::Verified, GUZHEN);
    let mut need = db.new_need(&org, NeedStatus::Published, title);
    need.doc.0.title = Some(title.to_owned());
    need
}

fn records_meet_by_their_keys(db: &TestDatabase) {
    let titles = [TITLE, "锁具 電鍍層耐鹽霧工藝改進", "釉面针孔"];
    let rows: Vec<Need> = (1..).zip(titles).map(|(number, title)| new(db, number, title)).collect();
    let rows = arrive(db, &rows);
    assert_eq!(rows[1].duplicate_of, Some(rows[0].id));
    assert_eq!(named(db, &rows[0]), [rows[1].id.to_string()]);
    assert_eq!(named(db, &rows[2]), Vec::<String>::new());
    let mut other = rows[1].clone();
    other.doc.0.title = Some("灯具压铸件气孔检测".to_owned());
    let other = rewrite(db, &rows[1], &other);
    assert_eq!(other.duplicate_of, None);
    assert_eq!(named(db, &rows[0]), Vec::<String>::new());
    let back = rewrite(db, &other, &rows[1]);
    assert_eq!(back.duplicate_of, Some(rows[0].id));
    assert_eq!(named(db, &rows[0]).len(), 1);
    drop(db.db.write(|conn| ops::forget(conn, &back)).unwrap());
    assert_eq!(named(db, &rows[0]), Vec::<String>::new());
}

fn keys_are_stored_once(db: &TestDatabase) {
    let rows = arrive(db, &[new(db, 1, TITLE)]);
    for _ in 0..2 {
        let again = db.db.write(|conn| {
            let mut rows = rows.clone();
            drop(ops::arrive(conn, &mut rows)?);
            Ok(rows)
        });
        assert_eq!(again.unwrap()[0].duplicate_of, None, "it repeats itself");
    }
}

fn originals_come_before_their_repeats(db: &TestDatabase) {
    let rows: Vec<Need> = (1..=40).map(|number| new(db, number, TITLE)).collect();
    let first = arrive(db, &rows[..1]);
    let rest = arrive(db, &rows[1..]);
    assert!(rest.iter().all(|need| need.duplicate_of == Some(first[0].id)));
    // A draft of somebody else is nothing that others may be told of.
    let mut draft = new(db, 41, "灯具压铸件气孔检测");
    draft.status = NeedStatus::Draft;
    arrive(db, &[draft]);
    let other = arrive(db, &[new(db, 42, "灯具压铸件气孔检测")]);
    assert_eq!(other[0].duplicate_of, None);
}

fn those_that_lose_their_original_stay_together(db: &TestDatabase) {
    let rows: Vec<Need> = (1..=3).map(|number| new(db, number, TITLE)).collect();
    let rows = arrive(db, &rows);
    let stored = |need: &Need| db.db.read(|conn| stored_in(conn, need)).unwrap();
    // Still much alike, and found by common keys, but not the same.
    let mut other = rows[0].clone();
    other.doc.0.title = Some(format!("{TITLE}与前处理"));
    let other = rewrite(db, &rows[0], &other);
    assert_eq!(other.duplicate_of, None);
    assert_eq!(stored(&rows[1]).duplicate_of, None);
    assert_eq!(stored(&rows[2]).duplicate_of, Some(rows[1].id));
    let told = db.db.write(|conn| {
        let second = stored_in(conn, &rows[1])?;
        let told = ops::forget(conn, &second)?;
        let before = last_change(conn)?;
        let after = told.tell(conn, rows[1].updated_at)?;
        changes_after(conn, before, 10).map(|entries| (entries, after - before))
    });
    let (entries, number) = told.unwrap();
    assert_eq!((entries.len(), number), (1, 1));
    assert_eq!(entries[0].record_id, rows[2].id.to_string());
    assert_eq!(stored(&rows[2]).duplicate_of, None);
}

/// A need as it is stored now.
fn stored_in(conn: &mut Db, need: &Need) -> Result<Need> {
    Ok(Need::find_row(conn, need.id)?.unwrap())
}
