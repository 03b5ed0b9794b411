//! A session, its refresh tokens, and what is sent and shown of them.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{SessionId, UserId};
use crate::db::Timestamp;
use crate::db::schema::{refresh_tokens, sessions};
use crate::id_type;

id_type!(
    /// Id of a refresh token.
    RefreshTokenId
);

/// A session as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = sessions)]
pub struct Session {
    /// Id.
    pub id: SessionId,
    /// Whose.
    pub user_id: UserId,
    /// Network address it was opened from.
    pub address: Option<String>,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
    /// When its tokens were last made new.
    pub last_used_at: Timestamp,
    /// When it was ended.
    pub revoked_at: Option<Timestamp>,
    /// Why it was ended.
    pub revoked_reason: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
}

/// A refresh token as stored: its fingerprint only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = refresh_tokens)]
pub struct RefreshToken {
    /// Id.
    pub id: RefreshTokenId,
    /// Session it belongs to.
    pub session_id: SessionId,
    /// SHA-256 of the token.
    pub token_hash: String,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it was exchanged; it works once.
    pub used_at: Option<Timestamp>,
    /// What it was exchanged for, for who has the token itself: see
    /// [`secrets::derived`](crate::accounts::secrets::derived).
    pub successor_seed: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// Credentials.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Mail address.
    pub mail: String,
    /// Password.
    pub password: String,
}

/// Tokens of a session. Not printable: they are secrets.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Tokens {
    /// Goes with each request as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token ends.
    pub expires_in: u32,
    /// Exchanged once for new tokens; the exchange gives a new one.
    pub refresh_token: String,
    /// When the refresh token ends.
    pub refresh_expires_at: Timestamp,
    /// The person signed in.
    pub user_id: UserId,
    /// The session.
    pub session_id: SessionId,
}

/// A refresh token to exchange.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refresh {
    /// The token, as given by the sign-in or the last exchange.
    pub refresh_token: String,
}

/// A session as shown to its person.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SessionView {
    /// Id, for ending it.
    pub id: SessionId,
    /// Whether it is the one that asks.
    pub current: bool,
    /// Network address it was opened from.
    pub address: Option<String>,
    /// What the browser or program calls itself.
    pub user_agent: Option<String>,
    /// When its tokens were last made new.
    pub last_used_at: Timestamp,
    /// When it was opened.
    pub created_at: Timestamp,
}
