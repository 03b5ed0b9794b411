//! The fields of a project, its rows and its view.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::cases::model::CaseId;
use crate::contracts::model::ContractId;
use crate::db::Timestamp;
use crate::db::schema::{project_contracts, project_parties, project_towns, projects};
use crate::db::types::Json;
use crate::money::Money;
use crate::needs::model::NeedId;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a project.
    ProjectId
);

code_enum!(
    /// How far a project is.
    ProjectStatus {
        /// 筹备
        Planned = "planned",
        /// 实施中
        Active = "active",
        /// 暂停
        Suspended = "suspended",
        /// 结题
        Closed = "closed",
        /// 终止
        Cancelled = "cancelled",
    }
);

code_enum!(
    /// A side that rates a project.
    ProjectSide {
        /// 需求方
        Need = "need",
        /// 供给方
        Provider = "provider",
    }
);

/// Somebody who takes part, with the role played.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectParty {
    /// Organisation of the platform; its people see the project.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrgId>,
    /// 名称; follows from the organisation unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 角色: code of `project_role`.
    pub role: String,
}

/// A milestone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// What is to be reached.
    pub title: String,
    /// Until when.
    pub due_on: NaiveDate,
    /// When it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_on: Option<NaiveDate>,
}

/// Money from one source.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Fund {
    /// 来源: code of `fund_source`.
    pub source: String,
    /// 计划金额
    pub planned: Money,
    /// 到位金额
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
}

/// What came of the project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// Code of `output_kind`.
    pub kind: String,
    /// How many, for what is counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// How much, for output value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// Which ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// The fields of a project as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProjectFields {
    /// 项目名称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// 合作计划: code of `programme`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// 渠道: code of `channel`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// 活动类别: code of `activity_kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub activity_kind: Option<String>,
    /// Towns that it counts for, the first one first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub town_codes: Vec<String>,
    /// Who takes part, two at least.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parties: Vec<ProjectParty>,
    /// Need that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_id: Option<NeedId>,
    /// Capability that it puts to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability_id: Option<CapabilityId>,
    /// Case that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    /// Technology contracts that it carries out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contract_ids: Vec<ContractId>,
    /// 开始日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub starts_on: Option<NaiveDate>,
    /// 结束日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<NaiveDate>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// 里程碑
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub milestones: Vec<Milestone>,
    /// 经费
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub funds: Vec<Fund>,
    /// 产出; set by the step to `closed`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<Output>,
    /// 需求方满意度, 1 to 5; said by that side once the project is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction_need: Option<u8>,
    /// 供给方满意度, 1 to 5; said by that side once the project is closed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfaction_provider: Option<u8>,
    /// 结题日期; set by the step to `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
}

impl ProjectFields {
    /// What the funds come to as planned, and as paid.
    pub fn totals(&self) -> (Money, Money) {
        let planned = self.funds.iter().map(|one| one.planned).sum();
        let paid = self.funds.iter().filter_map(|one| one.paid).sum();
        (planned, paid)
    }

    /// Milestones that were due before a day and have not been reached, with their places.
    pub fn overdue(&self, today: NaiveDate) -> impl Iterator<Item = (usize, &Milestone)> {
        let open = |one: &Milestone| one.done_on.is_none();
        let all = self.milestones.iter().enumerate();
        all.filter(move |(_, one)| open(one) && one.due_on < today)
    }
}

