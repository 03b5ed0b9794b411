//! What a project that comes out of a case is likely to say.

use super::model::{ProjectFields, ProjectParty};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::cases;
use crate::cases::model::CaseId;
use crate::contracts;
use crate::contracts::ops::ListContracts;
use crate::error::Result;
use crate::organizations;

/// What a new project of nobody in particular begins with: the caller's own organisation.
///
/// # Errors
/// Database faults.
pub fn blank(app: &App, caller: &Caller) -> Result<ProjectFields> {
    let own = caller.signed_in()?.org_ids();
    let [only] = own.as_slice() else { return Ok(ProjectFields::default()) };
    let org = app.db.read(|db| organizations::ops::place(db, *only))?;
    let role = if org.org_type == "enterprise" { "need" } else { "provider" };
    let town = Some(org.region_code).filter(|code| code.len() == 9);
    Ok(ProjectFields {
        parties: vec![party(*only, org.name, role)],
        town_codes: town.into_iter().collect(),
        ..ProjectFields::default()
    })
}

/// What a project out of a case begins with: its two sides, its town and its contracts.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound) when the case is not for the caller.
pub fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<ProjectFields> {
    let case = cases::ops::show(app, caller, id)?;
    let query = ListContracts { case_id: Some(id), ..ListContracts::default() };
    let contracts = contracts::ops::list(app, caller, &query)?.items;
    let sides = [(case.need.org, "need"), (case.capability.org, "provider")];
    let named = sides.into_iter().filter_map(|(org, role)| Some((org?, role)));
    Ok(ProjectFields {
        title: case.need.title.clone().or(case.capability.title.clone()),
        town_codes: vec![case.region_code],
        parties: named.map(|(org, role)| party(org.id, org.name, role)).collect(),
        // Nothing is linked that the caller may not know.
        need_id: case.need.title.and_then(|_| case.need.id.parse().ok()),
        capability_id: case.capability.title.and_then(|_| case.capability.id.parse().ok()),
        case_id: Some(id),
        contract_ids: contracts.into_iter().map(|contract| contract.id).collect(),
        ..ProjectFields::default()
    })
}

fn party(org: OrgId, name: String, role: &str) -> ProjectParty {
    ProjectParty { org_id: Some(org), name: Some(name), role: role.to_owned() }
}
