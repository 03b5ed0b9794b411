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

/// A registration. It has no password: whoever writes it need not own the address, so that the
/// password is chosen with the link.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The organisation.
    pub organization: OrganizationFields,
    /// Name of the person who will manage it.
    pub name: String,
    /// Mail address to sign in with; a link that completes the registration is sent there.
    pub mail: String,
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

/// The secret of a link that verifies an address, with the password where it is still to be chosen.
/// Not printable.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyMail {
    /// `token` of the link.
    pub token: String,
    /// The password to sign in with: needed for the link of a registration, which makes the account,
    /// and refused with the link of an account.
    #[serde(default)]
    pub password: Option<String>,
    /// Version of the text on personal data (`GET /consent-texts`, `account`) that the person agrees
    /// to: needed for the link of a registration.
    #[serde(default)]
    pub consent: Option<String>,
}

/// What is shown of a registration to whoever has its link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingRegistration {
    /// Name of the organisation.
    pub org: String,
    /// Its credit code.
    pub uscc: String,
    /// Name of the person who is to manage it.
    pub name: String,
    /// Mail address to sign in with.
    pub mail: String,
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
}

/// A registration that waits, as stored: the fingerprint of its link only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = registrations)]
pub struct Registration {
    /// Id.
    pub id: RegistrationId,
    /// Mail address, in the form in which addresses are compared.
    pub mail: String,
    /// SHA-256 of the secret in the first link; those of further ones lie in a table of their own.
    pub token_hash: String,
    /// What is to be made.
    #[diesel(column_name = doc)]
    pub founding: Json<Founding>,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it came.
    pub created_at: Timestamp,
}
