//! Queries on accounts. They know of everybody: who may see whom is decided in `ops`.

use diesel::prelude::*;

use super::model::{User, UserStatus};
use crate::accounts::principal::{OrgId, Role, UserId};
use crate::db::schema::{organizations, role_grants, users};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::on;

/// Adds an account.
///
/// # Errors
/// A conflict when the address is taken.
pub fn insert(db: &mut Db, row: &User) -> Result<()> {
    on!(db, conn => diesel::insert_into(users::table).values(row).execute(conn)).map_err(
        |error| {
            if is_unique_violation(&error) {
                Error::conflict("error.mail_taken")
            } else {
                error.into()
            }
        },
    )?;
    Ok(())
}

/// Replaces an account, if it still has the version that was read; its own version is set
/// already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &User) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        users::table.filter(users::id.eq(row.id)).filter(users::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// An account by id.
pub fn find_unscoped(db: &mut Db, id: UserId) -> Result<Option<User>> {
    Ok(on!(db, conn => users::table.find(id).select(User::as_select()).first(conn)).optional()?)
}

/// An account by its mail address in the form in which addresses are compared.
pub fn by_mail_unscoped(db: &mut Db, mail: &str) -> Result<Option<User>> {
    Ok(on!(db, conn => users::table
        .filter(users::login_mail.eq(mail))
        .select(User::as_select())
        .first(conn))
    .optional()?)
}

/// Ids, names and mail addresses of people, whoever asks.
pub fn addresses_unscoped(db: &mut Db, ids: &[UserId]) -> Result<Vec<(UserId, String, String)>> {
    Ok(on!(db, conn => users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name, users::login_mail))
        .load(conn))?)
}

/// Ids and names of people.
pub fn names_unscoped(db: &mut Db, ids: &[UserId]) -> Result<Vec<(UserId, String)>> {
    Ok(on!(db, conn => users::table
        .filter(users::id.eq_any(ids))
        .select((users::id, users::name))
        .load(conn))?)
}

/// Replaces a password hash by another of the same password, unless it has changed meanwhile.
pub fn replace_hash(db: &mut Db, id: UserId, old: &str, new: &str) -> Result<()> {
    on!(db, conn => diesel::update(
        users::table.filter(users::id.eq(id)).filter(users::password_hash.eq(old)),
    )
    .set(users::password_hash.eq(new))
    .execute(conn))?;
    Ok(())
}

/// Sets a new password.
pub fn set_password(db: &mut Db, id: UserId, hash: &str, now: Timestamp) -> Result<()> {
    use users::dsl as u;
    on!(db, conn => diesel::update(u::users.find(id))
        .set((
            u::password_hash.eq(Some(hash)),
            u::version.eq(u::version + 1),
            u::updated_at.eq(now),
        ))
        .execute(conn))?;
    Ok(())
}

/// Notes that the address was shown to be the person's; the first time counts.
pub fn mark_verified(db: &mut Db, id: UserId, now: Timestamp) -> Result<()> {
    use users::dsl as u;
    on!(db, conn => diesel::update(
        u::users.filter(u::id.eq(id)).filter(u::mail_verified_at.is_null()),
    )
    .set((
        u::mail_verified_at.eq(Some(now)),
        u::version.eq(u::version + 1),
        u::updated_at.eq(now),
    ))
    .execute(conn))?;
    Ok(())
}

/// Which accounts to list.
#[derive(Debug, Clone, Default)]
pub struct UserFilter {
    /// Part of the name or the mail address.
    pub text: Option<String>,
    /// Exactly this mail address.
    pub mail: Option<String>,
    /// Only in this state.
    pub status: Option<UserStatus>,
    /// Only who holds this role.
    pub role: Option<Role>,
    /// Only who holds a role in this organisation.
    pub org_id: Option<OrgId>,
    /// Only who holds a role in an organisation with this in its name.
    pub org_name: Option<String>,
    /// Only who holds a role in one of these regions or below.
    pub regions: Option<Vec<String>>,
}

impl UserFilter {
    fn asks_for_roles(&self) -> bool {
        let org = self.org_id.is_some() || self.org_name.is_some();
        self.role.is_some() || org || self.regions.is_some()
    }
}

/// People who hold a role as the filter asks for.
macro_rules! holders {
    ($filter:expr) => {{
        let mut query = role_grants::table.into_boxed().select(role_grants::user_id);
        if let Some(role) = $filter.role {
            query = query.filter(role_grants::role.eq(role));
        }
        if let Some(org) = $filter.org_id {
            query = query.filter(role_grants::org_id.eq(org));
        }
        if let Some(name) = &$filter.org_name {
            let named = organizations::table
                .filter(organizations::name.like(contains_pattern(name)).escape('!'))
                .select(organizations::id.nullable());
            query = query.filter(role_grants::org_id.eq_any(named));
        }
        if let Some(regions) = &$filter.regions {
            // Without a region nobody fits; an empty OR would let everybody through.
            let mut within = role_grants::table.into_boxed().select(role_grants::id);
            within = within.filter(role_grants::region_code.eq(String::new()));
            for code in regions {
                // Codes are digits only, so nothing needs escaping.
                within = within.or_filter(role_grants::region_code.like(format!("{code}%")));
            }
            query = query.filter(role_grants::id.eq_any(within));
        }
        query
    }};
}

/// Accounts, newest first, before one of them.
pub fn list(
    db: &mut Db,
    filter: &UserFilter,
    before: Option<UserId>,
    limit: i64,
) -> Result<Vec<User>> {
    use users::dsl as u;
    Ok(on!(db, conn => {
        let mut query = u::users.into_boxed();
        if let Some(mail) = &filter.mail {
            query = query.filter(u::login_mail.eq(mail));
        }
        if let Some(text) = &filter.text {
            let pattern = contains_pattern(text);
            query = query.filter(
                u::name.like(pattern.clone()).escape('!')
                    .or(u::login_mail.like(pattern.to_lowercase()).escape('!')),
            );
        }
        if let Some(status) = filter.status {
            query = query.filter(u::status.eq(status));
        }
        if filter.asks_for_roles() {
            query = query.filter(u::id.eq_any(holders!(filter)));
        }
        if let Some(before) = before {
            query = query.filter(u::id.lt(before));
        }
        query.order(u::id.desc()).limit(limit).select(User::as_select()).load(conn)
    })?)
}

/// A `LIKE` pattern for texts that contain this one.
fn contains_pattern(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    format!("%{escaped}%")
}

/// Accounts by id, in no order.
pub fn find_many_unscoped(db: &mut Db, ids: &[UserId]) -> Result<Vec<User>> {
    Ok(on!(db, conn => users::table
        .filter(users::id.eq_any(ids))
        .select(User::as_select())
        .load(conn))?)
}

/// Whether there is any account.
pub fn any(db: &mut Db) -> Result<bool> {
    let found: Option<UserId> =
        on!(db, conn => users::table.select(users::id).first(conn)).optional()?;
    Ok(found.is_some())
}
