//! A notice, and what its reader wants by mail.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::UserId;
use crate::cases::model::{Answer, Side};
use crate::cases::stage::CaseStage;
use crate::db::Timestamp;
use crate::db::schema::{notice_settings, notices};
use crate::db::types::Json;
use crate::records::model::RecordKind;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a notice.
    NoticeId
);

code_enum!(
    /// What a notice tells.
    NoticeKind {
        /// A side is asked whether it is interested.
        CaseAsked = "case_asked",
        /// A side has said yes or no.
        CaseAnswered = "case_answered",
        /// A case has entered a stage.
        CaseStepped = "case_stepped",
        /// A case is the reader's to broker.
        CaseAssigned = "case_assigned",
        /// Cases of a colleague have become the reader's.
        CasesHandedOver = "cases_handed_over",
        /// Needs are the reader's to bring together with somebody.
        NeedsAllotted = "needs_allotted",
        /// Drafts of needs, written down at visits, have become those of the reader's organisation.
        DraftsReceived = "drafts_received",
        /// A case has come about in a town without a liaison.
        CaseUnbrokered = "case_unbrokered",
        /// A case has been over its limit for long.
        CaseEscalated = "case_escalated",
        /// A need has waited for its first contact for long.
        NeedEscalated = "need_escalated",
        /// A milestone of a project is due soon.
        MilestoneDue = "milestone_due",
        /// A milestone of a project is late.
        MilestoneLate = "milestone_late",
        /// A payment under a contract is due soon.
        PaymentDue = "payment_due",
        /// A payment under a contract is late.
        PaymentLate = "payment_late",
        /// A contract is to be handed in for registration soon.
        RegistrationDue = "registration_due",
        /// A contract should have been handed in for registration.
        RegistrationLate = "registration_late",
        /// Why firms have declined a capability of the reader's organisation can be read.
        FeedbackTold = "feedback_told",
        /// A group robot or a webhook could not be reached any more and was paused.
        EndpointPaused = "endpoint_paused",
        /// Who made a group robot or a webhook has lost the role for it, and it was paused.
        EndpointOrphaned = "endpoint_orphaned",
        /// Something new has been found for a subscription.
        SubscriptionFound = "subscription_found",
        /// An organisation of the reader is invited to an event.
        EventInvited = "event_invited",
        /// An event has another time or place.
        EventMoved = "event_moved",
        /// An event does not take place.
        EventCancelled = "event_cancelled",
        /// A meeting at an event has been given a time.
        EventBooked = "event_booked",
        /// A meeting at an event has lost its time.
        EventFreed = "event_freed",
        /// Whether an endpoint can be reached.
        Test = "test",
    }
);

code_enum!(
    /// Notices that one setting is for.
    Topic {
        /// What becomes of one's needs and capabilities, and of the cases that one brokers.
        Cases = "cases",
        /// Cases that become one's own to broker.
        Brokering = "brokering",
        /// What has waited too long in one's regions.
        Escalations = "escalations",
        /// What has been found for one's subscriptions.
        Subscriptions = "subscriptions",
    }
);

code_enum!(
    /// Whether and when notices are mailed; they stand in the inbox in any case.
    MailChoice {
        /// Never.
        Never = "never",
        /// Each one, at once.
        AtOnce = "at_once",
        /// Those of a day together.
        Daily = "daily",
    }
);

code_enum!(
    /// What is left to do about a notice by the daily mail.
    MailState {
        /// Nothing.
        None = "none",
        /// It is to stand in the next one.
        Waiting = "waiting",
        /// It has stood in one, or was read before.
        Done = "done",
    }
);

impl NoticeKind {
    /// Whether groups and webhooks are told of such things, and not only the people concerned.
    pub fn is_announced(self) -> bool {
        matches!(
            self,
            Self::CaseAsked
                | Self::CaseAnswered
                | Self::CaseStepped
                | Self::CaseEscalated
                | Self::NeedEscalated
        )
    }

