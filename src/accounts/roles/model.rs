//! A role granted to a person: its row, its view and what it must be bound to.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::accounts::principal::{OrgId, Role, UserId};
use crate::db::Timestamp;
use crate::db::schema::role_grants;
use crate::error::Message;
use crate::id_type;
use crate::records::parts::OwnerView;
use crate::reference::Reference;
use crate::validation::Checker;

id_type!(
    /// Id of a granted role.
    GrantId
);

/// A granted role as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = role_grants)]
pub struct RoleGrant {
    /// Id.
    pub id: GrantId,
    /// Who holds it.
    pub user_id: UserId,
    /// The role.
    pub role: Role,
    /// Organisation, for organisation roles and experts.
    pub org_id: Option<OrgId>,
    /// Town of a liaison, city or province of an officer.
    pub region_code: Option<String>,
    /// Who granted it; none for the service itself.
    pub granted_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// A role to grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantRole {
    /// The role.
    pub role: Role,
    /// Organisation: for `org_admin`, `org_member` and `expert`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org_id: Option<OrgId>,
    /// Town (9 digits) of a `liaison`; city (4 digits) or province (2 digits) of an `officer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
}

impl GrantRole {
    /// A role bound to nothing: that of a platform administrator.
    pub fn unbound(role: Role) -> Self {
        Self { role, org_id: None, region_code: None }
    }

    /// A role in an organisation.
    pub fn in_org(role: Role, org: OrgId) -> Self {
        Self { role, org_id: Some(org), region_code: None }
    }

    /// A role in a region.
    pub fn in_region(role: Role, code: &str) -> Self {
        Self { role, org_id: None, region_code: Some(code.to_owned()) }
    }
}

/// A role as shown.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RoleView {
    /// Id, for taking it away.
    pub id: GrantId,
    /// The role.
    pub role: Role,
    /// The organisation it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub org: Option<OwnerView>,
    /// Code of the region it is bound to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_code: Option<String>,
    /// Name of that region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region_name: Option<String>,
    /// When it was granted.
    pub created_at: Timestamp,
}

/// A person who brokers, as shown to those who have to do with them.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct BrokerView {
    /// Id.
    pub id: UserId,
    /// Name.
    pub name: String,
    /// Mail address.
    pub mail: String,
}

/// Whether a role is bound to an organisation.
pub fn is_org_role(role: Role) -> bool {
    matches!(role, Role::OrgAdmin | Role::OrgMember | Role::Expert)
}

/// Adds what is wrong with the binding of a role: each kind of role needs its own.
pub fn check(checker: &mut Checker, reference: &Reference, pointer: &str, grant: &GrantRole) {
    let (org, region) = (format!("{pointer}/org_id"), format!("{pointer}/region_code"));
    if is_org_role(grant.role) {
        checker.present(&org, grant.org_id.as_ref());
    } else {
        checker.ensure(grant.org_id.is_none(), &org, "field.not_for_this_role");
    }
    let levels: &[&str] = match grant.role {
        Role::Liaison => &["town"],
        Role::Officer => &["city", "province"],
        _ => &[],
    };
    match &grant.region_code {
        None => checker.ensure(levels.is_empty(), &region, "field.required"),
        Some(_) if levels.is_empty() => checker.fail(&region, "field.not_for_this_role"),
        Some(code) => match reference.region(code) {
            None => {
                checker.fail(&region, Message::new("field.unknown_code").with("code", code));
            }
            Some(found) => checker.ensure(
                levels.contains(&found.level.as_str()),
                &region,
                "field.wrong_level_of_region",
            ),
        },
    }
}
