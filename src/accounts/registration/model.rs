//! What is sent to register, and what is answered.

use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, UserId};
use crate::organizations::model::{OrgStatus, OrganizationFields};

/// A registration.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The organisation.
    pub organization: OrganizationFields,
    /// Name of the person who will manage it.
    pub name: String,
    /// Mail address to sign in with; a link to verify it is sent there.
    pub mail: String,
    /// Password.
    pub password: String,
    /// Language of mails: `zh-CN` or `en`; by default that of the request.
    #[serde(default)]
    pub language: Option<String>,
}

/// What has been registered.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Registered {
    /// The organisation.
    pub org_id: OrgId,
    /// Its readable code.
    pub org_code: String,
    /// Its state: waits for review.
    pub org_status: OrgStatus,
    /// The person.
    pub user_id: UserId,
}
