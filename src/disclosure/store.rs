//! Grants that open one record further for one organisation: both sides have agreed ("matched"),
//! or a confidentiality agreement is recorded ("nda").

use diesel::prelude::*;

use super::DisclosureLevel;
use crate::accounts::principal::{OrgId, UserId};
use crate::db::schema::disclosure_grants;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::id_type;
use crate::on;
use crate::records::model::RecordKind;

id_type!(
    /// Id of a grant.
    GrantId
);

/// One grant as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = disclosure_grants)]
pub struct Grant {
    /// Id.
    pub id: GrantId,
    /// Kind of the record that is opened.
    pub record_kind: RecordKind,
    /// Its id.
    pub record_id: String,
    /// Organisation that it is opened to.
    pub org_id: OrgId,
    /// `matched` or `nda`.
    pub level: DisclosureLevel,
    /// Why, or where the agreement lies.
    pub note: Option<String>,
    /// Who granted it.
    pub granted_by: Option<UserId>,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
    /// When it was given.
    pub created_at: Timestamp,
}

/// Stores a grant.
///
/// # Errors
/// Database faults.
pub fn insert(db: &mut Db, grant: &Grant) -> Result<()> {
    on!(db, conn => diesel::insert_into(disclosure_grants::table).values(grant).execute(conn))?;
    Ok(())
}

/// All grants of a record, newest first.
///
/// # Errors
/// Database faults.
pub fn list(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<Grant>> {
    use disclosure_grants::dsl as g;
    Ok(on!(db, conn => g::disclosure_grants
        .filter(g::record_kind.eq(kind))
        .filter(g::record_id.eq(id))
        .order(g::id.desc())
        .select(Grant::as_select())
        .load(conn))?)
}

/// Takes a grant back; false when there is no such open grant on the record.
///
/// # Errors
/// Database faults.
pub fn revoke(
    db: &mut Db,
    kind: RecordKind,
    id: &str,
    grant: GrantId,
    at: Timestamp,
) -> Result<bool> {
    use disclosure_grants::dsl as g;
    let changed = on!(db, conn => diesel::update(
        g::disclosure_grants
            .filter(g::id.eq(grant))
            .filter(g::record_kind.eq(kind))
            .filter(g::record_id.eq(id))
            .filter(g::revoked_at.is_null()),
    )
    .set(g::revoked_at.eq(at))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Highest level granted on each of these records to any of the organisations.
///
/// # Errors
/// Database faults.
pub fn levels(
    db: &mut Db,
    kind: RecordKind,
    ids: &[String],
    orgs: &[OrgId],
) -> Result<std::collections::HashMap<String, DisclosureLevel>> {
    use disclosure_grants::dsl as g;
    if ids.is_empty() || orgs.is_empty() {
        return Ok(std::collections::HashMap::new());
    }
    let rows: Vec<(String, DisclosureLevel)> = on!(db, conn => g::disclosure_grants
        .filter(g::record_kind.eq(kind))
        .filter(g::record_id.eq_any(ids))
        .filter(g::org_id.eq_any(orgs))
        .filter(g::revoked_at.is_null())
        .select((g::record_id, g::level))
        .load(conn))?;
    let mut best = std::collections::HashMap::new();
    for (id, level) in rows {
        best.entry(id)
            .and_modify(|old: &mut DisclosureLevel| *old = level.max(*old))
            .or_insert(level);
    }
    Ok(best)
}
