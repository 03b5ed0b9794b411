//! What is done with the form of a need that has been sent.

use super::form;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::{Error, FieldError, Result};
use crate::http::html::{Posted, once};
use crate::needs::life::NeedStatus;
use crate::needs::model::{CreateNeed, NeedId};
use crate::needs::ops::{self, TakeNeedStep};
use crate::search::names::Names;

/// What has become of a posted form.
#[derive(Default)]
pub(super) struct Outcome {
    /// The need, once there is one, with its version.
    pub need: Option<(NeedId, i32)>,
    /// Last change written.
    pub change: Option<i64>,
    pub errors: Vec<FieldError>,
}

/// Saves a new need, once however often its form is sent, and puts it forward if that was the button.
///
/// # Errors
/// What needs a page of its own.
pub(super) fn create(app: &App, caller: &Caller, form: &Posted) -> Result<Outcome> {
    caller.signed_in()?;
    let mut made = None;
    let created = form::fields(form, Names::new(app, caller.language)).and_then(|fields| {
        once::create_once(app, caller, form, "POST /needs/new", |caller| {
            let org_id = form.text("org_id").parse().ok();
            let saved = ops::create(app, caller, &CreateNeed { org_id, fields })?;
            let id = saved.value.id.to_string();
            made = Some(saved);
            Ok(id)
        })
    });
    match (created, made) {
        (Ok(_), Some(saved)) => finish(app, caller, form, Ok(saved)),
        // This very form has been sent before: on to what it made.
        (Ok(id), None) => {
            let id = id.parse().map_err(Error::internal)?;
            Ok(Outcome { need: Some((id, 1)), ..Outcome::default() })
        }
        (Err(error), _) => finish(app, caller, form, Err(error)),
    }
}

/// Saves changes of a need, and puts it forward if that was the button.
///
/// # Errors
/// Like those of [`create`]; [`Error::PreconditionFailed`] when somebody was faster.
pub(super) fn update(app: &App, caller: &Caller, id: NeedId, form: &Posted) -> Result<Outcome> {
    let version = form.version()?;
    let written = form::patch(form, Names::new(app, caller.language))
        .and_then(|patch| ops::update(app, caller, id, version, &patch));
    finish(app, caller, form, written)
}

/// Puts the need forward if that was the button, and keeps what is wrong for the form.
fn finish(
    app: &App,
    caller: &Caller,
    form: &Posted,
    written: Result<ops::Written<crate::needs::model::NeedView>>,
) -> Result<Outcome> {
    let saved = match written {
        Ok(saved) => saved,
        Err(Error::Invalid(errors)) => return Ok(Outcome { errors, ..Outcome::default() }),
        Err(other) => return Err(other),
    };
    let (id, version) = (saved.value.id, saved.value.version);
    let mut outcome =
        Outcome { need: Some((id, version)), change: Some(saved.change), errors: Vec::new() };
    if form.text("button") == "submit" {
        let step = TakeNeedStep { to: NeedStatus::Submitted, comment: None, valid_until: None };
        match ops::take_step(app, caller, id, &step) {
            Ok(taken) => outcome.change = Some(taken.change),
            Err(Error::Invalid(errors)) => outcome.errors = errors,
            Err(other) => return Err(other),
        }
    }
    Ok(outcome)
}
