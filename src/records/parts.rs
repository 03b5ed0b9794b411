//! Parts that needs and capabilities have in common.

use serde::{Deserialize, Serialize};

/// A person to turn to. Personal data, never public.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// 姓名
    pub name: String,
    /// 电话
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// 邮箱
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// 职务
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<String>,
}

/// The five elements (五要素) of a technical need or achievement.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Elements {
    /// 材料
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub material: Option<String>,
    /// 方法
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// 功效
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub efficacy: Option<String>,
    /// 产品
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// 应用
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
}

impl Elements {
    /// The elements that say something, in order.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        [&self.material, &self.method, &self.efficacy, &self.product, &self.application]
            .into_iter()
            .filter_map(|text| text.as_deref())
            .filter(|text| !text.trim().is_empty())
    }
}

/// The owning organisation, as shown with a record.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct OwnerView {
    /// Id.
    pub id: crate::accounts::principal::OrgId,
    /// 名称
    pub name: String,
    /// Kind of organisation.
    pub org_type: String,
    /// False while it is suspended: then its open records are hidden from others.
    #[serde(skip)]
    pub active: bool,
}
