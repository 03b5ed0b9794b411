//! The fields of a technology contract, as on the registration form, and its row.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::capabilities::model::CapabilityId;
use crate::cases::model::CaseId;
use crate::db::Timestamp;
use crate::db::schema::{contract_payments, contracts};
use crate::db::types::Json;
use crate::money::Money;
use crate::needs::model::NeedId;
use crate::reference::policy::ContractSide;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a technology contract.
    ContractId
);

code_enum!(
    /// How far a contract is.
    ContractStatus {
        /// 拟签
        Intended = "intended",
        /// 已签
        Signed = "signed",
        /// 已提交登记
        Submitted = "submitted",
        /// 已登记
        Registered = "registered",
        /// 变更
        Amended = "amended",
        /// 注销
        Cancelled = "cancelled",
        /// 未予登记
        Refused = "refused",
    }
);

/// A side of the contract as the registration form names it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContractParty {
    /// 名称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 统一社会信用代码, of a side in China.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uscc: Option<String>,
    /// 国别, three digits of GB/T 2659.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// 地区, at any level of the code; `99` abroad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// 法人性质
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legal_nature: Option<String>,
}

/// One instalment of the payment: what is agreed, and what has been paid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Instalment {
    /// 应付日期
    pub due_on: NaiveDate,
    /// 应付金额
    pub planned: Money,
    /// 实付日期
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_on: Option<NaiveDate>,
    /// 实付金额
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid: Option<Money>,
}

/// The fields of a contract as they are sent, stored and shown.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ContractFields {
    /// 项目名称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project_name: Option<String>,
    /// 合同类别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contract_type: Option<String>,
    /// 合同子类; its code begins with that of the type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtype: Option<String>,
    /// Buyer (委托方, 受让方), where it is an organisation of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer_org_id: Option<OrgId>,
    /// Seller (受托方, 让与方), where it is an organisation of the platform.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller_org_id: Option<OrgId>,
    /// 买方; name and region follow from the organisation unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buyer: Option<ContractParty>,
    /// 卖方; name and region follow from the organisation unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seller: Option<ContractParty>,
    /// Town that the contract counts for, or another region; by default the buyer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// Need that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub need_id: Option<NeedId>,
    /// Capability that it puts to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub capability_id: Option<CapabilityId>,
    /// Case that it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub case_id: Option<CaseId>,
    /// 合同起始日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_from: Option<NaiveDate>,
    /// 合同终止日期
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<NaiveDate>,
    /// 合同成交金额
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// 技术交易额, at most the amount.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_amount: Option<Money>,
    /// 支付方式
    #[serde(skip_serializing_if = "Option::is_none")]
    pub payment_mode: Option<String>,
    /// 付款计划; its sum is at most the amount.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instalments: Vec<Instalment>,
    /// 知识产权类别; `none` stands alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ip_kinds: Vec<String>,
    /// 技术领域
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tech_field: Option<String>,
    /// 服务的国民经济行业
    #[serde(skip_serializing_if = "Option::is_none")]
    pub industry_code: Option<String>,
    /// 服务的社会经济目标
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socio_economic_goal: Option<String>,
    /// 计划来源
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_source: Option<String>,
    /// 预计新增投入; mandatory for a transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub est_new_input: Option<Money>,
    /// 预计新增产值; mandatory for a transfer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub est_new_output: Option<Money>,
    /// 中介机构
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker_org: Option<String>,
    /// 技术经理人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub broker_person: Option<String>,
    /// 签订日期; set by the step to `signed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed_on: Option<NaiveDate>,
    /// 提交登记日期; set by the step to `submitted`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_on: Option<NaiveDate>,
    /// 合同登记编号, 16 digits; set by the step to `registered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registration_no: Option<String>,
    /// 登记日期; set by the step to `registered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registered_on: Option<NaiveDate>,
    /// 登记机构; set by the step to `registered`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
}

impl ContractFields {
    /// What the instalments come to as planned, and as paid.
    pub fn totals(&self) -> (Money, Money) {
        let planned = self.instalments.iter().map(|one| one.planned).sum();
        let paid = self.instalments.iter().filter_map(|one| one.paid).sum();
        (planned, paid)
    }

    /// Instalments that were due before a day and have not been paid, with their places.
    pub fn overdue(&self, today: NaiveDate) -> impl Iterator<Item = (usize, &Instalment)> {
        let all = self.instalments.iter().enumerate();
        all.filter(move |(_, one)| one.paid.is_none() && one.due_on < today)
    }
}

