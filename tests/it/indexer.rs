//! The indexer: what is written is found, whatever happens to the index.

use std::sync::Arc;
use std::time::{Duration, Instant};

use townbridge::accounts::principal::Caller;
use townbridge::app::App;
use townbridge::clock::Clock;
use townbridge::jobs::indexer::{self, consistency};
use townbridge::records::model::RecordKind;
use townbridge::records::ops::{last_change, touch};
use townbridge::search::ops;
use townbridge::search::query::SearchQuery;

use super::support::{NeedBuilder, OrgBuilder, TestApp};

fn total(app: &App) -> usize {
    let query = SearchQuery { kind: Some("need".to_owned()), ..SearchQuery::default() };
    ops::search(app, &Caller::anonymous(), &query).map_or(0, |answer| answer.total)
}

/// Polls until the condition holds; the service works in other threads.
async fn until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what}");
        tokio::task::yield_now().await;
    }
}

#[actix_web::test]
async fn the_index_agrees_with_the_database_and_a_difference_is_named() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    let comparison = consistency::verify(app.service()).unwrap();
    assert!(comparison.agrees(), "{comparison:?}");
    assert_eq!(comparison.agreed, 2);
    let status = consistency::status(app.service()).unwrap();
    assert_eq!((status.documents, status.lag()), (2, 0));
    let gone = search_index::Change::Delete(need.id.to_string());
    let extra = search_index::Document::new("nobody", search_index::Kind::Town, "无此镇");
    let extra = search_index::Change::Upsert(extra);
    app.index.apply(vec![gone, extra], status.position).unwrap();
    let comparison = consistency::verify(app.service()).unwrap();
    assert_eq!(comparison.missing, [need.id.to_string()]);
    assert_eq!(comparison.unknown, ["nobody"]);
}

#[actix_web::test]
async fn a_deleted_index_is_built_again_when_the_service_opens() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    // A second service on the same database, whose index directory does not exist yet.
    let mut config = app.config.clone();
    config.search.index_dir = app.data_dir().join("other-index").display().to_string();
    let open = move || App::open(config, Clock::default()).unwrap();
    let other = tokio::task::spawn_blocking(open).await.unwrap();
    assert_eq!(total(&other), 1);
    assert_eq!(other.feed.position(), app.feed.position());
}

#[actix_web::test]
async fn an_index_damaged_while_the_service_was_down_is_built_again() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    let mut config = app.config.clone();
    let directory = app.data_dir().join("other-index");
    config.search.index_dir = directory.display().to_string();
    for _ in 0..2 {
        let config = config.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let other = App::open(config, Clock::default()).unwrap();
            total(&other)
        });
        assert_eq!(opened.await.unwrap(), 1);
        for path in files(&directory).iter().filter(|path| path.extension().is_some()) {
            std::fs::write(path, b"no index").unwrap();
        }
    }
}

fn files(directory: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

#[actix_web::test]
async fn an_index_deleted_under_the_running_service_is_built_again() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    std::fs::remove_dir_all(&app.config.search.index_dir).unwrap();
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    assert_eq!(total(&app), 2);
    assert!(consistency::verify(app.service()).unwrap().agrees());
}

#[actix_web::test]
async fn an_index_deleted_before_the_first_write_to_it_is_built_again() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    // The new index has not been written to yet.
    let service = Arc::clone(app.service());
    tokio::task::spawn_blocking(move || indexer::rebuild(&service, |_| {})).await.unwrap().unwrap();
    std::fs::remove_dir_all(&app.config.search.index_dir).unwrap();
    NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    assert_eq!(total(&app), 2);
}

#[actix_web::test]
async fn what_people_write_goes_ahead_of_what_came_in_bulk() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).title("独角兽釉料").insert(&app);
    app.settle().await;
    let rows: Vec<_> = (0..20_000).map(|n| (RecordKind::Town, format!("none-{n}"))).collect();
    let now = app.clock.now();
    let bulk = app.db.write(|db| touch(db, now, &rows)).unwrap();
    let changed = NeedBuilder::published(&org).title("独角兽坯体").insert(&app);
    let single = app.db.read(last_change).unwrap();
    assert!(single > bulk);
    app.feed.wake();
    assert!(app.feed.wait_for(single.unsigned_abs(), Duration::from_secs(20)).await);
    let position = app.feed.position();
    assert!(position < bulk.unsigned_abs(), "all {bulk} came before {single}: {position}");
    assert_eq!(total(&app), 2);
    app.settle().await;
    assert_eq!(total(&app), 2);
    assert_ne!(need.id, changed.id);
}

#[actix_web::test]
async fn changes_made_while_the_index_is_built_again_are_not_lost() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    for _ in 0..20 {
        NeedBuilder::published(&org).insert(&app);
    }
    app.settle().await;
    let service = Arc::clone(app.service());
    let rebuilding = tokio::task::spawn_blocking(move || {
        for _ in 0..5 {
            indexer::rebuild(&service, |_| {}).unwrap();
        }
    });
    let mut written = 20;
    let mut position = 0;
    while !rebuilding.is_finished() {
        NeedBuilder::published(&org).insert(&app);
        written += 1;
        // Searches never fall back behind what they have seen.
        assert!(app.index.position() >= position);
        position = app.feed.position();
    }
    rebuilding.await.unwrap();
    app.settle().await;
    assert_eq!(total(&app), written);
    assert!(consistency::verify(app.service()).unwrap().agrees());
}

#[actix_web::test]
async fn a_record_that_cannot_be_read_does_not_hold_up_the_others() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let broken = NeedBuilder::published(&org).insert(&app);
    app.settle().await;
    let now = app.clock.now();
    app.db
        .write(|db| {
            let id = broken.id.to_string();
            db.execute_batch(&format!("UPDATE needs SET doc = '7' WHERE id = '{id}'"))?;
            townbridge::db::dialect::lock_logs(db)?;
            let rows = [(RecordKind::Need, id)];
            townbridge::records::store::append_changes(db, &rows, now)
        })
        .unwrap();
    NeedBuilder::published(&org).title("后来的需求").insert(&app);
    until("the later need is found", || total(&app) == 1).await;
}
