//! A person's account: its row and its views.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::accounts::principal::{Language, OrgId, Role, UserId};
use crate::accounts::roles::model::{GrantRole, RoleView};
use crate::code_enum;
use crate::db::Timestamp;
use crate::db::schema::users;
use crate::error::Result;
use crate::validation::Checker;

code_enum!(
    /// Whether a person may sign in.
    UserStatus {
        /// May sign in.
        Active = "active",
        /// Barred by an administrator.
        Disabled = "disabled",
    }
);

/// An account as stored. Not printable: it holds the password hash.
#[derive(Clone, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = users, treat_none_as_null = true)]
pub struct User {
    /// Id.
    pub id: UserId,
    /// Mail address to sign in with, in lower case.
    pub login_mail: String,
    /// Display name.
    pub name: String,
    /// PHC string; none until a password is set.
    pub password_hash: Option<String>,
    /// Tag of the language of mails.
    pub language: String,
    /// Whether the person may sign in.
    pub status: UserStatus,
    /// When the address was shown to be the person's.
    pub mail_verified_at: Option<Timestamp>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When the person was taken out of it.
    pub erased_at: Option<Timestamp>,
}

impl User {
    /// Language of mails to the person.
    pub fn language(&self) -> Language {
        Language::from_tag(&self.language)
    }
}

/// An account to create, by an administrator or on the operator's terminal.
#[derive(Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUser {
    /// Mail address to sign in with.
    pub mail: String,
    /// Display name.
    pub name: String,
    /// Password; without one the person is sent a link to set it.
    #[serde(default)]
    pub password: Option<String>,
    /// Language of mails: `zh-CN` (default) or `en`.
    #[serde(default)]
    pub language: Option<String>,
    /// Roles to begin with.
    #[serde(default)]
    pub roles: Vec<GrantRole>,
}

/// An account as shown to the person, administrators and officers.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct UserView {
    /// Id.
    pub id: UserId,
    /// Mail address to sign in with.
    pub mail: String,
    /// Display name.
    pub name: String,
    /// Language of mails.
    pub language: String,
    /// Whether the person may sign in.
    pub status: UserStatus,
    /// When the address was shown to be the person's.
    pub mail_verified_at: Option<Timestamp>,
    /// Roles held.
    pub roles: Vec<RoleView>,
    /// Number of the version, from 1.
    pub version: i32,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// When the person was taken out of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub erased_at: Option<Timestamp>,
}

/// The form in which mail addresses are compared: trimmed, in lower case.
pub fn normalized_mail(mail: &str) -> String {
    mail.trim().to_lowercase()
}

/// Adds what is wrong with a mail address that an account is to have.
pub fn check_mail(checker: &mut Checker, pointer: &str, mail: &str) {
    checker.length(pointer, Some(mail), 0, 254);
    checker.mail(pointer, Some(mail.trim()));
}

/// Adds what is wrong with a display name.
pub fn check_name(checker: &mut Checker, pointer: &str, name: &str) {
    checker.name(pointer, Some(name));
    checker.line(pointer, Some(name), 0, 60);
}

/// Adds an error unless the tag is that of a language we speak.
pub fn check_language(checker: &mut Checker, pointer: &str, tag: Option<&str>) {
    if let Some(tag) = tag {
        let known = [Language::Chinese, Language::English].iter().any(|one| one.tag() == tag);
        checker.ensure(
            known,
            pointer,
            crate::error::Message::new("field.unknown_code").with("code", tag),
        );
    }
}

/// What a person may change of the own account.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonFields {
    /// Display name.
    pub name: Option<String>,
    /// Language of mails: `zh-CN` or `en`.
    pub language: Option<String>,
}

/// What an administrator may change of an account.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserFields {
    /// Display name.
    pub name: Option<String>,
    /// Language of mails: `zh-CN` or `en`.
    pub language: Option<String>,
    /// `disabled` bars the person and ends all sessions.
    pub status: Option<UserStatus>,
}

/// Checks and sets fields; returns what has changed, for the log.
///
/// # Errors
/// [`Error::Invalid`](crate::error::Error::Invalid) with every field that cannot be.
pub fn apply(user: &mut User, fields: UserFields) -> Result<Value> {
    let mut checker = Checker::default();
    check_name(&mut checker, "/name", fields.name.as_deref().unwrap_or_default());
    checker.present("/language", fields.language.as_ref());
    check_language(&mut checker, "/language", fields.language.as_deref());
    checker.present("/status", fields.status.as_ref());
    checker.finish()?;
    let mut changes = serde_json::Map::new();
    if let Some(name) = fields.name.map(|name| name.trim().to_owned())
        && name != user.name
    {
        // Under the name by which the log knows personal data, which it does not keep.
        let pair = json!({ "before": user.name, "after": name });
        changes.insert("name_of_person".to_owned(), pair);
        user.name = name;
    }
    if let Some(language) = fields.language
        && language != user.language
    {
        let pair = json!({ "before": user.language, "after": language });
        changes.insert("language".to_owned(), pair);
        user.language = language;
    }
    if let Some(status) = fields.status
        && status != user.status
    {
        changes.insert("status".to_owned(), json!({ "before": user.status, "after": status }));
        user.status = status;
    }
    Ok(Value::Object(changes))
}

/// Which accounts to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListUsers {
    /// Part of the name or the mail address: for administrators.
    pub q: Option<String>,
    /// Exactly this mail address.
    pub mail: Option<String>,
    /// Only in this state.
    pub status: Option<UserStatus>,
    /// Only who holds this role.
    pub role: Option<Role>,
    /// Only who holds a role in this organisation.
    pub org_id: Option<OrgId>,
    /// Only who holds a role in an organisation with this in its name.
    pub org: Option<String>,
    /// Only who holds a role in this region or below.
    pub region: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}
