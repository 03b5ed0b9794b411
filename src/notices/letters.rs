//! Mails with notices: one that has just come, or those of a day. Plain text.

use super::wording::Words;
use crate::accounts::letters::{letter, plain};
use crate::accounts::principal::Language;
use crate::accounts::users::model::User;
use crate::app::App;
use crate::error::Message;
use crate::http::text;
use crate::outbound::ops::Letter;

/// Notices that one mail names; the others are counted.
const NAMED: usize = 50;

/// A page by way of signing in.
fn link(app: &App, path: &str) -> String {
    format!("{}/sign-in?back={path}", app.config.server.public_url.trim_end_matches('/'))
}

fn lines(app: &App, words: &Words) -> String {
    let link = link(app, words.path.as_deref().unwrap_or("/inbox"));
    let about = words.about.clone();
    [Some(words.text.clone()), about, Some(link)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// A mail about one notice.
pub fn single(app: &App, reader: &User, words: &Words) -> Letter {
    let subject = Message::new("mail.notice.subject").with("text", &words.text);
    let body = Message::new("mail.notice.body")
        .with("settings", link(app, "/account/notices"))
        .with("name", plain(&reader.name))
        .with("lines", lines(app, words));
    letter(subject, body, reader.language())
}

/// A mail about the notices of a day.
pub fn digest(app: &App, reader: &User, words: &[Words]) -> Letter {
    let language: Language = reader.language();
    let mut all: Vec<String> = words.iter().take(NAMED).map(|one| lines(app, one)).collect();
    if words.len() > NAMED {
        let more = Message::new("mail.digest.more")
            .with("count", words.len() - NAMED)
            .with("link", link(app, "/inbox"));
        all.push(text::render(&more, language));
    }
    let body = Message::new("mail.digest.body")
        .with("count", words.len())
        .with("settings", link(app, "/account/notices"))
        .with("name", plain(&reader.name))
        .with("lines", all.join("\n\n"));
    letter(Message::new("mail.digest.subject").with("count", words.len()), body, language)
}
