//! Capabilities for tests.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, OrgId};
use townbridge::capabilities::life::CapabilityStatus;
use townbridge::capabilities::model::{CapabilityFields, CapabilityView, CreateCapability};
use townbridge::capabilities::ops::{self, TakeCapabilityStep};
use townbridge::disclosure::DisclosureLevel;
use townbridge::organizations::model::Organization;

use super::TestApp;

/// A capability that is complete enough to be published; written by the service itself.
pub struct CapabilityBuilder {
    org_id: OrgId,
    status: CapabilityStatus,
    fields: CapabilityFields,
}

impl CapabilityBuilder {
    /// A draft of this organisation.
    pub fn draft(org: &Organization) -> Self {
        let fields = serde_json::from_value(complete_fields()).unwrap();
        Self { org_id: org.id, status: CapabilityStatus::Draft, fields }
    }

    /// A capability that waits for review.
    pub fn submitted(org: &Organization) -> Self {
        Self { status: CapabilityStatus::Submitted, ..Self::draft(org) }
    }

    /// A capability that is open.
    pub fn published(org: &Organization) -> Self {
        Self { status: CapabilityStatus::Published, ..Self::draft(org) }
    }

    /// Another title.
    pub fn title(self, title: &str) -> Self {
        self.fields(|fields| fields.title = Some(title.to_owned()))
    }

    /// Another level of confidentiality.
    pub fn confidentiality(self, level: DisclosureLevel) -> Self {
        self.fields(|fields| fields.confidentiality = Some(level))
    }

    /// Changes any field.
    pub fn fields(mut self, change: impl FnOnce(&mut CapabilityFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Writes it and takes it to its state.
    pub fn insert(self, app: &TestApp) -> CapabilityView {
        let caller = Caller::system("test");
        let command = CreateCapability { org_id: Some(self.org_id), fields: self.fields };
        let mut capability = ops::create(app, &caller, &command).unwrap().value;
        let path: &[CapabilityStatus] = match self.status {
            CapabilityStatus::Draft => &[],
            CapabilityStatus::Submitted => &[CapabilityStatus::Submitted],
            _ => &[CapabilityStatus::Submitted, CapabilityStatus::Published],
        };
        for &to in path {
            let step = TakeCapabilityStep { to, comment: None, valid_until: None };
            capability = ops::take_step(app, &caller, capability.id, &step).unwrap().value;
        }
        capability
    }
}

/// All fields that publishing asks for, as a client would send them.
pub fn complete_fields() -> Value {
    json!({
        "title": "大功率LED灯具热管柱散热结构",
        "asset_kind": "achievement",
        "ownership_type": "job_related",
        "attribute": "original",
        "stage": "mature",
        "trl": 8,
        "summary": "面向两百瓦以上的工程投光灯，以热管柱与压铸散热器一体成形的结构替代大翅片散热器。\
                    样灯在环境温度四十度时满载运行，灯珠结温低于九十度，整灯重量比原结构减少一成半。\
                    已在两家灯具企业试制并连续点亮三千小时，光通量维持率良好，压铸模具可以沿用现有设备。",
        "problem_solved": "密闭灯体内热量散不出去，只能靠加大翅片，重量超限。",
        "advantage_over_existing": "同等重量下热阻降低三成，不需要新的设备。",
        "performance": [{ "name": "结温", "value": "≤90", "unit": "℃", "test_basis": "热电偶实测" }],
        "applications": ["工程投光灯"],
        "industry_codes": ["C3872"],
        "tech_field": "new_energy",
        "keywords": ["散热", "热管", "压铸"],
        "lead_expert": "试教授",
        "transfer_modes": ["commissioned_dev", "license_nonexcl"],
        "price_mode": "negotiable",
        "min_budget": 20,
        "confidentiality": "public",
        "contact": { "name": "试教授", "phone": "020-5550100", "mail": "shi@example.com" }
    })
}
