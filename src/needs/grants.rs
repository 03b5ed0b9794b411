//! Opening one need further for one organisation.

use super::model::NeedId;
use super::ops::find;
use super::versions::require_full;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::disclosure::model::{GrantId, GrantView, OpenRecord};
use crate::disclosure::ops::{self as grants, Record};
use crate::error::Result;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::scope::Standing;

/// The grants of a need, for its owner and its reviewers.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound).
pub fn list(app: &App, caller: &Caller, id: NeedId) -> Result<Vec<GrantView>> {
    app.db.read(|db| {
        let seen = find(db, caller, id)?;
        require_full(&seen)?;
        let text = id.to_string();
        grants::list(db, Record { kind: RecordKind::Need, id: &text, org_id: seen.need.org_id })
    })
}

/// Opens a need for an organisation.
///
/// # Errors
/// Those of [`disclosure::ops::open`](crate::disclosure::ops::open), and
/// [`Error::Forbidden`](crate::error::Error::Forbidden) for callers who see the need only.
pub fn open(
    app: &App,
    caller: &Caller,
    id: NeedId,
    command: &OpenRecord,
) -> Result<Written<GrantView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let need = find(db, caller, id)?.need;
        Standing::of(caller, need.org_id, &need.region_code).require_part()?;
        let text = id.to_string();
        let record = Record { kind: RecordKind::Need, id: &text, org_id: need.org_id };
        grants::open(db, caller, now, record, command)
    })?;
    app.feed.wake();
    Ok(written)
}

/// Takes a grant back. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`](crate::error::Error::NotFound),
/// [`Error::Forbidden`](crate::error::Error::Forbidden).
pub fn revoke(app: &App, caller: &Caller, id: NeedId, grant: GrantId) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let change = app.db.write(|db| {
        let need = find(db, caller, id)?.need;
        Standing::of(caller, need.org_id, &need.region_code).require_part()?;
        let text = id.to_string();
        let record = Record { kind: RecordKind::Need, id: &text, org_id: need.org_id };
        grants::revoke(db, caller, now, record, grant)
    })?;
    app.feed.wake();
    Ok(change)
}
