//! What has become of a need: steps and versions, for its owner and its reviewers.

use super::model::NeedId;
use super::ops::{SeenNeed, find};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::disclosure::Clearance;
use crate::error::{Error, Result};
use crate::records;
use crate::records::model::{RecordKind, StepView, VersionComparison, VersionSummary, VersionView};

/// The steps of a need's life: for its owner and its reviewers.
///
/// # Errors
/// [`Error::NotFound`].
pub fn steps(app: &App, caller: &Caller, id: NeedId) -> Result<Vec<StepView>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::steps(db, RecordKind::Need, &id.to_string())
    })
}

pub(super) fn require_full(seen: &SeenNeed) -> Result<()> {
    if seen.clearance == Clearance::Full { Ok(()) } else { Err(Error::NotFound) }
}

/// The versions of a need, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn versions(app: &App, caller: &Caller, id: NeedId) -> Result<Vec<VersionSummary>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::versions(db, RecordKind::Need, &id.to_string())
    })
}

/// One version of a need.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(app: &App, caller: &Caller, id: NeedId, number: i32) -> Result<VersionView> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let sight = (seen.need.confidentiality, seen.clearance);
        records::ops::version(db, RecordKind::Need, &id.to_string(), number, sight)
    })
}

/// What differs between two versions of a need.
///
/// # Errors
/// [`Error::NotFound`].
pub fn compare(
    app: &App,
    caller: &Caller,
    id: NeedId,
    pair: (i32, i32),
) -> Result<VersionComparison> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let sight = (seen.need.confidentiality, seen.clearance);
        records::ops::compare(db, RecordKind::Need, &id.to_string(), pair, sight)
    })
}
