//! Delivery of the outbox: files, SMTP, failures.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use townbridge::config::MailEncryption;
use townbridge::jobs::outbox::deliver_due;
use townbridge::outbound::model::{MailState, OutboxMail};
use townbridge::outbound::ops::{Letter, enqueue};

use crate::support::{Manner, SmtpServer, TestApp, token_in};

const TO: &str = "reader@example.com";

fn write(app: &TestApp, count: usize) {
    app.db
        .write(|db| {
            for _ in 0..count {
                let letter = Letter {
                    subject: "镇桥：测试\r\nBcc: evil@example.com".to_owned(),
                    body: "请打开\n.\nhttp://x.example/?token=AbC-1_2\n".to_owned(),
                };
                enqueue(db, TO, letter, app.clock.now())?;
            }
            Ok(())
        })
        .unwrap();
}

fn only(app: &TestApp) -> OutboxMail {
    let mut mails = app.mails_to(TO);
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

async fn with_server(server: &SmtpServer, encryption: MailEncryption) -> TestApp {
    let reach = server.settings();
    TestApp::start_with(move |config| {
        reach(config);
        config.mail.encryption = encryption;
        config.mail.timeout_seconds = 1;
        config.mail.max_attempts = 3;
    })
    .await
}

/// Header lines and decoded body of a mail as sent.
fn read(raw: &str) -> (String, String) {
    let raw = raw.replace("\r\n", "\n");
    let (head, body) = raw.split_once("\n\n").expect("an empty line after the headers");
    let bytes = if head.contains("Content-Transfer-Encoding: base64") {
        STANDARD.decode(body.split_whitespace().collect::<String>()).unwrap()
    } else {
        assert!(head.contains("Content-Transfer-Encoding: quoted-printable"), "{head}");
        unquoted(body)
    };
    let body = String::from_utf8(bytes).unwrap();
    (head.to_owned(), body.replace("\r\n", "\n"))
}

/// Decodes quoted-printable (RFC 2045, 6.7).
fn unquoted(text: &str) -> Vec<u8> {
    let joined = text.replace("=\n", "");
    let mut parts = joined.split('=');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (code, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(code, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    bytes
}

fn check_mail(raw: &str) {
    let (head, body) = read(raw);
    assert_eq!(token_in(&body), "AbC-1_2");
    assert!(body.contains("请打开\n.\n"), "{body}");
    assert!(head.contains("Content-Type: text/plain; charset=utf-8"), "{head}");
    assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
    assert!(head.contains(&format!("To: {TO}")), "{head}");
    assert!(head.contains("From: ") && head.contains("Date: "), "{head}");
    assert!(!head.lines().any(|line| line.to_lowercase().starts_with("bcc")), "{head}");
    assert!(head.contains("Subject: =?utf-8?b?"), "{head}");
}

#[tokio::test]
async fn files_are_whole_mails_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let app = TestApp::start().await;
    write(&app, 2);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 2);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 0);
    let files: Vec<_> =
        std::fs::read_dir(app.mail_dir()).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(file.extension().unwrap(), "eml");
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        check_mail(&std::fs::read_to_string(file).unwrap());
    }
    for mail in app.mails_to(TO) {
        assert_eq!(mail.subject, "镇桥：测试  Bcc: evil@example.com", "one line");
        assert_eq!((mail.state, mail.attempts), (MailState::Sent, 1));
        assert!(mail.sent_at.is_some());
        assert_eq!(mail.body, "", "the secret is not kept after sending");
    }
}

#[tokio::test]
async fn mail_of_a_write_that_fails_is_never_sent() {
    let app = TestApp::start().await;
    let failed: Result<(), _> = app.db.write(|db| {
        let letter = Letter { subject: "x".to_owned(), body: "x".to_owned() };
        enqueue(db, TO, letter, app.clock.now())?;
        Err(townbridge::error::Error::NotFound)
    });
    assert!(failed.is_err());
    assert!(app.mails_to(TO).is_empty());
}

#[tokio::test]
async fn smtp_server_takes_the_mail_after_the_credentials() {
    let server = SmtpServer::start(Manner::Accepting).await;
    let reach = server.settings();
    let app = TestApp::start_with(move |config| {
        reach(config);
        config.mail.user = "post".to_owned();
        config.mail.password = "geheim".to_owned();
    })
    .await;
    write(&app, 1);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 1);
    let seen = server.seen();
    assert_eq!(seen.credentials, ["\0post\0geheim"]);
    assert_eq!(seen.mails.len(), 1);
    assert_eq!(seen.mails[0].0, TO);
    check_mail(&seen.mails[0].1);
    assert_eq!(only(&app).state, MailState::Sent);
    assert!(!format!("{:?}", app.config).contains("geheim"));
}

