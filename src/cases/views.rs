//! What is shown of cases.

use chrono::NaiveDate;
use serde::Serialize;

use super::model::{Answer, CaseId, CaseOrigin, Channel, EntryId, LostReason, Side};
use super::stage::CaseStage;
use crate::accounts::roles::model::BrokerView;
use crate::attachments::model::AttachmentView;
use crate::db::Timestamp;
use crate::records::parts::{Contact, OwnerView};
use crate::visits::model::VisitId;

/// A record of a case, as far as the caller may see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseRecord {
    /// Id of the need or capability.
    pub id: String,
    /// Its title; absent when it is not open to the caller any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whose it is, when the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Whom to turn to, when the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// What its side has said.
    pub answer: Answer,
}

/// A case as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseView {
    /// Id.
    pub id: CaseId,
    /// Readable code.
    pub code: String,
    /// What has brought it about.
    pub origin: CaseOrigin,
    /// Where it stands.
    pub stage: CaseStage,
    /// Where it stood when it was put on hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_stage: Option<CaseStage>,
    /// When it entered its stage.
    pub stage_since: Timestamp,
    /// The need.
    pub need: CaseRecord,
    /// What may answer it.
    pub capability: CaseRecord,
    /// Region whose liaison brokers it.
    pub region_code: String,
    /// Name of that region.
    pub region_name: String,
    /// Who brokers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liaison: Option<BrokerView>,
    /// Why nothing came of it: for the broker and for the side that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason: Option<LostReason>,
    /// What the broker means to do next: for brokers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<String>,
    /// By when: for brokers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// What the caller is in this case.
    pub sides: Vec<Side>,
    /// Sides that the caller may answer for now.
    pub answers: Vec<Side>,
    /// Sides for which the caller may decline now.
    pub declines: Vec<Side>,
    /// Steps that the caller may take now.
    pub steps: Vec<CaseStage>,
    /// Number of the version.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_at: Option<Timestamp>,
}

impl CaseEntryView {
    /// Whether it leaves the case where it stands.
    pub fn is_note(&self) -> bool {
        self.from_stage == Some(self.to_stage)
    }

    /// Whether it has nothing to say to its reader.
    pub fn is_silent(&self) -> bool {
        self.note.is_none() && self.next_action.is_none() && self.files.is_empty()
    }
}

/// An entry of the timeline, as far as the caller may see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CaseEntryView {
    /// Id.
    pub id: EntryId,
    /// Stage before; none for the first entry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_stage: Option<CaseStage>,
    /// Stage after; the same for a note.
    pub to_stage: CaseStage,
    /// For which side it was made.
    pub side: Side,
    /// Who made it, when the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_name: Option<String>,
    /// How they met or spoke.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether the note is for both sides.
    pub shared: bool,
    /// What was to be done next: for brokers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_action: Option<String>,
    /// By when: for brokers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_on: Option<NaiveDate>,
    /// Why the case was ended: for the broker and for the side that ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost_reason: Option<LostReason>,
    /// The visit that it stands for: for those who look after its town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visit_id: Option<VisitId>,
    /// The day of that visit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_on: Option<NaiveDate>,
    /// Files that came with it.
    pub files: Vec<AttachmentView>,
    /// When.
    pub created_at: Timestamp,
}
