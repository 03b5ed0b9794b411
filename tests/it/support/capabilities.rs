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
        Self { status: CapabilityStatus::Draft, ..Self::published_of(org.id) }
    }

    /// A capability that is open, of the organisation with this id.
    pub fn published_of(org_id: OrgId) -> Self {
        let fields = serde_json::from_value(complete_fields()).unwrap();
        Self { org_id, status: CapabilityStatus::Published, fields }
    }

    /// A capability that waits for review.
    pub fn submitted(org: &Organization) -> Self {
        Self { status: CapabilityStatus::Submitted, ..Self::draft(org) }
    }

    /// A capability that is open.
    pub fn published(org: &Organization) -> Self {
        Self { status: CapabilityStatus::Published, ..Self::draft(org) }
    }

    /// The published profile of an expert with this name and consent.
    pub fn expert(org: &Organization, name: &str, consent: &str) -> Self {
        let mut fields = expert_fields(name);
        fields["expert"]["consent_scope"] = json!(consent);
        let fields = serde_json::from_value(fields).unwrap();
        Self { org_id: org.id, status: CapabilityStatus::Published, fields }
    }

    /// A published team with these members.
    pub fn team(org: &Organization, names: &[&str]) -> Self {
        let mut fields = complete_fields();
        let members: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        fields["asset_kind"] = json!("team");
        fields["title"] = json!("异形件机器人抛磨团队");
        fields["team"] = json!({ "members": members });
        let fields = serde_json::from_value(fields).unwrap();
        Self { org_id: org.id, status: CapabilityStatus::Published, fields }
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

/// All fields that publishing the profile of an expert asks for.
pub fn expert_fields(name: &str) -> Value {
    json!({
        "title": "非成像光学与照明质量评价专家", "asset_kind": "expert", "lead_expert": name,
        "summary": "长期从事非成像光学设计与照明质量评价研究，主持完成自由曲面透镜、微结构导光、\
                    教室与办公照明舒适度评价等课题十余项，可为灯具企业提供光学方案评审、模具修改\
                    指导、标准编写和技术骨干授课，每年可安排约四十天到镇服务。",
        "tech_field": "electronic_information", "keywords": ["配光设计", "眩光评价"],
        "confidentiality": "public",
        "contact": { "name": name, "phone": "0760-5551906" },
        "expert": {
            "professional_title": "研究员", "research_areas": ["自由曲面光学"],
            "service_types": ["consulting", "review"], "is_reviewer": true,
            "conflict_orgs": ["回避单位甲"], "consent_scope": "public"
        }
    })
}
