//! Searches and matches come in turn, and look their caller up themselves.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use serde_json::json;
use townbridge::app::searches_at_once;
use townbridge::error::{Error, Result};

use super::support::{NeedBuilder, OrgBuilder, TestApp};

#[actix_web::test]
async fn a_search_waits_for_a_turn_until_the_work_of_another_has_ended() {
    let app = TestApp::start().await;
    let (open, gate) = mpsc::channel::<()>();
    let (gate, ended) = (Arc::new(Mutex::new(gate)), Arc::new(AtomicUsize::new(0)));
    for _ in 0..searches_at_once() {
        let (gate, ended) = (Arc::clone(&gate), Arc::clone(&ended));
        let search = app.service().run_search(move |_| -> Result<()> {
            // Ends when the other end of the channel is dropped.
            let _ = gate.lock().map(|gate| gate.recv());
            ended.fetch_add(1, Ordering::SeqCst);
            // A turn comes back from work that fails as from work that does not.
            Err(Error::NotFound)
        });
        // Asked once, so that the work begins; then nobody waits for it any more.
        assert!(futures_util::poll!(Box::pin(search)).is_pending());
    }
    let seen = Arc::clone(&ended);
    let next = app.service().run_search(move |_| Ok(seen.load(Ordering::SeqCst)));
    tokio::pin!(next);
    let early = tokio::time::timeout(Duration::from_millis(100), &mut next).await;
    assert!(early.is_err(), "one more search ran beside those that have all turns");
    drop(open);
    assert!(next.await.unwrap() > 0);
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
