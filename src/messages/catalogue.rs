//! Every message: which texts it has, where the shipped ones are, and what they may and must name.
//!
//! A new kind of notice is here by itself, with the values that its shipped text names. A new mail
//! needs its [`LetterKind`], an entry in `letter` and an arm in the preview; tests say what is missing.

use super::model::{Form, LetterKind, MessageKind};
use super::template;
use crate::accounts::principal::Language;
use crate::http::text;
use crate::notices::model::NoticeKind;

/// One text of a message.
#[derive(Debug, Clone)]
pub struct Part {
    /// Which.
    pub form: Form,
    /// Key of the shipped text.
    pub key: String,
    /// Names that it may use.
    pub variables: Vec<String>,
    /// Of each of these lists it must use one name: without its link a mail is of no use.
    pub required: Vec<Vec<&'static str>>,
}

/// Most times that a text may use one name.
pub const MOST_USES: usize = 5;

impl Part {
    /// The shipped text.
    pub fn shipped(&self, language: Language) -> String {
        text::text(&self.key, language).trim_end_matches('\n').to_owned()
    }

    /// Characters that it may have.
    pub fn longest(&self) -> usize {
        match self.form {
            Form::Subject => 150,
            Form::Line | Form::More => 300,
            Form::Item => 500,
            Form::Group => 1_000,
            Form::Body => 5_000,
        }
    }

    /// Whether it must be one line.
    pub fn is_one_line(&self) -> bool {
        matches!(self.form, Form::Line | Form::Subject)
    }
}

const LANGUAGES: [Language; 2] = [Language::Chinese, Language::English];

/// The texts of a message.
pub fn parts(kind: MessageKind) -> Vec<Part> {
    match kind {
        MessageKind::Notice(notice) => {
            let announced = notice.is_announced() || notice == NoticeKind::Test;
            notice_parts(notice.as_str(), announced, notice == NoticeKind::Test)
        }
        MessageKind::BothInterested => notice_parts(kind.as_str(), true, false),
        MessageKind::Letter(letter_kind) => letter(letter_kind),
    }
}

/// One text of a message.
pub fn part(kind: MessageKind, form: Form) -> Option<Part> {
    parts(kind).into_iter().find(|part| part.form == form)
}

/// The texts of a notice: those of the mail and of robots are the same for all, as shipped.
fn notice_parts(name: &str, announced: bool, test: bool) -> Vec<Part> {
    let key = format!("notice.kind.{name}");
    let mut own: Vec<String> = Vec::new();
    for language in LANGUAGES {
        for found in template::names(&text::text(&key, language)) {
            if !own.iter().any(|known| known == found) {
                own.push(found.to_owned());
            }
        }
    }
    let with = |more: &[&str]| -> Vec<String> {
        more.iter().map(|name| (*name).to_owned()).chain(own.clone()).collect()
    };
    let part = |form, key: &str, more: &[&str], required| Part {
        form,
        key: key.to_owned(),
        variables: with(more),
        required,
    };
    let line = part(Form::Line, &key, &[], Vec::new());
    // Its mail is a letter of its own.
    if name == NoticeKind::SubscriptionFound.as_str() {
        return vec![line];
    }
    let mut parts = vec![
        line,
        part(Form::Subject, "mail.notice.subject", &["text", "about"], Vec::new()),
        part(
            Form::Body,
            "mail.notice.body",
            &["name", "text", "about", "link", "lines", "settings"],
            vec![vec!["link", "lines"], vec!["settings"]],
        ),
    ];
    if test {
        parts.push(part(Form::Group, "notice.group_test", &["text"], Vec::new()));
    } else if announced {
        let required = vec![vec!["link"]];
        parts.push(part(Form::Group, "notice.group", &["text", "link"], required));
    }
    parts
}

