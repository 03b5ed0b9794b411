//! A key in use, and what is remembered of it.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use diesel::prelude::*;
use ring::hmac;

use crate::accounts::principal::UserId;
use crate::audit::model::hex;
use crate::db::Timestamp;
use crate::db::schema::idempotency_keys;
use crate::db::types::Json;
use crate::records::model::RecordKind;
use crate::{code_enum, id_type};

id_type!(
    /// Id of one attempt to use a key: tells a repeated request from the one that is running.
    AttemptId
);

code_enum!(
    /// What a write can create. The codes of records are those of [`RecordKind`].
    CreatedKind {
        /// A need.
        Need = "need",
        /// A capability.
        Capability = "capability",
        /// An organisation.
        Organization = "organization",
        /// A town, by its code.
        Town = "town",
        /// An account.
        User = "user",
        /// A case.
        Case = "case",
        /// An entry in the timeline of a case.
        CaseEntry = "case_entry",
        /// A visit to a firm.
        Visit = "visit",
        /// A file kept with a record.
        Attachment = "attachment",
        /// A technology contract.
        Contract = "contract",
        /// A project.
        Project = "project",
        /// A locked report.
        ReportLock = "report",
        /// A correction of a locked report.
        ReportCorrection = "report_correction",
        /// A group robot or webhook.
        Endpoint = "endpoint",
        /// Texts of a message.
        MessageTemplate = "message_template",
        /// A subscription.
        Subscription = "subscription",
        /// An event.
        Event = "event",
        /// Who comes to an event.
        EventGuest = "event_guest",
        /// A pair that is to meet at an event.
        EventMeeting = "event_meeting",
        /// A platform of a town.
        Platform = "platform",
        /// A grant on a need.
        NeedGrant = "need_grant",
        /// A grant on a capability.
        CapabilityGrant = "capability_grant",
        /// A role of an account.
        Role = "role",
        /// An invitation to an organisation.
        Invitation = "invitation",
        /// A registration: its answer tells nothing of what became of it.
        Registration = "registration",
        /// What a link in a mail confirms: its answer is empty.
        Confirmation = "confirmation",
        /// An accepted invitation, with the person who joined.
        Acceptance = "acceptance",
    }
);

impl From<RecordKind> for CreatedKind {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::Need => Self::Need,
            RecordKind::Capability => Self::Capability,
            RecordKind::Organization => Self::Organization,
            RecordKind::Town => Self::Town,
            RecordKind::User => Self::User,
            RecordKind::Case => Self::Case,
            RecordKind::Visit => Self::Visit,
            RecordKind::Contract => Self::Contract,
            RecordKind::Project => Self::Project,
            RecordKind::Report => Self::ReportLock,
            RecordKind::Endpoint => Self::Endpoint,
            RecordKind::MessageTemplate => Self::MessageTemplate,
            RecordKind::Subscription => Self::Subscription,
            RecordKind::Event => Self::Event,
            RecordKind::Platform => Self::Platform,
        }
    }
}

/// What a write created.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Created {
    /// What it is.
    pub kind: CreatedKind,
    /// Its id; of what belongs to a record: id of the record, `/`, own id.
    pub id: String,
}

impl Created {
    /// A record.
    pub fn record(kind: impl Into<CreatedKind>, id: impl ToString) -> Self {
        Self { kind: kind.into(), id: id.to_string() }
    }

    /// Something that belongs to a record.
    pub fn part(kind: CreatedKind, record: impl ToString, id: impl ToString) -> Self {
        Self { kind, id: format!("{}/{}", record.to_string(), id.to_string()) }
    }
}

/// A key that the client gave to the write it asks for. The key as sent is not kept: it is the
/// secret without which the two hashes tell nothing of a password in the body.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The person; every person has keys of their own. Nil for operations of visitors, whose keys
    /// are told apart by nothing but being random.
    pub user_id: UserId,
    /// Hash of the key and the person.
    pub key_hash: String,
    /// Method and path.
    pub operation: String,
    /// Hash of the body.
    pub request_hash: String,
    /// This attempt.
    pub attempt_id: AttemptId,
}

