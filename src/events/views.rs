//! What is shown of events.

use serde::Serialize;

use super::model::{
    EventFields, EventId, EventStatus, GuestId, GuestOrigin, MeetingId, MeetingResult,
};
use crate::cases::model::{Answer, CaseId, Side};
use crate::contracts::model::ContractId;
use crate::db::Timestamp;
use crate::money::Money;
use crate::records::parts::OwnerView;

/// An event as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EventView {
    /// Id.
    pub id: EventId,
    /// Readable code.
    pub code: String,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// How far it is.
    pub status: EventStatus,
    /// The fields; the address online is for the organisers and guests who come.
    #[serde(flatten)]
    pub fields: EventFields,
    /// Readable name of the town.
    pub region_name: String,
    /// Organisations that have said they come.
    pub accepted: i64,
    /// Whether there is a place left.
    pub has_room: bool,
    /// What the caller's organisations are to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub own: Vec<GuestView>,
    /// Whether the caller runs it.
    pub runs: bool,
    /// Whether the caller sees guests, meetings and results.
    pub reviews: bool,
    /// Whether the caller may change its fields.
    pub editable: bool,
    /// Steps that the caller may take now.
    pub steps: Vec<EventStatus>,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// An organisation on the list of an event.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct GuestView {
    /// Id.
    pub id: GuestId,
    /// Number of the version.
    pub version: i32,
    /// The organisation, when it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// What it is called.
    pub name: String,
    /// How it has come onto the list.
    pub origin: GuestOrigin,
    /// What it has said.
    pub answer: Answer,
    /// Why it does not come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_at: Option<Timestamp>,
    /// When it was checked in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attended_at: Option<Timestamp>,
    /// Whether the caller may say for it now whether it comes.
    pub answerable: bool,
}

/// One side of a pair, as far as the caller may see it.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MeetingSide {
    /// Id of the need or capability.
    pub id: String,
    /// Its title; absent when it is not open to the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whose it is, when the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// What it has said to the invitation.
    pub answer: Answer,
}

/// A pair that is to meet.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct MeetingView {
    /// Id.
    pub id: MeetingId,
    /// Number of the version; `If-Match` on changes.
    pub version: i32,
    /// The need.
    pub need: MeetingSide,
    /// What may answer it.
    pub capability: MeetingSide,
    /// Score of the match, 0 to 1: for the organisers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// Its reasons: for the organisers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Which time, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<i32>,
    /// Which table, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<i32>,
    /// When it begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// Times that the caller may choose for it now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub open_slots: Vec<i32>,
    /// Whether the caller may give it another time, or none.
    pub bookable: bool,
    /// Sides that have a meeting at another event at that time: both for the organisers, their own
    /// for guests.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clashes: Vec<Side>,
    /// What came of it: for the organisers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<MeetingResult>,
    /// What the liaison noted: for the organisers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The case that carries it on: for the organisers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
}

/// A time at which pairs may meet.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct SlotView {
    /// Its number, from 1.
    pub slot: i32,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// The times of an event and the pairs that the caller may know of.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Timetable {
    /// Tables.
    pub tables: i32,
    /// Times, in order.
    pub slots: Vec<SlotView>,
    /// Pairs: those with a time first, in its order.
    pub meetings: Vec<MeetingView>,
}

/// A need or a capability that a pair is proposed of.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct ProposedSide {
    /// Id.
    pub id: String,
    /// Readable code.
    pub code: String,
    /// Its title.
    pub title: String,
    /// Whose it is, when the caller may know.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
}

/// A pair that could be invited, with the reasons of the match.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProposedPair {
    /// The need.
    pub need: ProposedSide,
    /// What may answer it.
    pub capability: ProposedSide,
    /// Score of the match, 0 to 1.
    pub score: f64,
    /// `strong`, `fair` or `weak`.
    pub grade: String,
    /// The reasons in one sentence.
    pub why: String,
    /// Whether it has been invited.
    pub invited: bool,
}

/// A contract that has come of an event.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct EventContract {
    /// Id.
    pub id: ContractId,
    /// Readable code.
    pub code: String,
    /// The case it came from.
    pub case_id: CaseId,
    /// 合同成交额
    pub amount: Money,
}

/// What came of an event: every figure with the records behind it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct EventResults {
    /// Organisations that were invited.
    pub invited: usize,
    /// Organisations that said they come, those that registered themselves included.
    pub accepted: usize,
    /// Organisations that declined.
    pub declined: usize,
    /// Organisations that were checked in.
    pub attended: usize,
    /// Of these, those that had not said so before.
    pub walk_ins: usize,
    /// Pairs that had a time.
    pub booked: usize,
    /// Pairs that met.
    pub met: usize,
    /// Cases that carry meetings on.
    pub cases: usize,
    /// Contracts signed out of these cases.
    pub contracts: usize,
    /// What these come to, in 万元.
    pub contract_amount: Money,
    /// The organisations behind the figures.
    pub guests: Vec<GuestView>,
    /// The pairs.
    pub meetings: Vec<MeetingView>,
    /// The contracts, as far as the caller may know of them.
    pub contract_list: Vec<EventContract>,
}
