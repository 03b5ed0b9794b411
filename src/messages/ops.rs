//! Use cases of templates: for administrators of the platform.

use std::collections::HashMap;

use serde_json::json;

use super::model::{
    Key, MessageKind, PartView, Preview, PreviewTemplate, RestoreTemplate, Sample, Template,
    TemplateId, TemplateSummary, TemplateTexts, TemplateVersion, TemplateView, VariableView,
};
use super::{Texts, catalogue, preview, rules, store};
use crate::accounts;
use crate::accounts::limits::Attempt;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::audit;
use crate::db::types::Json;
use crate::db::{Db, dialect};
use crate::error::{Error, Result};
use crate::http::text;
use crate::outbound;
use crate::records::model::RecordKind;
use crate::validation::Checker;

/// The texts in force, for whoever has something to say.
///
/// # Errors
/// Database faults.
pub fn texts(db: &mut Db) -> Result<Texts> {
    Ok(Texts::of(store::in_force(db)?))
}

fn require_admin(caller: &Caller) -> Result<()> {
    if caller.signed_in()?.is_admin() { Ok(()) } else { Err(Error::forbidden("error.admin_only")) }
}

/// The message and the language that a path names.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but administrators; [`Error::NotFound`].
pub fn key(caller: &Caller, kind: &str, language: &str) -> Result<Key> {
    require_admin(caller)?;
    let kind = kind.parse().map_err(|_| Error::NotFound)?;
    let known = [Language::Chinese, Language::English];
    let language = known.into_iter().find(|known| known.tag() == language);
    Ok(Key { kind, language: language.ok_or(Error::NotFound)? })
}

/// Every message in every language.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but administrators.
pub fn list(app: &App, caller: &Caller) -> Result<Vec<TemplateSummary>> {
    require_admin(caller)?;
    let rows = app.db.read(store::in_force)?;
    let saved: HashMap<(&str, &str), &Template> =
        rows.iter().map(|row| ((row.kind.as_str(), row.language.as_str()), row)).collect();
    let mut found = Vec::new();
    for kind in MessageKind::all() {
        for language in [Language::Chinese, Language::English] {
            let key = Key { kind, language };
            let row = saved.get(&(kind.as_str(), language.tag())).copied();
            let parts = row.map(|row| parts(key, Some(row), caller.language)).unwrap_or_default();
            let first = catalogue::parts(kind).first().map(|part| part.shipped(caller.language));
            found.push(TemplateSummary {
                kind,
                language: language.tag(),
                title: first.unwrap_or_default(),
                version: row.map_or(0, |row| row.version),
                own: parts.iter().any(|part| part.own),
                shipped_moved: parts.iter().any(|part| part.shipped_before.is_some()),
                saved_at: row.map(|row| row.created_at),
            });
        }
    }
    Ok(found)
}

/// The texts of a message, as they are with this save.
fn parts(key: Key, row: Option<&Template>, reader: Language) -> Vec<PartView> {
    let texts = Texts::of(row.cloned().into_iter().collect());
    let view = |part: catalogue::Part| {
        let (own, shipped) = (texts.own(key, &part), part.shipped(key.language));
        let before = row.filter(|_| own.is_some());
        let before = before.and_then(|row| row.shipped.0.get(part.form.as_str()).cloned());
        let explained = |name: String| {
            let meaning = text::text(&format!("message.variable.{name}"), reader);
            VariableView { name, meaning }
        };
        PartView {
            form: part.form,
            text: own.clone().unwrap_or_else(|| shipped.clone()),
            own: own.is_some(),
            shipped_before: before.filter(|before| *before != shipped),
            shipped,
            required: part.required.clone(),
            longest: part.longest(),
            variables: part.variables.into_iter().map(explained).collect(),
        }
    };
    catalogue::parts(key.kind).into_iter().map(view).collect()
}

fn last(db: &mut Db, key: Key) -> Result<Option<Template>> {
    let rows = store::versions(db, key.kind.as_str(), key.language.tag())?;
    Ok(rows.into_iter().next())
}

fn view(key: Key, row: Option<&Template>, reader: Language) -> TemplateView {
    TemplateView {
        kind: key.kind,
        language: key.language.tag(),
        version: row.map_or(0, |row| row.version),
        parts: parts(key, row, reader),
        saved_at: row.map(|row| row.created_at),
    }
}

/// The texts of a message in a language.
///
/// # Errors
/// Database faults.
pub fn show(app: &App, caller: &Caller, key: Key) -> Result<TemplateView> {
    require_admin(caller)?;
    let row = app.db.read(|db| last(db, key))?;
    Ok(view(key, row.as_ref(), caller.language))
}

/// The saves of a message, the last first.
///
/// # Errors
/// Database faults.
pub fn versions(app: &App, caller: &Caller, key: Key) -> Result<Vec<TemplateVersion>> {
    require_admin(caller)?;
    app.db.read(|db| {
        let rows = store::versions(db, key.kind.as_str(), key.language.tag())?;
        let people: Vec<_> = rows.iter().filter_map(|row| row.saved_by).collect();
        let names = accounts::ops::names(db, &people)?;
        let version = |row: Template| TemplateVersion {
            version: row.version,
            texts: row.texts.0,
            saved_by: row.saved_by,
            saved_by_name: row.saved_by.and_then(|id| names.get(&id).cloned()),
            saved_at: row.created_at,
        };
        Ok(rows.into_iter().map(version).collect())
    })
}

