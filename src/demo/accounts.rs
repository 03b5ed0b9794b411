//! The people of the demonstration.

use std::collections::HashMap;

use super::files::{self, DemoRole, DemoUser, OrgsByKey};
use super::unknown_org;
use crate::accounts::principal::{Caller, Principal, Role, RoleBinding, SessionId};
use crate::accounts::privacy::consents;
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::CreateUser;
use crate::accounts::users::ops::create_user;
use crate::app::App;
use crate::error::{Error, Result};

/// An account to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoAccount {
    /// The role held.
    pub role: Role,
    /// Name of the organisation or code of the region it is bound to; empty for the platform.
    pub place: String,
    /// Mail address to sign in with.
    pub mail: String,
    /// Password as loaded.
    pub password: String,
}

/// Who acts in the histories of the records.
pub(super) struct People {
    /// Those who write for an organisation, by its key.
    authors: HashMap<String, Caller>,
    /// Those who review a region, with its code.
    reviewers: Vec<(String, Caller)>,
    system: Caller,
}

impl People {
    /// Who writes for an organisation.
    pub(super) fn author(&self, org: &str) -> &Caller {
        self.authors.get(org).unwrap_or(&self.system)
    }

    /// Who reviews a region: the nearest.
    pub(super) fn reviewer(&self, region: &str) -> &Caller {
        let reviewing = self.reviewers.iter().filter(|(code, _)| region.starts_with(code.as_str()));
        reviewing.max_by_key(|(code, _)| code.len()).map_or(&self.system, |(_, caller)| caller)
    }
}

/// Creates the accounts. Hashing passwords takes nearly all of the time, so several threads do it.
pub(super) fn enter(app: &App, caller: &Caller, orgs: &OrgsByKey) -> Result<People> {
    let users = files::users()?;
    let threads = crate::turns::cores().min(4);
    let share = users.len().div_ceil(threads).max(1);
    let created: Vec<Result<Vec<Caller>>> = std::thread::scope(|scope| {
        let workers: Vec<_> = users
            .chunks(share)
            .map(|part| {
                scope.spawn(move || {
                    part.iter().map(|user| create(app, caller, orgs, user)).collect()
                })
            })
            .collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, Result<Vec<Caller>>>| {
            worker.join().unwrap_or_else(|_| Err(Error::internal("a worker of the demo failed")))
        };
        workers.into_iter().map(join).collect()
    });
    let callers: Vec<Caller> =
        created.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    Ok(people(&users, callers))
}

fn create(app: &App, caller: &Caller, orgs: &OrgsByKey, user: &DemoUser) -> Result<Caller> {
    let command = CreateUser {
        mail: user.login_mail.clone(),
        name: user.name.clone(),
        password: Some(user.password.clone()),
        language: None,
        roles: user.roles.iter().map(|role| grant(orgs, role)).collect::<Result<_>>()?,
    };
    let view = create_user(app, caller, &command)?;
    // Invented people have read the text; nobody is to be asked before the demonstration begins.
    app.db.write(|db| consents::agreed(app, db, caller, view.id))?;
    let mut own = caller.clone();
    own.principal = Some(Principal {
        user_id: view.id,
        session_id: SessionId(uuid::Uuid::nil()),
        name: view.name,
        roles: command.roles.iter().map(binding).collect(),
    });
    Ok(own)
}

/// A role as it is held once the organisation has been checked.
fn binding(grant: &GrantRole) -> RoleBinding {
    RoleBinding {
        role: grant.role,
        org_id: grant.org_id,
        org_verified: grant.org_id.is_some(),
        region_code: grant.region_code.clone(),
    }
}

fn grant(orgs: &OrgsByKey, role: &DemoRole) -> Result<GrantRole> {
    let org = match &role.org {
        Some(key) => Some(orgs.get(key).ok_or_else(|| unknown_org(key))?.id),
        None => None,
    };
    let region_code = role.town_code.clone().or_else(|| role.region_code.clone());
    Ok(GrantRole { role: role.role, org_id: org, region_code })
}

fn people(users: &[DemoUser], callers: Vec<Caller>) -> People {
    let mut people =
        People { authors: HashMap::new(), reviewers: Vec::new(), system: Caller::system("demo") };
    for (user, caller) in users.iter().zip(callers) {
        for role in &user.roles {
            match (role.role, &role.org, role.town_code.as_ref().or(role.region_code.as_ref())) {
                (Role::OrgAdmin, Some(org), _) => {
                    people.authors.insert(org.clone(), caller.clone());
                }
                (Role::Liaison | Role::Officer, _, Some(code)) => {
                    people.reviewers.push((code.clone(), caller.clone()));
                }
                _ => {}
            }
        }
    }
    people
}

/// One account of each kind: for roles in organisations, one of a firm and one of an institute.
pub(super) fn to_try() -> Result<Vec<DemoAccount>> {
    let names: HashMap<String, String> = files::organizations()?
        .into_iter()
        .map(|(key, fields)| (key, fields.name.unwrap_or_default()))
        .collect();
    let mut kinds = Vec::new();
    let mut accounts = Vec::new();
    for user in files::users()? {
        let Some(role) = user.roles.first() else { continue };
        let org = role.org.as_deref().unwrap_or_default();
        let code = role.town_code.as_deref().or(role.region_code.as_deref()).unwrap_or_default();
        // The letter before the dash of a key tells firms, universities, institutes, … apart.
        let side = if org.is_empty() {
            ""
        } else if org.starts_with('f') {
            "firm"
        } else {
            "other"
        };
        let kind = (role.role, side, code.len());
        if kinds.contains(&kind) {
            continue;
        }
        kinds.push(kind);
        accounts.push(DemoAccount {
            role: role.role,
            place: names.get(org).cloned().unwrap_or_else(|| code.to_owned()),
            mail: user.login_mail.clone(),
            password: user.password.clone(),
        });
    }
    Ok(accounts)
}