/// A project as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = projects, treat_none_as_null = true)]
pub struct Project {
    /// Id.
    pub id: ProjectId,
    /// Readable code.
    pub code: String,
    /// How far it is.
    pub status: ProjectStatus,
    /// 项目名称
    pub title: String,
    /// 合作计划
    pub programme: String,
    /// 渠道
    pub channel: String,
    /// 活动类别
    pub activity_kind: String,
    /// Case that it came from.
    pub case_id: Option<CaseId>,
    /// 计划经费 in 分.
    pub funds_planned: i64,
    /// 到位经费 in 分.
    pub funds_paid: i64,
    /// 开始日期
    pub starts_on: Option<NaiveDate>,
    /// When the first milestone that has not been reached is due.
    pub next_milestone_on: Option<NaiveDate>,
    /// 结题日期
    pub closed_on: Option<NaiveDate>,
    /// Names of the parties, one a line.
    pub party_names: String,
    /// All fields.
    pub doc: Json<ProjectFields>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Project {
    /// Copies the columns that queries use from the fields.
    pub fn set_fields(&mut self, fields: ProjectFields) {
        self.title = fields.title.clone().unwrap_or_default();
        self.programme = fields.programme.clone().unwrap_or_default();
        self.channel = fields.channel.clone().unwrap_or_default();
        self.activity_kind = fields.activity_kind.clone().unwrap_or_default();
        self.case_id = fields.case_id;
        let (planned, paid) = fields.totals();
        (self.funds_planned, self.funds_paid) = (planned.0, paid.0);
        self.starts_on = fields.starts_on;
        let open = fields.milestones.iter().filter(|one| one.done_on.is_none());
        self.next_milestone_on = open.map(|one| one.due_on).min();
        self.closed_on = fields.closed_on;
        let names = fields.parties.iter().filter_map(|party| party.name.as_deref());
        self.party_names = names.collect::<Vec<_>>().join("\n");
        self.doc = Json(fields);
    }

    /// Organisations of the platform that take part, each once.
    pub fn party_rows(&self) -> Vec<PartyRow> {
        let mut ids: Vec<OrgId> =
            self.doc.0.parties.iter().filter_map(|party| party.org_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().map(|org_id| PartyRow { project_id: self.id, org_id }).collect()
    }

    /// Towns that it counts for.
    pub fn town_rows(&self) -> Vec<TownRow> {
        let codes = self.doc.0.town_codes.iter().cloned();
        codes.map(|region_code| TownRow { project_id: self.id, region_code }).collect()
    }

    /// Contracts that it carries out, each once.
    pub fn contract_rows(&self) -> Vec<ContractRow> {
        let mut ids = self.doc.0.contract_ids.clone();
        ids.sort_unstable();
        ids.dedup();
        let row = |contract_id| ContractRow { project_id: self.id, contract_id };
        ids.into_iter().map(row).collect()
    }
}

/// That a project carries out a contract.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = project_contracts)]
pub struct ContractRow {
    /// Which project.
    pub project_id: ProjectId,
    /// Which contract.
    pub contract_id: ContractId,
}

/// That an organisation takes part.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = project_parties)]
pub struct PartyRow {
    /// In which project.
    pub project_id: ProjectId,
    /// Which organisation.
    pub org_id: OrgId,
}

/// That a project counts for a town.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = project_towns)]
pub struct TownRow {
    /// Which project.
    pub project_id: ProjectId,
    /// Which town.
    pub region_code: String,
}

/// A project as shown, to those who take part in it and its reviewers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ProjectView {
    /// Id.
    pub id: ProjectId,
    /// Readable code.
    pub code: String,
    /// How far it is.
    pub status: ProjectStatus,
    /// Number of the version; `If-Match` on changes.
    pub version: i32,
    /// All fields.
    #[serde(flatten)]
    pub fields: ProjectFields,
    /// Readable names of the towns.
    pub town_names: Vec<String>,
    /// What the funds come to as planned.
    pub planned_total: Money,
    /// What has been paid of them.
    pub paid_total: Money,
    /// Milestones that were due before today and have not been reached.
    pub overdue_milestones: usize,
    /// Steps that the caller may take now.
    pub steps: Vec<ProjectStatus>,
    /// Sides for which the caller may say how satisfied they are.
    pub ratable: Vec<ProjectSide>,
    /// Whether its fields may be changed.
    pub editable: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
