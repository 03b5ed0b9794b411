//! An event, who comes to it and who meets whom there, as stored.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::slots::SlotPlan;
use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::cases::model::{Answer, CaseId};
use crate::db::Timestamp;
use crate::db::schema::{event_guests, event_meetings, event_seats, events};
use crate::db::types::Json;
use crate::needs::model::NeedId;
use crate::records::model::readable_code;
use crate::{code_enum, id_type};

id_type!(
    /// Id of an event.
    EventId
);
id_type!(
    /// Id of a guest: an organisation that is invited to an event, or comes to it.
    GuestId
);
id_type!(
    /// Id of a pair that is to meet at an event.
    MeetingId
);

code_enum!(
    /// How far an event is.
    EventStatus {
        /// 筹备
        Planned = "planned",
        /// 报名中
        Open = "open",
        /// 报名截止
        Closed = "closed",
        /// 已举办
        Held = "held",
        /// 已取消
        Cancelled = "cancelled",
    }
);

code_enum!(
    /// How an organisation has come onto the list of an event.
    GuestOrigin {
        /// 按匹配邀请
        Match = "match",
        /// 专员邀请
        Liaison = "liaison",
        /// 自行报名
        Own = "own",
        /// 现场签到
        WalkIn = "walk_in",
    }
);

code_enum!(
    /// What came of a meeting.
    MeetingResult {
        /// 双方有意
        Interested = "interested",
        /// 待跟进
        Follow = "follow",
        /// 无意
        NotInterested = "not_interested",
        /// 未到场
        Missed = "missed",
    }
);

impl MeetingResult {
    /// Whether the two sat together.
    pub fn is_met(self) -> bool {
        self != Self::Missed
    }

    /// Whether a case may be opened for the pair.
    pub fn leads_on(self) -> bool {
        matches!(self, Self::Interested | Self::Follow)
    }
}

/// The fields of an event as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EventFields {
    /// 类别: code of `event_kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// 名称, in Chinese; at most 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The name in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    /// 所在镇, 9 digits; by default the only town of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 地点
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// 线上地址: `https://…`; for the organisers and guests who come.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub online_url: Option<String>,
    /// 开始时间
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_at: Option<Timestamp>,
    /// 结束时间
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_at: Option<Timestamp>,
    /// 名额: organisations that may come; without one as many as like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity: Option<u32>,
    /// 主办单位
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organiser: Option<String>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// 国民经济行业 (GB/T 4754-2017)
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub industry_codes: Vec<String>,
    /// 技术领域: codes of `tech_field`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tech_fields: Vec<String>,
    /// Whether visitors may know of it, too, once it is open for registration; `true` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public: Option<bool>,
    /// Whether guests who come may choose free times for their meetings themselves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub self_booking: Option<bool>,
    /// Tables and times for one-to-one meetings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<SlotPlan>,
}

