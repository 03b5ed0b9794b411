//! The mail that asks whether records are still open.

use crate::accounts::principal::Language;
use crate::app::App;
use crate::messages::model::{Form, LetterKind};
use crate::messages::{Texts, Values};
use crate::outbound::addresses::by_sign_in;
use crate::outbound::ops::Letter;
use crate::records::reviewed::Reviewed;

/// Records that one mail names; the others are counted.
const NAMED: usize = 20;

/// A record that is asked about.
#[derive(Debug, Clone)]
struct Asked {
    title: String,
    code: String,
    until: Option<chrono::NaiveDate>,
    path: String,
}

/// Asks a person about records; the links lead to their pages, by way of signing in.
pub fn renewal<R: Reviewed>(
    app: &App,
    texts: &Texts,
    language: Language,
    name: &str,
    rows: &[&R],
) -> Letter {
    let asked = |row: &&R| {
        let head = row.head();
        Asked {
            title: R::wording(row.fields()).title.to_string(),
            code: head.code.to_string(),
            until: head.valid_until,
            path: format!("/{}/{}", R::KIND.folder(), row.id()),
        }
    };
    let rows: Vec<Asked> = rows.iter().map(asked).collect();
    write(app, texts, language, name, &rows)
}

/// The mail about invented records, with more than it names.
pub fn sample(app: &App, texts: &Texts, language: Language, (name, title): (&str, &str)) -> Letter {
    let one = Asked {
        title: title.to_owned(),
        code: "XQ2611-4QK7M2XN".to_owned(),
        until: chrono::NaiveDate::from_ymd_opt(2026, 12, 31),
        path: "/needs/00000000-0000-7000-8000-000000000000".to_owned(),
    };
    write(app, texts, language, name, &vec![one; NAMED + 1])
}

fn write(app: &App, texts: &Texts, language: Language, name: &str, rows: &[Asked]) -> Letter {
    let kind = LetterKind::Renewal;
    let line = |row: &Asked| {
        let until = row.until.map(|day| day.to_string()).unwrap_or_else(|| "—".to_owned());
        let values = Values::default()
            .foreign("title", &row.title)
            .own("code", &row.code)
            .own("until", until)
            .own("link", by_sign_in(app, &row.path));
        texts.in_letter((kind, Form::Item), language, &values)
    };
    let mut lines: Vec<String> = rows.iter().take(NAMED).map(line).collect();
    if rows.len() > NAMED {
        let values = Values::default().own("count", rows.len() - NAMED);
        lines.push(texts.in_letter((kind, Form::More), language, &values));
    }
    let values = Values::default()
        .foreign("name", name)
        .own("count", rows.len())
        .own("lines", lines.join("\n\n"));
    texts.letter(kind, language, &values)
}
