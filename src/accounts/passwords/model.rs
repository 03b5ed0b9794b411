//! What is sent to change or reset a password. Not printable.

use serde::Deserialize;

/// A change of the caller's own password.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    /// The password until now.
    pub current_password: String,
    /// The password from now on.
    pub new_password: String,
}

/// Whose account a mail is wanted for.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MailAddress {
    /// Mail address of the account.
    pub mail: String,
}

/// A new password, with the secret of the link that was sent.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    /// `token` of the link.
    pub token: String,
    /// The password from now on.
    pub password: String,
}
