//! Texts of the mails about accounts, in the reader's language. Plain text, so that a name cannot
//! be more than a name.

use super::principal::{Language, Role};
use crate::app::App;
use crate::db::Timestamp;
use crate::http::text;
use crate::messages::model::{Form, LetterKind};
use crate::messages::{Texts, Values};
use crate::outbound::addresses;
use crate::outbound::ops::Letter;
use crate::validation::steers;

/// Somebody else's text within ours: one line, not too long, nothing that turns the direction of what
/// stands behind it, and nothing that mail programs turn into a link to elsewhere.
pub(crate) fn plain(name: &str) -> String {
    let line: String = name
        .chars()
        .filter(|letter| letter.is_control() || !steers(*letter))
        .map(|letter| if letter.is_control() || letter.is_whitespace() { ' ' } else { letter })
        .take(100)
        .collect();
    line.replace("://", " ").replace("www.", "www ").trim().to_owned()
}

fn link(app: &App, page: &str, secret: &str) -> String {
    addresses::page(app, &format!("/{page}?token={secret}"))
}

/// Asks a person to show that the address is theirs.
pub fn verification(
    app: &App,
    texts: &Texts,
    language: Language,
    name: &str,
    secret: &str,
) -> Letter {
    let values = Values::default()
        .foreign("name", name)
        .own("link", link(app, "verify", secret))
        .own("days", app.config.accounts.link_days);
    texts.letter(LetterKind::Verification, language, &values)
}

/// Lets a person who has registered an organisation show that the address is theirs.
pub fn registration(
    app: &App,
    texts: &Texts,
    language: Language,
    (name, org): (&str, &str),
    secret: &str,
) -> Letter {
    let values = Values::default()
        .foreign("name", name)
        .foreign("org", org)
        .own("link", link(app, "verify", secret))
        .own("days", app.config.accounts.link_days);
    texts.letter(LetterKind::Registration, language, &values)
}

/// Lists the registrations that wait for a person to show that the address is theirs: name of the
/// organisation, end and link of each.
pub fn registrations_waiting(
    app: &App,
    texts: &Texts,
    language: Language,
    most: usize,
    waiting: &[(&str, Timestamp, String)],
) -> Letter {
    let kind = LetterKind::RegistrationsWaiting;
    let item = |(org, until, secret): &(&str, Timestamp, String)| {
        let values = Values::default()
            .foreign("org", org)
            .own("until", until.0.format("%Y-%m-%d %H:%M UTC"))
            .own("link", link(app, "verify", secret));
        texts.in_letter((kind, Form::Item), language, &values) + "\n"
    };
    let items: Vec<String> = waiting.iter().map(item).collect();
    let values = Values::default().own("most", most).own("items", items.join("\n"));
    texts.letter(kind, language, &values)
}

/// Tells the owner of an account that somebody has tried to register with its address, and how to
/// get in.
pub fn address_taken(app: &App, texts: &Texts, language: Language, name: &str) -> Letter {
    let values = Values::default()
        .foreign("name", name)
        .own("sign_in", addresses::page(app, "/sign-in"))
        .own("reset", addresses::page(app, "/reset"));
    texts.letter(LetterKind::AddressTaken, language, &values)
}

/// Lets a person set a new password.
pub fn reset(app: &App, texts: &Texts, language: Language, name: &str, secret: &str) -> Letter {
    let values = Values::default()
        .foreign("name", name)
        .own("link", link(app, "reset", secret))
        .own("hours", app.config.accounts.reset_hours);
    texts.letter(LetterKind::Reset, language, &values)
}

/// Tells a person that an account has been made, and lets them set its password.
pub fn welcome(app: &App, texts: &Texts, language: Language, name: &str, secret: &str) -> Letter {
    let values = Values::default()
        .foreign("name", name)
        .own("link", link(app, "reset", secret))
        .own("days", app.config.accounts.link_days);
    texts.letter(LetterKind::Welcome, language, &values)
}

/// Tells a person that the password has been changed.
pub fn password_changed(texts: &Texts, language: Language, name: &str) -> Letter {
    let values = Values::default().foreign("name", name);
    texts.letter(LetterKind::PasswordChanged, language, &values)
}

/// Invites a person to an organisation.
pub fn invitation(
    app: &App,
    texts: &Texts,
    language: Language,
    role: Role,
    (org, inviter): (&str, &str),
    secret: &str,
) -> Letter {
    let values = Values::default()
        .foreign("org", org)
        .foreign("inviter", inviter)
        .own("role", text::text(&format!("role.{role}"), language))
        .own("link", link(app, "invitation", secret))
        .own("days", app.config.accounts.link_days);
    texts.letter(LetterKind::Invitation, language, &values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_names_stay_one_plain_line() {
        assert_eq!(plain("甲\r\nBcc: x@y.example\t乙"), "甲  Bcc: x@y.example 乙");
        assert_eq!(
            plain("领奖 http://evil.example/x www.evil.example"),
            "领奖 http evil.example/x www evil.example"
        );
        assert_eq!(plain(&"长".repeat(300)).chars().count(), 100);
    }

    #[test]
    fn every_role_has_a_name_in_both_languages() {
        for role in Role::ALL {
            for language in [Language::Chinese, Language::English] {
                let name = text::text(&format!("role.{role}"), language);
                assert!(!name.contains("role."), "{role} in {}", language.tag());
            }
        }
    }
}
