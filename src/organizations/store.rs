//! Queries on organisations.

use diesel::prelude::*;

use super::model::{OrgStatus, Organization};
use crate::accounts::principal::OrgId;
use crate::capabilities::model::CapabilityId;
use crate::db::functions::{containing, lower};
use crate::db::schema::{capabilities, needs, organizations};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::needs::model::NeedId;
use crate::on;
use crate::records::model::RecordKind;
use crate::records::scope::Reach;

/// What to list.
#[derive(Debug, Clone, Default)]
pub struct OrganizationFilter {
    /// Only of these types.
    pub org_types: Vec<String>,
    /// Only of regions with this prefix.
    pub region: Option<String>,
    /// Only in these states.
    pub statuses: Vec<OrgStatus>,
    /// Only names that begin like this.
    pub name: Option<String>,
    /// Only names that hold this; credit codes as well for who sees everything.
    pub text: Option<String>,
}

/// A text as the beginning of a `LIKE` pattern, with `\` before what has a meaning there.
fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for character in text.chars() {
        if matches!(character, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(character);
    }
    pattern.push('%');
    pattern
}

/// Inserts organisations.
///
/// # Errors
/// A conflict when a name or credit code is taken.
pub fn insert(db: &mut Db, rows: &[Organization]) -> Result<()> {
    for chunk in rows.chunks(500) {
        on!(db, conn => diesel::insert_into(organizations::table).values(chunk).execute(conn))
            .map_err(taken)?;
    }
    Ok(())
}

/// Replaces an organisation, if it still has the version that was read; its own version is set
/// already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster; a conflict when the new name or credit
/// code is taken.
pub fn update(db: &mut Db, row: &Organization) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        organizations::table
            .filter(organizations::id.eq(row.id))
            .filter(organizations::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))
    .map_err(taken)?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

fn taken(error: diesel::result::Error) -> Error {
    if is_unique_violation(&error) {
        Error::conflict("error.organization_exists")
    } else {
        error.into()
    }
}

/// A page of organisations the caller may know of, newest first.
///
/// # Errors
/// Database faults.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &OrganizationFilter,
    before: Option<(Timestamp, OrgId)>,
    limit: i64,
) -> Result<Vec<Organization>> {
    use organizations::dsl as o;
    Ok(on!(db, conn => {
        let mut query = o::organizations.into_boxed();
        if !reach.everything {
            query = query.filter(
                o::status
                    .eq(OrgStatus::Verified)
                    .or(o::id.eq_any(&reach.orgs))
                    .or(crate::in_regions!(o::region_code, reach)),
            );
        }
        if !filter.org_types.is_empty() {
            query = query.filter(o::org_type.eq_any(filter.org_types.clone()));
        }
        if let Some(region) = &filter.region {
            query = query.filter(o::region_code.like(beginning(region)).escape('\\'));
        }
        if !filter.statuses.is_empty() {
            query = query.filter(o::status.eq_any(filter.statuses.clone()));
        }
        if let Some(name) = &filter.name {
            let pattern = beginning(&name.to_lowercase());
            query = query.filter(lower(o::name).like(pattern).escape('\\'));
        }
        if let Some(text) = &filter.text {
            let pattern = containing(text);
            let named = lower(o::name).like(pattern.clone()).escape('!');
            // Nobody else finds a firm by a code that is not shown.
            let coded = if reach.everything { pattern } else { String::new() };
            query = query.filter(named.or(lower(o::uscc).like(coded).escape('!')));
        }
        if let Some((at, id)) = before {
            query = query.filter(o::created_at.lt(at).or(o::created_at.eq(at).and(o::id.lt(id))));
        }
        query
            .order((o::created_at.desc(), o::id.desc()))
            .limit(limit)
            .select(Organization::as_select())
            .load(conn)
    })?)
}

/// Kind and id of every need and capability of an organisation.
///
/// # Errors
/// Database faults.
pub fn records_unscoped(db: &mut Db, org: OrgId) -> Result<Vec<(RecordKind, String)>> {
    let needs: Vec<NeedId> = on!(db, conn => needs::table
        .filter(needs::org_id.eq(org))
        .select(needs::id)
        .load(conn))?;
    let capabilities: Vec<CapabilityId> = on!(db, conn => capabilities::table
        .filter(capabilities::org_id.eq(org))
        .select(capabilities::id)
        .load(conn))?;
    let needs = needs.into_iter().map(|id| (RecordKind::Need, id.to_string()));
    let capabilities = capabilities.into_iter().map(|id| (RecordKind::Capability, id.to_string()));
    Ok(needs.chain(capabilities).collect())
}

