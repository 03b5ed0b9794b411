//! The answer that a creating request would have had, made from what it created: for a process that
//! ended after the write and before its answer was kept.

use serde::Serialize;

use crate::accounts::{self, principal::Caller};
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::error::{Error, Result};
use crate::http::extract;
use crate::idempotency::model::{Created, CreatedKind, Headers};
use crate::needs::model::NeedId;
use crate::records::reviewed::{ReviewedId, grants};
use crate::records::traced::Traced;
use crate::{
    attachments, capabilities, cases, channels, contracts, events, needs, organizations, platforms,
    projects, reports, subscriptions, towns, visits,
};

/// Status of the answer.
pub(super) fn status(created: &Created) -> u16 {
    match created.kind {
        CreatedKind::Registration => 202,
        CreatedKind::Confirmation => 204,
        CreatedKind::Acceptance => 200,
        _ => 201,
    }
}

/// Headers and body of the answer. What has been changed since is answered as it is now, and what
/// has been removed is not found.
///
/// # Errors
/// [`Error::NotFound`] when it is gone, or the caller may not see it any more.
pub(super) fn answer(app: &App, caller: &Caller, created: &Created) -> Result<(Headers, String)> {
    let id = created.id.as_str();
    match created.kind {
        CreatedKind::Need => {
            let view = needs::ops::show(app, caller, parsed::<NeedId>(id)?)?;
            rendered(&format!("needs/{id}"), Some(view.version), &view)
        }
        CreatedKind::Capability => {
            let view = capabilities::ops::show(app, caller, parsed::<CapabilityId>(id)?)?;
            rendered(&format!("capabilities/{id}"), Some(view.version), &view)
        }
        CreatedKind::Organization => {
            let view = organizations::ops::show(app, caller, parsed(id)?)?;
            rendered(&format!("organizations/{id}"), Some(view.version), &view)
        }
        CreatedKind::Town => town(app, caller, id),
        CreatedKind::User => {
            let view = accounts::users::ops::show(app, caller, parsed(id)?)?;
            rendered(&format!("users/{id}"), Some(view.version), &view)
        }
        CreatedKind::Case => case(app, caller, id),
        CreatedKind::CaseEntry => case_entry(app, caller, id),
        CreatedKind::Visit => visit(app, caller, id),
        CreatedKind::Event | CreatedKind::EventGuest | CreatedKind::EventMeeting => {
            occasion(app, caller, created)
        }
        CreatedKind::Platform => platform(app, caller, id),
        CreatedKind::Attachment => attachment(app, caller, id),
        CreatedKind::Contract => contract(app, caller, id),
        CreatedKind::Project => project(app, caller, id),
        CreatedKind::ReportLock => report_lock(app, caller, id),
        CreatedKind::ReportCorrection => report_correction(app, caller, id),
        CreatedKind::Endpoint => endpoint(app, caller, id),
        CreatedKind::MessageTemplate => Err(Error::NotFound),
        CreatedKind::Subscription => subscription(app, caller, id),
        CreatedKind::NeedGrant => grant::<NeedId>(app, caller, id),
        CreatedKind::CapabilityGrant => grant::<CapabilityId>(app, caller, id),
        CreatedKind::Role => {
            let (user, role) = halves(id)?;
            let roles = accounts::users::ops::show(app, caller, parsed(user)?)?.roles;
            let found = roles.into_iter().find(|held| held.id.to_string() == role);
            rendered(&format!("users/{user}/roles/{role}"), None, &found.ok_or(Error::NotFound)?)
        }
        CreatedKind::Invitation => {
            let (org, invitation) = halves(id)?;
            let (org_id, link) = (parsed(org)?, parsed(invitation)?);
            let view = accounts::invitations::ops::find(app, caller, org_id, link)?;
            rendered(&format!("organizations/{org}/invitations/{invitation}"), None, &view)
        }
        CreatedKind::Registration => {
            unplaced(&accounts::registration::ops::received(caller.language))
        }
        CreatedKind::Acceptance => {
            let (link, user) = halves(id)?;
            let (link, user) = (parsed(link)?, parsed(user)?);
            unplaced(&accounts::invitations::ops::accepted(app, link, user)?)
        }
        CreatedKind::Confirmation => Ok((Vec::new(), String::new())),
    }
}

