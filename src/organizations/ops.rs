//! Use cases of organisations. How they come in is in `registration`, how they are checked in
//! `review`; what other folders build on is in `owners`.

use serde::Deserialize;
use serde_json::Value;

use super::life::Standing;
use super::model::{OrgStatus, Organization, OrganizationFields, OrganizationView};
pub use super::owners::{
    by_name, by_uscc, known_by_name, owners, place, require_verified, writable,
};
pub use super::registration::{Arrival, check, create, enter, register};
pub use super::review::{TakeOrganizationStep, take_step};
pub use super::unclaimed::{Unclaimed, met};
use super::{document, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::capabilities::model::Capability;
use crate::db::{Db, Timestamp};
use crate::disclosure::{self, Clearance, DisclosureLevel, RecordScope};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::needs::model::Need;
use crate::records;
use crate::records::life::Life;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::page;
use crate::records::reviewed::move_along;
use crate::records::scope::Reach;
use crate::records::traced::{Insight, State, Traced};

/// Organisations have no level of their own: their details are for members.
pub(super) const LEVEL: DisclosureLevel = DisclosureLevel::Members;

/// Which organisations to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListOrganizations {
    /// Only of these types, separated by commas.
    pub org_type: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only those whose name begins like this.
    pub name: Option<String>,
    /// Only those with this in their name; for administrators also in their credit code.
    pub q: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A row with what the caller is cleared for.
pub struct SeenOrganization {
    /// The row, unredacted.
    pub org: Organization,
    /// The caller's clearance on it.
    pub clearance: Clearance,
}

impl Traced for Organization {
    const KIND: RecordKind = RecordKind::Organization;

    type Id = OrgId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    fn insight(db: &mut Db, caller: &Caller, id: &OrgId) -> Result<Insight> {
        Ok(Insight::new(LEVEL, find(db, caller, *id)?.clearance))
    }
}

/// The caller's clearance on an organisation; `None` when it must not be known to the caller.
fn see(caller: &Caller, org: Organization) -> Option<SeenOrganization> {
    let scope = RecordScope {
        org_id: Some(org.id),
        region_code: org.region_code.clone(),
        open_from: org.status.is_open().then_some(Clearance::Public),
        open_to_reviewers: true,
        granted: None,
    };
    let clearance = disclosure::clearance(caller, &scope)?;
    Some(SeenOrganization { org, clearance })
}

/// An organisation the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: OrgId) -> Result<SeenOrganization> {
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    see(caller, row).ok_or(Error::NotFound)
}

/// Organisations by id that the caller may know of, in no order: for search hits.
///
/// # Errors
/// Database faults.
pub fn find_many(db: &mut Db, caller: &Caller, ids: &[OrgId]) -> Result<Vec<SeenOrganization>> {
    let rows = store::find_many_unscoped(db, ids)?;
    Ok(rows.into_iter().filter_map(|org| see(caller, org)).collect())
}

/// What the caller sees of an organisation.
///
/// # Errors
/// Faults of ours.
pub fn view(app: &App, caller: &Caller, seen: &SeenOrganization) -> Result<OrganizationView> {
    let org = &seen.org;
    let Value::Object(mut map) = serde_json::to_value(&org.doc.0)? else {
        return Err(Error::internal("organisation fields are not an object"));
    };
    let withheld = disclosure::redact(RecordKind::Organization, LEVEL, seen.clearance, &mut map);
    Ok(OrganizationView {
        id: org.id,
        code: org.code.clone(),
        status: org.status,
        version: org.version,
        region_name: app.reference.region_name(&org.region_code, caller.language),
        fields: serde_json::from_value(Value::Object(map))?,
        withheld,
        steps: steps(caller, org),
        created_at: org.created_at,
        updated_at: org.updated_at,
    })
}

/// Steps that the caller may take now. What nobody has registered is completed before it is verified.
fn steps(caller: &Caller, org: &Organization) -> Vec<OrgStatus> {
    let mut steps = org.status.steps_for(Standing::of(caller, org));
    steps.retain(|to| *to != OrgStatus::Verified || !org.is_unclaimed());
    steps
}

