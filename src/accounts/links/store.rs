//! Queries on links.

use diesel::prelude::*;

use super::model::{Link, LinkId, LinkPurpose};
use crate::accounts::principal::{OrgId, UserId};
use crate::db::schema::one_time_tokens;
use crate::db::{Db, Timestamp};
use crate::error::Result;
use crate::on;

/// Adds a link.
pub fn insert(db: &mut Db, row: &Link) -> Result<()> {
    on!(db, conn => diesel::insert_into(one_time_tokens::table).values(row).execute(conn))?;
    Ok(())
}

/// A link by the fingerprint of its secret.
pub fn by_fingerprint(db: &mut Db, purpose: LinkPurpose, hash: &str) -> Result<Option<Link>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => t::one_time_tokens
        .filter(t::token_hash.eq(hash))
        .filter(t::purpose.eq(purpose))
        .select(Link::as_select())
        .first(conn))
    .optional()?)
}

/// A link by its id.
pub fn by_id(db: &mut Db, id: LinkId) -> Result<Option<Link>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => t::one_time_tokens.find(id).select(Link::as_select()).first(conn))
        .optional()?)
}

/// Marks a link as used; false when it had been already.
pub fn mark_used(db: &mut Db, id: LinkId, now: Timestamp) -> Result<bool> {
    use one_time_tokens::dsl as t;
    let changed = on!(db, conn => diesel::update(
        t::one_time_tokens.filter(t::id.eq(id)).filter(t::used_at.is_null()),
    )
    .set(t::used_at.eq(Some(now)))
    .execute(conn))?;
    Ok(changed == 1)
}

/// Removes a person's unused links of a kind.
pub fn delete_open(db: &mut Db, purpose: LinkPurpose, user: UserId) -> Result<()> {
    use one_time_tokens::dsl as t;
    on!(db, conn => diesel::delete(
        t::one_time_tokens
            .filter(t::purpose.eq(purpose))
            .filter(t::user_id.eq(user))
            .filter(t::used_at.is_null()),
    )
    .execute(conn))?;
    Ok(())
}

/// Invitations of an organisation, newest first, before one of them.
pub fn invitations(
    db: &mut Db,
    org: OrgId,
    before: Option<LinkId>,
    limit: i64,
) -> Result<Vec<Link>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => {
        let mut query = t::one_time_tokens
            .filter(t::purpose.eq(LinkPurpose::Invitation))
            .filter(t::org_id.eq(org))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(t::id.lt(before));
        }
        query.order(t::id.desc()).limit(limit).select(Link::as_select()).load(conn)
    })?)
}

/// One invitation of an organisation.
pub fn invitation(db: &mut Db, org: OrgId, id: LinkId) -> Result<Option<Link>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => t::one_time_tokens
        .find(id)
        .filter(t::purpose.eq(LinkPurpose::Invitation))
        .filter(t::org_id.eq(org))
        .select(Link::as_select())
        .first(conn))
    .optional()?)
}

/// Invitations of an organisation that nobody has accepted.
pub fn open_invitations(db: &mut Db, org: OrgId) -> Result<Vec<Link>> {
    use one_time_tokens::dsl as t;
    Ok(on!(db, conn => t::one_time_tokens
        .filter(t::purpose.eq(LinkPurpose::Invitation))
        .filter(t::org_id.eq(org))
        .filter(t::used_at.is_null())
        .select(Link::as_select())
        .load(conn))?)
}

/// Removes an organisation's invitation that nobody has accepted; false when there is none.
pub fn withdraw(db: &mut Db, org: OrgId, id: LinkId) -> Result<bool> {
    use one_time_tokens::dsl as t;
    let deleted = on!(db, conn => diesel::delete(
        t::one_time_tokens
            .filter(t::id.eq(id))
            .filter(t::org_id.eq(org))
            .filter(t::purpose.eq(LinkPurpose::Invitation))
            .filter(t::used_at.is_null()),
    )
    .execute(conn))?;
    Ok(deleted == 1)
}
