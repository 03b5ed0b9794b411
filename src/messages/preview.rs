//! Messages with invented values: made by what makes the real ones, so that a preview shows what
//! would be sent.

use chrono::NaiveDate;

use super::Texts;
use super::catalogue;
use super::model::{Form, Key, LetterKind, MessageKind, PreviewPart, Sample};
use crate::accounts::letters as account;
use crate::accounts::principal::{Language, Role};
use crate::app::App;
use crate::cases::model::{Answer, Side};
use crate::cases::stage::CaseStage;
use crate::http::text;
use crate::notices;
use crate::notices::model::{NoticeData, NoticeKind};
use crate::outbound::ops::Letter;
use crate::records::freshness;
use crate::subscriptions;

/// Names and titles as people type them.
struct Typed {
    name: String,
    org: String,
    title: String,
}

impl Typed {
    fn of(sample: Sample, language: Language) -> Self {
        let said = |name: &str| match sample {
            Sample::Usual => text::text(&format!("message.sample.{name}"), language),
            Sample::Nasty => NASTY.to_owned(),
        };
        Self { name: said("name"), org: said("org"), title: said("title") }
    }
}

/// A name that tries to be more: a header, markup, a link, a mention, another template, other ways of
/// writing.
const NASTY: &str = "<b>O'Brien</b>\r\nBcc: all@evil.example\u{202e} [x](https://evil.example) \
                     <at user_id=\"all\"></at>@all %{link} www.evil.example";

/// The secret of links in previews: it opens nothing.
const SECRET: &str = "SAMPLE";
/// Where records of previews would be.
const PATH: &str = "/cases/00000000-0000-7000-8000-000000000000";

/// The texts as they would go out.
pub fn parts(app: &App, texts: &Texts, key: Key, sample: Sample) -> Vec<PreviewPart> {
    let mut parts = Vec::new();
    let letter = letter(app, texts, key, sample);
    let forms: Vec<Form> = catalogue::parts(key.kind).iter().map(|part| part.form).collect();
    if let MessageKind::Notice(_) | MessageKind::BothInterested = key.kind {
        let (kind, data) = notice(key.kind);
        let text = notices::ops::sentence(app, texts, kind, &data, key.language);
        parts.push(PreviewPart { form: Form::Line, text });
        if forms.contains(&Form::Group) {
            let link = (kind != NoticeKind::Test).then_some(PATH);
            let text = notices::ops::said(app, texts, (kind, &data), link, key.language);
            parts.push(PreviewPart { form: Form::Group, text });
        }
    }
    parts.push(PreviewPart { form: Form::Subject, text: letter.subject });
    parts.push(PreviewPart { form: Form::Body, text: letter.body });
    parts.sort_by_key(|part| part.form);
    parts
}

/// The mail as it would go out.
pub fn letter(app: &App, texts: &Texts, key: Key, sample: Sample) -> Letter {
    let (language, typed) = (key.language, Typed::of(sample, key.language));
    let Typed { name, org, title } = &typed;
    let kind = match key.kind {
        MessageKind::Letter(kind) => kind,
        MessageKind::Notice(NoticeKind::SubscriptionFound) => LetterKind::Subscription,
        _ => {
            let (kind, data) = notice(key.kind);
            let about = (title.as_str(), PATH);
            return notices::ops::sample_mail(app, texts, (kind, &data), about, (name, language));
        }
    };
    match kind {
        LetterKind::Verification => account::verification(app, texts, language, name, SECRET),
        LetterKind::Registration => {
            account::registration(app, texts, language, (name, org), SECRET)
        }
        LetterKind::RegistrationsWaiting => {
            let until = app.clock.now();
            let waiting =
                [(org.as_str(), until, SECRET.to_owned()), (title, until, SECRET.to_owned())];
            account::registrations_waiting(app, texts, language, 3, &waiting)
        }
        LetterKind::AddressTaken => account::address_taken(app, texts, language, name),
        LetterKind::Reset => account::reset(app, texts, language, name, SECRET),
        LetterKind::Welcome => account::welcome(app, texts, language, name, SECRET),
        LetterKind::PasswordChanged => account::password_changed(texts, language, name),
        LetterKind::Invitation => {
            account::invitation(app, texts, language, Role::OrgMember, (org, name), SECRET)
        }
        LetterKind::Renewal => freshness::ops::sample_mail(app, texts, language, (name, title)),
        LetterKind::Subscription => {
            subscriptions::ops::sample_mail(app, texts, (name, language), title)
        }
        LetterKind::Digest => {
            let some: Vec<_> = NoticeKind::ALL.iter().map(|kind| (*kind, data())).collect();
            notices::ops::sample_digest(app, texts, &some, (title, PATH), (name, language))
        }
    }
}

/// Particulars of an invented notice: all there are, so that each kind finds its own. A new one is
/// added here.
fn data() -> NoticeData {
    NoticeData {
        code: Some("DJ2611-4QK7M2XN".to_owned()),
        stage: Some(CaseStage::Introduced),
        side: Some(Side::Provider),
        answer: Some(Answer::Accepted),
        due_on: NaiveDate::from_ymd_opt(2026, 12, 31),
        count: Some(3),
    }
}

/// An invented notice.
fn notice(kind: MessageKind) -> (NoticeKind, NoticeData) {
    match kind {
        MessageKind::Notice(kind) => (kind, data()),
        _ => (NoticeKind::CaseAnswered, NoticeData { stage: Some(CaseStage::Mutual), ..data() }),
    }
}
