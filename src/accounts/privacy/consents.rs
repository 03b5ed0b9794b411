//! Use cases of consents.

use super::model::{Consent, ConsentId, ConsentPurpose, ConsentText, ConsentView, GiveConsent};
use super::store;
use crate::accounts::principal::{Caller, Language, UserId};
use crate::accounts::users::ops::note;
use crate::app::App;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::validation::Checker;

/// The text of a purpose that is in force: the last one of the table.
///
/// # Errors
/// When an operator's table lacks one.
pub fn in_force(app: &App, purpose: ConsentPurpose) -> Result<&ConsentText> {
    let texts = app.reference.consent_texts();
    let found = texts.iter().rfind(|text| text.purpose == purpose);
    found.ok_or_else(|| Error::internal(format!("consent_texts.csv has no text for {purpose}")))
}

/// That somebody who is to have an account has read the text in force and agrees to it.
///
/// # Errors
/// When an operator's table lacks the text.
pub fn check_agreed(app: &App, checker: &mut Checker, version: Option<&str>) -> Result<()> {
    let text = in_force(app, ConsentPurpose::Account)?;
    match version {
        None => checker.fail("/consent", "field.consent_missing"),
        Some(version) => {
            let is_current = version == text.version;
            checker.ensure(is_current, "/consent", "error.consent_text_changed");
        }
    }
    Ok(())
}

/// Puts on record that the owner of an account just made has agreed to the text in force.
///
/// # Errors
/// Database faults.
pub fn agreed(app: &App, db: &mut Db, caller: &Caller, user: UserId) -> Result<()> {
    let said = Said { user, purpose: ConsentPurpose::Account, record_id: None, given: true };
    record(app, db, caller, said, app.clock.now())
}

/// Whether the caller is still to be asked: for accounts that somebody else has made, and anew when
/// the text has changed. Who has said no to the text in force is not asked again.
///
/// # Errors
/// Database faults.
pub fn is_due(app: &App, caller: &Caller) -> Result<bool> {
    let Some(principal) = &caller.principal else { return Ok(false) };
    let version = &in_force(app, ConsentPurpose::Account)?.version;
    let said = app.db.read(|db| store::of_person(db, principal.user_id))?;
    let mut account = said.iter().filter(|one| one.purpose == ConsentPurpose::Account);
    Ok(account.next_back().is_none_or(|one| &one.version != version))
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
            text: text.said(language).to_owned(),
            given: last.is_some_and(|one| one.given && one.version == text.version),
            last_version: last.map(|one| one.version.clone()),
            last_at: last.map(|one| one.created_at),
        })
    };
    [ConsentPurpose::Account].iter().map(view).collect()
}

/// Agrees to the text in force, or takes that back. Saying again what holds changes nothing.
///
/// # Errors
/// A conflict when another version is in force by now.
pub fn say(app: &App, caller: &Caller, command: &GiveConsent) -> Result<Vec<ConsentView>> {
    let user = caller.signed_in()?.user_id;
    if command.purpose == ConsentPurpose::ExpertProfile {
        return Err(Error::conflict("error.consent_by_profile"));
    }
    if in_force(app, command.purpose)?.version != command.version {
        return Err(Error::conflict("error.consent_text_changed"));
    }
    let now = app.clock.now();
    app.db.write(|db| {
        dialect::lock_logs(db)?;
        let said = Said { user, purpose: command.purpose, record_id: None, given: command.given };
        record(app, db, caller, said, now)?;
        views(app, db, caller.language, user)
    })
}

/// What somebody says about the text in force.
#[derive(Debug, Clone)]
pub struct Said {
    /// Who.
    pub user: UserId,
    /// What for.
    pub purpose: ConsentPurpose,
    /// The profile that it is about, for those of experts.
    pub record_id: Option<String>,
    /// Whether it is given.
    pub given: bool,
}

/// Puts on record what somebody has said about the text in force.
///
/// # Errors
/// Database faults.
pub fn record(app: &App, db: &mut Db, caller: &Caller, said: Said, now: Timestamp) -> Result<()> {
    let Said { user, purpose, record_id, given } = said;
    let version = in_force(app, purpose)?.version.clone();
    let before = match &record_id {
        Some(record) => store::of_record(db, purpose, record)?,
        None => store::of_person(db, user)?,
    };
    let last = before.iter().rfind(|one| one.purpose == purpose && one.record_id == record_id);
    if last.is_some_and(|one| (one.given, &one.version) == (given, &version)) {
        return Ok(());
    }
    let changes = serde_json::json!({ purpose.as_str(): { "after": version } });
    let id = ConsentId::new();
    let row = Consent { id, user_id: user, purpose, record_id, version, given, created_at: now };
    store::insert(db, &row)?;
    let action = if given { "consent.give" } else { "consent.withdraw" };
    note(db, caller, now, action, user, changes)
}
