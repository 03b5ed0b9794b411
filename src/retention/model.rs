//! Classes of data with a period, and what was done about them.

use diesel::prelude::*;
use serde::Serialize;

use crate::config::Config;
use crate::db::Timestamp;
use crate::db::schema::retention_runs;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a run.
    RunId
);

code_enum!(
    /// Data that are kept for a time alone.
    DataClass {
        /// 站内消息
        Notices = "notices",
        /// 已发邮件的记录
        SentMails = "sent_mails",
        /// 未能送达的邮件
        DeadMails = "dead_mails",
        /// 已送达群机器人和 Webhook 的消息
        SentMessages = "sent_messages",
        /// 未能送达群机器人和 Webhook 的消息
        DeadMessages = "dead_messages",
        /// 已结束的登录
        Sessions = "sessions",
        /// 续期用的凭证
        RefreshTokens = "refresh_tokens",
        /// 邮件中的链接和邀请
        Links = "links",
        /// 未确认的注册
        Registrations = "registrations",
        /// 重复请求的答复
        RequestKeys = "request_keys",
        /// 从未提交的草稿
        Drafts = "drafts",
        /// 订阅已推送的结果
        SubscriptionFinds = "subscription_finds",
        /// 走访中见到的人
        VisitPeople = "visit_people",
        /// 走访的照片和文件
        VisitFiles = "visit_files",
        /// 填写中自动保存的内容
        KeptForms = "kept_forms",
    }
);

/// How long a class is kept: the name of its setting, and the seconds of the period; none when it is
/// kept for good.
pub fn period(class: DataClass, config: &Config) -> (&'static str, Option<i64>) {
    const DAY: i64 = 24 * 60 * 60;
    let days = |days: u32| Some(i64::from(days) * DAY).filter(|seconds| *seconds > 0);
    let keep = &config.retention;
    let tokens = || days(config.accounts.refresh_token_days);
    match class {
        DataClass::Notices => ("retention.notices_days", days(keep.notices_days)),
        DataClass::SentMails => ("retention.sent_mails_days", days(keep.sent_mails_days)),
        DataClass::DeadMails => ("retention.dead_mails_days", days(keep.dead_mails_days)),
        DataClass::SentMessages => ("retention.sent_messages_days", days(keep.sent_messages_days)),
        DataClass::DeadMessages => ("retention.dead_messages_days", days(keep.dead_messages_days)),
        DataClass::Sessions | DataClass::RefreshTokens | DataClass::Links => {
            ("accounts.refresh_token_days", tokens())
        }
        // They name their end themselves.
        DataClass::Registrations => ("accounts.link_days", Some(0)),
        DataClass::RequestKeys => {
            let hours = i64::from(config.records.idempotency_hours);
            ("records.idempotency_hours", Some(hours * 60 * 60))
        }
        DataClass::Drafts => ("retention.drafts_days", days(keep.drafts_days)),
        DataClass::SubscriptionFinds => {
            ("retention.subscription_finds_days", days(keep.subscription_finds_days))
        }
        DataClass::VisitPeople => ("retention.visit_people_days", days(keep.visit_people_days)),
        // They name their end themselves.
        DataClass::KeptForms => ("retention.kept_forms_days", Some(0)),
        DataClass::VisitFiles => ("retention.visit_files_days", days(keep.visit_files_days)),
    }
}

/// What was done about a class, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = retention_runs)]
pub struct Run {
    /// Id; in the order of time.
    pub id: RunId,
    /// The class.
    pub class: DataClass,
    /// What was older than this was removed.
    pub before: Timestamp,
    /// How much was removed.
    pub removed: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none when it was cut short, and the next goes on.
    pub finished_at: Option<Timestamp>,
}

/// What was done about a class.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RunView {
    /// The class.
    pub class: DataClass,
    /// What was older than this was removed.
    pub before: Timestamp,
    /// How much was removed.
    pub removed: i64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; absent when it was cut short, and the next goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<Timestamp>,
}

impl From<Run> for RunView {
    fn from(row: Run) -> Self {
        Self {
            class: row.class,
            before: row.before,
            removed: row.removed,
            started_at: row.started_at,
            finished_at: row.finished_at,
        }
    }
}

/// A class with its period.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RuleView {
    /// The class.
    pub class: DataClass,
    /// The setting that says how long.
    pub setting: &'static str,
    /// Hours that it is kept; absent when it is kept for good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<i64>,
    /// How much the next run would remove.
    pub would_remove: i64,
    /// The last run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_run: Option<RunView>,
}

/// Periods, and what was done about them.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Retention {
    /// Every class with its period.
    pub rules: Vec<RuleView>,
    /// Runs that removed something, the last first.
    pub runs: Vec<RunView>,
}
