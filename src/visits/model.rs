//! The fields of a visit, its row and its view.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::cases::model::CaseId;
use crate::db::Timestamp;
use crate::db::schema::visits;
use crate::db::types::Json;
use crate::id_type;
use crate::needs::model::NeedId;
use crate::records::model::readable_code;
use crate::records::parts::OwnerView;

id_type!(
    /// Id of a visit.
    VisitId
);

/// The fields of a visit as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct VisitFields {
    /// 所在镇, 9 digits; by default the only town of the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub town_code: Option<String>,
    /// 企业, when it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrgId>,
    /// 企业名称, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_name: Option<String>,
    /// 统一社会信用代码 of a firm that is not registered, where it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org_uscc: Option<String>,
    /// 对接: an open case of the town that it was made for; it shows in the timeline of that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    /// 走访日期; today in China by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visited_on: Option<NaiveDate>,
    /// 方式: `offline` (default) or `online`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// 合作渠道: 校镇, 院镇, 所镇 and others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub programme: Option<String>,
    /// 见到的人
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// 了解到的情况
    #[serde(skip_serializing_if = "Option::is_none")]
    pub findings: Option<String>,
}

/// A visit as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = visits, treat_none_as_null = true)]
pub struct Visit {
    /// Id.
    pub id: VisitId,
    /// Readable code.
    pub code: String,
    /// Town; its reviewers see the visit.
    pub town_code: String,
    /// The firm, when it is registered.
    pub org_id: Option<OrgId>,
    /// When it was.
    pub visited_on: NaiveDate,
    /// All fields.
    pub doc: Json<VisitFields>,
    /// The need that was made of what was found.
    pub need_id: Option<NeedId>,
    /// Who logged it.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was logged.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// The case that it was made for.
    pub case_id: Option<CaseId>,
}

impl Visit {
    /// A new visit with complete fields.
    pub fn new(fields: VisitFields, author: Option<UserId>, now: Timestamp) -> Self {
        let id = VisitId::new();
        let mut visit = Self {
            id,
            code: readable_code("ZF", id.0, now),
            town_code: String::new(),
            org_id: None,
            visited_on: NaiveDate::default(),
            doc: Json(VisitFields::default()),
            need_id: None,
            created_by: author,
            version: 1,
            created_at: now,
            updated_at: now,
            case_id: None,
        };
        visit.set_fields(fields);
        visit
    }

    /// Copies the columns that queries use from complete fields.
    pub fn set_fields(&mut self, fields: VisitFields) {
        self.town_code = fields.town_code.clone().unwrap_or_default();
        self.org_id = fields.org_id;
        self.case_id = fields.case_id;
        self.visited_on = fields.visited_on.unwrap_or_default();
        self.doc = Json(fields);
    }
}

/// A visit as shown.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VisitView {
    /// Id.
    pub id: VisitId,
    /// Readable code.
    pub code: String,
    /// Number of the version; `If-Match` on updates.
    pub version: i32,
    /// The fields.
    #[serde(flatten)]
    pub fields: VisitFields,
    /// The firm, when it is registered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Readable name of the town.
    pub region_name: String,
    /// The need that was made of what was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_id: Option<NeedId>,
    /// Name of the person who logged it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Whether the caller may change it and its files.
    pub editable: bool,
    /// Whether the caller may still delete it.
    pub deletable: bool,
    /// When it was logged.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl VisitView {
    /// What the firm is called.
    pub fn firm(&self) -> &str {
        match &self.org {
            Some(org) => &org.name,
            None => self.fields.org_name.as_deref().unwrap_or_default(),
        }
    }
}
