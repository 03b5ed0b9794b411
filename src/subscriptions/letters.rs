//! The mail that tells what has been found for a subscription. Plain text.

use super::model::{Frequency, Subscription, SubscriptionId};
use crate::accounts::principal::Language;
use crate::app::App;
use crate::http::text;
use crate::messages::model::{Form, LetterKind};
use crate::messages::{Texts, Values};
use crate::outbound::addresses::{by_sign_in, page};
use crate::outbound::ops::{Letter, Reader};
use crate::search::cards::Card;

/// Records that one mail names; the others are counted.
const NAMED: usize = 30;

/// A record to be told of.
#[derive(Clone)]
pub struct Found {
    /// What its reader may see of it, in short.
    pub card: Card,
    /// How good the match was.
    pub grade: Option<String>,
}

/// Where anybody who has the mail can stop the subscription, without signing in.
pub fn off_url(app: &App, secret: &str) -> String {
    page(app, &format!("/unsubscribe?token={secret}"))
}

/// A record as a mail names it.
#[derive(Debug, Clone)]
struct Line {
    title: String,
    grade: Option<String>,
    path: String,
}

/// What a mail says of the subscription itself.
struct About<'a> {
    id: SubscriptionId,
    name: &'a str,
    frequency: Frequency,
    secret: &'a str,
}

/// What has been found: some of it, and how much it is in all.
pub fn found(
    app: &App,
    texts: &Texts,
    reader: Reader<'_>,
    row: &Subscription,
    (found, count): (&[Found], usize),
) -> Letter {
    let lines: Vec<Line> = found
        .iter()
        .map(|one| Line {
            title: one.card.title.to_string(),
            grade: one.grade.clone(),
            path: format!("/{}/{}", one.card.kind.folder(), one.card.id),
        })
        .collect();
    let about =
        About { id: row.id, name: &row.name, frequency: row.frequency, secret: &row.off_secret };
    write(app, texts, reader, &about, (&lines, count))
}

/// The mail about invented records, with more than it names.
pub fn sample(app: &App, texts: &Texts, reader: Reader<'_>, title: &str) -> Letter {
    let line = Line {
        title: title.to_owned(),
        grade: Some("fair".to_owned()),
        path: "/capabilities/00000000-0000-7000-8000-000000000000".to_owned(),
    };
    let about = About {
        id: SubscriptionId(uuid::Uuid::nil()),
        name: title,
        frequency: Frequency::Daily,
        secret: "SAMPLE",
    };
    write(app, texts, reader, &about, (&vec![line; NAMED], NAMED + 1))
}

fn item(app: &App, texts: &Texts, language: Language, line: &Line) -> String {
    let grade = line.grade.as_ref().map(|code| {
        let name = text::text(&format!("match_grade.{code}"), language);
        format!(" [{name}]")
    });
    let values = Values::default()
        .foreign("title", &line.title)
        .own("grade", grade.unwrap_or_default())
        .own("link", by_sign_in(app, &line.path));
    texts.in_letter((LetterKind::Subscription, Form::Item), language, &values)
}

fn write(
    app: &App,
    texts: &Texts,
    (name, language): Reader<'_>,
    about: &About<'_>,
    (found, count): (&[Line], usize),
) -> Letter {
    let kind = LetterKind::Subscription;
    let mut lines: Vec<String> =
        found.iter().take(NAMED).map(|line| item(app, texts, language, line)).collect();
    let own = by_sign_in(app, &format!("/subscriptions/{}", about.id));
    if count > lines.len() {
        let values = Values::default().own("count", count - lines.len()).own("link", &own);
        lines.push(texts.in_letter((kind, Form::More), language, &values));
    }
    let often = format!("page.subscription.frequency_{}", about.frequency);
    let values = Values::default()
        .foreign("name", name)
        .foreign("subscription", about.name)
        .own("count", count)
        .own("often", text::text(&often, language))
        .own("lines", lines.join("\n\n"))
        .own("own", own)
        .own("off", off_url(app, about.secret));
    texts.letter(kind, language, &values)
}