/// Shows an organisation.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: OrgId) -> Result<OrganizationView> {
    app.db.read(|db| view(app, caller, &find(db, caller, id)?))
}

/// A page of organisations, newest first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(
    app: &App,
    caller: &Caller,
    query: &ListOrganizations,
) -> Result<Page<OrganizationView>> {
    let limit = checked_limit(query.limit)?;
    let filter = store::OrganizationFilter {
        org_types: page::codes(query.org_type.as_deref()).map(str::to_owned).collect(),
        region: query.region.clone(),
        statuses: page::statuses(query.status.as_deref())?,
        name: query.name.clone(),
        text: page::text("/q", query.q.as_deref())?,
    };
    let reach = Reach::of(caller);
    let before = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let rows = app.db.read(|db| store::list(db, &reach, &filter, before, wanted))?;
    let page = Page::cut(rows, limit, |last| page::cursor(last.created_at, last.id));
    let seen = page.items.into_iter().filter_map(|org| see(caller, org));
    let items = seen.map(|one| view(app, caller, &one)).collect::<Result<Vec<_>>>()?;
    Ok(Page { items, next: page.next })
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes. When the
/// organisation moves, its records without a town of their own move along.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; [`Error::Forbidden`]
/// for members without the role, and for managers who change what has been checked;
/// [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: OrgId,
    version: i32,
    patch: &Value,
) -> Result<Written<OrganizationView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let SeenOrganization { mut org, clearance } = find(db, caller, id)?;
        let standing = Standing::of(caller, &org);
        if !standing.may_change() {
            return Err(Error::forbidden("error.not_your_organization"));
        }
        if org.version != version {
            return Err(Error::PreconditionFailed);
        }
        let before = serde_json::to_value(&org.doc.0)?;
        let mut fields: OrganizationFields = records::patch::merged(before.clone(), patch)?;
        fields.tidy();
        let renamed = changes_identity(&org.doc.0, &fields);
        if renamed && org.status.is_checked() && !standing.reviewer {
            return Err(Error::forbidden("error.identity_is_checked"));
        }
        check(app, db, &fields, Some(id))?;
        let place = (org.town_code.clone(), org.region_code.clone());
        org.set_fields(fields);
        let moved = place != (org.town_code.clone(), org.region_code.clone());
        if moved {
            move_along::<Need>(db, &org)?;
            move_along::<Capability>(db, &org)?;
        }
        save(db, now, &mut org)?;
        let change = org.change("organization.update", &before)?;
        let mut number = records::ops::trace(db, caller, now, &[change])?;
        if renamed || moved {
            number = reindex_records(db, id, now)?;
        }
        // The caller may have moved it out of the own region, and still sees what was written.
        let seen = SeenOrganization { org, clearance };
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Whether name, credit code or type differ: what verification has vouched for.
fn changes_identity(old: &OrganizationFields, new: &OrganizationFields) -> bool {
    (&old.name, &old.uscc, &old.org_type) != (&new.name, &new.uscc, &new.org_type)
}

/// Writes the row under the next version.
pub(super) fn save(db: &mut Db, now: Timestamp, org: &mut Organization) -> Result<()> {
    org.version += 1;
    org.updated_at = now;
    store::update(db, org)
}

/// Tells the index about the organisation's records, whose documents hold its type, its place and
/// whether it is suspended; returns the number of the last change. The logs' lock must be held.
pub(super) fn reindex_records(db: &mut Db, id: OrgId, now: Timestamp) -> Result<i64> {
    let rows = store::records_unscoped(db, id)?;
    records::ops::touch(db, now, &rows)
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(app: &App, db: &mut Db, ids: &[String]) -> Result<Vec<search_index::Document>> {
    let ids: Vec<OrgId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let rows = store::find_many_unscoped(db, &ids)?;
    Ok(rows.iter().map(|org| document::document(org, &app.reference)).collect())
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    let after = after.and_then(|id| id.parse().ok());
    Ok(store::ids_unscoped(db, after, limit)?.iter().map(ToString::to_string).collect())
}
