//! A link as stored.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, Role, UserId};
use crate::code_enum;
use crate::db::schema::one_time_tokens;
use crate::db::{Json, Timestamp};
use crate::id_type;

id_type!(
    /// Id of a link.
    LinkId
);

code_enum!(
    /// What a link is for.
    LinkPurpose {
        /// Shows that the mail address is the person's.
        VerifyMail = "verify_mail",
        /// Sets a password without knowing the old one.
        ResetPassword = "reset_password",
        /// Joins an organisation.
        Invitation = "invitation",
    }
);

/// What an invitation offers, and to whom.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Offer {
    /// Address it was sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mail: Option<String>,
    /// Role offered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
}

/// A link as stored: the fingerprint of its secret only.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = one_time_tokens)]
pub struct Link {
    /// Id.
    pub id: LinkId,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose; none for an invitation.
    pub user_id: Option<UserId>,
    /// Organisation of an invitation.
    pub org_id: Option<OrgId>,
    /// SHA-256 of the secret.
    pub token_hash: String,
    /// What an invitation offers.
    #[diesel(column_name = doc)]
    pub offer: Json<Offer>,
    /// End of validity.
    pub expires_at: Timestamp,
    /// When it was used.
    pub used_at: Option<Timestamp>,
    /// Who caused it.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Timestamp,
}
