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

    fn prepare(
        &self,
        plan: &Plan<'_>,
        owners: &mut Owners,
        row: Parsed,
    ) -> Result<Checked<CreateUser>> {
        let Parsed { kind, fields, mut wrong, .. } = row;
        let account = typed::<AccountRow>(kind, fields, &mut wrong).unwrap_or_default();
        let role = account.role.as_deref().unwrap_or_default();
        let known = role.parse::<Role>().ok();
        if known.is_none() && !role.is_empty() {
            let message = Message::new("field.unknown_code").with("code", role);
            wrong.push(FieldError::new("/role", message));
        }
        let org_id = match row.org.as_deref().map(|org| owners.find(plan, Some(org))).transpose()? {
            None => None,
            Some(Ok(org)) => Some(org.id),
            Some(Err(errors)) => {
                wrong.extend(errors);
                None
            }
        };
        let region_code = account.region_code.filter(|code| !code.is_empty());
        let roles = known.map(|role| GrantRole { role, org_id, region_code });
        let command = CreateUser {
            mail: account.login_mail.unwrap_or_default(),
            name: account.name.unwrap_or_default(),
            password: None,
            language: None,
            roles: roles.into_iter().collect(),
        };
        let mut errors =
            blame(accounts::users::ops::check(plan.app, &command))?.err().unwrap_or_default();
        if command.roles.is_empty() {
            errors.push(FieldError::new("/role", "field.required"));
        }
        for error in &mut errors {
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

/// The fields of a row, as text of tables or lines.
#[derive(Debug, Default, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
struct AccountRow {
    login_mail: Option<String>,
    name: Option<String>,
    role: Option<String>,
    region_code: Option<String>,
}

/// The field of a row that a field of the new account comes from.
fn pointer_of(pointer: &str) -> &str {
    match pointer {
        "/mail" => "/login_mail",
        _ => match pointer.strip_prefix("/roles/0/") {
            Some("org_id") => "/org",
            Some("region_code") => "/region_code",
            Some(_) => "/role",
            None => pointer,
        },
    }
}
