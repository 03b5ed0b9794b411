//! A person as a member of an organisation.

use serde::{Deserialize, Serialize};

use crate::accounts::principal::{Role, UserId};
use crate::accounts::roles::model::GrantId;
use crate::accounts::users::model::UserStatus;
use crate::db::Timestamp;

/// A role held in the organisation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MemberRole {
    /// Id, for taking it away.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// When it was granted.
    pub created_at: Timestamp,
}

/// A member of an organisation.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MemberView {
    /// The person.
    pub user_id: UserId,
    /// Display name.
    pub name: String,
    /// Mail address.
    pub mail: String,
    /// Whether the person may sign in.
    pub status: UserStatus,
    /// Roles held in the organisation.
    pub roles: Vec<MemberRole>,
}

/// Which page of the members to show.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListMembers {
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}
