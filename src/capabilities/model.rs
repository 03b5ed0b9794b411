//! The fields of a capability, its row and its views.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::life::CapabilityStatus;
use super::parts::{Case, ConsentScope, Expert, Instrument, IpItem, Performance, Team};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::db::Timestamp;
use crate::db::schema::capabilities;
use crate::db::types::Json;
use crate::disclosure::DisclosureLevel;
use crate::id_type;
use crate::money::Money;
use crate::reading::WithOrg;
use crate::records::likeness::model::LikeRecord;
use crate::records::model::readable_code;
use crate::records::parts::{Contact, Elements, OwnerView};

id_type!(
    /// Id of a capability.
    CapabilityId
);

/// Asset kind of a person's profile.
pub const EXPERT: &str = "expert";
/// Asset kind of a piece of equipment.
pub const INSTRUMENT: &str = "instrument";
/// Asset kind of a group of people.
pub const TEAM: &str = "team";

/// The fields of a capability as they are sent, stored and shown. Which of them are needed when is
/// in [`rules`](super::rules); who sees which in [`disclosure`](crate::disclosure).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CapabilityFields {
    /// 成果名称, at most 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// 类别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asset_kind: Option<String>,
    /// 所在专业镇, 9 digits: for instruments and local services.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 负责人, by name; the person in the profile of an expert.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead_expert: Option<String>,
    /// 权属
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ownership_type: Option<String>,
    /// 成果登记号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_no: Option<String>,
    /// 登记日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<NaiveDate>,
    /// 成果属性
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attribute: Option<String>,
    /// 所处阶段
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// 技术就绪水平, 1 to 9.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trl: Option<u8>,
    /// 成果简介, public, at least 100 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// 解决的问题
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem_solved: Option<String>,
    /// 相对现有技术的优势
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advantage_over_existing: Option<String>,
    /// 技术指标
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub performance: Vec<Performance>,
    /// 经济性对比
    #[serde(skip_serializing_if = "Option::is_none")]
    pub economic_comparison: Option<String>,
    /// 五要素
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elements: Option<Elements>,
    /// 应用领域
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub applications: Vec<String>,
    /// 应用行业 (GB/T 4754-2017)
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub industry_codes: Vec<String>,
    /// 技术领域
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_field: Option<String>,
    /// 关键词
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// IPC
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ipc: Vec<String>,
    /// 成果水平
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// 知识产权
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ip_list: Vec<IpItem>,
    /// 佐证
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// 转化方式
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub transfer_modes: Vec<String>,
    /// 价格方式
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_mode: Option<String>,
    /// 价格 (万元); lower end of a range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
    /// Upper end of a range (万元).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub price_max: Option<Money>,
    /// Least budget of a need that is taken on (万元).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_budget: Option<Money>,
    /// 期望合作方
    #[serde(skip_serializing_if = "Option::is_none")]
    pub preferred_partner: Option<String>,
    /// Regions that are not served.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub excluded_regions: Vec<String>,
    /// Projects that can be taken on in a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capacity_per_year: Option<u32>,
    /// 应用案例
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cases: Vec<Case>,
    /// 论文
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub papers: Vec<String>,
    /// 项目
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<String>,
    /// ORCID
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orcid: Option<String>,
    /// For experts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expert: Option<Expert>,
    /// For instruments only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instrument: Option<Instrument>,
    /// For teams only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<Team>,
    /// 保密级别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidentiality: Option<DisclosureLevel>,
    /// 受限详情
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restricted_detail: Option<String>,
    /// 联系人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
    /// 有效期; by default two years from publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<NaiveDate>,
    /// Free labels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Language of the texts: `zh` or `en`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lang: Option<String>,
}

impl CapabilityFields {
    /// How far the person in it has agreed to be shown. An expert who has not been asked yet is
    /// kept from visitors; what is no person's profile needs no consent.
    pub fn consent(&self) -> ConsentScope {
        let stated = self.expert.as_ref().and_then(|expert| expert.consent_scope);
        match stated {
            Some(scope) => scope,
            None if self.is_person() => ConsentScope::Members,
            None => ConsentScope::Public,
        }
    }

    /// Whether it is the profile of a person.
    pub fn is_person(&self) -> bool {
        self.expert.is_some() || self.asset_kind.as_deref() == Some(EXPERT)
    }

    /// The name by which other records mention the person in it: in an expert's profile the
    /// responsible person is the expert, and a profile without one has the name as its title.
    pub fn person_name(&self) -> Option<&str> {
        let named = [self.lead_expert.as_deref(), self.title.as_deref()];
        named.into_iter().flatten().map(str::trim).find(|name| !name.is_empty())
    }
}

