//! Diagnosing a need that is being written. Everybody may ask; nothing is stored.

use super::diagnose::diagnose;
use super::figures;
use super::model::{Diagnosis, DiagnosisInput};
use super::words::Plain;
use crate::accounts::principal::{Caller, Language};
use crate::app::App;
use crate::error::{Error, Result};
use crate::needs::model::NeedFields;
use crate::needs::rules;
use crate::organizations;
use crate::towns;

/// Checks the fields that are there, as for a draft, and diagnoses them.
///
/// # Errors
/// [`Error::Invalid`] with every field that cannot be, and when there is no text at all.
pub fn check(app: &App, language: Language, fields: &NeedFields) -> Result<Diagnosis> {
    rules::check(fields, fields.town_code.as_deref(), rules::Stage::Sketch, &app.reference)?;
    if !has_text(fields) {
        return Err(Error::field("/problem", "field.required"));
    }
    of_fields(app, language, fields)
}

/// Whether there is anything to diagnose.
pub fn has_text(fields: &NeedFields) -> bool {
    let texts = [&fields.title, &fields.problem, &fields.background];
    texts.into_iter().flatten().any(|text| !text.trim().is_empty())
}

/// Diagnoses fields as they are; without a town of their own they count for that of the author's
/// organisation, as they will when they are saved.
///
/// # Errors
/// Database faults.
pub fn of_author(app: &App, caller: &Caller, mut fields: NeedFields) -> Result<Diagnosis> {
    let own = caller.principal.as_ref().and_then(|principal| principal.org_ids().first().copied());
    if let (None, Some(id)) = (&fields.town_code, own) {
        fields.town_code = app.db.read(|db| organizations::ops::place(db, id))?.town_code;
    }
    of_fields(app, caller.language, &fields)
}

/// Diagnoses fields as they are, with the trades of the town for the examples.
///
/// # Errors
/// Database faults.
fn of_fields(app: &App, language: Language, fields: &NeedFields) -> Result<Diagnosis> {
    let town_trades = match &fields.town_code {
        Some(code) => app.db.read(|db| trades(db, code))?,
        None => Vec::new(),
    };
    Ok(diagnose(&DiagnosisInput { fields, town_trades: &town_trades, language }))
}

fn trades(db: &mut crate::db::Db, code: &str) -> Result<Vec<String>> {
    let found = towns::ops::find_many(db, &[code.to_owned()])?;
    let trades = found.into_iter().flat_map(|town| town.doc.0.specialty_industries);
    Ok(trades.map(|trade| trade.name).collect())
}

/// Where a text of a need names figures to be reached: the clauses that hold them.
pub fn targets(text: &str) -> Vec<std::ops::Range<usize>> {
    figures::figures(text, &Plain::new(text)).targets
}
