//! The fields of a need, its row and its views.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::db::Timestamp;
use crate::db::schema::needs;
use crate::db::types::Json;
use crate::disclosure::DisclosureLevel;
use crate::id_type;
use crate::money::Money;
use crate::needs::life::NeedStatus;
use crate::reading::WithOrg;
use crate::records::likeness::model::LikeRecord;
use crate::records::model::readable_code;
use crate::records::parts::{Contact, Elements, OwnerView};

id_type!(
    /// Id of a need.
    NeedId
);

/// One measurable requirement (技术指标).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// 指标名称
    pub name: String,
    /// `ge` ≥, `le` ≤, `eq` =, `gt` >, `lt` <, `range` from value to value_max, `text` in words.
    pub operator: String,
    /// Number as decimal text, or words.
    pub value: String,
    /// Upper end of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_max: Option<String>,
    /// Unit of the value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Whether a solution without it is none.
    #[serde(default)]
    pub must: bool,
    /// Tolerance in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance: Option<String>,
}

/// The fields of a need as they are sent, stored and shown. Which of them are needed when is in
/// [`rules`](super::rules); who sees which in [`disclosure`](crate::disclosure).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NeedFields {
    /// 需求名称, at most 60 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// 需求类别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_kind: Option<String>,
    /// 所属专业镇, 9 digits; by default that of the organisation. A need without either is not
    /// published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 国民经济行业 (GB/T 4754-2017)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry_code: Option<String>,
    /// 技术领域
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_field: Option<String>,
    /// 背景与现状
    #[serde(skip_serializing_if = "Option::is_none")]
    pub background: Option<String>,
    /// 技术难题 / 需求内容, at least 50 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// 主要技术指标, 1 to 10, at most 5 of them musts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub requirements: Vec<Requirement>,
    /// 五要素
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements: Option<Elements>,
    /// 关键词, 3 to 8.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// 当前技术就绪水平, 1 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current_trl: Option<u8>,
    /// 目标技术就绪水平, 1 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target_trl: Option<u8>,
    /// 拟投入资金下限 (万元)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_min: Option<Money>,
    /// 拟投入资金上限 (万元)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_max: Option<Money>,
    /// 面议
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_negotiable: Option<bool>,
    /// 悬赏金额 (万元)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reward_amount: Option<Money>,
    /// 期望解决期限
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<NaiveDate>,
    /// 发布有效期; by default 180 days from publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// 合作方式
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cooperation_modes: Vec<String>,
    /// 期望合作方类型
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub partner_types: Vec<String>,
    /// 期望合作地区
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub preferred_regions: Vec<String>,
    /// 知识产权要求
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_requirement: Option<String>,
    /// 可提供条件
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conditions_offered: Option<String>,
    /// 紧迫程度
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// 是否产业共性技术
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_common_tech: Option<bool>,
    /// 预计新增产值 (万元)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub est_new_output: Option<Money>,
    /// 保密级别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidentiality: Option<DisclosureLevel>,
    /// 公开摘要
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_summary: Option<String>,
    /// 受限详情
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted_detail: Option<String>,
    /// 联系人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// Free labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the texts: `zh` or `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

