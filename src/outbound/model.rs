//! A mail in the outbox, and when it is tried again.

use chrono::TimeDelta;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::outbox_mails;
use crate::id_type;

id_type!(
    /// Id of a mail.
    MailId
);

code_enum!(
    /// What has become of a mail.
    MailState {
        /// Still to be sent.
        Waiting = "waiting",
        /// Handed over.
        Sent = "sent",
        /// Given up.
        Dead = "dead",
    }
);

/// A mail as stored. Not printable: its text may hold a link that must stay secret.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = outbox_mails)]
pub struct OutboxMail {
    /// Id.
    pub id: MailId,
    /// Address it goes to.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// Plain text; emptied once it has been sent.
    pub body: String,
    /// What has become of it.
    pub state: MailState,
    /// Attempts made.
    pub attempts: i32,
    /// When to try next.
    pub next_attempt_at: Timestamp,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// When it was handed over.
    pub sent_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// Where its reader can stop further ones; forgotten once it has been sent.
    pub unsubscribe_url: Option<String>,
}

/// A mail as shown to those who run the platform: without its text, which may hold secrets.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MailView {
    /// Id.
    pub id: MailId,
    /// Address it goes to.
    pub recipient: String,
    /// Subject.
    pub subject: String,
    /// What has become of it.
    pub state: MailState,
    /// Attempts made.
    pub attempts: i32,
    /// Why the last attempt failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_error: Option<String>,
    /// When it was handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

impl From<OutboxMail> for MailView {
    fn from(row: OutboxMail) -> Self {
        Self {
            id: row.id,
            recipient: row.recipient,
            subject: row.subject,
            state: row.state,
            attempts: row.attempts,
            last_error: row.last_error,
            sent_at: row.sent_at,
            created_at: row.created_at,
        }
    }
}

/// Which mails to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListMails {
    /// Only in this state.
    pub state: Option<MailState>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Wait after the first failure.
const FIRST_WAIT_SECONDS: i64 = 30;
/// Longest wait.
const LONGEST_WAIT_SECONDS: i64 = 6 * 60 * 60;

/// Wait after an attempt that failed: three times the wait before, up to six hours, give or take
/// a quarter by chance, so that mails that failed together are not tried together for ever.
/// With eight attempts a mail outlives an outage of some nine hours.
pub fn wait_after(attempts: i32, chance: u8) -> TimeDelta {
    let power = u32::try_from(attempts - 1).unwrap_or(0).min(12);
    let seconds = (FIRST_WAIT_SECONDS * 3_i64.pow(power)).min(LONGEST_WAIT_SECONDS);
    let percent = 75 + i64::from(chance) * 50 / 255;
    TimeDelta::seconds(seconds * percent / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_a_limit_and_vary_by_chance() {
        assert_eq!(wait_after(1, 0), TimeDelta::seconds(22));
        assert_eq!(wait_after(1, 255), TimeDelta::seconds(37));
        assert_eq!(wait_after(3, 127), TimeDelta::seconds(30 * 9 * 99 / 100));
        assert_eq!(wait_after(100, 255), TimeDelta::seconds(27_000));
        let total: i64 = (1..8).map(|attempts| wait_after(attempts, 127).num_minutes()).sum();
        assert!((8 * 60..=9 * 60).contains(&total), "{total} minutes in all");
    }
}
