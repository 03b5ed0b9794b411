//! People who are signed in.

use std::sync::atomic::{AtomicU32, Ordering};

use townbridge::accounts::ops::{create_user, open_session};
use townbridge::accounts::principal::{Caller, OrgId, Role, UserId};
use townbridge::accounts::roles::model::GrantRole;
use townbridge::accounts::users::model::CreateUser;

use super::{Client, TestApp};

static COUNT: AtomicU32 = AtomicU32::new(1);

/// Version of the text on personal data that is shipped.
pub const CONSENT: &str = "2026-11";
/// The password of whoever has one.
pub const PASSWORD: &str = "correct horse battery";

/// Somebody who can sign in with [`PASSWORD`].
#[derive(Debug, Clone)]
pub struct Account {
    /// Id.
    pub id: UserId,
    /// Mail address to sign in with.
    pub mail: String,
}

impl TestApp {
    /// An account with these roles and a password.
    pub fn account(&self, roles: &[GrantRole]) -> Account {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let command = CreateUser {
            mail: format!("account{number}@example.com"),
            name: format!("第{number}人"),
            password: Some(PASSWORD.to_owned()),
            language: None,
            roles: roles.to_vec(),
        };
        let user = create_user(self.service(), &Caller::system("test"), &command).unwrap();
        Account { id: user.id, mail: user.mail }
    }

    /// The owner of an account, in a new session.
    pub fn client(&self, account: &Account) -> Client {
        let tokens = open_session(self.service(), &Caller::anonymous(), account.id, None).unwrap();
        self.with_token(tokens.access_token)
    }

    /// Somebody new with these roles, signed in.
    pub fn person(&self, name: &str, roles: Vec<GrantRole>) -> Client {
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let command = CreateUser {
            mail: format!("person{number}@example.com"),
            name: name.to_owned(),
            password: None,
            language: None,
            roles,
        };
        let user = create_user(self.service(), &Caller::system("test"), &command).unwrap();
        let tokens = open_session(self.service(), &Caller::anonymous(), user.id, None).unwrap();
        self.with_token(tokens.access_token)
    }

    /// A platform administrator.
    pub fn admin(&self) -> Client {
        self.person("管理员", vec![GrantRole::unbound(Role::PlatformAdmin)])
    }

    /// A town science liaison.
    pub fn liaison(&self, town: &str) -> Client {
        self.person("科技专员", vec![GrantRole::in_region(Role::Liaison, town)])
    }

    /// An officer of a city or the province.
    pub fn officer(&self, region: &str) -> Client {
        self.person("主管", vec![GrantRole::in_region(Role::Officer, region)])
    }

    /// Somebody who manages an organisation.
    pub fn org_admin(&self, org: OrgId) -> Client {
        self.person("单位管理员", vec![GrantRole::in_org(Role::OrgAdmin, org)])
    }

    /// Somebody who works for an organisation.
    pub fn org_member(&self, org: OrgId) -> Client {
        self.person("单位成员", vec![GrantRole::in_org(Role::OrgMember, org)])
    }
}
