//! Queries on accounts. They know of everybody: who may see whom is decided in `ops`.

use diesel::prelude::*;

use super::model::User;
use crate::accounts::principal::UserId;
use crate::db::Db;
use crate::db::schema::users;
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
