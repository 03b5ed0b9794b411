//! When people are told, how by mail, and how they stop it.

use chrono::{Datelike, TimeDelta};
use reqwest::Method;
use serde_json::json;
use townbridge::jobs::outbox;
use townbridge::notices::digest;

use super::World;

/// The address in the newest mail by which it is stopped, from the root.
fn off_path(world: &World) -> String {
    let mails = world.app.mails_to(&world.provider.mail);
    let url = mails.last().unwrap().unsubscribe_url.clone().unwrap();
    assert!(mails.last().unwrap().body.contains(&url), "the mail says it, too");
    url[url.find("/unsubscribe").unwrap()..].to_owned()
}

#[tokio::test]
async fn a_daily_subscription_waits_for_its_hour() {
    let world = World::start().await;
    let path = world.search("daily").await;
    world.set_hour(0, 7);
    let (first, second) = (world.need("模具甲"), world.need("模具乙"));
    assert_eq!(world.round().await, 0, "not before its hour");
    world.app.clock.advance(TimeDelta::minutes(61));
    let late = world.need("模具丙");
    assert_eq!((world.round().await, world.round().await), (1, 0));
    let mut told = world.told(&path).await;
    told.sort();
    let mut expected = vec![first, second];
    expected.sort();
    assert_eq!(told, expected);
    assert_eq!(world.inbox().await[0]["data"]["count"], 2);
    world.app.clock.advance(TimeDelta::days(1));
    assert_eq!(world.round().await, 1, "what came after the hour");
    assert_eq!(world.told(&path).await[0], late);
    assert_eq!(world.app.mails_to(&world.provider.mail).len(), 2);
}

#[tokio::test]
async fn a_weekly_subscription_waits_for_monday() {
    let world = World::start().await;
    world.search("weekly").await;
    world.set_hour(0, 9);
    // The Tuesday after.
    let today = world.app.clock.today_in_china().weekday().num_days_from_monday();
    world.set_hour(i64::from(8 - today) - 2, 9);
    assert_eq!(world.app.clock.today_in_china().weekday(), chrono::Weekday::Tue);
    world.need("模具甲");
    for day in 0..5 {
        assert_eq!(world.round().await, 0, "day {day}");
        world.app.clock.advance(TimeDelta::days(1));
    }
    world.app.clock.advance(TimeDelta::hours(22));
    assert_eq!(world.app.clock.today_in_china().weekday(), chrono::Weekday::Mon);
    assert_eq!(world.round().await, 0, "at seven on Monday");
    world.app.clock.advance(TimeDelta::hours(2));
    assert_eq!((world.round().await, world.round().await), (1, 0));
}

#[tokio::test]
async fn what_is_closed_before_the_hour_is_not_told() {
    let world = World::start().await;
    let path = world.search("daily").await;
    let (kept, closed) = (world.need("模具甲"), world.need("模具乙"));
    world.round().await;
    let step = json!({ "to": "withdrawn" });
    world.app.admin().post_json(&format!("needs/{closed}/steps"), step).await.expect(200);
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [kept]);
    let mail = world.app.mails_to(&world.provider.mail).pop().unwrap();
    assert!(!mail.body.contains("模具乙"), "{}", mail.body);
}

#[tokio::test]
async fn settings_of_notices_hold_for_subscriptions() {
    let world = World::start().await;
    world.search("at_once").await;
    let client = world.app.client(&world.provider);
    client.put_json("me/notices", json!({ "subscriptions": "never" })).await.expect(200);
    world.need("模具甲");
    assert_eq!(world.round().await, 1);
    assert_eq!((world.inbox().await.len(), world.app.mails_to(&world.provider.mail).len()), (1, 0));
    client.put_json("me/notices", json!({ "subscriptions": "daily" })).await.expect(200);
    world.need("模具乙");
    assert_eq!(world.round().await, 1);
    assert_eq!(world.app.mails_to(&world.provider.mail).len(), 0);
    world.set_hour(0, 9);
    assert_eq!(digest::send_due(world.app.service()).unwrap(), 1);
    assert_eq!(world.app.mails_to(&world.provider.mail).len(), 1);
}

