//! The records behind the figures of a locked report, as they were taken down.

use serde::Deserialize;

use super::find;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::error::Result;
use crate::http::pagination::{Page, checked_limit};
use crate::records::scope::Reach;
use crate::reports::fact::{Fact, Measure};
use crate::reports::model::LockId;
use crate::reports::store::sources::Scope;
use crate::reports::{locked, ops};

/// Which records of a locked report to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct LockedRecords {
    /// The figure; all facts without one.
    pub measure: Option<Measure>,
    /// `true` (default): as they were locked; `false`: with all corrections.
    pub as_locked: Option<bool>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// The facts that a locked report adds up, in the order of their days: as they were taken down, whatever
/// has become of their records. What the caller does not look after is left out, as in the figures.
///
/// # Errors
/// [`Error::Forbidden`](crate::error::Error::Forbidden) for everybody but liaisons, officers and
/// administrators; [`Error::NotFound`](crate::error::Error::NotFound);
/// [`Error::Invalid`](crate::error::Error::Invalid).
pub fn records(
    app: &App,
    caller: &Caller,
    id: LockId,
    query: &LockedRecords,
) -> Result<Page<Fact>> {
    ops::broker(caller)?;
    let limit = checked_limit(query.limit)?;
    let after = ops::after(query.after.as_deref())?;
    let mut facts = app.db.read(|db| {
        let lock = find(db, caller, id)?;
        let reach = Reach::of(caller);
        let scope = Scope { reach: &reach, region: None, span: lock.span() };
        let mut facts = locked::facts(db, id, query.as_locked.unwrap_or(true))?;
        facts.retain(|fact| scope.covers(&fact.region_code));
        Ok(facts)
    })?;
    facts.retain(|fact| {
        let measured = query.measure.is_none_or(|measure| measure.kind() == fact.key.kind);
        measured && after.as_ref().is_none_or(|(on, key)| (fact.on, &fact.key) > (*on, key))
    });
    facts.sort_by(|a, b| (a.on, &a.key).cmp(&(b.on, &b.key)));
    facts.truncate(limit + 1);
    Ok(Page::cut(facts, limit, ops::cursor))
}
