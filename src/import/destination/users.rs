//! Rows that become accounts. They come without passwords: each person is sent a link to set one.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame, together, typed};
use crate::accounts;
use crate::accounts::principal::Role;
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::{CreateUser, normalized_mail};
use crate::error::{FieldError, Message, Result};
use crate::import::owners::Owners;

/// Accounts.
pub struct Users;

impl Destination for Users {
    type Record = CreateUser;

    // Each account takes the lock of the logs: held over many, it could cross another import's.
    const TOGETHER: bool = false;

    fn prepare(
        &self,
        plan: &Plan<'_>,
        owners: &mut Owners,
        row: Parsed,
    ) -> Result<Checked<CreateUser>> {
        let Parsed { kind, fields, mut wrong, .. } = row;
        let named = row.org.as_deref().map(|org| owners.find(plan, Some(org))).transpose()?;
        let org_id = match named {
            None => None,
            Some(Ok(org)) => Some(org.id),
            Some(Err(errors)) => {
                wrong.extend(errors);
                None
            }
        };
        // Lines may also have the fields of the API.
        let as_api = ["mail", "roles"].iter().any(|name| fields.contains_key(*name));
        let mut command = match as_api {
            true => {
                let line = typed::<AccountLine>(kind, fields, &mut wrong).unwrap_or_default();
                line.account()
            }
            false => typed::<AccountRow>(kind, fields, &mut wrong)
                .unwrap_or_default()
                .account(&mut wrong),
        };
        for role in command.roles.iter_mut().filter(|role| role.org_id.is_none()) {
            role.org_id = org_id;
        }
        let checked = blame(accounts::users::ops::check(plan.app, &command))?;
        let mut errors = checked.err().unwrap_or_default();
        if command.roles.is_empty() {
            errors.push(FieldError::new("/roles", "field.required"));
        }
        for error in errors.iter_mut().filter(|_| !as_api) {
            error.pointer = pointer_of(&error.pointer).to_owned();
        }
        Ok(together(wrong, Err(errors)).map(|()| command))
    }

    fn key(record: &CreateUser) -> String {
        normalized_mail(&record.mail)
    }

    fn known(&self, plan: &Plan<'_>, keys: &[String]) -> Result<HashSet<String>> {
        plan.app.db.read(|db| accounts::users::ops::known_mails(db, keys))
    }

    fn write(&self, plan: &Plan<'_>, records: &[CreateUser]) -> Result<()> {
        for command in records {
            accounts::users::ops::create_user(plan.app, plan.caller, command)?;
        }
        Ok(())
    }
}

/// The fields of a row of a table.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccountRow {
    login_mail: Option<String>,
    name: Option<String>,
    role: Option<String>,
    region_code: Option<String>,
}

impl AccountRow {
    fn account(self, wrong: &mut Vec<FieldError>) -> CreateUser {
        let role = self.role.unwrap_or_default();
        let known = role.parse::<Role>().ok();
        if known.is_none() && !role.is_empty() {
            let message = Message::new("field.unknown_code").with("code", role);
            wrong.push(FieldError::new("/role", message));
        }
        let region_code = self.region_code.filter(|code| !code.is_empty());
        let roles = known.map(|role| GrantRole { role, org_id: None, region_code });
        let roles = roles.into_iter().collect();
        AccountLine { mail: self.login_mail, name: self.name, language: None, roles }.account()
    }
}

/// The fields of a line, as the API has them but for the password.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccountLine {
    mail: Option<String>,
    name: Option<String>,
    language: Option<String>,
    roles: Vec<GrantRole>,
}

impl AccountLine {
    fn account(self) -> CreateUser {
        CreateUser {
            mail: self.mail.unwrap_or_default(),
            name: self.name.unwrap_or_default(),
            password: None,
            language: self.language,
            roles: self.roles,
        }
    }
}

/// The field of a row that a field of the new account comes from.
fn pointer_of(pointer: &str) -> &str {
    match pointer {
        "/mail" => "/login_mail",
        "/roles" => "/role",
        _ => match pointer.strip_prefix("/roles/0/") {
            Some("org_id") => "/org",
            Some("region_code") => "/region_code",
            Some(_) => "/role",
            None => pointer,
        },
    }
}
