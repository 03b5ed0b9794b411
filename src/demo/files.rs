//! The built-in files.

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::faulty;
use crate::accounts::principal::Role;
use crate::cases::stage::CaseStage;
use crate::error::Result;
use crate::organizations::model::{Organization, OrganizationFields};
use crate::towns::model::TownFields;
use crate::visits::model::VisitFields;

const TOWNS: &str = include_str!("../../demo/towns.jsonl");
const ORGANIZATIONS: &str = include_str!("../../demo/organizations.jsonl");
const USERS: &str = include_str!("../../demo/users.jsonl");
const NEEDS: &str = include_str!("../../demo/needs.jsonl");
const CAPABILITIES: &str = include_str!("../../demo/capabilities.jsonl");

const DEALS: &str = include_str!("../../demo/deals.jsonl");
const VISITS: &str = include_str!("../../demo/visits.jsonl");

/// The organisations by the keys under which the files name them.
pub(super) type OrgsByKey = HashMap<String, Organization>;

/// A person of the demonstration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoUser {
    /// Name for the authors of the files.
    #[serde(rename = "key")]
    pub(super) _key: String,
    pub(super) login_mail: String,
    pub(super) name: String,
    pub(super) password: String,
    pub(super) roles: Vec<DemoRole>,
}

/// A role of a person of the demonstration.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoRole {
    pub(super) role: Role,
    #[serde(default)]
    pub(super) org: Option<String>,
    #[serde(default)]
    pub(super) town_code: Option<String>,
    #[serde(default)]
    pub(super) region_code: Option<String>,
}

/// A need or capability of the demonstration.
#[derive(Debug, Clone)]
pub(super) struct DemoRecord<T> {
    /// Key of its organisation.
    pub(super) org: String,
    /// Code of the state it is in.
    pub(super) status: String,
    /// Its fields.
    pub(super) fields: T,
}

/// A visit of the demonstration.
#[derive(Debug, Clone)]
pub(super) struct DemoVisit {
    /// Key of the firm, when it is registered.
    pub(super) org: Option<String>,
    /// The fields.
    pub(super) fields: VisitFields,
}

/// What a need and its answer have come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DemoDeal {
    /// Keys of the two organisations.
    pub(super) buyer: String,
    pub(super) seller: String,
    /// Titles of the need and of what answers it, when it came out of a case.
    pub(super) need: Option<String>,
    pub(super) capability: Option<String>,
    /// Stage of that case.
    pub(super) stage: Option<CaseStage>,
    /// How many days ago the need was published, and after how many days somebody was asked.
    pub(super) days_ago: Option<i64>,
    #[serde(default)]
    pub(super) contact_days: i64,
    /// The town of the case, where there is no contract.
    pub(super) region: Option<String>,
    /// Fields of the contract, with its steps and payments.
    pub(super) contract: Option<Value>,
    #[serde(default)]
    pub(super) contract_steps: Vec<Value>,
    #[serde(default)]
    pub(super) payments: Vec<Value>,
    /// Fields of the project, with its steps.
    pub(super) project: Option<Value>,
    #[serde(default)]
    pub(super) project_steps: Vec<Value>,
}

impl DemoDeal {
    /// The town that it counts for.
    pub(super) fn region(&self) -> String {
        let of_contract = self.contract.as_ref().and_then(|one| one.get("region_code").cloned());
        self.region.clone().unwrap_or_else(|| text(of_contract))
    }
}

/// Towns.
pub(super) fn towns() -> Result<Vec<TownFields>> {
    lines("towns", TOWNS, |map| serde_json::from_value(Value::Object(map)))
}

/// Organisations with their keys.
pub(super) fn organizations() -> Result<Vec<(String, OrganizationFields)>> {
    lines("organizations", ORGANIZATIONS, |mut map| {
        let key = text(map.remove("key"));
        Ok((key, serde_json::from_value(Value::Object(map))?))
    })
}

/// People.
pub(super) fn users() -> Result<Vec<DemoUser>> {
    lines("users", USERS, |map| serde_json::from_value(Value::Object(map)))
}

/// Needs.
pub(super) fn needs<T: DeserializeOwned>() -> Result<Vec<DemoRecord<T>>> {
    lines("needs", NEEDS, record)
}

/// Capabilities.
pub(super) fn capabilities<T: DeserializeOwned>() -> Result<Vec<DemoRecord<T>>> {
    lines("capabilities", CAPABILITIES, record)
}

/// Cases with their contracts and projects.
pub(super) fn deals() -> Result<Vec<DemoDeal>> {
    lines("deals", DEALS, |map| serde_json::from_value(Value::Object(map)))
}

/// Visits.
pub(super) fn visits() -> Result<Vec<DemoVisit>> {
    lines("visits", VISITS, |mut map| {
        let org = map.remove("org").map(|key| text(Some(key)));
        Ok(DemoVisit { org, fields: serde_json::from_value(Value::Object(map))? })
    })
}

fn record<T: DeserializeOwned>(mut map: Map<String, Value>) -> serde_json::Result<DemoRecord<T>> {
    let (org, status) = (text(map.remove("org")), text(map.remove("demo_status")));
    // The numbers of the files help their authors only.
    map.remove("source_ref");
    Ok(DemoRecord { org, status, fields: serde_json::from_value(Value::Object(map))? })
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

fn lines<T>(
    name: &str,
    file: &str,
    read: impl Fn(Map<String, Value>) -> serde_json::Result<T>,
) -> Result<Vec<T>> {
    file.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            let read = serde_json::from_str(line).and_then(&read);
            read.map_err(|error| faulty(name, at + 1, error))
        })
        .collect()
}
