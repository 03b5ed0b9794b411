//! Rows that become accounts. They come without passwords: each person is sent a link to set one.

use std::collections::HashSet;

use super::{Checked, Destination, Parsed, Plan, blame};
use crate::accounts;
use crate::accounts::principal::Role;
use crate::accounts::roles::model::GrantRole;
use crate::accounts::users::model::{CreateUser, normalized_mail};
use crate::error::{FieldError, Result};
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
        let text = |name: &str| {
            let value = row.fields.get(name).and_then(serde_json::Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        let Ok(role) = text("role").parse::<Role>() else {
            return Ok(Err(vec![FieldError::new("/role", "field.required")]));
        };
        let org_id = match row.org.as_deref() {
            None => None,
            Some(_) => match owners.find(plan, row.org.as_deref())? {
                Ok(org) => Some(org.id),
                Err(errors) => return Ok(Err(errors)),
            },
        };
        let region_code = Some(text("region_code")).filter(|code| !code.is_empty());
        let command = CreateUser {
            mail: text("login_mail"),
            name: text("name"),
            password: None,
            language: None,
            roles: vec![GrantRole { role, org_id, region_code }],
        };
        Ok(blame(accounts::users::ops::check(plan.app, &command))?.map(|()| command))
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
