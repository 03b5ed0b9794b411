//! The groups of operations.

use utoipa::openapi::tag::{Tag, TagBuilder};

/// Name and description of every group, in the order in which they are shown.
const TAGS: [(&str, &str); 24] = [
    ("accounts", "Signing in and out, accounts, members of organisations, roles. 账户与人员"),
    ("organizations", "Firms, universities, institutes, service organisations. 机构"),
    ("towns", "Specialised towns. 专业镇"),
    ("needs", "Technical needs and their life from draft to solved. 技术需求"),
    ("capabilities", "Achievements and capabilities on offer. 科技成果与技术能力"),
    ("visits", "Visits of liaisons to firms, with photos. 走访记录"),
    (
        "events",
        "Events with invitations by match, meetings at tables, attendance and results. 对接会",
    ),
    ("platforms", "Co-built platforms of towns, and the coverage of towns by them. 创新平台"),
    ("search", "Full-text search over everything the caller may see. 检索"),
    ("matching", "Explained matches between needs and capabilities. 匹配"),
    ("cases", "Needs and capabilities brought together, stage by stage. 对接"),
    ("contracts", "Technology contracts, their registration and payments. 技术合同"),
    ("projects", "Projects with their milestones, funds and outputs. 合作项目"),
    ("notices", "What people are told: the inbox, and what they want by mail. 消息"),
    ("reports", "Counts and money with the records behind them, and locked periods. 统计报表"),
    ("privacy", "Consents, export and erasure of personal data. 个人信息"),
    ("channels", "Group robots and webhooks, and what is on its way to them. 群机器人与 Webhook"),
    ("messages", "Texts of everything that is sent, and own ones in their place. 消息模板"),
    ("subscriptions", "What one asks to be told of, and whether things are recommended. 订阅"),
    ("suggestions", "Good pairs of a need and a capability, to take up or dismiss. 对接建议"),
    ("import", "Spreadsheets to fill in, and records as files. 模板与导出"),
    ("reference", "Regions, industries and code tables. 基础代码"),
    ("audit", "The tamper-evident log of all changes. 审计"),
    ("service", "Health and figures of the running service. 运行状态"),
];

/// The groups.
pub(super) fn all() -> Vec<Tag> {
    TAGS.iter()
        .map(|(name, text)| TagBuilder::new().name(*name).description(Some(*text)).build())
        .collect()
}
