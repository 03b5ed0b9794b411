//! The mail that tells what has been found for a subscription. Plain text.

use super::model::{Frequency, Subscription};
use crate::accounts::letters::plain;
use crate::accounts::users::model::User;
use crate::app::App;
use crate::error::Message;
use crate::http::text;
use crate::outbound::ops::Letter;
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

fn public_url(app: &App) -> &str {
    app.config.server.public_url.trim_end_matches('/')
}

/// Where anybody who has the mail can stop the subscription, without signing in.
pub fn off_url(app: &App, row: &Subscription) -> String {
    format!("{}/unsubscribe?token={}", public_url(app), row.off_secret)
}

/// A page by way of signing in.
fn link(app: &App, path: &str) -> String {
    format!("{}/sign-in?back={path}", public_url(app))
}

/// What has been found: some of it, and how much it is in all.
pub fn found(
    app: &App,
    reader: &User,
    row: &Subscription,
    (found, count): (&[Found], usize),
) -> Letter {
    let language = reader.language();
    let line = |one: &Found| {
        let title = plain(&one.card.title);
        let grade = one.grade.as_ref().map(|code| {
            let name = text::text(&format!("match_grade.{code}"), language);
            format!(" [{name}]")
        });
        let path = format!("/{}/{}", one.card.kind.folder(), one.card.id);
        format!("{title}{}\n{}", grade.unwrap_or_default(), link(app, &path))
    };
    let mut lines: Vec<String> = found.iter().take(NAMED).map(line).collect();
    let own = link(app, &format!("/subscriptions/{}", row.id));
    if count > lines.len() {
        let more = Message::new("mail.subscription.more")
            .with("count", count - lines.len())
            .with("link", &own);
        lines.push(text::render(&more, language));
    }
    let often = match row.frequency {
        Frequency::AtOnce => "at_once",
        Frequency::Daily => "daily",
        Frequency::Weekly => "weekly",
    };
    let subject = Message::new("mail.subscription.subject")
        .with("count", count)
        .with("subscription", plain(&row.name));
    let body = Message::new("mail.subscription.body")
        .with("count", count)
        .with("often", text::text(&format!("page.subscription.frequency_{often}"), language))
        .with("own", own)
        .with("off", off_url(app, row))
        .with("name", plain(&reader.name))
        .with("subscription", plain(&row.name))
        .with("lines", lines.join("\n\n"));
    Letter { subject: text::render(&subject, language), body: text::render(&body, language) }
}
