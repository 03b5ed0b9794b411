//! The fields of an organisation, its row and its views.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::organizations;
use crate::db::types::Json;
use crate::records::parts::Contact;

code_enum!(
    /// Whether an organisation has been checked.
    OrgStatus {
        /// Registered, waits for review.
        Pending = "pending",
        /// 实名认证
        Verified = "verified",
        /// Refused.
        Rejected = "rejected",
        /// Barred for the time being.
        Suspended = "suspended",
    }
);

/// R&D institution of an organisation's own (自建研发机构).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RdInstitution {
    /// Code of `rd_institution_kind`.
    pub kind: String,
    /// Code of `rd_institution_level`.
    pub level: String,
}

/// The fields of an organisation as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct OrganizationFields {
    /// 名称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// English name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// 统一社会信用代码, 18 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// 机构类型
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_type: Option<String>,
    /// 登记注册类型
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nature: Option<String>,
    /// Region, at any level; by default that of the town.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// 所在专业镇
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 地址
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Latitude in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lat: Option<f64>,
    /// Longitude in degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lon: Option<f64>,
    /// 成立日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub established_on: Option<NaiveDate>,
    /// 国民经济行业; mandatory for enterprises.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry_code: Option<String>,
    /// 企业规模
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<String>,
    /// 资质
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub qualifications: Vec<String>,
    /// 主导产品
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub main_products: Vec<String>,
    /// 从业人数
    #[serde(skip_serializing_if = "Option::is_none")]
    pub employees: Option<u32>,
    /// 研发人员
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rd_staff: Option<u32>,
    /// 自建研发机构
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rd_institution: Option<RdInstitution>,
    /// 大型骨干企业
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_backbone: Option<bool>,
    /// 融资需求
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bank_need: Option<String>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// 联系人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<Contact>,
}

impl OrganizationFields {
    /// Takes away what typing and pasting add: white space around the name, small letters and
    /// spaces in the credit code.
    pub fn tidy(&mut self) {
        if let Some(name) = &mut self.name {
            *name = name.trim().to_owned();
        }
        if let Some(uscc) = &mut self.uscc {
            uscc.retain(|character| !character.is_whitespace());
            uscc.make_ascii_uppercase();
        }
    }
}

/// An organisation as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organizations, treat_none_as_null = true)]
pub struct Organization {
    /// Id.
    pub id: OrgId,
    /// Readable code.
    pub code: String,
    /// 名称
    pub name: String,
    /// 统一社会信用代码
    pub uscc: String,
    /// 机构类型
    pub org_type: String,
    /// 所在专业镇
    pub town_code: Option<String>,
    /// Region; the town's code when there is one.
    pub region_code: String,
    /// 国民经济行业
    pub industry_code: Option<String>,
    /// Whether it has been checked.
    pub status: OrgStatus,
    /// All fields.
    pub doc: Json<OrganizationFields>,
    /// `manual`, `import`, `harvest` or `api`.
    pub source: String,
    /// Id at the source.
    pub source_ref: Option<String>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Organization {
    /// Copies the columns that queries use from the fields.
    pub fn set_fields(&mut self, fields: OrganizationFields) {
        self.name = fields.name.clone().unwrap_or_default();
        self.uscc = fields.uscc.clone().unwrap_or_default();
        self.org_type = fields.org_type.clone().unwrap_or_default();
        self.town_code = fields.town_code.clone();
        self.region_code =
            fields.town_code.clone().or_else(|| fields.region_code.clone()).unwrap_or_default();
        self.industry_code = fields.industry_code.clone();
        self.doc = Json(fields);
    }
}

/// An organisation as shown: what the caller may see of it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct OrganizationView {
    /// Id.
    pub id: OrgId,
    /// Readable code.
    pub code: String,
    /// Whether it has been checked.
    pub status: OrgStatus,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// Readable name of its region.
    pub region_name: String,
    /// The fields the caller may see.
    #[serde(flatten)]
    pub fields: OrganizationFields,
    /// Names of fields that hold something the caller may not see.
    pub withheld: Vec<String>,
    /// Steps that the caller may take now.
    pub steps: Vec<OrgStatus>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
