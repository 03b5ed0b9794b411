//! Searches and matches come in turn, and look their caller up themselves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::json;
use townbridge::app::App;
use townbridge::error::{Error, Result};
use townbridge::turns::{cores, matches_at_once, searches_at_once};

use super::support::{NeedBuilder, OrgBuilder, TestApp};

/// Work that ends, in failure, when the other end of the channel is dropped.
fn held(
    gate: &Arc<Mutex<mpsc::Receiver<()>>>,
    ended: &Arc<AtomicUsize>,
) -> impl FnOnce(&App) -> Result<()> + Send + 'static {
    let (gate, ended) = (Arc::clone(gate), Arc::clone(ended));
    move |_| {
        let _ = gate.lock().map(|gate| gate.recv());
        ended.fetch_add(1, Ordering::SeqCst);
        // A turn comes back from work that fails as from work that does not.
        Err(Error::NotFound)
    }
}

#[actix_web::test]
async fn searches_and_matches_wait_each_for_their_own_turns() {
    let app = TestApp::start().await;
    let (open, gate) = mpsc::channel::<()>();
    let (gate, ended) = (Arc::new(Mutex::new(gate)), Arc::new(AtomicUsize::new(0)));
    for _ in 0..matches_at_once(cores()) {
        // Asked once, so that the work begins; then nobody waits for it any more.
        let work = app.service().run_match(held(&gate, &ended));
        assert!(futures_util::poll!(Box::pin(work)).is_pending());
    }
    let search = app.service().run_search(|_| Ok(()));
    search.await.expect("a search goes on while matches have all of their turns");
    for _ in 0..searches_at_once(cores()) {
        let work = app.service().run_search(held(&gate, &ended));
        assert!(futures_util::poll!(Box::pin(work)).is_pending());
    }
    let count = || {
        let ended = Arc::clone(&ended);
        move |_: &App| Ok(ended.load(Ordering::SeqCst))
    };
    let (next_match, next_search) =
        (app.service().run_match(count()), app.service().run_search(count()));
    tokio::pin!(next_match, next_search);
    for early in [
        tokio::time::timeout(Duration::from_millis(100), &mut next_match).await,
        tokio::time::timeout(Duration::from_millis(100), &mut next_search).await,
    ] {
        assert!(early.is_err(), "one more ran beside those that have all turns");
    }
    drop(open);
    assert!(next_match.await.unwrap() > 0);
    assert!(next_search.await.unwrap() > 0);
}

#[actix_web::test]
async fn searches_and_matches_refuse_a_token_that_is_not_valid() {
    let app = TestApp::start().await;
    let org = OrgBuilder::enterprise().insert(&app);
    let need = NeedBuilder::published(&org).title("釉料色差").insert(&app);
    let path = format!("needs/{}/matches", need.id);
    let somebody = app.with_token("nonsense");
    for path in ["search?q=a", "suggest?q=a", path.as_str()] {
        app.anonymous().get(path).await.expect(200);
        somebody.get(path).await.expect(401);
    }
    somebody.post_json("match", json!({ "text": "釉料色差" })).await.expect(401);
}
