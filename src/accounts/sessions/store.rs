//! Queries on sessions and refresh tokens.

use diesel::prelude::*;

use super::model::{RefreshToken, Session};
use crate::db::Db;
use crate::db::schema::{refresh_tokens, sessions};
use crate::error::Result;
use crate::on;

/// Adds a session.
pub fn insert(db: &mut Db, row: &Session) -> Result<()> {
    on!(db, conn => diesel::insert_into(sessions::table).values(row).execute(conn))?;
    Ok(())
}

/// Adds a refresh token.
pub fn insert_token(db: &mut Db, row: &RefreshToken) -> Result<()> {
    on!(db, conn => diesel::insert_into(refresh_tokens::table).values(row).execute(conn))?;
    Ok(())
}