impl Claim {
    /// A new attempt to use a key as sent, for a request with this content.
    pub fn new(user_id: UserId, key: &str, operation: String, content: &[u8]) -> Self {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes());
        let hash = |purpose: &str, content: &[u8]| {
            let purpose = format!("{purpose} {user_id}\n");
            hex(hmac::sign(&secret, &[purpose.as_bytes(), content].concat()).as_ref())
        };
        Self {
            user_id,
            key_hash: hash("key", b""),
            operation,
            request_hash: hash("request", content),
            attempt_id: AttemptId::new(),
        }
    }
}

/// Headers of a remembered answer.
pub type Headers = Vec<(String, String)>;

/// A used key as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = idempotency_keys)]
pub struct UsedKey {
    /// The person.
    pub user_id: UserId,
    /// Hash of the key.
    #[diesel(column_name = idempotency_key)]
    pub key_hash: String,
    /// Method and path.
    pub operation: String,
    /// Hash of the body.
    pub request_hash: String,
    /// The attempt that made the write.
    pub attempt_id: AttemptId,
    /// What was created.
    pub record_kind: Option<CreatedKind>,
    /// Its id, as in [`Created::id`].
    pub record_id: Option<String>,
    /// Number of the change.
    pub change: Option<i64>,
    /// Status of the answer; none until it is known.
    pub status: Option<i32>,
    /// Body of the answer.
    pub body: Option<String>,
    /// Headers of the answer.
    pub headers: Json<Headers>,
    /// When.
    pub created_at: Timestamp,
}

/// What a repeated request is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recalled {
    /// The very answer of the first request.
    Answer {
        /// Status.
        status: u16,
        /// Headers.
        headers: Headers,
        /// Body.
        body: String,
    },
    /// The write was made but the process ended before its answer was kept.
    Created {
        /// What it created.
        created: Created,
        /// Number of the change.
        change: Option<i64>,
    },
    /// The write was made, it created nothing that is known, and its answer was not kept.
    Lost,
}

/// Keys of requests that this process is working on.
#[derive(Debug, Clone, Default)]
pub struct Running(Arc<Mutex<HashSet<(UserId, String)>>>);

impl Running {
    /// Takes the key until the guard is dropped; none when another request has it.
    pub fn begin(&self, claim: &Claim) -> Option<RunningGuard> {
        let taken = (claim.user_id, claim.key_hash.clone());
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        keys.insert(taken.clone()).then(|| RunningGuard { running: self.clone(), taken })
    }
}

/// Gives the key back when dropped.
#[derive(Debug)]
pub struct RunningGuard {
    running: Running,
    taken: (UserId, String),
}

impl Drop for RunningGuard {
    fn drop(&mut self) {
        self.running.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.taken);
    }
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA256, digest};

    use super::*;

    #[test]
    fn what_is_kept_of_a_request_cannot_be_tried_out_without_its_key() {
        let user = UserId::new();
        let claim = |user, key: &str, content: &str| {
            let made = Claim::new(user, key, "POST /api/v1/users".to_owned(), content.as_bytes());
            (made.key_hash, made.request_hash)
        };
        let (key, request) = claim(user, "key-1", "{\"password\":\"123456\"}");
        assert_eq!(
            claim(user, "key-1", "{\"password\":\"123456\"}"),
            (key.clone(), request.clone())
        );
        let (same_key, other_request) = claim(user, "key-1", "{\"password\":\"654321\"}");
        assert_eq!(same_key, key);
        assert_ne!(other_request, request);
        for other in [
            claim(user, "key-2", "{\"password\":\"123456\"}"),
            claim(UserId::new(), "key-1", "{\"password\":\"123456\"}"),
        ] {
            assert!(other.0 != key && other.1 != request);
        }
        let plain = |text: &str| hex(digest(&SHA256, text.as_bytes()).as_ref());
        assert_ne!(key, plain("key-1"));
        assert_ne!(request, plain("{\"password\":\"123456\"}"));
        assert!(!key.contains("key-1"));
    }
}
