//! Making links and using them up.

use chrono::TimeDelta;

use super::model::{Link, LinkId, LinkPurpose, Offer};
use super::store;
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::accounts::secrets;
use crate::db::{Db, Json, Timestamp};
use crate::error::{Error, Result};

/// Whom a link is for.
pub enum For {
    /// The owner of an account.
    Person(UserId),
    /// Whoever reads the mail of this invitation.
    Invited(OrgId, Offer),
}

/// Makes a link and returns its secret, which is kept nowhere else. Older links of the same kind
/// for the same person stop working: only the newest mail counts.
pub fn issue(
    db: &mut Db,
    caller: &Caller,
    purpose: LinkPurpose,
    whom: For,
    (now, lifetime): (Timestamp, TimeDelta),
) -> Result<(Link, String)> {
    let secret = secrets::random()?;
    let (user_id, org_id, offer) = match whom {
        For::Person(user) => (Some(user), None, Offer::default()),
        For::Invited(org, offer) => (None, Some(org), offer),
    };
    if let Some(user) = user_id {
        store::delete_open(db, purpose, user)?;
    }
    let row = Link {
        id: LinkId::new(),
        purpose,
        user_id,
        org_id,
        token_hash: secrets::fingerprint(&secret),
        offer: Json(offer),
        expires_at: Timestamp::new(now.0 + lifetime),
        used_at: None,
        created_by: caller.actor_id(),
        created_at: now,
    };
    store::insert(db, &row)?;
    Ok((row, secret))
}

/// What is answered for a secret that is unknown, used or too old: the three are not told apart.
pub fn refused() -> Error {
    Error::field("/token", "field.link_not_valid")
}

/// The link of a secret, if it still works.
pub fn find(db: &mut Db, purpose: LinkPurpose, secret: &str, now: Timestamp) -> Result<Link> {
    store::by_fingerprint(db, purpose, &secrets::fingerprint(secret))?
        .filter(|link| link.used_at.is_none() && now < link.expires_at)
        .ok_or_else(refused)
}

/// Uses a link up. Of two that try at a time one is refused.
pub fn redeem(db: &mut Db, purpose: LinkPurpose, secret: &str, now: Timestamp) -> Result<Link> {
    let link = find(db, purpose, secret, now)?;
    if store::mark_used(db, link.id, now)? { Ok(link) } else { Err(refused()) }
}
