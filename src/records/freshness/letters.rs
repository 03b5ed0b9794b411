//! The mail that asks whether records are still open.

use crate::accounts::letters::{letter, plain};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::error::Message;
use crate::http::text;
use crate::outbound::ops::Letter;
use crate::records::reviewed::Reviewed;

/// Records that one mail names; the others are counted.
const NAMED: usize = 20;

/// Asks a person about records; the links lead to their pages, by way of signing in.
pub fn renewal<R: Reviewed>(app: &App, language: Language, name: &str, rows: &[&R]) -> Letter {
    let home = app.config.server.public_url.trim_end_matches('/');
    let mut lines: Vec<String> =
        rows.iter().take(NAMED).map(|row| line(*row, home, language)).collect();
    if rows.len() > NAMED {
        let more = Message::new("mail.renewal.more").with("count", rows.len() - NAMED);
        lines.push(text::render(&more, language));
    }
    let body = Message::new("mail.renewal.body")
        .with("count", rows.len())
        .with("name", plain(name))
        .with("lines", lines.join("\n\n"));
    letter(Message::new("mail.renewal.subject").with("count", rows.len()), body, language)
}

fn line<R: Reviewed>(row: &R, home: &str, language: Language) -> String {
    let head = row.head();
    let until = head.valid_until.map(|day| day.to_string()).unwrap_or_else(|| "—".to_owned());
    let link = format!("{home}/sign-in?back=/{}/{}", R::KIND.folder(), row.id());
    let line = Message::new("mail.renewal.line")
        .with("code", head.code)
        .with("until", until)
        .with("link", link)
        .with("title", plain(R::wording(row.fields()).title));
    text::render(&line, language)
}
