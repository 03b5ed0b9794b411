//! The pages of robots and webhooks, and of what was given up.

use townbridge::accounts::principal::Role;
use townbridge::accounts::roles::model::GrantRole;
use townbridge::jobs::outbox;
use townbridge::outbound::ops::{Letter, enqueue};

use super::{GUZHEN, World};
use crate::support::{Manner, Receiver, Reply, SmtpServer};

#[tokio::test]
async fn an_endpoint_is_registered_tested_and_changed_through_forms_alone() {
    let receiver = Receiver::start(Reply::With(500, String::new())).await;
    let world = World::with(|config| config.outbound.max_attempts = 1).await;
    let browser = world.app.browser_of(&world.manager).await;
    let list = browser.get("/endpoints").await.expect(200);
    let owner = list.attribute("[name=owner] option", "value");
    let url = receiver.url("/hook");
    let mut fields = vec![("owner", owner.as_str()), ("kind", "webhook"), ("url", url.as_str())];
    fields.extend([("name", ""), ("events", "case_asked"), ("events", "case_stepped")]);
    let page = browser.submit("/endpoints", &fields).await.expect(200);
    assert_eq!(page.count("[role=alert] li"), 1);
    assert_eq!(page.count("[name=events][checked]"), 2, "what was typed stays");
    fields[3] = ("name", "系统");
    let made = browser.submit("/endpoints", &fields).await.expect(303);
    let path = made.header("location").to_owned();
    let secret = browser.submit(&format!("{path}/secret"), &[]).await.expect(200);
    assert!(secret.only("[data-secret]").starts_with("whsec_"));
    assert_eq!(browser.get(&path).await.expect(200).count("[data-secret]"), 0, "shown once");
    browser.submit(&format!("{path}/test"), &[]).await.expect(303);
    world.deliver().await;
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.count("[data-delivery=dead]"), 1);
    receiver.behave(Reply::ok());
    let resend = page.attribute("[data-delivery] form", "action");
    let answer = browser.submit(&resend, &[("back", &path)]).await.expect(303);
    assert_eq!(answer.header("location"), path);
    assert_eq!(world.deliver().await, 1);
    let version = page.attribute("[name=version]", "value");
    let change = [("version", version.as_str()), ("name", "系统二")];
    browser.submit(&format!("{path}/change"), &change).await.expect(303);
    let page = browser.get(&path).await.expect(200);
    assert_eq!(page.only("h1"), "系统二");
    assert_eq!(page.count("[name=active][checked]"), 0, "an unticked box pauses");
    let page = browser.submit(&format!("{path}/change"), &change).await.expect(200);
    assert_eq!(page.count("[role=alert]"), 1, "somebody was faster");
    browser.submit(&format!("{path}/delete"), &[]).await.expect(303);
    assert_eq!(browser.get("/endpoints").await.expect(200).count("[data-endpoint]"), 0);
}

#[tokio::test]
async fn endpoints_of_others_are_not_there_and_offices_have_their_own() {
    let world = World::start().await;
    let receiver = Receiver::start(Reply::ok()).await;
    let path = format!("/{}", world.webhook(&receiver).await);
    let liaison = world.app.account(&[GrantRole::in_region(Role::Liaison, GUZHEN)]);
    let browser = world.app.browser_of(&liaison).await;
    browser.get(&path).await.expect(404);
    let page = browser.get("/endpoints").await.expect(200);
    assert_eq!(page.attribute("[name=owner] option", "value"), format!("region:{GUZHEN}"));
    assert_eq!(page.count("[data-endpoint]"), 0);
    browser.get("/admin/deliveries").await.expect(403);
    world.app.browser().get("/endpoints").await.expect(303);
}

#[tokio::test]
async fn administrators_see_what_was_given_up_and_send_it_again() {
    let server = SmtpServer::start(Manner::RefusingRecipients).await;
    let reach = server.settings();
    let world = World::with(|config| {
        reach(config);
        config.mail.max_attempts = 1;
        config.mail.timeout_seconds = 2;
    })
    .await;
    let letter = || Letter { subject: "通知".to_owned(), body: "?token=secret".to_owned() };
    world.app.db.write(|db| enqueue(db, "r@example.com", letter(), world.app.clock.now())).unwrap();
    outbox::deliver_due(world.app.service()).await.unwrap();
    let admin = world.app.account(&[GrantRole::unbound(Role::PlatformAdmin)]);
    let browser = world.app.browser_of(&admin).await;
    let page = browser.get("/admin/deliveries").await.expect(200);
    assert_eq!(page.count("[data-mail]"), 1);
    assert!(!page.text().contains("token=secret"));
    server.behave(Manner::Accepting);
    let resend = page.attribute("[data-mail] form", "action");
    browser.submit(&resend, &[]).await.expect(303);
    outbox::deliver_due(world.app.service()).await.unwrap();
    assert_eq!(server.seen().mails.len(), 1);
    assert_eq!(browser.get("/admin/deliveries").await.expect(200).count("[data-mail]"), 0);
    browser.submit(&resend, &[]).await.expect(409);
}
