//! Building the index again.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use search_index::{Error, Options, SearchIndex, State};

use crate::support::*;

fn open_at(path: &Path) -> (SearchIndex, State) {
    let opened = SearchIndex::open(path, options()).unwrap();
    (opened.index, opened.state)
}

fn generations(path: &Path) -> usize {
    let names = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name.to_string_lossy().starts_with("generation-")).count()
}

#[test]
fn old_index_serves_until_the_new_one_is_finished() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = open_at(dir.path());
    add(&index, [capability("old", "陶瓷")]);
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(capability("new", "陶瓷")).unwrap();
    add(&index, [capability("late", "陶瓷")]);
    assert_eq!(found_set(&index, &request("陶瓷")), ["late", "old"]);
    rebuild.finish(40).unwrap();
    assert_eq!(found(&index, "陶瓷"), ["new"]);
    assert_eq!(index.position(), 40);
    add(&index, [capability("next", "陶瓷")]);
    assert_eq!(found_set(&index, &request("陶瓷")), ["new", "next"]);
    assert_eq!(generations(dir.path()), 1);
    drop(index);
    let (index, state) = open_at(dir.path());
    assert_eq!((state, index.position()), (State::Current, 41));
    assert_eq!(found_set(&index, &request("陶瓷")), ["new", "next"]);
}

#[test]
fn abandoned_rebuild_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = open_at(dir.path());
    add(&index, [capability("old", "陶瓷")]);
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(capability("new", "陶瓷")).unwrap();
    assert!(matches!(index.begin_rebuild(), Err(Error::RebuildRunning)));
    drop(rebuild);
    assert_eq!(generations(dir.path()), 1);
    assert_eq!(found(&index, "陶瓷"), ["old"]);
    index.begin_rebuild().unwrap().finish(1).unwrap();
    assert_eq!(index.stats().documents, 0);
}

#[test]
fn crash_before_the_swap_keeps_the_old_index() {
    let (dir, after) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (index, _) = open_at(dir.path());
    add(&index, [capability("old", "陶瓷")]);
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(capability("new", "陶瓷")).unwrap();
    // What a crash leaves is what is on the disk now.
    copy(dir.path(), after.path());
    fs::write(after.path().join("CURRENT.new"), "generation-").unwrap();
    let (index, state) = open_at(after.path());
    assert_eq!(state, State::Current);
    assert_eq!(found(&index, "陶瓷"), ["old"]);
    assert_eq!(generations(after.path()), 1);
}

pub fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else if let Err(error) = fs::copy(entry.path(), target) {
            // The engine is at work and may remove what it needs no more.
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
    }
}

#[test]
fn document_added_twice_is_there_once() {
    let index = index([]);
    let mut rebuild = index.begin_rebuild().unwrap();
    rebuild.add(capability("a", "陶瓷")).unwrap();
    rebuild.add(capability("b", "陶瓷")).unwrap();
    rebuild.add(capability("a", "轴承")).unwrap();
    rebuild.remove("b");
    rebuild.finish(1).unwrap();
    assert!(found(&index, "陶瓷").is_empty());
    assert_eq!(found(&index, "轴承"), ["a"]);
    assert_eq!(index.stats().documents, 1);
}

#[test]
fn changed_dictionaries_ask_for_a_rebuild_and_serve_meanwhile() {
    let dir = tempfile::tempdir().unwrap();
    let (index, _) = open_at(dir.path());
    add(&index, [capability("old", "陶瓷")]);
    let fingerprint = index.fingerprint();
    drop(index);
    let name = fs::read_to_string(dir.path().join("CURRENT")).unwrap();
    let file = dir.path().join(name.trim()).join("fingerprint");
    assert_eq!(fs::read_to_string(&file).unwrap(), fingerprint);
    fs::write(&file, "of last year").unwrap();
    let (index, state) = open_at(dir.path());
    assert!(matches!(state, State::NeedsRebuild(_)), "{state:?}");
    assert_eq!(found(&index, "陶瓷"), ["old"]);
    assert_eq!(index.fingerprint(), "of last year");
    index.begin_rebuild().unwrap().finish(1).unwrap();
    assert_eq!(index.fingerprint(), fingerprint);
    drop(index);
    assert_eq!(open_at(dir.path()).1, State::Current);
}

#[test]
fn index_for_reading_cannot_be_rebuilt() {
    let dir = tempfile::tempdir().unwrap();
    let (_writer, _) = open_at(dir.path());
    let reading = Options { read_only: true, ..options() };
    let index = SearchIndex::open(dir.path(), reading).unwrap().index;
    assert!(matches!(index.begin_rebuild(), Err(Error::ReadOnly)));
}