#[tokio::test]
async fn mails_carry_the_address_that_stops_them() {
    let world = World::start().await;
    world.search("at_once").await;
    world.need("模具甲");
    world.round().await;
    let path = off_path(&world);
    assert_eq!(outbox::deliver_due(world.app.service()).await.unwrap(), 1);
    let mut files = std::fs::read_dir(world.app.mail_dir()).unwrap();
    let text = std::fs::read_to_string(files.next().unwrap().unwrap().path()).unwrap();
    let unfolded = text.replace("\r\n ", " ");
    let header = |name: &str| {
        let line = unfolded.lines().find(|line| line.starts_with(name)).unwrap_or_default();
        line[name.len()..].trim().to_owned()
    };
    let listed = header("List-Unsubscribe:");
    assert!(listed.starts_with("<http") && listed.ends_with(&format!("{path}>")), "{listed}");
    assert_eq!(header("List-Unsubscribe-Post:"), "List-Unsubscribe=One-Click");
    let sent = world.app.mails_to(&world.provider.mail).pop().unwrap();
    assert_eq!((sent.body.as_str(), sent.unsubscribe_url), ("", None), "forgotten once sent");
}

#[tokio::test]
async fn one_click_stops_it_without_signing_in_and_opening_the_address_does_not() {
    let world = World::start().await;
    let path = world.search("at_once").await;
    let other = world.search("daily").await;
    world.need("模具甲");
    world.round().await;
    let off = off_path(&world);
    let visitor = world.app.anonymous();
    let page = world.app.browser().get(&off).await.expect(200);
    assert!(page.only("form.card").contains("模具"));
    let client = world.app.client(&world.provider);
    assert_eq!(
        client.get(&path).await.expect(200).json()["active"],
        true,
        "a look changes nothing"
    );
    let click = visitor.request(Method::POST, &off);
    let click = click.header("sec-fetch-site", "cross-site").body("List-Unsubscribe=One-Click");
    visitor.send(click).await.expect(200);
    assert_eq!(client.get(&path).await.expect(200).json()["active"], false);
    assert_eq!(client.get(&other).await.expect(200).json()["active"], true, "that one alone");
    let page = world.app.browser().get(&off).await.expect(200);
    assert_eq!(page.count("[data-stopped]"), 1);
    visitor.send(visitor.request(Method::POST, &off)).await.expect(200);
    for wrong in ["/unsubscribe", "/unsubscribe?token=", "/unsubscribe?token=0123"] {
        visitor.send(visitor.request(Method::POST, wrong)).await.expect(404);
        visitor.send(visitor.request(Method::GET, wrong)).await.expect(404);
    }
    world.need("模具乙");
    assert_eq!(world.round().await, 0);
    let log = world.app.admin().get("audit?action=subscription.unsubscribe").await.expect(200);
    assert_eq!(log.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn switched_off_it_forgets_what_waits_and_on_again_begins_anew() {
    let world = World::start().await;
    let path = world.search("daily").await;
    world.need("模具甲");
    world.round().await;
    let client = world.app.client(&world.provider);
    client.patch_json(&path, 1, json!({ "active": false })).await.expect(200);
    world.need("模具乙");
    world.round().await;
    client.patch_json(&path, 2, json!({ "active": true })).await.expect(200);
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 0);
    let next = world.need("模具丙");
    world.round().await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [next]);
}

#[tokio::test]
async fn between_two_notices_at_once_there_is_a_pause() {
    let world = World::with(|_| {}).await;
    let path = world.search("at_once").await;
    world.need("模具甲");
    assert_eq!(world.round().await, 1);
    world.need("模具乙");
    world.need("压铸模具丙");
    world.app.clock.advance(TimeDelta::minutes(9));
    assert_eq!(world.round().await, 0);
    world.app.clock.advance(TimeDelta::minutes(1));
    assert_eq!((world.round().await, world.round().await), (1, 0), "both together");
    assert_eq!(world.inbox().await[0]["data"]["count"], 2);
    assert_eq!(world.told(&path).await.len(), 3);
}

#[tokio::test]
async fn what_a_search_would_not_find_any_more_is_not_told() {
    let world = World::start().await;
    let path = world.search("daily").await;
    let (kept, other) = (world.need("模具甲"), world.need("模具乙"));
    world.round().await;
    world.change(&other, json!({ "title": "灯罩发黄" })).await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1);
    assert_eq!(world.told(&path).await, [kept]);
    world.change(&other, json!({ "title": "模具发黄" })).await;
    world.round().await;
    world.set_hour(0, 9);
    assert_eq!(world.round().await, 1, "it has come to fit again");
}
