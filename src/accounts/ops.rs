//! Use cases of accounts.

use std::collections::HashMap;

use super::principal::{Principal, UserId};
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Result};

/// The person an access token belongs to, with the roles held now.
///
/// # Errors
/// [`Error::Unauthenticated`] when the token is not valid, the session has been revoked, or the
/// account is disabled.
pub fn authenticate(_app: &App, _token: &str) -> Result<Principal> {
    Err(Error::Unauthenticated("error.token_invalid".into()))
}

/// Names of people by id.
///
/// # Errors
/// Database faults.
pub fn names(_db: &mut Db, _ids: &[UserId]) -> Result<HashMap<UserId, String>> {
    Ok(HashMap::new())
}