/// A need as stored: the columns that queries use, and all fields as one document.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = needs, treat_none_as_null = true)]
pub struct Need {
    /// Id.
    pub id: NeedId,
    /// Readable code.
    pub code: String,
    /// 需求单位
    pub org_id: OrgId,
    /// 所属专业镇
    pub town_code: Option<String>,
    /// Region that reviews it: the town, or the organisation's region.
    pub region_code: String,
    /// 需求名称
    pub title: String,
    /// 需求类别
    pub need_kind: String,
    /// 国民经济行业
    pub industry_code: Option<String>,
    /// 技术领域
    pub tech_field: Option<String>,
    /// Where it stands.
    pub status: NeedStatus,
    /// 保密级别
    pub confidentiality: DisclosureLevel,
    /// All fields.
    pub doc: Json<NeedFields>,
    /// Lower end of the budget in 分.
    pub budget_min: Option<i64>,
    /// Upper end of the budget in 分.
    pub budget_max: Option<i64>,
    /// 期望解决期限
    pub deadline: Option<NaiveDate>,
    /// 发布有效期
    pub valid_until: Option<NaiveDate>,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// 责任科技专员
    #[diesel(skip_update)]
    pub broker_id: Option<UserId>,
    /// 疑似重复
    #[diesel(skip_update)]
    pub duplicate_of: Option<NeedId>,
    /// `manual`, `import`, `harvest` or `api`.
    pub source: String,
    /// Id at the source.
    pub source_ref: Option<String>,
    /// 最近核实
    pub last_verified_at: Option<Timestamp>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// Who changed it last.
    pub updated_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Need {
    /// An empty draft.
    pub fn blank(id: NeedId, org_id: OrgId, now: Timestamp, author: Option<UserId>) -> Self {
        Self {
            id,
            code: readable_code("XQ", id.0, now),
            org_id,
            town_code: None,
            region_code: String::new(),
            title: String::new(),
            need_kind: String::new(),
            industry_code: None,
            tech_field: None,
            status: NeedStatus::Draft,
            confidentiality: DisclosureLevel::Broker,
            doc: Json(NeedFields::default()),
            budget_min: None,
            budget_max: None,
            deadline: None,
            valid_until: None,
            published_at: None,
            broker_id: None,
            duplicate_of: None,
            source: "manual".to_owned(),
            source_ref: None,
            last_verified_at: None,
            created_by: author,
            updated_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

    /// Copies the columns that queries use from the fields.
    pub fn set_fields(&mut self, fields: NeedFields, org_region: &str, org_town: Option<&str>) {
        self.town_code = fields.town_code.clone().or_else(|| org_town.map(str::to_owned));
        self.region_code = self.town_code.clone().unwrap_or_else(|| org_region.to_owned());
        self.title = fields.title.clone().unwrap_or_default();
        self.need_kind = fields.need_kind.clone().unwrap_or_default();
        self.industry_code = fields.industry_code.clone();
        self.tech_field = fields.tech_field.clone();
        // Without a level the strictest one that still lets a liaison work on it.
        self.confidentiality = fields.confidentiality.unwrap_or(DisclosureLevel::Broker);
        self.budget_min = fields.budget_min.map(|money| money.0);
        self.budget_max = fields.budget_max.map(|money| money.0);
        self.deadline = fields.deadline;
        self.valid_until = fields.valid_until;
        self.doc = Json(fields);
    }
}

/// Body of `create_need`: the organisation and the fields.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(from = "WithOrg<NeedFields>")]
pub struct CreateNeed {
    /// 需求单位; by default the caller's only organisation.
    pub org_id: Option<OrgId>,
    /// The fields.
    #[schema(inline)]
    #[serde(flatten)]
    pub fields: NeedFields,
}

impl From<WithOrg<NeedFields>> for CreateNeed {
    fn from(WithOrg { org_id, fields }: WithOrg<NeedFields>) -> Self {
        Self { org_id, fields }
    }
}

/// A need as shown: what the caller may see of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct NeedView {
    /// Id.
    pub id: NeedId,
    /// Readable code.
    pub code: String,
    /// Where it stands.
    pub status: NeedStatus,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// 需求单位; absent when the caller may not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Region that reviews it.
    pub region_code: String,
    /// Readable name of the region.
    pub region_name: String,
    /// The fields the caller may see.
    #[serde(flatten)]
    pub fields: NeedFields,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
    /// Steps that the caller may take now.
    pub steps: Vec<NeedStatus>,
    /// 疑似重复: the record that said the same before; shown where `possible_duplicates` are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<NeedId>,
    /// Records that say much the same, as far as the caller may know of them: for the owner and
    /// reviewers when a single record is asked for or written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible_duplicates: Vec<LikeRecord>,
    /// When it was first published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When it was last confirmed to be still open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verified_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
