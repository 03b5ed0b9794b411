//! Drafts on the pages of forms: put back when the form is opened, thrown away when it has been sent.

use std::sync::Arc;

use super::ops;
use crate::app::App;
use crate::db::Timestamp;
use crate::error::Result;
use crate::http::html::{Posted, Visit};

/// What the page says of a draft that it shows.
#[derive(Debug)]
pub struct DraftNote {
    /// When it was saved.
    pub at: Timestamp,
    /// Whether the record has changed since the draft was begun.
    pub moved: bool,
}

/// A draft for a form that is opened.
#[derive(Debug, Default)]
pub struct Opened {
    /// What was typed; none without a draft.
    pub form: Option<Posted>,
    /// Version of the draft; 0 without one.
    pub version: i32,
    /// What the page says of it.
    pub note: Option<DraftNote>,
}

/// The draft of whoever opens the form of an address.
///
/// # Errors
/// Database faults.
pub async fn of(app: &Arc<App>, visit: &Visit, place: &str) -> Result<Opened> {
    let (caller, place) = (visit.caller.clone(), place.to_owned());
    let found = app.run(move |app| ops::draft(app, &caller, &place)).await?;
    Ok(found.map_or_else(Opened::default, |draft| Opened {
        version: draft.version,
        note: Some(DraftNote { at: draft.saved_at, moved: false }),
        form: Some(Posted::new(draft.doc.0.pairs)),
    }))
}

/// Throws the draft away: the form has been sent.
///
/// # Errors
/// Database faults.
pub async fn done(app: &Arc<App>, visit: &Visit, place: &str) -> Result<()> {
    let Some(user) = visit.caller.principal.as_ref().map(|one| one.user_id) else { return Ok(()) };
    let place = place.to_owned();
    app.run(move |app| ops::discard_draft(app, user, &place)).await
}
