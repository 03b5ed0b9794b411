//! Messages by name, their templates as stored and as shown.

use std::collections::BTreeMap;
use std::fmt;

use diesel::prelude::*;
use serde::{Deserialize, Serialize, Serializer};

use crate::accounts::principal::{Language, UserId};
use crate::db::Timestamp;
use crate::db::schema::message_templates;
use crate::db::types::Json;
use crate::notices::model::NoticeKind;
use crate::{code_enum, id_type};

id_type!(
    /// Id of a saved template.
    TemplateId
);

code_enum!(
    /// Mails that are no notices.
    LetterKind {
        /// Verifies the address of an account.
        Verification = "verification",
        /// Confirms a registration.
        Registration = "registration",
        /// Lists the registrations that wait for an address.
        RegistrationsWaiting = "registrations_waiting",
        /// Tells that the address has an account already.
        AddressTaken = "address_taken",
        /// Lets a person set a new password.
        Reset = "reset",
        /// Tells of an account made by an administrator.
        Welcome = "welcome",
        /// Tells that the password was changed.
        PasswordChanged = "password_changed",
        /// Invites to an organisation.
        Invitation = "invitation",
        /// Asks whether records are still open.
        Renewal = "renewal",
        /// What has been found for a subscription.
        Subscription = "subscription",
        /// The notices of a day.
        Digest = "digest",
    }
);

code_enum!(
    /// A text of a message.
    Form {
        /// One line: the inbox, and within mails.
        Line = "line",
        /// Subject of the mail.
        Subject = "subject",
        /// The mail, plain text.
        Body = "body",
        /// What is said for each entry of a list in the mail.
        Item = "item",
        /// What stands for the entries that a mail leaves out.
        More = "more",
        /// What a group robot says.
        Group = "group",
    }
);

code_enum!(
    /// Invented values that a preview is made with.
    Sample {
        /// Such as are usual.
        Usual = "usual",
        /// Such as try to be more than text: markup, mentions, links, line breaks.
        Nasty = "nasty",
    }
);

/// A message that the service sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MessageKind {
    /// A notice.
    Notice(NoticeKind),
    /// The notice that with the second answer both sides are interested.
    BothInterested,
    /// Any other mail.
    Letter(LetterKind),
}

/// Name of [`MessageKind::BothInterested`].
const BOTH_INTERESTED: &str = "case_mutual";

impl MessageKind {
    /// Every message: a new kind of notice is one by itself.
    pub fn all() -> Vec<Self> {
        let notices = NoticeKind::ALL.iter().copied().map(Self::Notice);
        let letters = LetterKind::ALL.iter().copied().map(Self::Letter);
        notices.chain([Self::BothInterested]).chain(letters).collect()
    }

    /// Its name in the API and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notice(kind) => kind.as_str(),
            Self::BothInterested => BOTH_INTERESTED,
            Self::Letter(kind) => kind.as_str(),
        }
    }
}

impl fmt::Display for MessageKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for MessageKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::all().into_iter().find(|kind| kind.as_str() == text);
        found.ok_or_else(|| format!("unknown message {text:?}"))
    }
}

impl Serialize for MessageKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// Own texts of a message in one language, by [`Form`]. What is left out is the shipped text.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateTexts {
    /// One line: the inbox, and within mails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<String>,
    /// Subject of the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The mail, plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What is said for each entry of a list in the mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// What stands for the entries that a mail leaves out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<String>,
    /// What a group robot says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl TemplateTexts {
    /// The own text of a form.
    pub fn get(&self, form: Form) -> Option<&str> {
        let text = match form {
            Form::Line => &self.line,
            Form::Subject => &self.subject,
            Form::Body => &self.body,
            Form::Item => &self.item,
            Form::More => &self.more,
            Form::Group => &self.group,
        };
        text.as_deref()
    }

    /// Puts a text in place, or takes it out.
    pub fn set(&mut self, form: Form, text: Option<String>) {
        *match form {
            Form::Line => &mut self.line,
            Form::Subject => &mut self.subject,
            Form::Body => &mut self.body,
            Form::Item => &mut self.item,
            Form::More => &mut self.more,
            Form::Group => &mut self.group,
        } = text;
    }

    /// Whether all texts are the shipped ones.
    pub fn is_empty(&self) -> bool {
        Form::ALL.iter().all(|form| self.get(*form).is_none())
    }
}

