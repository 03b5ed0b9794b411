//! What other folders use of accounts.

use super::principal::{Caller, Principal, RoleBinding, SessionId, UserId};
use super::store;
use super::users::model::{User, UserStatus};
use crate::app::App;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::organizations::model::OrgStatus;

pub use super::roles::ops::make_manager;
pub use super::sessions::ops::{open as open_session, sign_in};
pub use super::users::ops::{active, create_user, names};

/// The person an access token belongs to, with the roles held now.
///
/// # Errors
/// [`Error::Unauthenticated`] when the token is not valid, the session has been revoked, or the
/// account is disabled.
pub fn authenticate(app: &App, token: &str) -> Result<Principal> {
    let claims = app.keyring.check(app, token)?;
    app.db.read(|db| {
        let session = store::session_state(db, claims.sid, claims.sub)?
            .filter(|session| session.revoked_at.is_none() && session.status == UserStatus::Active)
            .ok_or_else(|| Error::Unauthenticated("error.token_invalid".into()))?;
        let roles = bindings(db, claims.sub)?;
        Ok(Principal { user_id: claims.sub, session_id: claims.sid, name: session.name, roles })
    })
}

/// The roles that a person holds now.
fn bindings(db: &mut Db, user: UserId) -> Result<Vec<RoleBinding>> {
    let held = store::held_roles(db, user)?.into_iter();
    let binding = |(role, org_id, org_status, region_code)| RoleBinding {
        role,
        org_id,
        org_verified: org_status == Some(OrgStatus::Verified),
        region_code,
    };
    Ok(held.map(binding).collect())
}

/// A request as this person would make it now: to see what the person may see.
///
/// # Errors
/// Database faults.
pub fn acting_as(db: &mut Db, user: &User) -> Result<Caller> {
    let roles = bindings(db, user.id)?;
    let session_id = SessionId(uuid::Uuid::nil());
    let principal = Principal { user_id: user.id, session_id, name: user.name.clone(), roles };
    Ok(Caller { principal: Some(principal), language: user.language(), ..Caller::anonymous() })
}
