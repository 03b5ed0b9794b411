//! Needs for tests.

use serde_json::{Value, json};
use townbridge::accounts::principal::{Caller, OrgId};
use townbridge::disclosure::DisclosureLevel;
use townbridge::needs::life::NeedStatus;
use townbridge::needs::model::{CreateNeed, NeedFields, NeedView};
use townbridge::needs::ops::{self, TakeNeedStep};
use townbridge::organizations::model::Organization;

use super::TestApp;

/// A need that is complete enough to be published; written by the service itself.
pub struct NeedBuilder {
    org_id: OrgId,
    status: NeedStatus,
    fields: NeedFields,
}

impl NeedBuilder {
    /// A draft of this organisation.
    pub fn draft(org: &Organization) -> Self {
        let fields = serde_json::from_value(complete_fields()).unwrap();
        Self { org_id: org.id, status: NeedStatus::Draft, fields }
    }

    /// A need that waits for review.
    pub fn submitted(org: &Organization) -> Self {
        Self { status: NeedStatus::Submitted, ..Self::draft(org) }
    }

    /// A need that is open.
    pub fn published(org: &Organization) -> Self {
        Self { status: NeedStatus::Published, ..Self::draft(org) }
    }

    /// Another title.
    pub fn title(self, title: &str) -> Self {
        self.fields(|fields| fields.title = Some(title.to_owned()))
    }

    /// Another problem text.
    pub fn problem(self, problem: &str) -> Self {
        self.fields(|fields| fields.problem = Some(problem.to_owned()))
    }

    /// Another level of confidentiality.
    pub fn confidentiality(self, level: DisclosureLevel) -> Self {
        self.fields(|fields| fields.confidentiality = Some(level))
    }

    /// Changes any field.
    pub fn fields(mut self, change: impl FnOnce(&mut NeedFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Writes it and takes it to its state.
    pub fn insert(self, app: &TestApp) -> NeedView {
        let caller = Caller::system("test");
        let command = CreateNeed { org_id: Some(self.org_id), fields: self.fields };
        let mut need = ops::create(app, &caller, &command).unwrap().value;
        let path: &[NeedStatus] = match self.status {
            NeedStatus::Draft => &[],
            NeedStatus::Submitted => &[NeedStatus::Submitted],
            _ => &[NeedStatus::Submitted, NeedStatus::Published],
        };
        for &to in path {
            let step = TakeNeedStep { to, comment: None, valid_until: None };
            need = ops::take_step(app, &caller, need.id, &step).unwrap().value;
        }
        need
    }
}

/// All fields that publishing asks for, as a client would send them.
pub fn complete_fields() -> Value {
    json!({
        "title": "大功率LED灯具散热结构优化",
        "need_kind": "tech_problem",
        "industry_code": "C3872",
        "tech_field": "new_energy",
        "background": "现有铝型材散热器在密闭灯体内温升过高，试过加大翅片面积，重量超出限制。",
        "problem": "需要为功率200瓦的工程投光灯设计新的散热结构，使灯珠结温在环境温度四十度时不超过\
                    九十五度，同时整灯重量不增加，并能用现有压铸设备批量生产。",
        "requirements": [
            { "name": "结温", "operator": "le", "value": "95", "unit": "℃", "must": true }
        ],
        "keywords": ["LED", "散热", "压铸"],
        "target_trl": 8,
        "budget_min": 20,
        "budget_max": 50,
        "deadline": "2099-12-31",
        "cooperation_modes": ["commissioned_dev"],
        "confidentiality": "members",
        "public_summary": "寻求大功率LED灯具的新型散热结构。",
        "restricted_detail": "灯体内腔尺寸为三百乘二百毫米。",
        "contact": { "name": "梁试", "phone": "0760-5550199", "mail": "liang@example.com" }
    })
}
