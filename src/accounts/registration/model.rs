//! What is sent to register, what is answered, and what waits until the address is verified.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::registrations;
use crate::db::{Json, Timestamp};
use crate::id_type;
use crate::organizations::model::OrganizationFields;

id_type!(
    /// Id of a registration that waits.
    RegistrationId
);

/// A registration.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The organisation.
    pub organization: OrganizationFields,
    /// Name of the person who will manage it.
    pub name: String,
    /// Mail address to sign in with; a link that completes the registration is sent there.
    pub mail: String,
    /// Password.
    pub password: String,
    /// Language of mails: `zh-CN` or `en`; by default that of the request.
    #[serde(default)]
    pub language: Option<String>,
}

/// The answer to a registration: the same whether or not the address has an account.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RegistrationReceived {
    /// What to do next, in the caller's language.
    pub detail: String,
}

/// What is to be made once the address is verified.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Founding {
    /// The organisation.
    pub organization: OrganizationFields,
    /// Name of the person.
    pub name: String,
    /// Language of mails.
    pub language: String,
    /// Hash of the password.
    pub password_hash: String,
}

/// A registration that waits, as stored: the fingerprint of its link only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
pub struct Registration {
    /// Id.
    pub id: RegistrationId,
    /// Mail address, in the form in which addresses are compared.
    pub mail: String,
    /// SHA-256 of the secret in the link.
    pub token_hash: String,
    /// What is to be made.
    #[diesel(column_name = doc)]
    pub founding: Json<Founding>,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it came.
    pub created_at: Timestamp,
}
