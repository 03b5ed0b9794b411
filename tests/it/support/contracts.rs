//! Technology contracts for tests.

use serde_json::{Value, json};
use townbridge::accounts::principal::Caller;
use townbridge::contracts::model::{ContractFields, ContractStatus, ContractView};
use townbridge::contracts::ops::{self, TakeContractStep};
use townbridge::organizations::model::Organization;

use super::TestApp;

/// A contract that is complete enough to be signed; written by the service itself.
pub struct ContractBuilder {
    status: ContractStatus,
    number: u32,
    fields: ContractFields,
}

impl ContractBuilder {
    /// A draft between two organisations.
    pub fn draft(buyer: &Organization, seller: &Organization) -> Self {
        let fields = serde_json::from_value(complete_fields(buyer, seller)).unwrap();
        Self { status: ContractStatus::Intended, number: 0, fields }
    }

    /// Signed.
    pub fn signed(buyer: &Organization, seller: &Organization) -> Self {
        Self { status: ContractStatus::Signed, ..Self::draft(buyer, seller) }
    }

    /// Put forward for registration.
    pub fn submitted(buyer: &Organization, seller: &Organization) -> Self {
        Self { status: ContractStatus::Submitted, ..Self::draft(buyer, seller) }
    }

    /// Registered under the number that [`registration_no`] makes of this one.
    pub fn registered(buyer: &Organization, seller: &Organization, number: u32) -> Self {
        Self { status: ContractStatus::Registered, number, ..Self::draft(buyer, seller) }
    }

    /// Changes any field.
    pub fn fields(mut self, change: impl FnOnce(&mut ContractFields)) -> Self {
        change(&mut self.fields);
        self
    }

    /// Writes it and takes it to its state.
    pub fn insert(self, app: &TestApp) -> ContractView {
        let caller = Caller::system("test");
        let mut contract = ops::create(app, &caller, &self.fields).unwrap().value;
        let path: &[&str] = match self.status {
            ContractStatus::Intended => &[],
            ContractStatus::Signed => &["signed"],
            ContractStatus::Submitted => &["signed", "submitted"],
            _ => &["signed", "submitted", "registered"],
        };
        for to in path {
            let step = serde_json::from_value::<TakeContractStep>(step(to, self.number)).unwrap();
            contract = ops::take_step(app, &caller, contract.id, &step).unwrap().value;
        }
        contract
    }
}

/// A registration number.
pub fn registration_no(number: u32) -> String {
    format!("2026440000{number:06}")
}

/// A step with all that the state needs.
pub fn step(to: &str, number: u32) -> Value {
    match to {
        "signed" => json!({ "to": to, "signed_on": "2026-03-01" }),
        "submitted" => json!({ "to": to, "submitted_on": "2026-03-10" }),
        "registered" => json!({
            "to": to,
            "registration_no": registration_no(number),
            "registered_on": "2026-03-20",
            "registrar": "中山市技术合同登记站",
        }),
        _ => json!({ "to": to, "comment": "资料不全" }),
    }
}

/// All fields that signing asks for, as a client would send them.
pub fn complete_fields(buyer: &Organization, seller: &Organization) -> Value {
    json!({
        "project_name": "大功率LED灯具压铸散热结构委托开发",
        "contract_type": "development",
        "subtype": "development_commissioned",
        "buyer_org_id": buyer.id,
        "seller_org_id": seller.id,
        "buyer": { "legal_nature": "enterprise_domestic" },
        "seller": { "legal_nature": "institution_university" },
        "valid_from": "2026-03-01",
        "valid_to": "2027-02-28",
        "amount": 50.5,
        "tech_amount": 40.1234,
        "payment_mode": "instalments",
        "instalments": [
            { "due_on": "2026-04-01", "planned": 20.25 },
            { "due_on": "2099-12-01", "planned": 30.25 }
        ],
        "ip_kinds": ["know_how", "invention"],
        "tech_field": "new_energy",
        "industry_code": "C3872",
        "socio_economic_goal": "10",
        "plan_source": "none",
        "est_new_output": 300,
        "broker_person": "何试"
    })
}
