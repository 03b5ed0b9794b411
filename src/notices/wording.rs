//! Notices in words, as far as their reader may see what they are about.

use std::collections::HashMap;

use super::model::{Notice, NoticeData, NoticeKind};
use crate::accounts::letters::plain;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::cases;
use crate::cases::model::CaseId;
use crate::cases::stage::CaseStage;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::http::text;
use crate::messages::model::{Form, MessageKind};
use crate::messages::{self, Texts, Values};
use crate::needs::model::NeedId;
use crate::outbound::addresses::by_sign_in;
use crate::records::model::RecordKind;
use crate::records::reviewed;
use crate::{channels, contracts, events, projects, subscriptions};

/// A notice in words.
#[derive(Debug, Clone)]
pub struct Words {
    /// Which message it is.
    pub message: MessageKind,
    /// Its particulars in words.
    pub values: Values,
    /// What has happened.
    pub text: String,
    /// Titles of the records, as far as the reader may see them.
    pub about: Option<String>,
    /// Path of the page to go to.
    pub path: Option<String>,
    /// Whether the record is open to the reader.
    pub open: bool,
}

/// Records with their titles, those that the reader may know of.
type Titles = HashMap<(RecordKind, String), Option<String>>;

/// Notices in the reader's language, in their order.
///
/// # Errors
/// Database faults.
pub fn words(app: &App, db: &mut Db, reader: &Caller, notices: &[Notice]) -> Result<Vec<Words>> {
    let titles = titles(db, reader, notices)?;
    let texts = messages::ops::texts(db)?;
    let one = |notice: &Notice| {
        let record = notice.record_kind.zip(notice.record_id.clone());
        let found = record.as_ref().and_then(|record| titles.get(record));
        let path = record.filter(|_| found.is_some());
        let path = path.map(|(kind, id)| format!("/{}/{id}", kind.folder()));
        let about = found.cloned().flatten();
        let path = path.or_else(|| list_of(notice.kind).map(str::to_owned));
        let particulars = (notice.kind, &notice.data.0);
        Words {
            open: found.is_some(),
            ..put(app, &texts, particulars, (about, path), reader.language)
        }
    };
    Ok(notices.iter().map(one).collect())
}

/// The page to go to of what is about no single record.
fn list_of(kind: NoticeKind) -> Option<&'static str> {
    match kind {
        NoticeKind::CasesHandedOver => Some("/cases"),
        NoticeKind::NeedsAllotted => Some("/cockpit"),
        NoticeKind::DraftsReceived => Some("/account"),
        _ => None,
    }
}

/// A notice in words, of a record that is open to its reader.
pub(super) fn put(
    app: &App,
    texts: &Texts,
    (kind, data): (NoticeKind, &NoticeData),
    (about, path): (Option<String>, Option<String>),
    language: Language,
) -> Words {
    let (message, values) = (message(kind, data), values(app, data, language));
    let text = texts.say(message, Form::Line, language, &values);
    Words { message, values, text, about, path, open: true }
}

/// Which message a notice is: the second answer that agrees has one of its own.
fn message(kind: NoticeKind, data: &NoticeData) -> MessageKind {
    let mutual = data.answer.is_some() && data.stage == Some(CaseStage::Mutual);
    if mutual { MessageKind::BothInterested } else { MessageKind::Notice(kind) }
}

/// The particulars of a notice in words. A new one is named here; which kinds use it follows from
/// their shipped texts.
fn values(app: &App, data: &NoticeData, language: Language) -> Values {
    let said = data.answer.map(|answer| format!("notice.said.{answer}"));
    let stage =
        data.stage.map(|stage| app.reference.code_name("match_stage", stage.as_str(), language));
    let side = data.side.map(|side| text::text(&format!("page.case.side_{side}"), language));
    let day = data.due_on.map(|day| day.to_string());
    let count = data.count.map(|count| count.to_string());
    Values::default()
        .own("code", data.code.clone().unwrap_or_default())
        .own("stage", stage.unwrap_or_default())
        .own("side", side.unwrap_or_default())
        .own("said", said.map(|key| text::text(&key, language)).unwrap_or_default())
        .own("day", day.unwrap_or_default())
        .own("count", count.unwrap_or_default())
}

/// What has happened, in one line.
pub fn sentence(
    app: &App,
    texts: &Texts,
    kind: NoticeKind,
    data: &NoticeData,
    language: Language,
) -> String {
    put(app, texts, (kind, data), (None, None), language).text
}

/// What a group is told: what has happened, and where to look; the start page when there is no better.
pub fn said(
    app: &App,
    texts: &Texts,
    (kind, data): (NoticeKind, &NoticeData),
    path: Option<&str>,
    language: Language,
) -> String {
    let words = put(app, texts, (kind, data), (None, None), language);
    let values =
        words.values.own("text", words.text).own("link", by_sign_in(app, path.unwrap_or("/")));
    texts.say(words.message, Form::Group, language, &values)
}

fn titles(db: &mut Db, reader: &Caller, notices: &[Notice]) -> Result<Titles> {
    let of = |kind: RecordKind| {
        let own = notices.iter().filter(move |notice| notice.record_kind == Some(kind));
        own.filter_map(|notice| notice.record_id.as_deref())
    };
    let mut found = Titles::new();
    let mut cases: Vec<CaseId> = of(RecordKind::Case).filter_map(|id| id.parse().ok()).collect();
    cases.dedup();
    for (id, titles) in cases::ops::titles(db, reader, &cases)? {
        let pair: Vec<String> = titles.into_iter().flatten().map(|title| plain(&title)).collect();
        let pair = Some(pair.join(" ⇄ ")).filter(|pair| !pair.is_empty());
        found.insert((RecordKind::Case, id.to_string()), pair);
    }
    let mut needs: Vec<NeedId> = of(RecordKind::Need).filter_map(|id| id.parse().ok()).collect();
    needs.dedup();
    for seen in reviewed::find_many(db, reader, &needs)? {
        let title = seen.redacted()?.0.title.map(|title| plain(&title));
        found.insert((RecordKind::Need, seen.row.id.to_string()), title);
    }
    for id in of(RecordKind::Project) {
        let Ok(project) = id.parse() else { continue };
        if let Some(title) =
            Error::unless_absent(projects::ops::find(db, reader, project))?.map(|row| row.title)
        {
            found.insert((RecordKind::Project, id.to_owned()), Some(plain(&title)));
        }
    }
    for id in of(RecordKind::Endpoint) {
        let Ok(endpoint) = id.parse() else { continue };
        if let Some(row) = Error::unless_absent(channels::ops::find(db, reader, endpoint))? {
            found.insert((RecordKind::Endpoint, id.to_owned()), Some(plain(&row.name)));
        }
    }
    for id in of(RecordKind::Contract) {
        let Ok(contract) = id.parse() else { continue };
        if let Some(row) = Error::unless_absent(contracts::ops::find(db, reader, contract))? {
            found.insert((RecordKind::Contract, id.to_owned()), Some(plain(&row.project_name)));
        }
    }
    for id in of(RecordKind::Subscription) {
        let Ok(subscription) = id.parse() else { continue };
        if let Some(name) = subscriptions::ops::name(db, reader, subscription)? {
            found.insert((RecordKind::Subscription, id.to_owned()), Some(plain(&name)));
        }
    }
    for id in of(RecordKind::Event) {
        let Ok(event) = id.parse() else { continue };
        if let Some(title) = events::ops::title(db, reader, event)? {
            found.insert((RecordKind::Event, id.to_owned()), Some(plain(&title)));
        }
    }
    Ok(found)
}
