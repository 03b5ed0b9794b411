//! Pages of subscriptions, through forms alone.

use serde_json::json;

use super::World;
use crate::support::NeedBuilder;

#[tokio::test]
async fn a_search_is_saved_seen_changed_and_removed() {
    let world = World::start().await;
    let browser = world.app.browser_of(&world.provider).await;
    world.app.settle().await;
    let results = browser.get("/search?q=模具&kind=need&sort=newest").await.expect(200);
    let address = results.attribute("a[data-subscribe]", "href");
    let form = browser.get(&address).await.expect(200);
    assert_eq!(form.attribute("input[name=name]", "value"), "模具");
    assert_eq!(form.texts("dl.facts dd"), ["需求", "模具"]);
    let once = form.attribute("input[name=once]", "value");
    let fields = [
        ("once", once.as_str()),
        ("name", "模具需求"),
        ("query.q", "模具"),
        ("query.kind", "need"),
        ("frequency", "at_once"),
    ];
    let made = browser.submit("/subscriptions", &fields).await.expect(303);
    let path = made.header("location").to_owned();
    let again = browser.submit("/subscriptions", &fields).await.expect(303);
    assert_eq!(again.header("location"), path, "sent twice it is made once");
    assert_eq!(browser.get(&path).await.expect(200).only("h1"), "模具需求");
    let need = world.need("压铸模具");
    world.round().await;
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.attribute("[data-find]", "data-find"), need);
    let change = [("version", "1"), ("name", "模具"), ("frequency", "weekly")];
    browser.submit(&format!("{path}/change"), &change).await.expect(303);
    let list = browser.get("/subscriptions").await.expect(200);
    assert_eq!(list.count("[data-subscription]"), 1);
    assert!(list.only("[data-subscription]").contains("已停用"), "the box was not ticked");
    let stale = browser.submit(&format!("{path}/change"), &change).await.expect(200);
    assert_eq!(stale.count("[data-refused]"), 1);
    browser.submit(&format!("{path}/delete"), &[]).await.expect(303);
    browser.get(&path).await.expect(404);
}

#[tokio::test]
async fn matches_are_subscribed_to_where_they_are_shown() {
    let world = World::start().await;
    let need = NeedBuilder::published(&world.firm_org).insert(&world.app).id;
    world.app.settle().await;
    let browser = world.app.browser_of(&world.provider).await;
    let page = browser.get(&format!("/needs/{need}")).await.expect(200);
    let form = browser.get(&page.attribute("a[data-subscribe]", "href")).await.expect(200);
    assert_eq!(form.attribute("input[name=threshold][checked]", "value"), "fair");
    let id = need.to_string();
    let fields = [
        ("record_kind", "need"),
        ("record_id", id.as_str()),
        ("name", "新匹配"),
        ("threshold", "strong"),
        ("frequency", "daily"),
    ];
    let made = browser.submit("/subscriptions", &fields).await.expect(303);
    let page = browser.get(made.header("location")).await.expect(200);
    assert_eq!(page.attribute("input[name=threshold][checked]", "value"), "strong");
    let visitor = world.app.browser().get(&format!("/needs/{need}")).await.expect(200);
    assert_eq!(visitor.count("a[data-subscribe]"), 0);
    assert_eq!(world.app.browser().get("/subscriptions/new?q=x").await.status, 303);
}

#[tokio::test]
async fn recommendations_are_switched_off_with_the_personal_data() {
    let world = World::start().await;
    let browser = world.app.browser_of(&world.provider).await;
    for page in ["/account/personal-data", "/subscriptions"] {
        let shown = browser.get(page).await.expect(200);
        assert_eq!(shown.attribute("form[data-personalised]", "data-personalised"), "true");
        assert_eq!(shown.attribute("input[name=personalised]", "value"), "false");
        for (value, is) in [("false", false), ("true", true)] {
            let fields = [("personalised", value), ("back", page)];
            let done = browser.submit("/account/recommendations", &fields).await.expect(303);
            assert_eq!(done.header("location"), page);
            let client = world.app.client(&world.provider);
            let choice = client.get("me/recommendations").await.expect(200).json();
            assert_eq!(choice, json!({ "personalised": is }));
        }
    }
}

#[tokio::test]
async fn what_was_typed_stands_in_the_form_that_is_refused() {
    let world = World::start().await;
    let path = format!("/{}", world.search("daily").await);
    let browser = world.app.browser_of(&world.provider).await;
    let long = "模具".repeat(31);
    let fields = [("version", "1"), ("name", long.as_str()), ("frequency", "weekly")];
    let again = browser.submit(&format!("{path}/change"), &fields).await.expect(200);
    assert_eq!(again.attribute("input[name=name]", "value"), long);
    assert_eq!(again.attribute("input[name=frequency][checked]", "value"), "weekly");
    assert_eq!(again.count("input[name=active][checked]"), 0);
    assert_eq!(again.only("h1"), "模具", "it is called so still");
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.attribute("input[name=frequency][checked]", "value"), "daily");
    assert_eq!(page.count("input[name=active][checked]"), 1);
}
