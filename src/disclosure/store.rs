//! Queries on grants.

use diesel::prelude::*;

use super::DisclosureLevel;
use super::model::{Grant, GrantId};
use crate::accounts::principal::OrgId;
use crate::db::schema::disclosure_grants;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;
use crate::records::model::RecordKind;

/// Stores a grant.
pub(super) fn insert(db: &mut Db, grant: &Grant) -> Result<()> {
    on!(db, conn => diesel::insert_into(disclosure_grants::table).values(grant).execute(conn))?;
    Ok(())
}

/// All grants of a record, newest first.
pub(super) fn list(db: &mut Db, kind: RecordKind, id: &str) -> Result<Vec<Grant>> {
    use disclosure_grants::dsl as g;
    Ok(on!(db, conn => g::disclosure_grants
        .filter(g::record_kind.eq(kind))
        .filter(g::record_id.eq(id))
        .order(g::id.desc())
        .select(Grant::as_select())
        .load(conn))?)
}

/// Takes a grant back; false when there is no such open grant on the record.
pub(super) fn revoke(
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

/// Removes the grants of a record that is gone.
pub(super) fn remove(db: &mut Db, kind: RecordKind, id: &str) -> Result<()> {
    use disclosure_grants::dsl as g;
    on!(db, conn => diesel::delete(
        g::disclosure_grants.filter(g::record_kind.eq(kind)).filter(g::record_id.eq(id)),
    )
    .execute(conn))?;
    Ok(())
}

/// Levels granted on records of a kind to any of the organisations: on these records, or on all.
pub(super) fn levels(
    db: &mut Db,
    kind: RecordKind,
    ids: Option<&[String]>,
    orgs: &[OrgId],
) -> Result<Vec<(String, DisclosureLevel)>> {
    use disclosure_grants::dsl as g;
    if orgs.is_empty() || ids.is_some_and(<[String]>::is_empty) {
        return Ok(Vec::new());
    }
    Ok(on!(db, conn => {
        let mut query = g::disclosure_grants.into_boxed();
        if let Some(ids) = ids {
            query = query.filter(g::record_id.eq_any(ids));
        }
        query
            .filter(g::record_kind.eq(kind))
            .filter(g::org_id.eq_any(orgs))
            .filter(g::revoked_at.is_null())
            .select((g::record_id, g::level))
            .load(conn)
    })?)
}