/// An event as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = events, treat_none_as_null = true)]
pub struct Event {
    /// Id.
    pub id: EventId,
    /// Readable code, `HD…`.
    pub code: String,
    /// Town; its liaisons run the event.
    pub town_code: String,
    /// Code of `event_kind`.
    pub kind: String,
    /// 名称
    pub title: String,
    /// How far it is.
    pub status: EventStatus,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether visitors may know of it once it has been opened.
    pub public: bool,
    /// When registration was first opened.
    pub opened_at: Option<Timestamp>,
    /// All fields.
    pub doc: Json<EventFields>,
    /// Who planned it.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was planned.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Event {
    /// A planned event with complete fields.
    pub fn new(fields: EventFields, author: Option<UserId>, now: Timestamp) -> Self {
        let id = EventId::new();
        let mut event = Self {
            id,
            code: readable_code("HD", id.0, now),
            town_code: String::new(),
            kind: String::new(),
            title: String::new(),
            status: EventStatus::Planned,
            starts_at: now,
            ends_at: now,
            public: true,
            opened_at: None,
            doc: Json(EventFields::default()),
            created_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        event.set_fields(fields);
        event
    }

    /// Copies the columns that queries use from complete fields.
    pub fn set_fields(&mut self, fields: EventFields) {
        self.town_code = fields.town_code.clone().unwrap_or_default();
        self.kind = fields.kind.clone().unwrap_or_default();
        self.title = fields.title.clone().unwrap_or_default();
        // As exact as the database, so that a change of something else is none of the times.
        self.starts_at = fields.starts_at.map_or(self.starts_at, |at| Timestamp::new(at.0));
        self.ends_at = fields.ends_at.map_or(self.ends_at, |at| Timestamp::new(at.0));
        self.public = fields.public.unwrap_or(true);
        self.doc = Json(fields);
    }

    /// The times at which pairs may meet, in order; none without a plan of tables.
    pub fn slot_times(&self) -> Vec<(Timestamp, Timestamp)> {
        let plan = self.doc.0.slots.as_ref();
        plan.map(|plan| plan.times(self.starts_at, self.ends_at)).unwrap_or_default()
    }

    /// How many tables there are.
    pub fn tables(&self) -> i32 {
        self.doc.0.slots.as_ref().map_or(0, |plan| i32::from(plan.tables))
    }

    /// Whether it is online alone.
    pub fn is_online(&self) -> bool {
        self.doc.0.place.is_none() && self.doc.0.online_url.is_some()
    }
}

/// An organisation that is invited to an event, or comes to it, as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = event_guests, treat_none_as_null = true)]
pub struct Guest {
    /// Id.
    pub id: GuestId,
    /// The event.
    pub event_id: EventId,
    /// The organisation, when it is registered.
    pub org_id: Option<OrgId>,
    /// Its name, when it is not.
    pub org_name: Option<String>,
    /// How it has come onto the list.
    pub origin: GuestOrigin,
    /// What it has said.
    pub answer: Answer,
    /// Why it does not come.
    pub reason: Option<String>,
    /// Who has said so.
    pub answered_by: Option<UserId>,
    /// When.
    pub answered_at: Option<Timestamp>,
    /// When it was checked in.
    pub attended_at: Option<Timestamp>,
    /// Who put it onto the list.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was put onto the list.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Guest {
    /// A guest who has not said anything yet.
    pub fn new(
        event_id: EventId,
        org_id: Option<OrgId>,
        origin: GuestOrigin,
        author: Option<UserId>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: GuestId::new(),
            event_id,
            org_id,
            org_name: None,
            origin,
            answer: Answer::Open,
            reason: None,
            answered_by: None,
            answered_at: None,
            attended_at: None,
            created_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Notes what it says.
    pub fn say(
        &mut self,
        answer: Answer,
        reason: Option<String>,
        by: Option<UserId>,
        now: Timestamp,
    ) {
        self.answer = answer;
        self.reason = reason;
        self.answered_by = by;
        self.answered_at = Some(now);
    }
}

/// A pair that is to meet at an event, as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = event_meetings, treat_none_as_null = true)]
pub struct Meeting {
    /// Id.
    pub id: MeetingId,
    /// The event.
    pub event_id: EventId,
    /// The need.
    pub need_id: NeedId,
    /// What may answer it.
    pub capability_id: CapabilityId,
    /// Whose need.
    pub need_guest_id: GuestId,
    /// Whose capability.
    pub provider_guest_id: GuestId,
    /// Score of the match in thousandths.
    pub score: i32,
    /// Its reasons, as the organisers were told them.
    pub why: String,
    /// Which time, from 1; none while it has none.
    pub slot: Option<i32>,
    /// Which table, from 1.
    pub table_number: Option<i32>,
    /// What came of it.
    pub result: Option<MeetingResult>,
    /// What the liaison noted.
    pub note: Option<String>,
    /// The case that carries it on.
    pub case_id: Option<CaseId>,
    /// Who put the two together.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// That a guest sits in a slot.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = event_seats)]
pub struct Seat {
    /// The event.
    pub event_id: EventId,
    /// Which time, from 1.
    pub slot: i32,
    /// Who.
    pub guest_id: GuestId,
    /// In which meeting.
    pub meeting_id: MeetingId,
}
