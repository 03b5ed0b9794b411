//! Callers of every kind, for use cases that are called directly.

use townbridge::accounts::principal::{
    Caller, OrgId, Principal, Role, RoleBinding, SessionId, UserId,
};

fn with(binding: RoleBinding) -> Caller {
    Caller {
        principal: Some(Principal {
            user_id: UserId::new(),
            session_id: SessionId::new(),
            name: "测试".to_owned(),
            roles: vec![binding],
        }),
        ..Caller::anonymous()
    }
}

/// Works for a verified organisation.
pub fn member(org: OrgId) -> Caller {
    with(RoleBinding {
        role: Role::OrgMember,
        org_id: Some(org),
        org_verified: true,
        region_code: None,
    })
}

/// The liaison of a town.
pub fn liaison(town: &str) -> Caller {
    with(RoleBinding {
        role: Role::Liaison,
        org_id: None,
        org_verified: false,
        region_code: Some(town.to_owned()),
    })
}
