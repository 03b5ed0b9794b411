//! Use cases of consents.

use super::model::{Consent, ConsentId, ConsentPurpose, ConsentText, ConsentView, GiveConsent};
use super::store;
use crate::accounts::principal::{Caller, Language, UserId};
use crate::accounts::users::ops::note;
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};

/// The text of a purpose that is in force: the last one of the table.
///
/// # Errors
/// When an operator's table lacks one.
pub fn in_force(app: &App, purpose: ConsentPurpose) -> Result<&ConsentText> {
    let texts = app.reference.consent_texts();
    let found = texts.iter().rfind(|text| text.purpose == purpose);
    found.ok_or_else(|| Error::internal(format!("consent_texts.csv has no text for {purpose}")))
}

/// Where the caller stands towards the texts in force.
///
/// # Errors
/// [`Error::Unauthenticated`].
pub fn own(app: &App, caller: &Caller) -> Result<Vec<ConsentView>> {
    let user = caller.signed_in()?.user_id;
    app.db.read(|db| views(app, db, caller.language, user))
}

fn views(app: &App, db: &mut Db, language: Language, user: UserId) -> Result<Vec<ConsentView>> {
    let said = store::of_person(db, user)?;
    let view = |purpose: &ConsentPurpose| {
        let text = in_force(app, *purpose)?;
        let last = said.iter().rfind(|one| one.purpose == *purpose);
        Ok(ConsentView {
            purpose: *purpose,
            version: text.version.clone(),
            text: match language {
                Language::Chinese => text.text_zh.clone(),
                Language::English => text.text_en.clone(),
            },
            given: last.is_some_and(|one| one.given && one.version == text.version),
            last_version: last.map(|one| one.version.clone()),
            last_at: last.map(|one| one.created_at),
        })
    };
    ConsentPurpose::ALL.iter().map(view).collect()
}

/// Agrees to the text in force, or takes that back. Saying again what holds changes nothing.
///
/// # Errors
/// A conflict when another version is in force by now.
pub fn say(app: &App, caller: &Caller, command: &GiveConsent) -> Result<Vec<ConsentView>> {
    let user = caller.signed_in()?.user_id;
    if in_force(app, command.purpose)?.version != command.version {
        return Err(Error::conflict("error.consent_text_changed"));
    }
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        record(app, db, caller, (user, command.purpose, command.given), now)?;
        views(app, db, caller.language, user)
    })
}

/// Puts on record what somebody has said about the text in force.
///
/// # Errors
/// Database faults.
pub fn record(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (user_id, purpose, given): (UserId, ConsentPurpose, bool),
    now: Timestamp,
) -> Result<()> {
    let version = in_force(app, purpose)?.version.clone();
    let said = store::of_person(db, user_id)?;
    let last = said.iter().rfind(|one| one.purpose == purpose);
    if last.is_some_and(|one| (one.given, &one.version) == (given, &version)) {
        return Ok(());
    }
    let changes = serde_json::json!({ purpose.as_str(): { "after": version } });
    let id = ConsentId::new();
    store::insert(db, &Consent { id, user_id, purpose, version, given, created_at: now })?;
    let action = if given { "consent.give" } else { "consent.withdraw" };
    note(db, caller, now, action, user_id, changes)
}
