//! The fields of a town and its row.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::towns;
use crate::db::types::Json;

code_enum!(
    /// How a town stands in the list of specialised towns.
    TownStatus {
        /// 在册
        Active = "active",
        /// 预警
        Warning = "warning",
        /// 整改
        Rectifying = "rectifying",
        /// 撤销
        Removed = "removed",
    }
);

/// A trade that a town is known for (特色产业).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SpecialtyIndustry {
    /// What people call it.
    pub name: String,
    /// Its place in GB/T 4754-2017.
    pub industry_code: String,
}

/// The fields of a town as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TownFields {
    /// Code of the town, 9 digits. Cannot be changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// 名称; by default that of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// City above the town; follows from the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub city_code: Option<String>,
    /// County above the town; follows from the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub county_code: Option<String>,
    /// `prd`, `east`, `west` or `north`; follows from the code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_group: Option<String>,
    /// 认定时间
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recognised_on: Option<NaiveDate>,
    /// 级别: `province` or `city`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// 特色产业
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub specialty_industries: Vec<SpecialtyIndustry>,
    /// 状态; `active` by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TownStatus>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
    /// 科技负责人, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_leader: Option<String>,
    /// 结对镇
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paired_town_codes: Vec<String>,
}

/// A town science liaison (镇科技专员), as shown with the town.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct LiaisonView {
    /// 姓名
    pub name: String,
    /// 邮箱; for members of verified organisations only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
}

/// A town as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct TownView {
    /// The fields; all of them are public.
    #[serde(flatten)]
    pub fields: TownFields,
    /// Readable name from the city down.
    pub region_name: String,
    /// Name of the city.
    pub city_name: String,
    /// Name of the region group.
    pub region_group_name: String,
    /// Its liaisons.
    pub liaisons: Vec<LiaisonView>,
    /// Needs of the town that look for a partner and that everybody may know of.
    pub open_needs: i64,
    /// Capabilities in the town that everybody may know of.
    pub open_capabilities: i64,
    /// Whether the caller may change it.
    pub editable: bool,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A town as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = towns, primary_key(code), treat_none_as_null = true)]
pub struct Town {
    /// Code, 9 digits.
    pub code: String,
    /// 名称
    pub name: String,
    /// City above.
    pub city_code: String,
    /// County above.
    pub county_code: String,
    /// `prd`, `east`, `west` or `north`.
    pub region_group: String,
    /// `province` or `city`.
    pub level: String,
    /// How it stands.
    pub status: TownStatus,
    /// All fields.
    pub doc: Json<TownFields>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Town {
    /// Copies the columns that queries use from complete fields.
    pub fn set_fields(&mut self, fields: TownFields) {
        self.name = fields.name.clone().unwrap_or_default();
        self.city_code = fields.city_code.clone().unwrap_or_default();
        self.county_code = fields.county_code.clone().unwrap_or_default();
        self.region_group = fields.region_group.clone().unwrap_or_default();
        self.level = fields.level.clone().unwrap_or_default();
        self.status = fields.status.unwrap_or(TownStatus::Active);
        self.doc = Json(fields);
    }
}
