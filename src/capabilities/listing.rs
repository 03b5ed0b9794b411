//! Lists of capabilities.

use serde::Deserialize;

use super::life::CapabilityStatus;
use super::model::CapabilityView;
use super::ops::{SeenCapability, see, view};
use super::store;
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::Db;
use crate::disclosure::{self, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records::model::RecordKind;
use crate::records::page;
use crate::records::scope::Reach;

/// Which capabilities to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListCapabilities {
    /// Only of this organisation; capabilities whose owner is not shown to the caller are left out.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind.
    pub asset_kind: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of capabilities, last changed first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListCapabilities) -> Result<Page<CapabilityView>> {
    let limit = checked_limit(query.limit)?;
    let reach = Reach::of(caller);
    let before = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let mut filter = store::CapabilityFilter {
        org_id: query.org_id,
        statuses: parse_statuses(query.status.as_deref())?,
        region: page::region(query.region.as_deref())?,
        asset_kind: query.asset_kind.clone(),
        ..store::CapabilityFilter::default()
    };
    app.db.read(|db| {
        if query.org_id.is_some() {
            filter.owner_known = Some(owner_known(db, caller, &reach)?);
        }
        let rows = store::list(db, &reach, &filter, before, wanted)?;
        let page = Page::cut(rows, limit, |last| page::cursor(last.updated_at, last.id));
        let seen = see(db, caller, page.items)?;
        let shown = seen.iter().filter(|one| query.org_id.is_none() || knows_owner(one));
        let items = shown.map(|one| view(app, caller, one)).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next: page.next })
    })
}

/// Listing by organisation must not tell whose capability it is when its card does not, so the query
/// itself leaves those out: the cursor of the page would tell as much as an entry.
fn owner_known(db: &mut Db, caller: &Caller, reach: &Reach) -> Result<store::OwnerKnown> {
    let opened = disclosure::ops::opened(db, caller, RecordKind::Capability)?;
    let mut known = store::OwnerKnown { levels: reach.levels(), ..store::OwnerKnown::default() };
    for (id, level) in opened {
        let Ok(id) = id.parse() else { continue };
        known.matched.push(id);
        if level == DisclosureLevel::Nda {
            known.nda.push(id);
        }
    }
    Ok(known)
}

fn knows_owner(seen: &SeenCapability) -> bool {
    disclosure::required(RecordKind::Capability, "org", seen.capability.confidentiality)
        <= seen.clearance
}

fn parse_statuses(text: Option<&str>) -> Result<Vec<CapabilityStatus>> {
    let codes = text.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    codes
        .map(|code| code.parse().map_err(|_| Error::field("/status", "field.unknown_status")))
        .collect()
}