/// A save of the texts of a message, as stored.
#[derive(Debug, Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = message_templates)]
pub struct Template {
    /// Id.
    pub id: TemplateId,
    /// Name of the message; one that a later release knows may stand there as well.
    pub kind: String,
    /// Tag of the language.
    pub language: String,
    /// Number of the save, from 1.
    pub version: i32,
    /// Whether it is the last one.
    pub in_force: bool,
    /// Own texts; none when the shipped ones were taken again.
    pub texts: Json<TemplateTexts>,
    /// The shipped texts at that time, by form.
    pub shipped: Json<BTreeMap<String, String>>,
    /// Who saved it.
    pub saved_by: Option<UserId>,
    /// When.
    pub created_at: Timestamp,
}

/// A message in a language, by the path of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The message.
    pub kind: MessageKind,
    /// The language of its texts.
    pub language: Language,
}

/// A message in a list.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TemplateSummary {
    /// Name of the message.
    #[schema(value_type = String)]
    pub kind: MessageKind,
    /// Language of the texts: `zh-CN` or `en`.
    pub language: &'static str,
    /// The message by its first shipped text, in the language of the request.
    pub title: String,
    /// Number of the last save; 0 when there was none.
    pub version: i32,
    /// Whether a text is an own one.
    pub own: bool,
    /// Whether the shipped text behind an own one has changed since that was saved.
    pub shipped_moved: bool,
    /// When it was saved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_at: Option<Timestamp>,
}

/// A value that a text may name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct VariableView {
    /// Name, written `%{name}` in the text.
    pub name: String,
    /// What it stands for.
    pub meaning: String,
}

/// One text of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PartView {
    /// Which.
    pub form: Form,
    /// The text in force.
    pub text: String,
    /// The shipped text.
    pub shipped: String,
    /// Whether the text in force is an own one.
    pub own: bool,
    /// The shipped text as it was when the own one was saved, if it has changed since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shipped_before: Option<String>,
    /// Values that it may name.
    pub variables: Vec<VariableView>,
    /// Names of which it must name at least one, for each entry.
    pub required: Vec<Vec<&'static str>>,
    /// Characters that it may have.
    pub longest: usize,
}

/// The texts of a message in a language.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateView {
    /// Name of the message.
    #[schema(value_type = String)]
    pub kind: MessageKind,
    /// Language of the texts: `zh-CN` or `en`.
    pub language: &'static str,
    /// Number of the last save, to be named in `If-Match`; 0 when there was none.
    pub version: i32,
    /// Its texts.
    pub parts: Vec<PartView>,
    /// When it was saved last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_at: Option<Timestamp>,
}

/// A save of the texts of a message.
#[derive(Debug, Clone, PartialEq, Serialize, utoipa::ToSchema)]
pub struct TemplateVersion {
    /// Its number.
    pub version: i32,
    /// Its own texts; none when the shipped ones were taken again.
    pub texts: TemplateTexts,
    /// Who saved it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by: Option<UserId>,
    /// Name of that person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub saved_by_name: Option<String>,
    /// When.
    pub saved_at: Timestamp,
}

/// Texts to be looked at before they are saved.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewTemplate {
    /// Own texts; what is left out is the shipped text. Without any, the texts in force are shown.
    #[serde(default)]
    pub texts: Option<TemplateTexts>,
    /// Which values to put in: the usual ones, unless said otherwise.
    #[serde(default)]
    pub sample: Option<Sample>,
}

/// A text as it would go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct PreviewPart {
    /// Which text it comes from: `line` for the inbox, `subject` and `body` for mail, `group` for robots.
    pub form: Form,
    /// The text.
    pub text: String,
}

/// A message as it would go out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Preview {
    /// Values that were put in.
    pub sample: Sample,
    /// Its texts.
    pub parts: Vec<PreviewPart>,
}

/// Takes the texts of an earlier save again.
#[derive(Debug, Clone, Copy, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RestoreTemplate {
    /// Number of that save; 0 for the shipped texts.
    pub version: i32,
}