/// A contract as stored.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = contracts, treat_none_as_null = true)]
pub struct Contract {
    /// Id.
    pub id: ContractId,
    /// Readable code.
    pub code: String,
    /// How far it is.
    pub status: ContractStatus,
    /// 项目名称
    pub project_name: String,
    /// 合同类别
    pub contract_type: Option<String>,
    /// Buyer on the platform.
    pub buyer_org_id: Option<OrgId>,
    /// Seller on the platform.
    pub seller_org_id: Option<OrgId>,
    /// Need that it answers.
    pub need_id: Option<NeedId>,
    /// Capability that it puts to use.
    pub capability_id: Option<CapabilityId>,
    /// Case that it came from.
    pub case_id: Option<CaseId>,
    /// Region that it counts for and that reviews it.
    pub region_code: String,
    /// 合同成交金额 in 分.
    pub amount: Option<i64>,
    /// 技术交易额 in 分.
    pub tech_amount: Option<i64>,
    /// 签订日期
    pub signed_on: Option<NaiveDate>,
    /// 登记日期
    pub registered_on: Option<NaiveDate>,
    /// 合同登记编号
    pub registration_no: Option<String>,
    /// When the first unpaid instalment is due.
    pub next_payment_on: Option<NaiveDate>,
    /// Names of both sides, one a line.
    pub party_names: String,
    /// All fields.
    pub doc: Json<ContractFields>,
    /// Who created it.
    pub created_by: Option<UserId>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Contract {
    /// Copies the columns that queries use from the fields.
    pub fn set_fields(&mut self, fields: ContractFields) {
        self.project_name = fields.project_name.clone().unwrap_or_default();
        self.contract_type = fields.contract_type.clone();
        self.buyer_org_id = fields.buyer_org_id;
        self.seller_org_id = fields.seller_org_id;
        self.need_id = fields.need_id;
        self.capability_id = fields.capability_id;
        self.case_id = fields.case_id;
        self.region_code = fields.region_code.clone().unwrap_or_default();
        self.amount = fields.amount.map(|amount| amount.0);
        self.tech_amount = fields.tech_amount.map(|amount| amount.0);
        self.signed_on = fields.signed_on;
        self.registered_on = fields.registered_on;
        self.registration_no = fields.registration_no.clone();
        let name = |party: &Option<ContractParty>| {
            party.as_ref().and_then(|party| party.name.clone()).unwrap_or_default()
        };
        self.party_names = format!("{}\n{}", name(&fields.buyer), name(&fields.seller));
        let unpaid = fields.instalments.iter().filter(|one| one.paid.is_none());
        self.next_payment_on = unpaid.map(|one| one.due_on).min();
        self.doc = Json(fields);
    }

    /// What has been paid under it.
    pub fn payment_rows(&self) -> Vec<PaymentRow> {
        let row = |(part, one): (i32, &Instalment)| {
            let (paid_on, paid) = one.paid_on.zip(one.paid)?;
            Some(PaymentRow { contract_id: self.id, part, paid_on, paid: paid.0 })
        };
        (1..).zip(&self.doc.0.instalments).filter_map(row).collect()
    }
}

/// That an instalment was paid.
#[derive(Debug, Clone, PartialEq, Insertable)]
#[diesel(table_name = contract_payments)]
pub struct PaymentRow {
    /// Under which contract.
    pub contract_id: ContractId,
    /// Which instalment, from 1.
    pub part: i32,
    /// When.
    pub paid_on: NaiveDate,
    /// How much, in 分.
    pub paid: i64,
}

/// A contract as shown, to those who take part in it and its reviewers.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ContractView {
    /// Id.
    pub id: ContractId,
    /// Readable code.
    pub code: String,
    /// How far it is.
    pub status: ContractStatus,
    /// Number of the version; `If-Match` on changes.
    pub version: i32,
    /// All fields.
    #[serde(flatten)]
    pub fields: ContractFields,
    /// Readable name of the region that it counts for.
    pub region_name: String,
    /// What the instalments come to.
    pub planned_total: Money,
    /// What has been paid of them.
    pub paid_total: Money,
    /// What was due before today and has not been paid.
    pub overdue_total: Money,
    /// Who applies for registration by the rule of the day of signing.
    pub registrant: Option<ContractSide>,
    /// Day until which registration is to be applied for, once signed.
    pub registration_due_on: Option<NaiveDate>,
    /// Day until which the registry is to decide, once submitted.
    pub decision_due_on: Option<NaiveDate>,
    /// Whether it was not put forward for registration in time.
    pub registration_late: bool,
    /// Whether its amount makes it a major contract.
    pub is_major: bool,
    /// Steps that the caller may take now.
    pub steps: Vec<ContractStatus>,
    /// Whether the caller may change the fields freely.
    pub editable: bool,
    /// Whether the caller may amend it, stating why.
    pub amendable: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}