fn town(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = towns::ops::show(app, caller, id)?;
    rendered(&format!("towns/{id}"), Some(view.version), &view)
}

fn case(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = cases::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("cases/{id}"), Some(view.version), &view)
}

fn endpoint(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = channels::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("endpoints/{id}"), Some(view.version), &view)
}

fn subscription(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = subscriptions::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("subscriptions/{id}"), Some(view.version), &view)
}

fn case_entry(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let (case, entry) = halves(id)?;
    let view = cases::ops::entry(app, caller, parsed(case)?, parsed(entry)?)?;
    rendered(&format!("cases/{case}/entries/{entry}"), Some(1), &view)
}

fn attachment(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let (path, view) = attachments::ops::sent(app, caller, parsed(id)?)?;
    rendered(&path, Some(1), &view)
}

fn contract(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = contracts::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("contracts/{id}"), Some(view.version), &view)
}

fn project(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = projects::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("projects/{id}"), Some(view.version), &view)
}

fn visit(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = visits::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("visits/{id}"), Some(view.version), &view)
}

/// An event, or what belongs to one.
fn occasion(app: &App, caller: &Caller, created: &Created) -> Result<(Headers, String)> {
    let id = created.id.as_str();
    if created.kind == CreatedKind::Event {
        let view = events::ops::show(app, caller, parsed(id)?)?;
        return rendered(&format!("events/{id}"), Some(view.version), &view);
    }
    let (event, part) = halves(id)?;
    let event_id = parsed(event)?;
    if created.kind == CreatedKind::EventGuest {
        let view = events::guests::show(app, caller, event_id, parsed(part)?)?;
        return rendered(&format!("events/{event}/guests/{part}"), Some(view.version), &view);
    }
    let view = events::timetable::show_meeting(app, caller, event_id, parsed(part)?)?;
    rendered(&format!("events/{event}/meetings/{part}"), Some(view.version), &view)
}

fn platform(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = platforms::ops::show(app, caller, parsed(id)?)?;
    rendered(&format!("platforms/{id}"), Some(view.version), &view)
}

fn report_lock(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let view = reports::locks::show_lock(app, caller, parsed(id)?)?;
    rendered(&format!("reports/locks/{id}"), None, &view)
}

fn report_correction(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let (lock, correction) = halves(id)?;
    let view = reports::locks::show_correction(app, caller, parsed(lock)?, parsed(correction)?)?;
    rendered(&format!("reports/locks/{lock}/corrections/{correction}"), None, &view)
}

fn grant<I: ReviewedId>(app: &App, caller: &Caller, id: &str) -> Result<(Headers, String)> {
    let (record, grant) = halves(id)?;
    let view = grants::show(app, caller, parsed::<I>(record)?, parsed(grant)?)?;
    let folder = I::Record::KIND.folder();
    rendered(&format!("{folder}/{record}/grants/{grant}"), Some(1), &view)
}

fn halves(id: &str) -> Result<(&str, &str)> {
    id.split_once('/').ok_or_else(|| unreadable(id))
}

fn parsed<T: std::str::FromStr>(id: &str) -> Result<T> {
    id.parse().map_err(|_| unreadable(id))
}

fn unreadable(id: &str) -> Error {
    Error::internal(format!("id {id} of a used key"))
}

/// An answer that says nothing of where a thing lies.
fn unplaced(view: &impl Serialize) -> Result<(Headers, String)> {
    let kind = ("content-type".to_owned(), "application/json".to_owned());
    Ok((vec![kind], serde_json::to_string(view)?))
}

fn rendered(path: &str, version: Option<i32>, view: &impl Serialize) -> Result<(Headers, String)> {
    let mut headers = vec![
        ("content-type".to_owned(), "application/json".to_owned()),
        ("location".to_owned(), format!("/api/v1/{path}")),
    ];
    if let Some(version) = version {
        let (name, tag) = extract::etag(version);
        headers.push((name.to_owned(), tag));
    }
    Ok((headers, serde_json::to_string(view)?))
}
