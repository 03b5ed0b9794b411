//! The fields of a platform, its rows and its view.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::share::Share;
use crate::accounts::principal::{OrgId, UserId};
use crate::db::Timestamp;
use crate::db::schema::{platform_firms, platforms};
use crate::db::types::Json;
use crate::id_type;
use crate::money::Money;
use crate::records::model::readable_code;

id_type!(
    /// Id of a platform.
    PlatformId
);

/// Somebody who has founded a platform, with the share held.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Founder {
    /// Organisation of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrgId>,
    /// 名称; follows from the organisation unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 出资比例 in percent, with at most four decimals.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub share: Option<Share>,
    /// 出资额, in 万元.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// A firm that an incubator or park houses.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IncubatedFirm {
    /// Organisation of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrgId>,
    /// 名称; follows from the organisation unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 入驻日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entered_on: Option<NaiveDate>,
    /// 毕业或退出日期: from this day on it is not housed any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_on: Option<NaiveDate>,
}

impl IncubatedFirm {
    /// What makes it one and the same firm, wherever it is housed.
    fn key(&self) -> String {
        let name = || self.name.as_deref().unwrap_or_default().trim().to_lowercase();
        self.org_id.map_or_else(name, |id| id.to_string())
    }
}

/// The fields of a platform as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlatformFields {
    /// 名称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 类型: code of `platform_kind`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// 所在镇, 9 digits; by default the only town of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 级别: code of `platform_level`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<String>,
    /// 建设模式: codes of `platform_mode`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub modes: Vec<String>,
    /// 共建单位; their shares come to the whole at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub founders: Vec<Founder>,
    /// 服务内容
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<String>,
    /// 主要仪器设备
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instruments: Vec<String>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// 地址
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 办公电话, of the platform and not of a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 网站
    #[serde(skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// 成立日期: it counts from this day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened_on: Option<NaiveDate>,
    /// 关停日期: it does not count any more from this day on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_on: Option<NaiveDate>,
    /// 关停原因
    #[serde(skip_serializing_if = "Option::is_none")]
    pub close_reason: Option<String>,
    /// 在孵企业, of incubators and parks.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub firms: Vec<IncubatedFirm>,
}

/// A platform as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = platforms, treat_none_as_null = true)]
pub struct Platform {
    /// Id.
    pub id: PlatformId,
    /// Readable code, `PT…`.
    pub code: String,
    /// Town.
    pub town_code: String,
    /// Code of `platform_kind`.
    pub kind: String,
    /// Code of `platform_level`.
    pub level: String,
    /// 名称
    pub name: String,
    /// From which day on it counts.
    pub opened_on: NaiveDate,
    /// From which day on it does not any more.
    pub closed_on: Option<NaiveDate>,
    /// All fields.
    pub doc: Json<PlatformFields>,
    /// Who put it on record.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was put on record.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// A firm of a platform as stored: what counting needs.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable)]
#[diesel(table_name = platform_firms)]
pub struct FirmRow {
    /// The platform.
    pub platform_id: PlatformId,
    /// The firm: its id, or its name.
    pub firm_key: String,
    /// From which day on.
    pub entered_on: NaiveDate,
    /// Until which day.
    pub left_on: Option<NaiveDate>,
}

impl Platform {
    /// A new platform with complete fields.
    pub fn new(fields: PlatformFields, author: Option<UserId>, now: Timestamp) -> Self {
        let id = PlatformId::new();
        let mut row = Self {
            id,
            code: readable_code("PT", id.0, now),
            town_code: String::new(),
            kind: String::new(),
            level: String::new(),
            name: String::new(),
            opened_on: NaiveDate::default(),
            closed_on: None,
            doc: Json(PlatformFields::default()),
            created_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        row.set_fields(fields);
        row
    }

    /// Copies the columns that queries use from complete fields.
    pub fn set_fields(&mut self, fields: PlatformFields) {
        self.town_code = fields.town_code.clone().unwrap_or_default();
        self.kind = fields.kind.clone().unwrap_or_default();
        self.level = fields.level.clone().unwrap_or_default();
        self.name = fields.name.clone().unwrap_or_default();
        self.opened_on = fields.opened_on.unwrap_or_default();
        self.closed_on = fields.closed_on;
        self.doc = Json(fields);
    }

    /// Whether it counts on a day.
    pub fn is_active(&self, on: NaiveDate) -> bool {
        self.opened_on <= on && self.closed_on.is_none_or(|end| on < end)
    }

    /// Its firms for counting: each once for each time that it came.
    pub fn firm_rows(&self) -> Vec<FirmRow> {
        let mut rows: Vec<FirmRow> = Vec::new();
        for firm in &self.doc.0.firms {
            let row = FirmRow {
                platform_id: self.id,
                firm_key: firm.key(),
                entered_on: firm.entered_on.unwrap_or(self.opened_on),
                left_on: firm.left_on,
            };
            let known =
                |one: &FirmRow| one.firm_key == row.firm_key && one.entered_on == row.entered_on;
            if !rows.iter().any(known) {
                rows.push(row);
            }
        }
        rows
    }
}

/// A platform as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct PlatformView {
    /// Id.
    pub id: PlatformId,
    /// Readable code.
    pub code: String,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// The fields; all of them are public.
    #[serde(flatten)]
    pub fields: PlatformFields,
    /// Readable name of the town.
    pub region_name: String,
    /// Whether it counts today.
    pub active: bool,
    /// Firms that it houses today.
    pub firms_housed: usize,
    /// Whether the caller may change it.
    pub editable: bool,
    /// When it was put on record.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_counts_from_its_first_day_up_to_the_day_of_its_end() {
        let day = |text: &str| -> NaiveDate { text.parse().unwrap() };
        let fields = PlatformFields {
            opened_on: Some(day("2026-03-01")),
            closed_on: Some(day("2026-06-01")),
            ..PlatformFields::default()
        };
        let row = Platform::new(fields, None, Timestamp::new(chrono::DateTime::UNIX_EPOCH));
        let counts = ["2026-02-28", "2026-03-01", "2026-05-31", "2026-06-01"];
        assert_eq!(counts.map(|text| row.is_active(day(text))), [false, true, true, false]);
    }

    #[test]
    fn a_firm_that_is_named_twice_is_one() {
        let firm =
            |name: &str| IncubatedFirm { name: Some(name.to_owned()), ..IncubatedFirm::default() };
        let fields = PlatformFields {
            firms: vec![firm("Lamp Co"), firm(" lamp co"), firm("B")],
            ..PlatformFields::default()
        };
        let row = Platform::new(fields, None, Timestamp::new(chrono::DateTime::UNIX_EPOCH));
        assert_eq!(row.firm_rows().len(), 2);
    }
}
