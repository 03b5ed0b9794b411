//! Signing keys as stored, and what a token says.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{SessionId, UserId};
use crate::db::Timestamp;
use crate::db::schema::signing_keys;
use crate::id_type;

id_type!(
    /// Id of a signing key, as named in the header of a token.
    KeyId
);

/// A key that signs access tokens. Not printable: it holds a secret.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = signing_keys)]
pub struct SigningKey {
    /// Id.
    pub id: KeyId,
    /// The secret, 256 bits in base64url; its text is the key.
    pub secret: String,
    /// When a newer key took its place.
    pub retired_at: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The person.
    pub sub: UserId,
    /// The session.
    pub sid: SessionId,
    /// Always `townbridge`.
    pub iss: String,
    /// Always `townbridge-api`.
    pub aud: String,
    /// End of validity, in seconds since 1970.
    pub exp: i64,
    /// Time of issue.
    pub iat: i64,
}
