//! What a contract that comes out of a case is likely to say: from the need, the capability and the
//! two organisations, as far as the caller may know them.

use super::model::{ContractFields, ContractId, ContractView};
use super::ops::{self, ListContracts};
use super::parties::complete;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::cases;
use crate::cases::model::CaseId;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::needs;
use crate::needs::model::NeedId;
use crate::organizations;

/// What a new contract of nobody in particular begins with: the caller's own organisation on the
/// side on which its kind usually stands.
///
/// # Errors
/// Database faults.
pub fn blank(app: &App, caller: &Caller) -> Result<ContractFields> {
    let own = caller.signed_in()?.org_ids();
    let mut fields = ContractFields::default();
    app.db.read(|db| {
        let [only] = own.as_slice() else { return Ok(()) };
        match organizations::ops::place(db, *only)?.org_type.as_str() {
            "enterprise" => fields.buyer_org_id = Some(*only),
            _ => fields.seller_org_id = Some(*only),
        }
        describe(db, &mut fields)
    })?;
    Ok(fields)
}

/// What a contract out of a case begins with.
///
/// # Errors
/// [`Error::NotFound`] when the case is not for the caller.
pub fn of_case(app: &App, caller: &Caller, id: CaseId) -> Result<ContractFields> {
    let case = cases::ops::show(app, caller, id)?;
    let mut fields = ContractFields {
        project_name: case.need.title.clone().or(case.capability.title.clone()),
        region_code: Some(case.region_code),
        buyer_org_id: case.need.org.map(|org| org.id),
        seller_org_id: case.capability.org.map(|org| org.id),
        capability_id: case.capability.id.parse().ok(),
        case_id: Some(id),
        ..ContractFields::default()
    };
    if let Ok(id) = case.need.id.parse::<NeedId>()
        && let Some(need) = Error::unless_absent(needs::ops::show(app, caller, id))?
    {
        fields.need_id = Some(id);
        fields.industry_code = need.fields.industry_code;
        fields.tech_field = need.fields.tech_field;
    }
    // Nothing is linked that the caller may not know.
    fields.capability_id = fields.capability_id.filter(|_| case.capability.title.is_some());
    app.db.read(|db| describe(db, &mut fields))?;
    Ok(fields)
}

fn describe(db: &mut Db, fields: &mut ContractFields) -> Result<()> {
    complete(db, &ContractFields::default(), fields)?;
    let sides =
        [(fields.buyer_org_id, &mut fields.buyer), (fields.seller_org_id, &mut fields.seller)];
    for (org, party) in sides {
        if let (Some(org), Some(party)) = (org, party) {
            party.legal_nature = legal_nature(db, org)?;
        }
    }
    Ok(())
}

/// The legal nature that follows from the kind of an organisation, where it does.
fn legal_nature(db: &mut Db, org: OrgId) -> Result<Option<String>> {
    let org = organizations::ops::place(db, org)?;
    let nature = match org.org_type.as_str() {
        "university" => "institution_university",
        "institute" => "institution_research",
        _ => return Ok(None),
    };
    Ok(Some(nature.to_owned()))
}

/// Contracts that a project may be linked to, with what they are called: those with these ids,
/// under their id when the caller may not know of them, and those out of a case.
///
/// # Errors
/// Database faults.
pub fn linkable(
    app: &App,
    caller: &Caller,
    ids: &[ContractId],
    case: Option<CaseId>,
) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    for id in ids {
        let seen = Error::unless_absent(ops::show(app, caller, *id))?;
        let name = seen.map(|contract| contract.fields.project_name.unwrap_or(contract.code));
        found.push((id.to_string(), name.unwrap_or_else(|| id.to_string())));
    }
    if case.is_some() {
        let query = ListContracts { case_id: case, ..ListContracts::default() };
        let named =
            |one: ContractView| (one.id.to_string(), one.fields.project_name.unwrap_or(one.code));
        found.extend(ops::list(app, caller, &query)?.items.into_iter().map(named));
    }
    found.sort_unstable();
    found.dedup();
    Ok(found)
}
