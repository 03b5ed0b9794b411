//! The outbox.

use chrono::TimeDelta;
use diesel::prelude::*;
use townbridge::db::schema::outbox_mails;
use townbridge::jobs::{housekeeping, outbox};
use townbridge::on;
use townbridge::outbound::model::{MailState, OutboxMail};
use townbridge::outbound::ops::{Letter, enqueue};

use super::databases::TestDatabase;
use super::on_both;

on_both!(
    a_mail_is_handed_over_once_and_its_text_is_not_kept,
    a_mail_that_cannot_be_sent_is_tried_again_later,
);

fn write(db: &TestDatabase, recipient: &str) {
    let letter =
        || Letter { subject: "通知\n换行".to_owned(), body: "“正文” 100%".to_owned() };
    db.db.write(|conn| enqueue(conn, recipient, letter(), db.clock.now())).unwrap();
}

fn mails(db: &TestDatabase) -> Vec<OutboxMail> {
    db.db
        .read(|db| {
            Ok(on!(db, conn => outbox_mails::table
                .order(outbox_mails::id.asc())
                .select(OutboxMail::as_select())
                .load(conn))?)
        })
        .unwrap()
}

fn deliver(db: &TestDatabase) -> usize {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(outbox::deliver_due(db.service())).unwrap()
}

fn a_mail_is_handed_over_once_and_its_text_is_not_kept(db: &TestDatabase) {
    for number in 0..25 {
        write(db, &format!("r{number}@example.com"));
    }
    assert_eq!(mails(db)[0].subject, "通知 换行");
    assert_eq!(deliver(db), 25, "more than are taken at a time");
    assert_eq!(deliver(db), 0);
    let sent = mails(db);
    assert!(sent.iter().all(|mail| mail.state == MailState::Sent && mail.attempts == 1));
    assert!(sent.iter().all(|mail| mail.body.is_empty() && mail.sent_at.is_some()));
    db.clock.advance(TimeDelta::days(31));
    write(db, "late@example.com");
    housekeeping::tidy(db).unwrap();
    let left = mails(db);
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].recipient, "late@example.com");
}

fn a_mail_that_cannot_be_sent_is_tried_again_later(db: &TestDatabase) {
    write(db, "r@example.com");
    // A file stands where the directory of mails should be.
    let place = db.directory().join("mail");
    std::fs::write(&place, "").unwrap();
    assert_eq!(deliver(db), 0);
    let waiting = mails(db).remove(0);
    assert_eq!((waiting.state, waiting.attempts), (MailState::Waiting, 1));
    assert!(waiting.last_error.is_some() && waiting.next_attempt_at > db.clock.now());
    assert_eq!(waiting.body, "“正文” 100%");
    assert_eq!(deliver(db), 0, "not due yet");
    assert_eq!(mails(db)[0].attempts, 1);
    std::fs::remove_file(&place).unwrap();
    db.clock.advance(TimeDelta::hours(2));
    assert_eq!(deliver(db), 1);
    let sent = mails(db).remove(0);
    assert_eq!((sent.state, sent.attempts, sent.last_error), (MailState::Sent, 2, None));
}
