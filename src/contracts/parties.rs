//! Who stands on the two sides of a contract, and what it is linked to.

use super::life::Standing;
use super::model::{Contract, ContractFields, ContractParty};
use crate::accounts::principal::Caller;
use crate::cases;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::organizations;
use crate::organizations::model::Organization;
use crate::records::reviewed;

/// The caller must take part in what is written, and for an organisation that has been verified.
pub(super) fn require_part(db: &mut Db, caller: &Caller, row: &Contract) -> Result<()> {
    let standing = Standing::of(caller, row, None);
    if !standing.takes_part() {
        return Err(Error::forbidden("error.not_party_to_contract"));
    }
    if standing.reviewer {
        return Ok(());
    }
    let own = if standing.buyer { row.buyer_org_id } else { row.seller_org_id };
    own.map_or(Ok(()), |org| organizations::ops::require_verified(db, org))
}

/// What a contract is newly linked to must be known to the caller.
pub(super) fn check_links(
    db: &mut Db,
    caller: &Caller,
    before: &ContractFields,
    after: &ContractFields,
) -> Result<()> {
    let unknown = |pointer: &str, found: Result<()>, message: &'static str| match found {
        Err(Error::NotFound) => Err(Error::field(pointer, message)),
        other => other,
    };
    let orgs = [
        ("/buyer_org_id", before.buyer_org_id, after.buyer_org_id),
        ("/seller_org_id", before.seller_org_id, after.seller_org_id),
    ];
    for (pointer, old, new) in orgs {
        if let Some(id) = new.filter(|_| old != new) {
            let found = organizations::ops::find(db, caller, id).map(drop);
            unknown(pointer, found, "field.unknown_org")?;
        }
    }
    if let Some(id) = after.need_id.filter(|_| before.need_id != after.need_id) {
        let found = reviewed::find(db, caller, id).map(drop);
        unknown("/need_id", found, "field.unknown_record")?;
    }
    if let Some(id) = after.capability_id.filter(|_| before.capability_id != after.capability_id) {
        let found = reviewed::find(db, caller, id).map(drop);
        unknown("/capability_id", found, "field.unknown_record")?;
    }
    if let Some(id) = after.case_id.filter(|_| before.case_id != after.case_id) {
        let found = cases::ops::find(db, caller, id).map(drop);
        unknown("/case_id", found, "field.unknown_record")?;
    }
    Ok(())
}

/// Fills in what follows from the organisations where nothing is given. A side that has become
/// another organisation is described anew.
pub(super) fn complete(
    db: &mut Db,
    before: &ContractFields,
    fields: &mut ContractFields,
) -> Result<()> {
    let mut region = None;
    let sides = [
        (before.buyer_org_id, &before.buyer, fields.buyer_org_id, &mut fields.buyer),
        (before.seller_org_id, &before.seller, fields.seller_org_id, &mut fields.seller),
    ];
    for (old_id, old, id, party) in sides {
        if old_id.is_some() && old_id != id && party == old {
            *party = None;
        }
        let Some(id) = id else { continue };
        let org = organizations::ops::place(db, id)?;
        describe(party.get_or_insert_default(), &org);
        region.get_or_insert(org.region_code);
    }
    if fields.region_code.is_none() {
        fields.region_code = region;
    }
    Ok(())
}

fn describe(party: &mut ContractParty, org: &Organization) {
    party.name.get_or_insert_with(|| org.name.clone());
    party.uscc.get_or_insert_with(|| org.uscc.clone());
    party.region_code.get_or_insert_with(|| org.region_code.clone());
    if org.region_code != "99" {
        party.country.get_or_insert_with(|| "156".to_owned());
    }
}
