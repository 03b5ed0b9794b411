//! The texts in force, and messages made of them.

use std::collections::HashMap;

use super::catalogue::{self, Part};
use super::escape::{self, Values};
use super::model::{Form, Key, LetterKind, MessageKind, Template, TemplateTexts};
use super::rules;
use super::template;
use crate::accounts::principal::Language;
use crate::outbound::ops::Letter;

/// The own texts of all messages; where there is none, the shipped one holds.
#[derive(Debug, Clone, Default)]
pub struct Texts(HashMap<(String, String), TemplateTexts>);

impl Texts {
    pub(super) fn of(rows: Vec<Template>) -> Self {
        let own = rows.into_iter().map(|row| ((row.kind, row.language), row.texts.0));
        Self(own.collect())
    }

    /// The same with other texts for one message.
    #[must_use]
    pub(super) fn with(mut self, key: Key, texts: TemplateTexts) -> Self {
        let name = (key.kind.as_str().to_owned(), key.language.tag().to_owned());
        self.0.insert(name, texts);
        self
    }

    /// The own text of a part, while it keeps the rules: a release may know other values than the one
    /// under which it was saved.
    pub(super) fn own(&self, key: Key, part: &Part) -> Option<String> {
        let name = (key.kind.as_str().to_owned(), key.language.tag().to_owned());
        let text = self.0.get(&name)?.get(part.form)?;
        rules::holds(part, text).then(|| text.to_owned())
    }

    /// The template in force of a part.
    pub(super) fn template(&self, key: Key, part: &Part) -> String {
        self.own(key, part).unwrap_or_else(|| part.shipped(key.language))
    }

    /// A text of a message; empty when the message has none of that form.
    pub fn say(
        &self,
        kind: MessageKind,
        form: Form,
        language: Language,
        values: &Values,
    ) -> String {
        let Some(part) = catalogue::part(kind, form) else { return String::new() };
        let template = self.template(Key { kind, language }, &part);
        let filled = template::fill(&template, |name| {
            let value = values.shown(name, form);
            if value.is_none() {
                tracing::error!(message = %kind, %form, name, "a message has no such value");
            }
            value
        });
        if part.is_one_line() { escape::one_line(&filled) } else { filled }
    }

    /// The mail of a message.
    pub fn mail(&self, kind: MessageKind, language: Language, values: &Values) -> Letter {
        Letter {
            subject: self.say(kind, Form::Subject, language, values),
            body: self.say(kind, Form::Body, language, values) + "\n",
        }
    }

    /// A mail that is no notice.
    pub fn letter(&self, kind: LetterKind, language: Language, values: &Values) -> Letter {
        self.mail(MessageKind::Letter(kind), language, values)
    }

    /// A text of a mail that is no notice.
    pub fn in_letter(
        &self,
        (kind, form): (LetterKind, Form),
        language: Language,
        values: &Values,
    ) -> String {
        self.say(MessageKind::Letter(kind), form, language, values)
    }
}
