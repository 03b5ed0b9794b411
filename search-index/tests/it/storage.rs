//! Opening, applying, position, damage.

use std::fs;
use std::path::{Path, PathBuf};

use search_index::{Change, Error, Options, SearchIndex, State};

use crate::rebuilding::copy;
use crate::support::*;

fn open_at(path: &Path) -> (SearchIndex, State) {
    let opened = SearchIndex::open(path, options()).unwrap();
    (opened.index, opened.state)
}

#[test]
fn new_index_is_fresh_and_then_current() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("not/yet/there");
    let (index, state) = open_at(&path);
    assert_eq!((state, index.position()), (State::Fresh, 0));
    add(&index, [capability("a", "陶瓷")]);
    drop(index);
    let (index, state) = open_at(&path);
    assert_eq!((state, index.position()), (State::Current, 1));
    assert_eq!(found(&index, "陶瓷"), ["a"]);
    assert!(index.verify().unwrap().is_empty());
}

#[test]
fn applying_twice_changes_nothing() {
    let index = index([]);
    let changes = vec![
        Change::Upsert(capability("a", "陶瓷")),
        Change::Upsert(capability("b", "陶瓷")),
        Change::Delete("b".into()),
        Change::Delete("never there".into()),
    ];
    index.apply(changes.clone(), 7).unwrap();
    index.apply(changes, 7).unwrap();
    assert_eq!((index.position(), index.stats().documents), (7, 1));
    assert_eq!(found(&index, "陶瓷"), ["a"]);
    index.apply(Vec::new(), 5).unwrap();
    assert_eq!(index.position(), 7, "the position never goes back");
}

#[test]
fn later_change_in_a_batch_wins() {
    let index = index([]);
    let versions = ["陶瓷", "轴承"].map(|title| Change::Upsert(capability("a", title)));
    index.apply(versions.to_vec(), 1).unwrap();
    assert_eq!(index.stats().documents, 1);
    assert_eq!(found(&index, "轴承"), ["a"]);
}

#[test]
fn crash_goes_on_exactly_at_the_last_commit() {
    let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (index, _) = open_at(dir.path());
    for number in 1..=5 {
        add(&index, [capability(&format!("d{number}"), "陶瓷")]);
        if number == 3 {
            copy(dir.path(), after.path());
        }
    }
    let (index, state) = open_at(after.path());
    assert_eq!((state, index.position()), (State::Current, 3));
    assert_eq!(found_set(&index, &request("陶瓷")), ["d1", "d2", "d3"]);
}

#[test]
fn second_writer_is_locked_out_and_readers_are_not() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = open_at(dir.path());
    add(&index, [capability("a", "陶瓷")]);
    assert!(matches!(SearchIndex::open(dir.path(), options()), Err(Error::Locked(_))));
    let reading = Options { read_only: true, ..options() };
    let reader = SearchIndex::open(dir.path(), reading).unwrap();
    assert_eq!(
        (reader.state, found(&reader.index, "陶瓷")),
        (State::Current, vec!["a".to_owned()])
    );
    assert!(matches!(reader.index.apply(Vec::new(), 9), Err(Error::ReadOnly)));
    drop(index);
    assert_eq!(open_at(dir.path()).1, State::Current);
}

/// An index on disk and a copy that can be damaged.
fn sample() -> (tempfile::TempDir, Vec<PathBuf>) {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = open_at(dir.path());
    let mut dice = Dice(2);
    let documents = (0..40).map(|n| capability(&format!("d{n}"), &dice.text(6)));
    add(&index, documents.collect::<Vec<_>>());
    drop(index);
    let name = fs::read_to_string(dir.path().join("CURRENT")).unwrap();
    let entries = fs::read_dir(dir.path().join(name.trim())).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    // Locks hold nothing, and the list of managed files is only needed to delete some.
    files.retain(|path| !matches!(path.extension(), Some(name) if name == "lock"));
    files.retain(|path| !path.ends_with(".managed.json"));
    files.push(dir.path().join("CURRENT"));
    files.sort();
    (dir, files)
}