#[tokio::test]
async fn a_failing_server_is_tried_again_later_and_later_until_the_mail_is_dead() {
    let server = SmtpServer::start(Manner::RefusingRecipients).await;
    let app = with_server(&server, MailEncryption::None).await;
    write(&app, 1);
    let mut waits = Vec::new();
    for attempt in 1..=3 {
        assert_eq!(deliver_due(app.service()).await.unwrap(), 0);
        let mail = only(&app);
        assert_eq!(mail.attempts, attempt);
        assert!(mail.last_error.unwrap().contains("no such mailbox"));
        assert_eq!(server.seen().connections, usize::try_from(attempt).unwrap());
        // Not before its time.
        deliver_due(app.service()).await.unwrap();
        assert_eq!(only(&app).attempts, attempt);
        let wait = mail.next_attempt_at.0 - app.clock.time();
        waits.push(wait.num_seconds());
        app.clock.advance(wait + TimeDelta::seconds(1));
    }
    assert_eq!(only(&app).state, MailState::Dead);
    assert!((20..=38).contains(&waits[0]) && (65..=113).contains(&waits[1]), "{waits:?}");
    app.clock.advance(TimeDelta::days(2));
    deliver_due(app.service()).await.unwrap();
    assert_eq!(server.seen().connections, 3, "a dead mail is left alone");
    assert!(server.seen().mails.is_empty());
}

#[tokio::test]
async fn a_busy_server_gets_the_mail_when_it_has_recovered() {
    let server = SmtpServer::start(Manner::Busy).await;
    let app = with_server(&server, MailEncryption::None).await;
    write(&app, 1);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 0);
    server.behave(Manner::Accepting);
    app.clock.advance(TimeDelta::minutes(1));
    assert_eq!(deliver_due(app.service()).await.unwrap(), 1);
    let mail = only(&app);
    assert_eq!((mail.state, mail.attempts, mail.last_error), (MailState::Sent, 2, None));
}

#[tokio::test]
async fn a_silent_server_is_given_up_in_time() {
    let server = SmtpServer::start(Manner::Silent).await;
    let app = with_server(&server, MailEncryption::None).await;
    write(&app, 1);
    let started = std::time::Instant::now();
    assert_eq!(deliver_due(app.service()).await.unwrap(), 0);
    assert!(started.elapsed() < std::time::Duration::from_secs(10));
    assert_eq!(only(&app).attempts, 1);
}

#[tokio::test]
async fn without_starttls_nothing_is_sent_in_the_clear() {
    let server = SmtpServer::start(Manner::Accepting).await;
    let app = with_server(&server, MailEncryption::Starttls).await;
    write(&app, 1);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 0);
    let seen = server.seen();
    assert!(seen.mails.is_empty());
    assert!(!seen.commands.iter().any(|verb| verb == "MAIL" || verb == "AUTH"), "{seen:?}");
    assert_eq!(only(&app).state, MailState::Waiting);
}

#[tokio::test]
async fn two_nodes_do_not_send_a_mail_twice() {
    let server = SmtpServer::start(Manner::Accepting).await;
    let app = with_server(&server, MailEncryption::None).await;
    write(&app, 30);
    let (one, two) = tokio::join!(deliver_due(app.service()), deliver_due(app.service()));
    assert_eq!(one.unwrap() + two.unwrap(), 30);
    assert_eq!(server.seen().mails.len(), 30);
}

#[tokio::test]
async fn a_node_that_dies_while_sending_leaves_the_mail_to_others() {
    let server = SmtpServer::start(Manner::Silent).await;
    let app = with_server(&server, MailEncryption::None).await;
    write(&app, 1);
    let service = std::sync::Arc::clone(app.service());
    let node = tokio::spawn(async move { deliver_due(&service).await });
    while only(&app).attempts == 0 {
        tokio::task::yield_now().await;
    }
    node.abort();
    assert!(node.await.is_err());
    server.behave(Manner::Accepting);
    assert_eq!(deliver_due(app.service()).await.unwrap(), 0, "it is still claimed");
    app.clock.advance(TimeDelta::minutes(2));
    assert_eq!(deliver_due(app.service()).await.unwrap(), 1);
    assert_eq!(server.seen().mails.len(), 1);
}

#[tokio::test]
async fn sent_mails_are_forgotten_after_a_month_and_others_kept() {
    let app = TestApp::start().await;
    write(&app, 1);
    deliver_due(app.service()).await.unwrap();
    app.clock.advance(TimeDelta::days(29));
    townbridge::jobs::housekeeping::tidy(&app).unwrap();
    assert_eq!(app.mails_to(TO).len(), 1);
    write(&app, 1);
    app.clock.advance(TimeDelta::days(2));
    townbridge::jobs::housekeeping::tidy(&app).unwrap();
    assert_eq!(only(&app).state, MailState::Waiting);
}

#[test]
fn settings_that_cannot_work_are_refused_at_the_start() {
    let dir = tempfile::tempdir().unwrap();
    let overrides = townbridge::config::Overrides {
        data_dir: Some(dir.path().to_owned()),
        ..Default::default()
    };
    let mut config = townbridge::config::Config::load(None, &overrides).unwrap();
    config.mail.from = "nobody in particular".to_owned();
    let opened = townbridge::app::App::open(config, townbridge::clock::Clock::default());
    assert!(opened.err().unwrap().to_string().contains("mail.from"));
}
