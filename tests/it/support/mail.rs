//! Mails as the outbox holds them.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use townbridge::db::schema::outbox_mails;
use townbridge::on;
use townbridge::outbound::model::OutboxMail;

use super::TestApp;

/// How long a mail written in the background may take to appear.
const DEADLINE: Duration = Duration::from_secs(10);

impl TestApp {
    /// Mails written so far to an address, oldest first.
    pub fn mails_to(&self, address: &str) -> Vec<OutboxMail> {
        let load = |db: &mut townbridge::db::Db| {
            Ok(on!(db, conn => outbox_mails::table
                .filter(outbox_mails::recipient.eq(address))
                .order(outbox_mails::id.asc())
                .select(OutboxMail::as_select())
                .load(conn))?)
        };
        self.db.read(load).unwrap()
    }

    /// The secret in the newest mail to an address, once there are so many mails.
    pub async fn link_token(&self, address: &str, mails: usize) -> String {
        let started = Instant::now();
        loop {
            let found = self.mails_to(address);
            if let Some(mail) = found.get(mails - 1) {
                return token_in(&mail.body);
            }
            assert!(started.elapsed() < DEADLINE, "only {} mails to {address}", found.len());
            tokio::task::yield_now().await;
        }
    }
}

/// The secret of the link in a text.
pub fn token_in(text: &str) -> String {
    let (_, rest) = text.split_once("?token=").expect("a link");
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect()
}