    /// The setting that it falls under.
    pub fn topic(self) -> Topic {
        match self {
            Self::CaseAsked
            | Self::CaseAnswered
            | Self::CaseStepped
            | Self::MilestoneDue
            | Self::MilestoneLate
            | Self::PaymentDue
            | Self::PaymentLate
            | Self::RegistrationDue
            | Self::RegistrationLate
            | Self::FeedbackTold
            | Self::DraftsReceived
            | Self::EndpointPaused
            | Self::EndpointOrphaned
            | Self::EventInvited
            | Self::EventMoved
            | Self::EventCancelled
            | Self::EventBooked
            | Self::EventFreed
            | Self::Test => Topic::Cases,
            Self::CaseAssigned
            | Self::CasesHandedOver
            | Self::NeedsAllotted
            | Self::CaseUnbrokered => Topic::Brokering,
            Self::CaseEscalated | Self::NeedEscalated => Topic::Escalations,
            Self::SubscriptionFound => Topic::Subscriptions,
        }
    }
}

/// The particulars of a notice: codes that everybody who is told may know.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct NoticeData {
    /// Readable code of the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Stage that the case is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<CaseStage>,
    /// Side that has answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    /// What it has said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Day on which it is or was due.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// How many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<usize>,
}

/// A notice as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = notices)]
pub struct Notice {
    /// Id; in the order of time.
    pub id: NoticeId,
    /// Who is told.
    pub user_id: UserId,
    /// What.
    pub kind: NoticeKind,
    /// Kind of the record it is about.
    pub record_kind: Option<RecordKind>,
    /// Id of that record.
    pub record_id: Option<String>,
    /// Particulars.
    pub data: Json<NoticeData>,
    /// Nobody is told two things under one key.
    pub once_key: Option<String>,
    /// Whether it waits for the daily mail.
    pub mail: MailState,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// What a person wants by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NoticeSettings {
    /// Of what becomes of one's records and cases: at once, unless chosen otherwise.
    pub cases: MailChoice,
    /// Of cases that become one's own to broker: at once, unless chosen otherwise.
    pub brokering: MailChoice,
    /// Of what has waited too long: daily, unless chosen otherwise.
    pub escalations: MailChoice,
    /// Of what has been found for one's subscriptions: at once, that is as often as the subscription
    /// says, unless chosen otherwise.
    pub subscriptions: MailChoice,
}

impl Default for NoticeSettings {
    fn default() -> Self {
        Self {
            cases: MailChoice::AtOnce,
            brokering: MailChoice::AtOnce,
            escalations: MailChoice::Daily,
            subscriptions: MailChoice::AtOnce,
        }
    }
}

impl NoticeSettings {
    /// What is wanted of a topic.
    pub fn choice(&self, topic: Topic) -> MailChoice {
        match topic {
            Topic::Cases => self.cases,
            Topic::Brokering => self.brokering,
            Topic::Escalations => self.escalations,
            Topic::Subscriptions => self.subscriptions,
        }
    }
}

/// Settings as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = notice_settings)]
pub struct StoredSettings {
    /// Whose.
    pub user_id: UserId,
    /// The settings.
    pub doc: Json<NoticeSettings>,
    /// When they were changed.
    pub updated_at: Timestamp,
}

/// The record that a notice is about.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NoticeRecord {
    /// Kind of the record.
    pub kind: RecordKind,
    /// Its id.
    pub id: String,
}

/// A notice as shown to its reader.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct NoticeView {
    /// Id.
    pub id: NoticeId,
    /// What it tells.
    pub kind: NoticeKind,
    /// The same in words, in the language of the request.
    pub text: String,
    /// Titles of the records it is about, as far as the reader may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The record, while it is open to the reader.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<NoticeRecord>,
    /// Path of the page to go to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Particulars.
    pub data: NoticeData,
    /// When it was read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read_at: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
}

/// A page of the inbox.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Inbox {
    /// Notices, newest first.
    pub items: Vec<NoticeView>,
    /// Notices that have not been read, in the whole inbox.
    pub unread: i64,
    /// Pass as `after` to get the next page; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How many notices have not been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Unread {
    /// The number.
    pub unread: i64,
}

/// Which notices to show.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListNotices {
    /// Only those that have not been read.
    #[serde(default)]
    pub unread: bool,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Up to which notice all are read.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadNotices {
    /// The newest that the reader has seen; without one all are read.
    #[serde(default)]
    pub up_to: Option<NoticeId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_another_release_are_understood() {
        let part: NoticeSettings = serde_json::from_str(r#"{"cases":"never"}"#).unwrap();
        assert_eq!(part.choice(Topic::Cases), MailChoice::Never);
        assert_eq!(part.choice(Topic::Escalations), MailChoice::Daily);
    }
}