/// The texts of any other mail: form, names it may use, names it must use.
fn letter(kind: LetterKind) -> Vec<Part> {
    type Spec = (Form, &'static [&'static str], &'static [&'static str]);
    use Form::{Body, Item, More, Subject};
    let specs: &[Spec] = match kind {
        LetterKind::Verification | LetterKind::Welcome => {
            &[(Subject, &["name"], &[]), (Body, &["name", "link", "days"], &["link"])]
        }
        LetterKind::Registration => {
            &[(Subject, &["name", "org"], &[]), (Body, &["name", "org", "link", "days"], &["link"])]
        }
        LetterKind::RegistrationsWaiting => &[
            (Subject, &[], &[]),
            (Body, &["items", "most"], &["items"]),
            (Item, &["org", "until", "link"], &["org", "link"]),
        ],
        LetterKind::AddressTaken => {
            &[(Subject, &["name"], &[]), (Body, &["name", "sign_in", "reset"], &["sign_in"])]
        }
        LetterKind::Reset => {
            &[(Subject, &["name"], &[]), (Body, &["name", "link", "hours"], &["link"])]
        }
        LetterKind::PasswordChanged => &[(Subject, &["name"], &[]), (Body, &["name"], &[])],
        LetterKind::Invitation => &[
            (Subject, &["org", "inviter", "role"], &[]),
            (Body, &["org", "inviter", "role", "link", "days"], &["link"]),
        ],
        LetterKind::Renewal => &[
            (Subject, &["name", "count"], &[]),
            (Body, &["name", "count", "lines"], &["lines"]),
            (Item, &["title", "code", "until", "link"], &["link"]),
            (More, &["count"], &["count"]),
        ],
        LetterKind::Subscription => &[
            (Subject, &["name", "subscription", "count"], &[]),
            (
                Body,
                &["name", "subscription", "count", "often", "lines", "own", "off"],
                &["lines", "off"],
            ),
            (Item, &["title", "grade", "link"], &["link"]),
            (More, &["count", "link"], &["link"]),
        ],
        LetterKind::Digest => &[
            (Subject, &["name", "count"], &[]),
            (Body, &["name", "count", "lines", "settings"], &["lines", "settings"]),
            (More, &["count", "link"], &["link"]),
        ],
    };
    let part = |(form, variables, required): &Spec| Part {
        form: *form,
        key: format!("mail.{kind}.{form}"),
        variables: variables.iter().map(|name| (*name).to_owned()).collect(),
        required: required.iter().map(|name| vec![*name]).collect(),
    };
    specs.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_message_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = MessageKind::all().iter().map(|kind| kind.as_str()).collect();
        assert_eq!(names.len(), MessageKind::all().len());
    }

    #[test]
    fn every_shipped_text_exists_in_both_languages_and_keeps_its_own_rules() {
        for kind in MessageKind::all() {
            for part in parts(kind) {
                for language in LANGUAGES {
                    let shipped = part.shipped(language);
                    let tag = language.tag();
                    assert!(!shipped.contains(&part.key), "{} has no text in {tag}", part.key);
                    template::pieces(&shipped).unwrap();
                    let names = template::names(&shipped);
                    for name in &names {
                        let known = part.variables.iter().any(|known| known == name);
                        assert!(known, "{kind}, {}, {tag}: %{{{name}}} is not listed", part.form);
                    }
                    for group in &part.required {
                        let used = group.iter().any(|name| names.contains(name));
                        assert!(used, "{kind}, {}, {tag}: none of {group:?}", part.form);
                    }
                    assert!(shipped.chars().count() <= part.longest(), "{kind} {}", part.form);
                }
            }
        }
    }

    #[test]
    fn every_value_is_explained_in_both_languages() {
        for kind in MessageKind::all() {
            for part in parts(kind) {
                for name in part.variables {
                    for language in LANGUAGES {
                        let key = format!("message.variable.{name}");
                        let said = text::text(&key, language);
                        assert!(!said.contains(&key), "{key} is missing: {kind}, {}", part.form);
                    }
                }
            }
        }
    }

    /// Mails in the catalogue of texts that have no letter could not be changed by anybody.
    #[test]
    fn every_mail_of_the_catalogue_is_a_letter() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("locales");
        let known: BTreeSet<&str> = LetterKind::ALL.iter().map(|kind| kind.as_str()).collect();
        let mut seen = 0;
        for entry in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let mails = text.lines().skip_while(|line| *line != "mail:").skip(1);
            for line in mails.take_while(|line| line.is_empty() || line.starts_with(' ')) {
                let name = line.strip_prefix("  ").filter(|rest| !rest.starts_with(' '));
                let Some(name) = name.and_then(|rest| rest.split(':').next()) else { continue };
                seen += 1;
                let fits = known.contains(name) || name == "notice";
                assert!(fits, "mail.{name} is no message: give it a LetterKind and say its texts");
            }
        }
        assert!(seen >= LetterKind::ALL.len(), "only {seen} mails found");
    }
}
