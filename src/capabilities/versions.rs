//! What has become of a capability: steps and versions, for its owner and its reviewers.

use super::model::CapabilityId;
use super::ops::{SeenCapability, find};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::db::Db;
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::records;
use crate::records::model::{
    RecordKind, StepView, VersionComparison, VersionSummary, VersionView, differences,
};

/// The steps of a capability's life.
///
/// # Errors
/// [`Error::NotFound`].
pub fn steps(app: &App, caller: &Caller, id: CapabilityId) -> Result<Vec<StepView>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::steps(db, RecordKind::Capability, &id.to_string())
    })
}

pub(super) fn require_full(seen: &SeenCapability) -> Result<()> {
    if seen.clearance == Clearance::Full { Ok(()) } else { Err(Error::NotFound) }
}

/// The versions of a capability, newest first.
///
/// # Errors
/// [`Error::NotFound`].
pub fn versions(app: &App, caller: &Caller, id: CapabilityId) -> Result<Vec<VersionSummary>> {
    app.db.read(|db| {
        require_full(&find(db, caller, id)?)?;
        records::ops::versions(db, RecordKind::Capability, &id.to_string())
    })
}

/// One version of a capability.
///
/// # Errors
/// [`Error::NotFound`].
pub fn version(app: &App, caller: &Caller, id: CapabilityId, number: i32) -> Result<VersionView> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        redacted_version(db, &seen, number)
    })
}

/// What differs between two versions of a capability.
///
/// # Errors
/// [`Error::NotFound`].
pub fn compare(
    app: &App,
    caller: &Caller,
    id: CapabilityId,
    (from, to): (i32, i32),
) -> Result<VersionComparison> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let older = redacted_version(db, &seen, from)?;
        let newer = redacted_version(db, &seen, to)?;
        let differences = differences(&older.fields, &newer.fields);
        Ok(VersionComparison { from, to, differences })
    })
}

/// A past state, with people hidden by what they agree to today.
fn redacted_version(db: &mut Db, seen: &SeenCapability, number: i32) -> Result<VersionView> {
    let (id, level): (_, DisclosureLevel) =
        (seen.capability.id.to_string(), seen.capability.confidentiality);
    let sight = (level, seen.clearance);
    let mut version = records::ops::version(db, RecordKind::Capability, &id, number, sight)?;
    if let Some(fields) = version.fields.as_object_mut() {
        seen.redact(level, fields);
    }
    Ok(version)
}