/// Damages every file in turn and expects a rebuild to be asked for, and to heal.
fn damaged_by(damage: impl Fn(&Path, &[u8])) {
    let (dir, files) = sample();
    assert!(files.len() > 5, "{files:?}");
    for file in files {
        let copied = tempfile::tempdir().unwrap();
        copy(dir.path(), copied.path());
        let file = copied.path().join(file.strip_prefix(dir.path()).unwrap());
        let whole = fs::read(&file).unwrap();
        damage(&file, &whole);
        let (index, state) = open_at(copied.path());
        assert!(matches!(state, State::NeedsRebuild(_)), "{state:?} for {}", file.display());
        index.search(&request("陶瓷")).unwrap();
        let mut rebuild = index.begin_rebuild().unwrap();
        rebuild.add(capability("healed", "陶瓷")).unwrap();
        rebuild.finish(8).unwrap();
        assert_eq!(found(&index, "陶瓷"), ["healed"]);
        drop(index);
        assert_eq!(open_at(copied.path()).1, State::Current);
    }
}

#[test]
fn truncated_files_ask_for_a_rebuild() {
    for part in [0, 1, 2] {
        damaged_by(|file, whole| fs::write(file, &whole[..whole.len() * part / 3]).unwrap());
    }
}

#[test]
fn flipped_bits_ask_for_a_rebuild() {
    damaged_by(|file, whole| {
        let mut flipped = whole.to_vec();
        for byte in flipped.iter_mut().skip(whole.len() / 2).take(8) {
            *byte ^= 0xff;
        }
        fs::write(file, flipped).unwrap();
    });
}

#[test]
fn missing_generation_asks_for_a_rebuild() {
    let (dir, _) = sample();
    let name = fs::read_to_string(dir.path().join("CURRENT")).unwrap();
    fs::remove_dir_all(dir.path().join(name.trim())).unwrap();
    assert!(matches!(open_at(dir.path()).1, State::NeedsRebuild(_)));
}

#[test]
fn current_that_points_outside_is_not_followed() {
    let (dir, _) = sample();
    for name in ["../elsewhere", "/", "generation-", "generation-1/../../x"] {
        fs::write(dir.path().join("CURRENT"), name).unwrap();
        let opened =
            SearchIndex::open(dir.path(), Options { read_only: true, ..options() }).unwrap();
        assert!(matches!(opened.state, State::NeedsRebuild(_)), "{name}");
    }
}

#[test]
fn verify_names_damaged_files() {
    let (dir, files) = sample();
    let unchecked = Options { verify: false, ..options() };
    let file = files.iter().find(|path| path.extension().is_some_and(|e| e == "idx")).unwrap();
    let mut data = fs::read(file).unwrap();
    let middle = data.len() / 2;
    data[middle] ^= 1;
    fs::write(file, data).unwrap();
    let index = SearchIndex::open(dir.path(), unchecked).unwrap().index;
    let damaged = index.verify().unwrap();
    assert_eq!(damaged.len(), 1);
    assert!(file.ends_with(&damaged[0]), "{damaged:?}");
}

#[test]
fn ids_are_listed_in_order_without_the_deleted() {
    let index = index((0..10).map(|n| capability(&format!("d{n}"), "陶瓷")));
    add(&index, [capability("d3", "轴承"), capability("e", "轴承")]);
    delete(&index, "d5");
    let mut all = index.ids(None, 4).unwrap();
    while let Some(last) = all.last().cloned() {
        let more = index.ids(Some(&last), 4).unwrap();
        if more.is_empty() {
            break;
        }
        all.extend(more);
    }
    assert_eq!(all, ["d0", "d1", "d2", "d3", "d4", "d6", "d7", "d8", "d9", "e"]);
    assert!(index.contains("d3").unwrap());
    assert!(!index.contains("d5").unwrap());
    assert!(!index.contains("nobody").unwrap());
}

#[test]
fn stats_count_what_can_be_found() {
    let index = index((0..3).map(|n| capability(&format!("d{n}"), "陶瓷")));
    delete(&index, "d1");
    let stats = index.stats();
    assert_eq!(stats.documents, 2);
    assert!(stats.bytes > 0 && stats.segments > 0);
}
