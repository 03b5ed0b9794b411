//! The inbox: pages, what is read, and the pages of the web front.

use serde_json::{Value, json};

use super::{World, open_case};
use crate::support::{CapabilityBuilder, OrgBuilder};

/// A world in which the firm has been asked so many times.
async fn asked(times: usize) -> World {
    let world = World::start().await;
    let org = OrgBuilder::university().insert(&world.app);
    for _ in 0..times {
        let capability = CapabilityBuilder::published(&org).insert(&world.app);
        open_case(&world.app, &world.need, &capability.id.to_string());
    }
    world
}

#[tokio::test]
async fn pages_follow_each_other_and_what_is_read_stays_read() {
    let world = asked(5).await;
    let firm = world.app.client(&world.firm);
    let first = firm.get("inbox?limit=2").await.expect(200).json();
    assert_eq!(first["unread"], 5);
    let after = |page: &Value| format!("inbox?limit=2&after={}", page["next"].as_str().unwrap());
    let second = firm.get(&after(&first)).await.expect(200).json();
    let third = firm.get(&after(&second)).await.expect(200).json();
    let ids: Vec<&str> = [&first, &second, &third]
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| item["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 5);
    assert!(ids.windows(2).all(|pair| pair[0] > pair[1]), "newest first: {ids:?}");
    assert_eq!(third.get("next"), None);
    let read = format!("inbox/{}/read", ids[1]);
    assert_eq!(firm.post_json(&read, json!({})).await.expect(200).json(), json!({ "unread": 4 }));
    assert_eq!(firm.post_json(&read, json!({})).await.expect(200).json(), json!({ "unread": 4 }));
    // Up to the third from the top: what has come since stays unread.
    let up_to = json!({ "up_to": ids[2] });
    let left = firm.post_json("inbox/read", up_to).await.expect(200).json();
    assert_eq!(left, json!({ "unread": 1 }));
    let unread = firm.get("inbox?unread=true").await.expect(200).json();
    assert_eq!(unread["items"][0]["id"], ids[0]);
    assert_eq!(unread["items"].as_array().unwrap().len(), 1);
    let left = firm.post_json("inbox/read", json!({})).await.expect(200).json();
    assert_eq!(left, json!({ "unread": 0 }));
    firm.get("inbox?after=x").await.problem(422, "invalid");
    firm.get("inbox?limit=0").await.problem(422, "invalid");
}

#[tokio::test]
async fn an_inbox_is_its_readers_alone() {
    let world = asked(1).await;
    let id = world.inbox(&world.firm).await[0]["id"].as_str().unwrap().to_owned();
    for client in [world.app.client(&world.officer), world.app.admin()] {
        let path = format!("inbox/{id}/read");
        client.post_json(&path, json!({})).await.problem(404, "not_found");
        client.post_json("inbox/read", json!({})).await.expect(200);
    }
    assert_eq!(world.app.client(&world.firm).get("inbox").await.json()["unread"], 1);
}

#[tokio::test]
async fn the_page_counts_opens_and_clears() {
    let world = asked(2).await;
    let browser = world.app.browser_of(&world.firm).await;
    let page = browser.get("/inbox").await.expect(200);
    assert_eq!(page.count("[data-notice='case_asked']"), 2);
    assert_eq!(page.only(".top [data-unread] [aria-hidden]"), "2");
    let action = page.attribute(".inbox form", "action");
    let answer = browser.submit(&action, &[]).await.expect(303);
    assert!(answer.header("location").starts_with("/cases/"));
    let page = browser.get("/inbox?unread=true").await.expect(200);
    assert_eq!(page.count(".inbox li"), 1);
    assert_eq!(page.only(".top [data-unread] [aria-hidden]"), "1");
    let newest = page.attribute("form[action='/inbox/read'] [name=up_to]", "value");
    browser.submit("/inbox/read", &[("up_to", &newest)]).await.expect(303);
    let page = browser.get("/inbox").await.expect(200);
    assert_eq!((page.count("[data-unread]"), page.count(".inbox li.new")), (0, 0));
    assert_eq!(page.count("form[action='/inbox/read']"), 0);
    let other = world.app.browser_of(&world.provider).await;
    other.submit(&action, &[]).await.expect(404);
    let visitor = world.app.browser();
    assert_eq!(visitor.get("/").await.expect(200).count("a[href='/inbox']"), 0);
    visitor.get("/inbox").await.expect(303);
}

#[tokio::test]
async fn mail_is_chosen_on_a_page_and_topics_of_others_are_not_offered() {
    let world = World::start().await;
    let browser = world.app.browser_of(&world.firm).await;
    let page = browser.get("/account/notices").await.expect(200);
    assert_eq!(page.count("fieldset"), 2);
    assert_eq!(page.attribute("[name=cases][checked]", "value"), "at_once");
    let answer = browser.submit("/account/notices", &[("cases", "daily")]).await.expect(303);
    let page = browser.get(answer.header("location")).await.expect(200);
    assert_eq!(page.attribute("[name=cases][checked]", "value"), "daily");
    assert_eq!(page.count("[role=status]"), 1);
    browser.submit("/account/notices", &[("cases", "hourly")]).await.expect(422);
    let liaison = world.app.browser_of(&world.liaison).await;
    assert_eq!(liaison.get("/account/notices").await.expect(200).count("fieldset"), 4);
    let chosen = world.app.client(&world.firm).get("me/notices").await.expect(200).json();
    let expected = json!({
        "cases": "daily", "brokering": "at_once", "escalations": "daily",
        "subscriptions": "at_once",
    });
    assert_eq!(chosen, expected);
}
