//! Texts of the mails about accounts, in the reader's language. Plain text, so that a name cannot
//! be more than a name.

use super::principal::{Language, Role};
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Message;
use crate::http::text;
use crate::outbound::ops::Letter;

/// Somebody else's text within ours: one line, not too long, and nothing that mail programs turn
/// into a link to elsewhere.
pub(crate) fn plain(name: &str) -> String {
    let line: String = name
        .chars()
        .map(|letter| if letter.is_control() || letter.is_whitespace() { ' ' } else { letter })
        .take(100)
        .collect();
    line.replace("://", " ").replace("www.", "www ").trim().to_owned()
}

fn public_url(app: &App) -> &str {
    app.config.server.public_url.trim_end_matches('/')
}

fn link(app: &App, page: &str, secret: &str) -> String {
    format!("{}/{page}?token={secret}", public_url(app))
}

/// A mail of two texts. Names come last: what they contain is not looked at for further
/// placeholders.
pub(crate) fn letter(subject: Message, body: Message, language: Language) -> Letter {
    Letter { subject: text::render(&subject, language), body: text::render(&body, language) }
}

/// Asks a person to show that the address is theirs.
pub fn verification(app: &App, language: Language, name: &str, secret: &str) -> Letter {
    let body = Message::new("mail.verification.body")
        .with("link", link(app, "verify", secret))
        .with("days", app.config.accounts.link_days)
        .with("name", plain(name));
    letter("mail.verification.subject".into(), body, language)
}

/// Lets a person who has registered an organisation show that the address is theirs.
pub fn registration(app: &App, language: Language, name: &str, org: &str, secret: &str) -> Letter {
    let body = Message::new("mail.registration.body")
        .with("link", link(app, "verify", secret))
        .with("days", app.config.accounts.link_days)
        .with("name", plain(name))
        .with("org", plain(org));
    letter("mail.registration.subject".into(), body, language)
}

/// Lists the registrations that wait for a person to show that the address is theirs: name of the
/// organisation, end and link of each.
pub fn registrations_waiting(
    app: &App,
    language: Language,
    most: usize,
    waiting: &[(&str, Timestamp, String)],
) -> Letter {
    let item = |(org, until, secret): &(&str, Timestamp, String)| {
        let item = Message::new("mail.registrations_waiting.item")
            .with("link", link(app, "verify", secret))
            .with("until", until.0.format("%Y-%m-%d %H:%M UTC"))
            .with("org", plain(org));
        text::render(&item, language)
    };
    let items: Vec<String> = waiting.iter().map(item).collect();
    let body = Message::new("mail.registrations_waiting.body")
        .with("most", most)
        .with("items", items.join("\n"));
    letter("mail.registrations_waiting.subject".into(), body, language)
}

/// Tells the owner of an account that somebody has tried to register with its address, and how to
/// get in.
pub fn address_taken(app: &App, language: Language, name: &str) -> Letter {
    let place = |page: &str| format!("{}/{page}", public_url(app));
    let body = Message::new("mail.address_taken.body")
        .with("sign_in", place("sign-in"))
        .with("reset", place("reset"))
        .with("name", plain(name));
    letter("mail.address_taken.subject".into(), body, language)
}

/// Lets a person set a new password.
pub fn reset(app: &App, language: Language, name: &str, secret: &str) -> Letter {
    let body = Message::new("mail.reset.body")
        .with("link", link(app, "reset", secret))
        .with("hours", app.config.accounts.reset_hours)
        .with("name", plain(name));
    letter("mail.reset.subject".into(), body, language)
}

/// Tells a person that an account has been made, and lets them set its password.
pub fn welcome(app: &App, language: Language, name: &str, secret: &str) -> Letter {
    let body = Message::new("mail.welcome.body")
        .with("link", link(app, "reset", secret))
        .with("days", app.config.accounts.link_days)
        .with("name", plain(name));
    letter("mail.welcome.subject".into(), body, language)
}

/// Tells a person that the password has been changed.
pub fn password_changed(language: Language, name: &str) -> Letter {
    let body = Message::new("mail.password_changed.body").with("name", plain(name));
    letter("mail.password_changed.subject".into(), body, language)
}

/// Invites a person to an organisation.
pub fn invitation(
    app: &App,
    language: Language,
    role: Role,
    (org, inviter): (&str, &str),
    secret: &str,
) -> Letter {
    let subject = Message::new("mail.invitation.subject").with("org", plain(org));
    let body = Message::new("mail.invitation.body")
        .with("link", link(app, "invitation", secret))
        .with("days", app.config.accounts.link_days)
        .with("role", text::text(&format!("role.{role}"), language))
        .with("inviter", plain(inviter))
        .with("org", plain(org));
    letter(subject, body, language)
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
