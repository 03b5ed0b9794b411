//! What other folders ask about the organisations that own their records.

use std::collections::HashMap;

use super::model::{OrgStatus, Organization};
use super::store;
use crate::accounts::principal::{Caller, OrgId};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::records::parts::OwnerView;

/// Names of organisations, as shown with their records.
///
/// # Errors
/// Database faults.
pub fn owners(db: &mut Db, ids: &[OrgId]) -> Result<HashMap<OrgId, OwnerView>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    let rows = store::names_unscoped(db, &ids)?;
    Ok(rows
        .into_iter()
        .map(|(id, name, org_type, status)| {
            (id, OwnerView { id, name, org_type, active: status != OrgStatus::Suspended })
        })
        .collect())
}

/// An organisation that records are placed under, whoever asks.
///
/// # Errors
/// [`Error::NotFound`].
pub fn place(db: &mut Db, id: OrgId) -> Result<Organization> {
    store::find_unscoped(db, id)?.ok_or(Error::NotFound)
}

/// The organisation that the caller may create records for: one of the caller's own (the only one
/// by default), one in the caller's region for liaisons and officers, any for administrators.
///
/// # Errors
/// [`Error::Invalid`] when none is named and it is not clear which; [`Error::NotFound`];
/// [`Error::Forbidden`].
pub fn writable(db: &mut Db, caller: &Caller, wanted: Option<OrgId>) -> Result<Organization> {
    let principal = caller.signed_in()?;
    let own = principal.org_ids();
    let id = match (wanted, own.as_slice()) {
        (Some(id), _) => id,
        (None, [only]) => *only,
        (None, _) => return Err(Error::field("/org_id", "field.required")),
    };
    let org = store::find_unscoped(db, id)?
        .ok_or_else(|| Error::field("/org_id", "field.unknown_org"))?;
    let allowed = principal.is_admin()
        || own.contains(&id)
        || (principal.is_broker() && principal.reviews(&org.region_code));
    if !allowed {
        return Err(Error::forbidden("error.not_your_organization"));
    }
    Ok(org)
}

/// Ids of organisations by credit code: how imported records name their owner.
///
/// # Errors
/// Database faults.
pub fn by_uscc(db: &mut Db, codes: &[String]) -> Result<HashMap<String, OrgId>> {
    Ok(store::ids_by_uscc_unscoped(db, codes)?.into_iter().collect())
}

/// Id of an organisation by its full name, for imported records.
///
/// # Errors
/// Database faults.
pub fn by_name(db: &mut Db, name: &str) -> Result<Option<OrgId>> {
    store::id_by_name_unscoped(db, name)
}

/// Id of the organisation of a full name, when the caller may know of it: what is typed into forms.
///
/// # Errors
/// Database faults.
pub fn known_by_name(db: &mut Db, caller: &Caller, name: &str) -> Result<Option<OrgId>> {
    let Some(id) = by_name(db, name)? else { return Ok(None) };
    let seen = super::ops::find_many(db, caller, &[id])?;
    Ok(seen.first().map(|one| one.org.id))
}

/// Only verified organisations may put records forward.
///
/// # Errors
/// A conflict when it is not verified.
pub fn require_verified(db: &mut Db, id: OrgId) -> Result<()> {
    match place(db, id)?.status {
        OrgStatus::Verified => Ok(()),
        _ => Err(Error::conflict("error.organization_not_verified")),
    }
}