/// Organisations of a source by their references there, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn by_source_unscoped(db: &mut Db, source: &str, refs: &[String]) -> Result<Vec<Organization>> {
    Ok(on!(db, conn => organizations::table
        .filter(organizations::source.eq(source))
        .filter(organizations::source_ref.eq_any(refs))
        .select(Organization::as_select())
        .load(conn))?)
}

/// Makes the needs and capabilities of one organisation those of another.
///
/// # Errors
/// Database faults.
pub fn give_records(db: &mut Db, from: OrgId, to: OrgId) -> Result<()> {
    on!(db, conn => diesel::update(needs::table.filter(needs::org_id.eq(from)))
        .set(needs::org_id.eq(to))
        .execute(conn))?;
    on!(db, conn => diesel::update(capabilities::table.filter(capabilities::org_id.eq(from)))
        .set(capabilities::org_id.eq(to))
        .execute(conn))?;
    Ok(())
}

/// An organisation by id, whoever asks.
///
/// # Errors
/// Database faults.
pub fn find_unscoped(db: &mut Db, id: OrgId) -> Result<Option<Organization>> {
    Ok(on!(db, conn => organizations::table
        .find(id)
        .select(Organization::as_select())
        .first(conn))
    .optional()?)
}

/// Organisations by id, whoever asks, in no order.
///
/// # Errors
/// Database faults.
pub fn find_many_unscoped(db: &mut Db, ids: &[OrgId]) -> Result<Vec<Organization>> {
    Ok(on!(db, conn => organizations::table
        .filter(organizations::id.eq_any(ids))
        .select(Organization::as_select())
        .load(conn))?)
}

/// Id, name, type and status of organisations: what is shown with their records.
///
/// # Errors
/// Database faults.
pub fn names_unscoped(
    db: &mut Db,
    ids: &[OrgId],
) -> Result<Vec<(OrgId, String, String, OrgStatus)>> {
    use organizations::dsl as o;
    Ok(on!(db, conn => o::organizations
        .filter(o::id.eq_any(ids))
        .select((o::id, o::name, o::org_type, o::status))
        .load(conn))?)
}

/// Ids by credit code, whoever asks.
///
/// # Errors
/// Database faults.
pub fn ids_by_uscc_unscoped(db: &mut Db, codes: &[String]) -> Result<Vec<(String, OrgId)>> {
    use organizations::dsl as o;
    let mut found = Vec::new();
    for chunk in codes.chunks(500) {
        let rows: Vec<(String, OrgId)> = on!(db, conn => o::organizations
            .filter(o::uscc.eq_any(chunk))
            .select((o::uscc, o::id))
            .load(conn))?;
        found.extend(rows);
    }
    Ok(found)
}

/// Id by full name, whoever asks.
///
/// # Errors
/// Database faults.
pub fn id_by_name_unscoped(db: &mut Db, name: &str) -> Result<Option<OrgId>> {
    use organizations::dsl as o;
    Ok(on!(db, conn => o::organizations.filter(o::name.eq(name)).select(o::id).first(conn))
        .optional()?)
}

/// Whether another organisation has this name, or this credit code.
///
/// # Errors
/// Database faults.
pub fn taken_unscoped(
    db: &mut Db,
    name: &str,
    uscc: &str,
    except: Option<OrgId>,
) -> Result<(bool, bool)> {
    use organizations::dsl as o;
    let rows: Vec<(OrgId, String, String)> = on!(db, conn => o::organizations
        .filter(o::name.eq(name).or(o::uscc.eq(uscc)))
        .select((o::id, o::name, o::uscc))
        .load(conn))?;
    let others = || rows.iter().filter(|row| Some(row.0) != except);
    Ok((others().any(|row| row.1 == name), others().any(|row| row.2 == uscc)))
}

/// Ids after one, in order: for building the index.
///
/// # Errors
/// Database faults.
pub fn ids_unscoped(db: &mut Db, after: Option<OrgId>, limit: i64) -> Result<Vec<OrgId>> {
    Ok(on!(db, conn => {
        let mut query = organizations::table.into_boxed();
        if let Some(after) = after {
            query = query.filter(organizations::id.gt(after));
        }
        query.order(organizations::id.asc()).limit(limit).select(organizations::id).load(conn)
    })?)
}
