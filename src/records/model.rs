//! Kinds of records and the rows that trace their life.

use diesel::prelude::*;
use serde::Serialize;
use serde_json::Value;

use crate::accounts::principal::UserId;
use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::{change_log, record_steps, record_versions};
use crate::db::types::Json;
use crate::id_type;

code_enum!(
    /// Kind of a record in the logs and in the index.
    RecordKind {
        /// 技术需求
        Need = "need",
        /// 科技成果 / 技术能力
        Capability = "capability",
        /// 机构
        Organization = "organization",
        /// 专业镇
        Town = "town",
        /// 账户
        User = "user",
        /// 对接
        Case = "case",
        /// 走访记录
        Visit = "visit",
        /// 技术合同
        Contract = "contract",
        /// 合作项目
        Project = "project",
        /// 统计报表, once locked
        Report = "report",
        /// 群机器人或 Webhook
        Endpoint = "endpoint",
        /// 消息模板
        MessageTemplate = "message_template",
        /// 订阅
        Subscription = "subscription",
        /// 对接会等活动
        Event = "event",
        /// 创新平台
        Platform = "platform",
    }
);

impl RecordKind {
    /// The folder that its records are in, in paths of the API and of pages.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Need => "needs",
            Self::Capability => "capabilities",
            Self::Organization => "organizations",
            Self::Town => "towns",
            Self::User => "users",
            Self::Case => "cases",
            Self::Visit => "visits",
            Self::Contract => "contracts",
            Self::Project => "projects",
            Self::Report => "reports/locks",
            Self::Endpoint => "endpoints",
            Self::MessageTemplate => "message-templates",
            Self::Subscription => "subscriptions",
            Self::Event => "events",
            Self::Platform => "platforms",
        }
    }
}

id_type!(
    /// Id of a version or step row.
    EntryId
);

/// A saved state of a record.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = record_versions)]
pub struct RecordVersion {
    /// Id.
    pub id: EntryId,
    /// Kind of the record.
    pub record_kind: RecordKind,
    /// Id of the record.
    pub record_id: String,
    /// Number of the version, from 1.
    pub version: i32,
    /// Status at that time.
    pub status: String,
    /// All fields at that time.
    pub doc: Json<Value>,
    /// Who saved it.
    pub saved_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// A step in a record's life.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = record_steps)]
pub struct RecordStep {
    /// Id.
    pub id: EntryId,
    /// Kind of the record.
    pub record_kind: RecordKind,
    /// Id of the record.
    pub record_id: String,
    /// Status before; none for the first step.
    pub from_status: Option<String>,
    /// Status after.
    pub to_status: String,
    /// Who took the step; none for the service itself.
    pub actor_id: Option<UserId>,
    /// The comment given.
    pub comment: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// An entry of the change log, from which everything derived is fed.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = change_log)]
pub struct ChangeEntry {
    /// Number; a reader that has seen it has seen all below it.
    pub seq: i64,
    /// Kind of the record that changed.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// When.
    pub created_at: Timestamp,
}

/// A step as shown to callers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct StepView {
    /// Status before; none for the first step.
    pub from_status: Option<String>,
    /// Status after.
    pub to_status: String,
    /// Name of the person who took the step; none for the service itself.
    pub actor_name: Option<String>,
    /// The comment given.
    pub comment: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A version as listed.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VersionSummary {
    /// Number of the version, from 1.
    pub version: i32,
    /// Status at that time.
    pub status: String,
    /// Name of the person who saved it.
    pub saved_by_name: Option<String>,
    /// When.
    pub created_at: Timestamp,
}

/// A version with what it changed.
#[derive(Debug, Clone)]
pub struct VersionChanges {
    /// Number, status, author and time.
    pub summary: VersionSummary,
    /// Comment of the step that saved it, if a step did.
    pub comment: Option<String>,
    /// What differs from the version before; nothing for the first.
    pub differences: Vec<FieldDifference>,
}

/// A version in full, as far as the caller may see it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VersionView {
    /// Number, status, author and time.
    #[serde(flatten)]
    pub summary: VersionSummary,
    /// The fields at that time.
    #[schema(value_type = Object)]
    pub fields: Value,
}

/// One field that differs between two versions.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct FieldDifference {
    /// Name of the field.
    pub field: String,
    /// Value in the older version; null when absent.
    #[schema(value_type = Object)]
    pub before: Value,
    /// Value in the newer version; null when absent.
    #[schema(value_type = Object)]
    pub after: Value,
}

/// The difference between two versions of a record.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct VersionComparison {
    /// The older version.
    pub from: i32,
    /// The newer version.
    pub to: i32,
    /// Fields that differ.
    pub differences: Vec<FieldDifference>,
}

/// Fields whose values differ between two documents, by name.
pub fn differences(before: &Value, after: &Value) -> Vec<FieldDifference> {
    let empty = serde_json::Map::new();
    let (old, new) = (before.as_object().unwrap_or(&empty), after.as_object().unwrap_or(&empty));
    let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| {
            let before = old.get(name).cloned().unwrap_or(Value::Null);
            let after = new.get(name).cloned().unwrap_or(Value::Null);
            (before != after).then(|| FieldDifference { field: name.clone(), before, after })
        })
        .collect()
}

/// A short readable code such as `XQ2611-7KD3QZ0M`: prefix, year and month, eight characters of
/// Crockford's base 32 taken from the id's random part. No counter, so no contention; the unique
/// constraint catches the rare collision.
pub fn readable_code(prefix: &str, id: uuid::Uuid, at: Timestamp) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut bits = id.as_u128();
    let mut tail = [0_u8; 8];
    for slot in &mut tail {
        *slot = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    format!("{prefix}{}-{}", at.0.format("%y%m"), String::from_utf8_lossy(&tail))
}
