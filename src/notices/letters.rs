//! Mails with notices: one that has just come, or those of a day. Plain text.

use super::model::{NoticeData, NoticeKind};
use super::wording::{self, Words};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::messages::model::{Form, LetterKind};
use crate::messages::{Texts, Values};
use crate::outbound::addresses::by_sign_in;
use crate::outbound::ops::{Letter, Reader};

/// Notices that one mail names; the others are counted.
const NAMED: usize = 50;

fn lines(app: &App, words: &Words) -> String {
    let link = by_sign_in(app, words.path.as_deref().unwrap_or("/inbox"));
    let about = words.about.clone();
    [Some(words.text.clone()), about, Some(link)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join("\n")
}

/// A mail about one notice.
pub fn single(app: &App, texts: &Texts, (name, language): Reader<'_>, words: &Words) -> Letter {
    let values = words
        .values
        .clone()
        .foreign("name", name)
        .own("text", &words.text)
        .own("about", words.about.as_deref().unwrap_or_default())
        .own("link", by_sign_in(app, words.path.as_deref().unwrap_or("/inbox")))
        .own("lines", lines(app, words))
        .own("settings", by_sign_in(app, "/account/notices"));
    texts.mail(words.message, language, &values)
}

/// A mail about the notices of a day.
pub fn digest(app: &App, texts: &Texts, (name, language): Reader<'_>, words: &[Words]) -> Letter {
    let mut all: Vec<String> = words.iter().take(NAMED).map(|one| lines(app, one)).collect();
    if words.len() > NAMED {
        let values = Values::default()
            .own("count", words.len() - NAMED)
            .own("link", by_sign_in(app, "/inbox"));
        all.push(texts.in_letter((LetterKind::Digest, Form::More), language, &values));
    }
    let values = Values::default()
        .foreign("name", name)
        .own("count", words.len())
        .own("lines", all.join("\n\n"))
        .own("settings", by_sign_in(app, "/account/notices"));
    texts.letter(LetterKind::Digest, language, &values)
}

/// An invented notice about a record of this title and path.
fn sample(
    app: &App,
    texts: &Texts,
    what: (NoticeKind, &NoticeData),
    (title, path): (&str, &str),
    language: Language,
) -> Words {
    let about = Some(crate::accounts::letters::plain(title));
    wording::put(app, texts, what, (about, Some(path.to_owned())), language)
}

/// The mail about an invented notice.
pub fn sample_mail(
    app: &App,
    texts: &Texts,
    what: (NoticeKind, &NoticeData),
    about: (&str, &str),
    reader: Reader<'_>,
) -> Letter {
    single(app, texts, reader, &sample(app, texts, what, about, reader.1))
}

/// The daily mail about invented notices, with more than it names.
pub fn sample_digest(
    app: &App,
    texts: &Texts,
    some: &[(NoticeKind, NoticeData)],
    about: (&str, &str),
    reader: Reader<'_>,
) -> Letter {
    let words = some.iter().cycle().take(NAMED + 1);
    let words: Vec<Words> =
        words.map(|(kind, data)| sample(app, texts, (*kind, data), about, reader.1)).collect();
    digest(app, texts, reader, &words)
}
