//! Who is asking: a signed-in person with the roles held, or nobody.

use std::net::IpAddr;

use crate::code_enum;
use crate::id_type;
use crate::idempotency::Claim;

id_type!(
    /// Id of a person's account.
    UserId
);
id_type!(
    /// Id of an organisation.
    OrgId
);
id_type!(
    /// Id of a session: one sign-in on one device, with its family of refresh tokens.
    SessionId
);

code_enum!(
    /// What a person may be. One person may hold several roles.
    Role {
        /// Manages an organisation's people and records.
        OrgAdmin = "org_admin",
        /// Works on an organisation's records.
        OrgMember = "org_member",
        /// Town science liaison (镇科技专员), bound to a town.
        Liaison = "liaison",
        /// Officer of a city or the province.
        Officer = "officer",
        /// Expert with a profile under an organisation.
        Expert = "expert",
        /// Runs the platform.
        PlatformAdmin = "platform_admin",
    }
);

/// One role with what it is bound to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleBinding {
    /// The role.
    pub role: Role,
    /// Organisation, for organisation roles and experts.
    pub org_id: Option<OrgId>,
    /// Whether that organisation has been verified.
    pub org_verified: bool,
    /// Town of a liaison (9 digits), city or province of an officer.
    pub region_code: Option<String>,
}

/// A signed-in person. Roles are read from the database at each request, so that taking one away
/// works at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The person's account.
    pub user_id: UserId,
    /// The session the token belongs to.
    pub session_id: SessionId,
    /// Display name.
    pub name: String,
    /// Roles held.
    pub roles: Vec<RoleBinding>,
}

impl Principal {
    /// Runs the platform.
    pub fn is_admin(&self) -> bool {
        self.has(Role::PlatformAdmin)
    }

    /// Holds the role, wherever it is bound.
    pub fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|binding| binding.role == role)
    }

    /// Brokers deals: a liaison or an officer.
    pub fn is_broker(&self) -> bool {
        self.has(Role::Liaison) || self.has(Role::Officer)
    }

    /// A real-name member: belongs to a verified organisation.
    pub fn is_member(&self) -> bool {
        self.roles.iter().any(|binding| binding.org_id.is_some() && binding.org_verified)
    }

    /// Organisations whose records are the person's own work. An expert's role alone does not
    /// open the organisation's other records.
    pub fn org_ids(&self) -> Vec<OrgId> {
        self.roles
            .iter()
            .filter(|b| matches!(b.role, Role::OrgAdmin | Role::OrgMember))
            .filter_map(|b| b.org_id)
            .collect()
    }

    /// Works for this organisation.
    pub fn works_for(&self, org: OrgId) -> bool {
        self.org_ids().contains(&org)
    }

    /// Manages this organisation.
    pub fn manages(&self, org: OrgId) -> bool {
        self.roles.iter().any(|b| b.role == Role::OrgAdmin && b.org_id == Some(org))
    }

    /// Codes of the regions the person reviews: a town, a city, the province.
    pub fn regions(&self) -> Vec<String> {
        self.roles
            .iter()
            .filter(|b| matches!(b.role, Role::Liaison | Role::Officer))
            .filter_map(|b| b.region_code.clone())
            .collect()
    }

    /// Is an officer of this region or of one that contains it.
    pub fn is_officer_of(&self, region_code: &str) -> bool {
        let mut regions = self
            .roles
            .iter()
            .filter(|b| b.role == Role::Officer)
            .filter_map(|b| b.region_code.as_deref());
        regions.any(|own| region_code.starts_with(own))
    }

    /// Is a liaison of this town.
    pub fn is_liaison_of(&self, town: &str) -> bool {
        let of_town = |b: &&RoleBinding| b.region_code.as_deref() == Some(town);
        self.roles.iter().filter(|b| b.role == Role::Liaison).any(|b| of_town(&b))
    }

    /// Reviews records of this region: its liaison, or an officer above it.
    pub fn reviews(&self, region_code: &str) -> bool {
        self.regions().iter().any(|own| region_code.starts_with(own.as_str()))
    }
}

/// Language of the answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Chinese, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// Tag of the message catalogue and of `Content-Language`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The language for a tag such as `en-GB` or `zh`; Chinese for anything else.
    pub fn from_tag(tag: &str) -> Self {
        if tag.trim().to_ascii_lowercase().starts_with("en") {
            Self::English
        } else {
            Self::Chinese
        }
    }
}

/// Everything about a request that rules and the audit log need.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The person, or nobody.
    pub principal: Option<Principal>,
    /// Network address the request came from.
    pub address: Option<IpAddr>,
    /// Id of the request, as answered in `X-Request-Id`.
    pub request_id: String,
    /// Language of the answer.
    pub language: Language,
    /// Key that the client gave to the write it asks for.
    pub idempotency: Option<Claim>,
}

impl Caller {
    /// The service itself: expiry, start-up, commands on the operator's terminal.
    pub fn system(request_id: &str) -> Self {
        Self {
            principal: Some(Principal {
                user_id: UserId(uuid::Uuid::nil()),
                session_id: SessionId(uuid::Uuid::nil()),
                name: "system".to_owned(),
                roles: vec![RoleBinding {
                    role: Role::PlatformAdmin,
                    org_id: None,
                    org_verified: false,
                    region_code: None,
                }],
            }),
            address: None,
            request_id: request_id.to_owned(),
            language: Language::Chinese,
            idempotency: None,
        }
    }

    /// Nobody in particular.
    pub fn anonymous() -> Self {
        Self {
            principal: None,
            address: None,
            request_id: String::new(),
            language: Language::Chinese,
            idempotency: None,
        }
    }

    /// The person's id for the log; `None` for the service itself and for visitors.
    pub fn actor_id(&self) -> Option<UserId> {
        self.principal.as_ref().map(|p| p.user_id).filter(|id| !id.0.is_nil())
    }

    /// The person, or "sign in first".
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::error::Error::Unauthenticated) for visitors.
    pub fn signed_in(&self) -> crate::error::Result<&Principal> {
        self.principal
            .as_ref()
            .ok_or_else(|| crate::error::Error::Unauthenticated("error.sign_in_first".into()))
    }

    /// Whether the caller runs the platform.
    pub fn is_admin(&self) -> bool {
        self.principal.as_ref().is_some_and(Principal::is_admin)
    }
}
