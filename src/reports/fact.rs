//! Facts: what a report counts, and what it adds up.

use std::hash::Hash;

use chrono::NaiveDate;
use serde::Serialize;

use crate::code_enum;
use crate::money::Money;
use crate::records::model::RecordKind;

code_enum!(
    /// What happened.
    FactKind {
        /// 需求发布: a need was published for the first time.
        Need = "need",
        /// 走访: a firm was visited.
        Visit = "visit",
        /// 对接: a case was opened.
        Case = "case",
        /// 会谈: the two sides of a case met.
        Meeting = "meeting",
        /// 对接成功: a case was closed as won.
        Success = "success",
        /// 合同签订: a technology contract was signed.
        Contract = "contract",
        /// 合同登记: a technology contract was registered.
        Registration = "registration",
        /// 到账: an instalment under a contract was paid.
        Payment = "payment",
        /// 项目: a project began.
        Project = "project",
        /// 项目结题: a project was closed.
        Closing = "closing",
        /// 活动: an event was held.
        Event = "event",
        /// 平台共建: a platform was opened.
        Platform = "platform",
    }
);

impl FactKind {
    /// The kind of record that a fact is drawn from.
    pub fn record_kind(self) -> RecordKind {
        match self {
            Self::Need => RecordKind::Need,
            Self::Visit => RecordKind::Visit,
            Self::Event => RecordKind::Event,
            Self::Platform => RecordKind::Platform,
            Self::Case | Self::Meeting | Self::Success => RecordKind::Case,
            Self::Contract | Self::Registration | Self::Payment => RecordKind::Contract,
            Self::Project | Self::Closing => RecordKind::Project,
        }
    }
}

/// What makes a fact one and the same, whatever becomes of its record.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
pub struct FactKey {
    /// What happened.
    pub kind: FactKind,
    /// Id of the record.
    pub record_id: String,
    /// Number within the record, where one record makes several facts of a kind: the instalment, from
    /// 1, or the meeting. 0 otherwise.
    pub part: i32,
}

/// One fact.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, utoipa::ToSchema)]
pub struct Fact {
    /// What and of which record.
    #[serde(flatten)]
    pub key: FactKey,
    /// Readable code of the record.
    pub code: String,
    /// What the record is about: title, or the firm visited.
    pub title: String,
    /// The day in China that it counts for.
    pub on: NaiveDate,
    /// The region that it counts for: of a project the first of its towns, so that no sum holds it
    /// twice.
    pub region_code: String,
    /// Code of `programme`; empty where nobody has said.
    pub programme: String,
    /// Code of `channel`; empty where nobody has said.
    pub channel: String,
    /// Code of `activity_kind`; empty where nobody has said.
    pub activity_kind: String,
    /// 成交额 of a contract, 技术交易额 that was registered, what was paid, planned funds of a project,
    /// or output value at its end.
    pub amount: Money,
    /// Of the amount of a contract its 技术交易额; of the funds of a project what has been paid.
    pub of_which: Money,
}

impl Fact {
    /// A fact without money, which nobody has put into a programme.
    pub fn new(kind: FactKind, record_id: String, on: NaiveDate, region_code: String) -> Self {
        Self {
            key: FactKey { kind, record_id, part: 0 },
            code: String::new(),
            title: String::new(),
            on,
            region_code,
            programme: String::new(),
            channel: String::new(),
            activity_kind: String::new(),
            amount: Money(0),
            of_which: Money(0),
        }
    }
}

code_enum!(
    /// A figure of a report.
    Measure {
        /// 发布需求
        Needs = "needs",
        /// 走访
        Visits = "visits",
        /// 对接
        Cases = "cases",
        /// 会谈
        Meetings = "meetings",
        /// 对接成功
        Successes = "successes",
        /// 签订合同
        Contracts = "contracts",
        /// 合同成交额
        ContractAmount = "contract_amount",
        /// 技术交易额
        TechAmount = "tech_amount",
        /// 登记合同
        Registrations = "registrations",
        /// 登记技术交易额
        RegisteredAmount = "registered_amount",
        /// 到账金额
        PaidAmount = "paid_amount",
        /// 启动项目
        Projects = "projects",
        /// 计划经费
        FundsPlanned = "funds_planned",
        /// 到位经费
        FundsPaid = "funds_paid",
        /// 结题项目
        Closings = "closings",
        /// 新增产值
        OutputValue = "output_value",
        /// 举办活动
        Events = "events",
        /// 开办平台
        Platforms = "platforms",
    }
);

impl Measure {
    /// The facts that it rests on.
    pub fn kind(self) -> FactKind {
        match self {
            Self::Needs => FactKind::Need,
            Self::Visits => FactKind::Visit,
            Self::Events => FactKind::Event,
            Self::Platforms => FactKind::Platform,
            Self::Cases => FactKind::Case,
            Self::Meetings => FactKind::Meeting,
            Self::Successes => FactKind::Success,
            Self::Contracts | Self::ContractAmount | Self::TechAmount => FactKind::Contract,
            Self::Registrations | Self::RegisteredAmount => FactKind::Registration,
            Self::PaidAmount => FactKind::Payment,
            Self::Projects | Self::FundsPlanned | Self::FundsPaid => FactKind::Project,
            Self::Closings | Self::OutputValue => FactKind::Closing,
        }
    }

    /// Whether it is money, not a count.
    pub fn is_money(self) -> bool {
        matches!(
            self,
            Self::ContractAmount
                | Self::TechAmount
                | Self::RegisteredAmount
                | Self::PaidAmount
                | Self::FundsPlanned
                | Self::FundsPaid
                | Self::OutputValue
        )
    }

    /// What a fact adds to it: one, or 分; nothing for facts of another kind.
    pub fn of(self, fact: &Fact) -> i64 {
        if fact.key.kind != self.kind() {
            return 0;
        }
        match self {
            Self::TechAmount | Self::FundsPaid => fact.of_which.0,
            _ if self.is_money() => fact.amount.0,
            _ => 1,
        }
    }

    /// A sum in JSON: a whole number, or money in 万元.
    pub fn value(self, sum: i64) -> serde_json::Value {
        if self.is_money() { serde_json::json!(Money(sum)) } else { sum.into() }
    }
}
