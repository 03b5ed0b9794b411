//! Notices by mail: at once, once a day, never.

use chrono::{NaiveTime, TimeDelta};
use serde_json::json;
use townbridge::jobs::{housekeeping, outbox};
use townbridge::notices::digest;

use super::{World, open_case};
use crate::support::{CapabilityBuilder, Manner, OrgBuilder, SmtpServer, TestApp};

/// Sets the clock to this hour of tomorrow in China.
fn set_hour(app: &TestApp, hour: i64) {
    let today = app.clock.time().date_naive().and_time(NaiveTime::MIN).and_utc();
    let wanted = today + TimeDelta::days(2) + TimeDelta::hours(hour - 8);
    app.clock.advance(wanted - app.clock.time());
}

fn digests(world: &World) -> usize {
    digest::send_due(world.app.service()).unwrap()
}

/// Asks the firm once more.
fn ask(world: &World) {
    let org = OrgBuilder::university().insert(&world.app);
    let capability = CapabilityBuilder::published(&org).insert(&world.app);
    open_case(&world.app, &world.need, &capability.id.to_string());
}

#[tokio::test]
async fn a_mail_at_once_names_the_case_and_leads_to_it() {
    let world = World::start().await;
    let case = world.opened_by(&world.liaison).await;
    let mails = world.app.mails_to(&world.firm.mail);
    assert_eq!(mails.len(), 1);
    assert!(mails[0].subject.starts_with("镇桥：对接 DJ"), "{}", mails[0].subject);
    let body = &mails[0].body;
    assert!(body.contains(&format!("/sign-in?back=/{case}\n")), "{body}");
    assert!(body.contains("压铸件气孔 ⇄ "), "{body}");
    assert!(body.contains("/sign-in?back=/account/notices"), "{body}");
    assert!(!body.contains("%{"), "{body}");
    assert!(world.app.mails_to(&world.liaison.mail).is_empty(), "she did it herself");
}

#[tokio::test]
async fn a_real_server_gets_the_mail() {
    let server = SmtpServer::start(Manner::Accepting).await;
    let reach = server.settings();
    let world = World::start().await;
    ask(&world);
    let node = world.app.beside_with(reach).await;
    assert!(outbox::deliver_due(node.service()).await.unwrap() > 0);
    let to_firm = server.seen().mails.iter().filter(|(to, _)| *to == world.firm.mail).count();
    assert_eq!(to_firm, 1);
}

#[tokio::test]
async fn who_wants_no_mail_gets_none_and_has_the_inbox() {
    let world = World::start().await;
    world.choose(&world.firm, json!({ "cases": "never" })).await;
    ask(&world);
    assert!(world.app.mails_to(&world.firm.mail).is_empty());
    assert_eq!(world.kinds(&world.firm).await, ["case_asked"]);
    set_hour(&world.app, 9);
    assert_eq!(digests(&world), 0);
}

#[tokio::test]
async fn the_daily_mail_comes_after_its_hour_with_what_is_unread() {
    let world = World::start().await;
    world.choose(&world.firm, json!({ "cases": "daily" })).await;
    set_hour(&world.app, 7);
    (0..3).for_each(|_| ask(&world));
    let newest = world.inbox(&world.firm).await[0]["id"].as_str().unwrap().to_owned();
    world.post(&world.firm, &format!("inbox/{newest}/read"), json!({})).await;
    assert_eq!(digests(&world), 0, "not before its hour");
    world.app.clock.advance(TimeDelta::hours(2));
    ask(&world);
    assert_eq!((digests(&world), digests(&world)), (1, 0));
    let mails = world.app.mails_to(&world.firm.mail);
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].body.matches("/sign-in?back=/cases/").count(), 2, "{}", mails[0].body);
    world.app.clock.advance(TimeDelta::days(1));
    assert_eq!((digests(&world), digests(&world)), (1, 0), "what came after the hour");
    assert_eq!(world.app.mails_to(&world.firm.mail).len(), 2);
}

#[tokio::test]
async fn what_is_not_wanted_any_more_is_not_in_the_daily_mail() {
    let world = World::start().await;
    world.choose(&world.firm, json!({ "cases": "daily" })).await;
    ask(&world);
    world.choose(&world.firm, json!({ "cases": "never" })).await;
    set_hour(&world.app, 9);
    assert_eq!(digests(&world), 0);
    world.choose(&world.firm, json!({ "cases": "daily" })).await;
    assert_eq!(digests(&world), 0, "nor later");
}

#[tokio::test]
async fn settings_are_checked_and_logged() {
    let world = World::start().await;
    let firm = world.app.client(&world.firm);
    firm.put_json("me/notices", json!({ "cases": "hourly" })).await.expect(422);
    firm.put_json("me/notices", json!({ "case": "never" })).await.expect(422);
    world.choose(&world.firm, json!({ "cases": "never" })).await;
    world.choose(&world.firm, json!({ "cases": "never" })).await;
    let log = world.app.admin().get("audit?action=user.notices").await.expect(200).json();
    assert_eq!(log["items"].as_array().unwrap().len(), 1, "{log}");
}

#[tokio::test]
async fn notices_are_forgotten_after_their_time() {
    let world = World::start().await;
    ask(&world);
    world.app.clock.advance(TimeDelta::days(179));
    housekeeping::tidy(&world.app).unwrap();
    assert_eq!(world.kinds(&world.firm).await.len(), 1);
    world.app.clock.advance(TimeDelta::days(2));
    housekeeping::tidy(&world.app).unwrap();
    assert_eq!(world.kinds(&world.firm).await.len(), 0);
}