/// A capability as stored: the columns that queries use, and all fields as one document.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = capabilities, treat_none_as_null = true)]
pub struct Capability {
    /// Id.
    pub id: CapabilityId,
    /// Readable code.
    pub code: String,
    /// 完成单位
    pub org_id: OrgId,
    /// Region that reviews it: its town, or the organisation's region.
    pub region_code: String,
    /// 成果名称
    pub title: String,
    /// 类别
    pub asset_kind: String,
    /// 技术领域
    pub tech_field: Option<String>,
    /// Where it stands.
    pub status: CapabilityStatus,
    /// 保密级别
    pub confidentiality: DisclosureLevel,
    /// 个人信息授权; `public` for what is no person's profile.
    pub consent_scope: ConsentScope,
    /// All fields.
    pub doc: Json<CapabilityFields>,
    /// Least budget in 分.
    pub min_budget: Option<i64>,
    /// 有效期
    pub valid_until: Option<NaiveDate>,
    /// When it was first published.
    pub published_at: Option<Timestamp>,
    /// 疑似重复
    #[diesel(skip_update)]
    pub duplicate_of: Option<CapabilityId>,
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

impl Capability {
    /// An empty draft.
    pub fn blank(id: CapabilityId, org_id: OrgId, now: Timestamp, author: Option<UserId>) -> Self {
        Self {
            id,
            code: readable_code("CG", id.0, now),
            org_id,
            region_code: String::new(),
            title: String::new(),
            asset_kind: String::new(),
            tech_field: None,
            status: CapabilityStatus::Draft,
            confidentiality: DisclosureLevel::Broker,
            consent_scope: ConsentScope::Public,
            doc: Json(CapabilityFields::default()),
            min_budget: None,
            valid_until: None,
            published_at: None,
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

    /// Whether it is a person's profile.
    pub fn is_person(&self) -> bool {
        self.asset_kind == EXPERT || self.doc.0.expert.is_some()
    }

    /// Copies the columns that queries use from the fields.
    pub fn set_fields(&mut self, fields: CapabilityFields, org_region: &str) {
        self.region_code = fields.town_code.clone().unwrap_or_else(|| org_region.to_owned());
        self.title = fields.title.clone().unwrap_or_default();
        self.asset_kind = fields.asset_kind.clone().unwrap_or_default();
        self.tech_field = fields.tech_field.clone();
        // Without a level the strictest one that still lets a liaison work on it.
        self.confidentiality = fields.confidentiality.unwrap_or(DisclosureLevel::Broker);
        self.consent_scope = fields.consent();
        self.min_budget = fields.min_budget.map(|money| money.0);
        self.valid_until = fields.valid_until;
        self.doc = Json(fields);
    }
}

/// Body of `create_capability`: the organisation and the fields.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(from = "WithOrg<CapabilityFields>")]
pub struct CreateCapability {
    /// 完成单位; by default the caller's only organisation.
    pub org_id: Option<OrgId>,
    /// The fields.
    #[schema(inline)]
    #[serde(flatten)]
    pub fields: CapabilityFields,
}

impl From<WithOrg<CapabilityFields>> for CreateCapability {
    fn from(WithOrg { org_id, fields }: WithOrg<CapabilityFields>) -> Self {
        Self { org_id, fields }
    }
}

/// A capability as shown: what the caller may see of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct CapabilityView {
    /// Id.
    pub id: CapabilityId,
    /// Readable code.
    pub code: String,
    /// Where it stands.
    pub status: CapabilityStatus,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// 完成单位; absent when the caller may not know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Region that reviews it.
    pub region_code: String,
    /// Readable name of the region.
    pub region_name: String,
    /// The fields the caller may see.
    #[serde(flatten)]
    pub fields: CapabilityFields,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
    /// Steps that the caller may take now.
    pub steps: Vec<CapabilityStatus>,
    /// 疑似重复: the record that said the same before; shown where `possible_duplicates` are.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duplicate_of: Option<CapabilityId>,
    /// Records that say much the same, as far as the caller may know of them: for the owner and
    /// reviewers when a single record is asked for or written.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub possible_duplicates: Vec<LikeRecord>,
    /// When it was first published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// When it was last confirmed to be still on offer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_verified_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl CapabilityView {
    /// Whether it is the caller's to work on: the own organisation's, or one that she reviews.
    pub fn takes_part(&self, caller: &Caller) -> bool {
        let own = self.org.as_ref().is_some_and(|org| {
            caller.principal.as_ref().is_some_and(|person| person.works_for(org.id))
        });
        own || !self.steps.is_empty()
    }
}