/// Own texts as they are kept.
fn checked(key: Key, texts: &TemplateTexts, within: &str) -> Result<TemplateTexts> {
    let texts = rules::tidied(key, texts);
    let mut checker = Checker::default();
    rules::check(&mut checker, within, key.kind, &texts);
    checker.finish()?;
    Ok(texts)
}

/// Puts own texts in place of those of a message; without any, the shipped ones are taken again.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at each text; [`Error::PreconditionFailed`] when it was saved
/// since `version`.
pub fn save(
    app: &App,
    caller: &Caller,
    key: Key,
    version: i32,
    texts: &TemplateTexts,
) -> Result<TemplateView> {
    require_admin(caller)?;
    let texts = checked(key, texts, "/texts")?;
    keep(app, caller, key, version, |_| Ok(texts.clone()))
}

/// Takes the texts of an earlier save again, as a save of its own.
///
/// # Errors
/// [`Error::NotFound`] when there is no such save; otherwise as [`save`].
pub fn restore(
    app: &App,
    caller: &Caller,
    key: Key,
    version: i32,
    command: RestoreTemplate,
) -> Result<TemplateView> {
    require_admin(caller)?;
    keep(app, caller, key, version, |db| {
        if command.version == 0 {
            return Ok(TemplateTexts::default());
        }
        let rows = store::versions(db, key.kind.as_str(), key.language.tag())?;
        let found = rows.into_iter().find(|row| row.version == command.version);
        // The rules may have changed since.
        checked(key, &found.ok_or(Error::NotFound)?.texts.0, "/version")
    })
}

fn keep(
    app: &App,
    caller: &Caller,
    key: Key,
    version: i32,
    texts: impl Fn(&mut Db) -> Result<TemplateTexts>,
) -> Result<TemplateView> {
    let now = app.clock.now();
    let row = app.db.write(|db| {
        // Of two who save at a time the second finds what the first has saved.
        dialect::lock_logs(db)?;
        let before = last(db, key)?;
        if before.as_ref().map_or(0, |row| row.version) != version {
            return Err(Error::PreconditionFailed);
        }
        let texts = texts(db)?;
        let shipped = catalogue::parts(key.kind).into_iter();
        let shipped = shipped.map(|part| (part.form.to_string(), part.shipped(key.language)));
        let row = Template {
            id: TemplateId::new(),
            kind: key.kind.to_string(),
            language: key.language.tag().to_owned(),
            version: version + 1,
            in_force: true,
            texts: Json(texts),
            shipped: Json(shipped.collect()),
            saved_by: caller.actor_id(),
            created_at: now,
        };
        store::insert(db, &row, before.as_ref().map(|row| row.id))?;
        let was = before.map(|row| row.texts.0).unwrap_or_default();
        let entry = audit::ops::Entry {
            action: if row.texts.0.is_empty() {
                "message_template.reset"
            } else {
                "message_template.save"
            },
            kind: RecordKind::MessageTemplate,
            id: &format!("{}/{}", row.kind, row.language),
            changes: json!({ "texts": { "before": was, "after": row.texts.0 } }),
        };
        audit::ops::note(db, caller, now, entry)?;
        Ok(row)
    })?;
    Ok(view(key, Some(&row), caller.language))
}

/// A message with invented values, as it would go out with these texts.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at each text.
pub fn preview(app: &App, caller: &Caller, key: Key, command: &PreviewTemplate) -> Result<Preview> {
    require_admin(caller)?;
    let sample = command.sample.unwrap_or(Sample::Usual);
    let texts = proposed(app, key, command)?;
    Ok(Preview { sample, parts: preview::parts(app, &texts, key, sample) })
}

/// The texts in force with those that are proposed.
fn proposed(app: &App, key: Key, command: &PreviewTemplate) -> Result<Texts> {
    let saved = app.db.read(texts)?;
    Ok(match &command.texts {
        Some(own) => saved.with(key, checked(key, own, "/texts")?),
        None => saved,
    })
}

/// Sends a message with invented values to the caller's own address, and nobody else's.
///
/// # Errors
/// [`Error::Invalid`] with what is wrong at each text; [`Error::RateLimited`].
pub fn send_test(app: &App, caller: &Caller, key: Key, command: &PreviewTemplate) -> Result<()> {
    require_admin(caller)?;
    let texts = proposed(app, key, command)?;
    let sample = command.sample.unwrap_or(Sample::Usual);
    let user = caller.signed_in()?.user_id;
    let now = app.clock.now();
    let own = app.db.read(|db| accounts::ops::active(db, &[user]))?.pop().ok_or(Error::NotFound)?;
    app.limits.take(Attempt::AskForMail, &own.login_mail, None)?.keep();
    let letter = preview::letter(app, &texts, key, sample);
    app.db.write(|db| {
        outbound::ops::enqueue(db, &own.login_mail, letter.clone(), now)?;
        let entry = audit::ops::Entry {
            action: "message_template.test",
            kind: RecordKind::MessageTemplate,
            id: &format!("{}/{}", key.kind, key.language.tag()),
            changes: json!({}),
        };
        audit::ops::note(db, caller, now, entry)
    })
}
