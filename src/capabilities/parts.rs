//! The parts of a capability: figures, rights, cases, and what only experts, instruments and teams
//! have. Everything may be absent in a draft; [`rules`](super::rules) says what is needed when.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::code_enum;
use crate::money::Money;

code_enum!(
    /// How far a person has agreed to be shown (个人信息授权).
    ConsentScope {
        /// 公开展示
        Public = "public",
        /// 仅会员可见
        Members = "members",
        /// 不展示: to the own organisation and administrators only.
        Nobody = "none",
    }
);

/// One measured figure (技术指标).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Performance {
    /// 指标名称
    pub name: String,
    /// Number as decimal text, or words.
    pub value: String,
    /// Unit of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// 测试依据
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_basis: Option<String>,
}

/// One right of intellectual property (知识产权).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct IpItem {
    /// Code of `ip_kind`.
    pub kind: String,
    /// Number of the application or grant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// 名称
    pub title: String,
    /// 法律状态
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// 权利人
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// 到期日
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<NaiveDate>,
}

/// One case of application (应用案例).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Case {
    /// 年份
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<u16>,
    /// What was done for whom, with what effect.
    pub text: String,
}

/// What only experts have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Expert {
    /// 性别
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gender: Option<String>,
    /// 职称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional_title: Option<String>,
    /// 学历学位
    #[serde(skip_serializing_if = "Option::is_none")]
    pub degree: Option<String>,
    /// 职务
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
    /// 研究方向
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub research_areas: Vec<String>,
    /// 学科 (GB/T 13745), 3 to 7 digits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disciplines: Vec<String>,
    /// 可提供服务
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub service_types: Vec<String>,
    /// 可服务天数 in a year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability_days: Option<u16>,
    /// 服务地区
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions_served: Vec<String>,
    /// 评审专家
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_reviewer: Option<bool>,
    /// 回避单位, by name; never shown to others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflict_orgs: Vec<String>,
    /// 专家角色
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// 简介
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bio: Option<String>,
    /// 个人信息授权
    #[serde(skip_serializing_if = "Option::is_none")]
    pub consent_scope: Option<ConsentScope>,
}

/// What only instruments have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Instrument {
    /// 型号
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// 原值 (万元)
    #[serde(skip_serializing_if = "Option::is_none")]
    pub original_value: Option<Money>,
    /// 收费标准
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charge_standard: Option<String>,
    /// 开放状态
    #[serde(skip_serializing_if = "Option::is_none")]
    pub open_status: Option<String>,
    /// 年机时
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours_per_year: Option<u16>,
}

/// What only teams have.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Team {
    /// 成员
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<TeamMember>,
}

/// A member of a team.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TeamMember {
    /// 姓名
    pub name: String,
    /// 职称
    #[serde(skip_serializing_if = "Option::is_none")]
    pub professional_title: Option<String>,
    /// 专业方向
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
