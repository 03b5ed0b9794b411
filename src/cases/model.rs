//! Cases and their timelines as stored.

use chrono::NaiveDate;
use diesel::prelude::*;

use super::stage::CaseStage;
use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::db::Timestamp;
use crate::db::schema::{case_entries, cases};
use crate::needs::model::NeedId;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a case.
    CaseId
);
id_type!(
    /// Id of an entry in the timeline of a case.
    EntryId
);

code_enum!(
    /// A side of a case.
    Side {
        /// 需求方
        Need = "need",
        /// 供给方
        Provider = "provider",
        /// 专员
        Broker = "broker",
    }
);

code_enum!(
    /// What has brought a case about.
    CaseOrigin {
        /// 推荐被采纳
        Suggestion = "suggestion",
        /// 专员发起
        Liaison = "liaison",
        /// 需求方有意
        Need = "need",
        /// 供给方有意
        Provider = "provider",
    }
);

code_enum!(
    /// What a side has said.
    Answer {
        /// 未答复
        Open = "open",
        /// 有意
        Accepted = "accepted",
        /// 婉拒
        Declined = "declined",
    }
);

code_enum!(
    /// 线上 / 线下
    Channel {
        /// 线上
        Online = "online",
        /// 线下
        Offline = "offline",
    }
);

code_enum!(
    /// Why nothing came of a case (lost_reason).
    LostReason {
        /// 太早期
        TooEarly = "too_early",
        /// 优势不清
        BenefitUnclear = "benefit_unclear",
        /// 商业路线不清
        CommercialRouteUnclear = "commercial_route_unclear",
        /// 描述不清
        DescriptionUnclear = "description_unclear",
        /// 技术质疑
        ScientificIssue = "scientific_issue",
        /// 指标不达
        RequirementNotMet = "requirement_not_met",
        /// 预算不合
        Budget = "budget",
        /// 权属/许可不合
        Ip = "ip",
        /// 周期不合
        Timeline = "timeline",
        /// 地域
        Region = "region",
        /// 对方无力承接
        Capacity = "capacity",
        /// 无回应
        NoReply = "no_reply",
        /// 已自行解决
        AlreadySolved = "already_solved",
        /// 不相关
        Irrelevant = "irrelevant",
        /// 其他
        Other = "other",
    }
);

/// A case as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = cases, treat_none_as_null = true)]
pub struct Case {
    /// Id.
    pub id: CaseId,
    /// Readable code, `DJ…`.
    pub code: String,
    /// The need.
    pub need_id: NeedId,
    /// What may answer it.
    pub capability_id: CapabilityId,
    /// Whose need.
    pub need_org_id: OrgId,
    /// Whose capability.
    pub provider_org_id: OrgId,
    /// Region whose liaison brokers it: that of the need.
    pub region_code: String,
    /// What has brought it about.
    pub origin: CaseOrigin,
    /// Where it stands.
    pub stage: CaseStage,
    /// Where it stood when it was put on hold.
    pub held_stage: Option<CaseStage>,
    /// Whether the two sides know of it.
    pub known_to_sides: bool,
    /// What the need's side has said.
    pub need_answer: Answer,
    /// What the provider has said.
    pub provider_answer: Answer,
    /// Why nothing came of it.
    pub lost_reason: Option<LostReason>,
    /// Who has ended it.
    pub lost_side: Option<Side>,
    /// The liaison who brokers it.
    pub liaison_id: Option<UserId>,
    /// What the broker means to do next.
    pub next_action: Option<String>,
    /// By when, a day in China.
    pub due_on: Option<NaiveDate>,
    /// When it entered its stage.
    pub stage_since: Timestamp,
    /// When the two sides were first brought together: introduced, or met.
    pub contacted_at: Option<Timestamp>,
    /// When it ended.
    pub closed_at: Option<Timestamp>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// Who changed it last.
    pub updated_by: Option<UserId>,
    /// Number of the version.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// An entry in the timeline of a case: a step, or a note without one.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = case_entries)]
pub struct CaseEntry {
    /// Id; in the order of time.
    pub id: EntryId,
    /// The case.
    pub case_id: CaseId,
    /// Stage before; none for the first entry.
    pub from_stage: Option<CaseStage>,
    /// Stage after; the same for a note.
    pub to_stage: CaseStage,
    /// For which side it was made.
    pub side: Side,
    /// Who made it; none for the service itself.
    pub actor_id: Option<UserId>,
    /// How they met or spoke.
    pub channel: Option<Channel>,
    /// What happened.
    pub note: Option<String>,
    /// Whether the note is for both sides; otherwise it is for its own side and the broker.
    pub shared: bool,
    /// What is to be done next.
    pub next_action: Option<String>,
    /// By when.
    pub due_on: Option<NaiveDate>,
    /// Why the case was ended.
    pub lost_reason: Option<LostReason>,
    /// When.
    pub created_at: Timestamp,
}

impl CaseEntry {
    /// Whether who has these parts in the case may read its note and the files that came with it.
    pub fn is_readable(&self, sides: &[Side]) -> bool {
        self.shared || sides.contains(&Side::Broker) || sides.contains(&self.side)
    }
}
