//! What other folders use of accounts.

use super::principal::{Principal, RoleBinding};
use super::users::model::UserStatus;
use super::{links, registration, sessions, store};
use crate::app::App;
use crate::error::{Error, Result};
use crate::organizations::model::OrgStatus;

pub use super::roles::ops::make_manager;
pub use super::sessions::ops::{open as open_session, sign_in};
pub use super::users::ops::{create_user, names};

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
        let roles = store::held_roles(db, claims.sub)?
            .into_iter()
            .map(|(role, org_id, org_status, region_code)| RoleBinding {
                role,
                org_id,
                org_verified: org_status == Some(OrgStatus::Verified),
                region_code,
            })
            .collect();
        Ok(Principal { user_id: claims.sub, session_id: claims.sid, name: session.name, roles })
    })
}

/// Removes links, registrations, sessions and refresh tokens that have ended.
///
/// # Errors
/// Database faults.
pub fn tidy(app: &App) -> Result<()> {
    let ended = sessions::ops::oldest_alive(app);
    app.db.write(|db| {
        sessions::store::delete_ended(db, ended)?;
        registration::store::delete_ended(db, app.clock.now())?;
        links::store::delete_ended(db, ended)
    })
}
