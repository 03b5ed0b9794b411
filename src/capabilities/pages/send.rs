//! What is done with the form of a capability that has been sent.

use super::form;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::{
    CapabilityFields, CapabilityId, CapabilityView, CreateCapability,
};
use crate::capabilities::ops::{self, TakeCapabilityStep};
use crate::error::{Error, Result};
use crate::http::html::{Posted, Refused, once, typed};
use crate::records::life::Life;
use crate::search::names::Names;

/// What has become of a posted form.
pub(super) struct Outcome {
    /// The capability, once there is one.
    pub id: Option<CapabilityId>,
    /// Last change written.
    pub change: Option<i64>,
    /// Why it could not be written or put forward, with the status of that.
    pub refused: Option<(u16, Refused)>,
}

impl Outcome {
    fn refused(id: Option<CapabilityId>, change: Option<i64>, error: Error) -> Result<Self> {
        let status = if matches!(error, Error::PreconditionFailed) { error.status() } else { 200 };
        Ok(Self { id, change, refused: Some((status, Refused::of_form(error)?)) })
    }
}

/// Who may write a new one: people of organisations, for it is theirs.
pub(super) fn author(caller: &Caller) -> Result<()> {
    let person = caller.signed_in()?;
    if person.org_ids().is_empty() && !person.is_admin() { Err(Error::NotFound) } else { Ok(()) }
}

/// A capability that is the caller's to work on; for all others there is no such form.
pub(super) fn own(app: &App, caller: &Caller, id: CapabilityId) -> Result<CapabilityView> {
    caller.signed_in()?;
    let item = ops::show(app, caller, id)?;
    if item.takes_part(caller) { Ok(item) } else { Err(Error::NotFound) }
}

/// Whether it may be put forward from here.
pub(super) fn can_submit(status: CapabilityStatus) -> bool {
    status.next().contains(&CapabilityStatus::Submitted)
}

/// Saves a new capability, once however often its form is sent, and puts it forward if that was the button.
pub(super) fn create(app: &App, caller: &Caller, form: &Posted) -> Result<Outcome> {
    author(caller)?;
    let mut change = None;
    let made = once::create_once(app, caller, form, "POST /capabilities/new", |caller| {
        let none = CapabilityFields::default();
        let patch = form::patch(form, Names::new(app, caller.language), &none)?;
        let command = CreateCapability {
            org_id: form.text("org_id").parse().ok(),
            fields: typed::document(&patch)?,
        };
        let written = ops::create(app, caller, &command)?;
        change = Some(written.change);
        Ok(written.value.id.to_string())
    });
    match made {
        Ok(id) => {
            let id = id.parse().map_err(|_| Error::internal("a capability without an id"))?;
            put_forward(app, caller, form, id, change)
        }
        Err(error) => Outcome::refused(None, None, error),
    }
}

/// Saves changes, and puts the capability forward if that was the button.
pub(super) fn update(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    form: &Posted,
) -> Result<Outcome> {
    let stored = own(app, caller, id)?;
    let written = form.version_if(stored.version).and_then(|version| {
        let patch = form::patch(form, Names::new(app, caller.language), &stored.fields)?;
        ops::update(app, caller, id, version, &patch)
    });
    match written {
        Ok(written) => put_forward(app, caller, form, id, Some(written.change)),
        Err(error) => Outcome::refused(Some(id), None, error),
    }
}

/// Puts a saved capability forward if that was the button, and keeps what is wrong for the form.
fn put_forward(
    app: &App,
    caller: &Caller,
    form: &Posted,
    id: CapabilityId,
    change: Option<i64>,
) -> Result<Outcome> {
    let done = Outcome { id: Some(id), change, refused: None };
    // A form that was sent twice finds it put forward already.
    if form.text("button") != "submit" || !can_submit(ops::show(app, caller, id)?.status) {
        return Ok(done);
    }
    let to = CapabilityStatus::Submitted;
    let step = TakeCapabilityStep { to, comment: None, valid_until: None };
    match ops::take_step(app, caller, id, &step) {
        Ok(taken) => Ok(Outcome { change: Some(taken.change), ..done }),
        Err(error) => Outcome::refused(Some(id), change, error),
    }
}
