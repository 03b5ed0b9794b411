//! Use cases of needs.

use serde::Deserialize;
use serde_json::Value;

use super::life::{NeedStatus, Standing, check_step, steps_for};
use super::model::{CreateNeed, Need, NeedFields, NeedId, NeedView};
use super::rules::{self, Stage};
use super::{document, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::{self, Clearance, DisclosureLevel, RecordScope};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, decode_cursor, encode_cursor};
use crate::organizations;
use crate::records;
use crate::records::model::{
    RecordKind, StepView, VersionComparison, VersionSummary, VersionView, readable_code,
};
use crate::records::ops::Change;
pub use crate::records::ops::Written;
use crate::records::parts::OwnerView;
use crate::records::scope::Reach;

/// A step to take, with a comment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeNeedStep {
    /// The state to go to.
    pub to: NeedStatus,
    /// Why; needed when a need is returned.
    #[serde(default)]
    pub comment: Option<String>,
    /// New end of validity, when renewing.
    #[serde(default)]
    pub valid_until: Option<chrono::NaiveDate>,
}

/// Which needs to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListNeeds {
    /// Only of this organisation; it must be one of the caller's, or in the caller's region.
    pub org_id: Option<OrgId>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of this kind.
    pub need_kind: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A row with its owner and what the caller is cleared for.
pub struct SeenNeed {
    /// The row, unredacted.
    pub need: Need,
    /// The owning organisation.
    pub owner: OwnerView,
    /// The caller's clearance on it.
    pub clearance: Clearance,
}

fn scope(need: &Need, owner: &OwnerView, granted: Option<DisclosureLevel>) -> RecordScope {
    RecordScope {
        org_id: Some(need.org_id),
        region_code: need.region_code.clone(),
        open_from: (need.status.is_open() && owner.active).then_some(Clearance::Public),
        open_to_reviewers: true,
        granted,
    }
}

/// Keeps the needs the caller may know of, with owner and clearance.
fn see(db: &mut Db, caller: &Caller, rows: Vec<Need>) -> Result<Vec<SeenNeed>> {
    let ids: Vec<String> = rows.iter().map(|need| need.id.to_string()).collect();
    let own = caller.principal.as_ref().map(|p| p.org_ids()).unwrap_or_default();
    let grants = disclosure::store::levels(db, RecordKind::Need, &ids, &own)?;
    let orgs: Vec<OrgId> = rows.iter().map(|need| need.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    Ok(rows
        .into_iter()
        .filter_map(|need| {
            let granted = grants.get(&need.id.to_string()).copied();
            let owner = owners.get(&need.org_id)?.clone();
            let clearance = disclosure::clearance(caller, &scope(&need, &owner, granted))?;
            Some(SeenNeed { need, owner, clearance })
        })
        .collect())
}

/// A need the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: NeedId) -> Result<SeenNeed> {
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    see(db, caller, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Needs by id that the caller may know of, in no order: for search hits and matches.
///
/// # Errors
/// Database faults.
pub fn find_many(db: &mut Db, caller: &Caller, ids: &[NeedId]) -> Result<Vec<SeenNeed>> {
    let rows = store::find_many_unscoped(db, ids)?;
    see(db, caller, rows)
}

/// The fields as far as the clearance goes, and the names of those withheld.
pub fn redacted(need: &Need, clearance: Clearance) -> Result<(NeedFields, Vec<String>)> {
    let Value::Object(mut map) = serde_json::to_value(&need.doc.0)? else {
        return Err(Error::internal("need fields are not an object"));
    };
    let withheld = disclosure::redact(RecordKind::Need, need.confidentiality, clearance, &mut map);
    Ok((serde_json::from_value(Value::Object(map))?, withheld))
}

/// What the caller sees of a need.
pub fn view(app: &App, caller: &Caller, seen: &SeenNeed) -> Result<NeedView> {
    let need = &seen.need;
    let (fields, mut withheld) = redacted(need, seen.clearance)?;
    let knows_org =
        disclosure::required(RecordKind::Need, "org", need.confidentiality) <= seen.clearance;
    if !knows_org {
        withheld.insert(0, "org".to_owned());
    }
    let standing = Standing::of(caller, need.org_id, &need.region_code);
    Ok(NeedView {
        id: need.id,
        code: need.code.clone(),
        status: need.status,
        version: need.version,
        org: knows_org.then(|| seen.owner.clone()),
        region_code: need.region_code.clone(),
        region_name: app.reference.region_name(&need.region_code, caller.language),
        fields,
        withheld,
        steps: steps_for(need.status, standing),
        published_at: need.published_at,
        last_verified_at: need.last_verified_at,
        created_at: need.created_at,
        updated_at: need.updated_at,
    })
}

/// Shows a need.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: NeedId) -> Result<NeedView> {
    app.db.read(|db| view(app, caller, &find(db, caller, id)?))
}

/// A page of needs, last changed first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListNeeds) -> Result<Page<NeedView>> {
    let limit = crate::http::pagination::checked_limit(query.limit)?;
    let filter = store::NeedFilter {
        org_id: query.org_id,
        statuses: parse_statuses(query.status.as_deref())?,
        region: query.region.clone(),
        need_kind: query.need_kind.clone(),
    };
    let reach = Reach::of(caller);
    let before = query.after.as_deref().map(parse_cursor).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &reach, &filter, before, wanted)?;
        let page = Page::cut(rows, limit, |last| {
            encode_cursor(&last.updated_at.0.timestamp_micros().to_string(), &last.id.to_string())
        });
        let seen = see(db, caller, page.items)?;
        // Listing by organisation must not tell whose need it is when its card does not.
        let shown = seen.iter().filter(|one| query.org_id.is_none() || knows_owner(one));
        let items = shown.map(|one| view(app, caller, one)).collect::<Result<Vec<_>>>()?;
        Ok(Page { items, next: page.next })
    })
}

fn knows_owner(seen: &SeenNeed) -> bool {
    disclosure::required(RecordKind::Need, "org", seen.need.confidentiality) <= seen.clearance
}

fn parse_statuses(text: Option<&str>) -> Result<Vec<NeedStatus>> {
    let codes = text.unwrap_or_default().split(',').map(str::trim).filter(|code| !code.is_empty());
    codes
        .map(|code| code.parse().map_err(|_| Error::field("/status", "field.unknown_status")))
        .collect()
}

fn parse_cursor(cursor: &str) -> Result<(Timestamp, NeedId)> {
    let (at, id) = decode_cursor(cursor)?;
    let bad = || Error::field("/after", "field.cursor");
    let micros = at.parse().map_err(|_| bad())?;
    let time = chrono::DateTime::from_timestamp_micros(micros).ok_or_else(bad)?;
    Ok((Timestamp::new(time), id.parse().map_err(|_| bad())?))
}

/// Creates a draft.
///
/// # Errors
/// [`Error::Invalid`] with every field; [`Error::Forbidden`] for an organisation that is not the
/// caller's to write for.
pub fn create(app: &App, caller: &Caller, command: &CreateNeed) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let org = organizations::ops::writable(db, caller, command.org_id)?;
        rules::check(&command.fields, Stage::Draft, &app.reference)?;
        let id = NeedId::new();
        let mut need = blank(id, org.id, now, caller);
        need.set_fields(command.fields.clone(), &org.region_code, org.town_code.as_deref());
        store::insert(db, std::slice::from_ref(&need))?;
        let mut change = change(&need, "need.create", &Value::Null)?;
        change.step_from = Some(None);
        let number = records::ops::trace(db, caller, now, &[change])?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// An empty draft.
pub fn blank(id: NeedId, org_id: OrgId, now: Timestamp, caller: &Caller) -> Need {
    Need {
        id,
        code: readable_code("XQ", id.0, now),
        org_id,
        town_code: None,
        region_code: String::new(),
        title: String::new(),
        need_kind: String::new(),
        industry_code: None,
        tech_field: None,
        status: NeedStatus::Draft,
        confidentiality: DisclosureLevel::Broker,
        doc: Json(NeedFields::default()),
        budget_min: None,
        budget_max: None,
        deadline: None,
        valid_until: None,
        published_at: None,
        broker_id: None,
        duplicate_of: None,
        source: "manual".to_owned(),
        source_ref: None,
        last_verified_at: None,
        created_by: caller.actor_id(),
        updated_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

/// The trace of a write of this need.
pub fn change(need: &Need, action: &'static str, before: &Value) -> Result<Change> {
    Ok(Change {
        kind: RecordKind::Need,
        id: need.id.to_string(),
        action,
        version: need.version,
        status: need.status.to_string(),
        step_from: None,
        comment: None,
        before: before.clone(),
        after: serde_json::to_value(&need.doc.0)?,
    })
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::PreconditionFailed`] when the version is not the current one; a conflict while the
/// need is under review or closed; [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: NeedId,
    version: i32,
    patch: &Value,
) -> Result<Written<NeedView>> {
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut need = find(db, caller, id)?.need;
        let standing = Standing::of(caller, need.org_id, &need.region_code);
        caller.signed_in()?;
        if !standing.owner && !standing.reviewer {
            return Err(Error::forbidden("error.not_your_record"));
        }
        if need.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !need.status.is_editable() {
            return Err(Error::conflict("error.not_editable"));
        }
        let before = serde_json::to_value(&need.doc.0)?;
        let fields = merge(&before, patch)?;
        let stage = if matches!(need.status, NeedStatus::Draft | NeedStatus::Returned) {
            Stage::Draft
        } else {
            Stage::Publish
        };
        rules::check(&fields, stage, &app.reference)?;
        let org = organizations::ops::place(db, need.org_id)?;
        need.set_fields(fields, &org.region_code, org.town_code.as_deref());
        save(db, caller, now, &mut need)?;
        let number =
            records::ops::trace(db, caller, now, &[change(&need, "need.update", &before)?])?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

fn save(db: &mut Db, caller: &Caller, now: Timestamp, need: &mut Need) -> Result<()> {
    need.version += 1;
    need.updated_at = now;
    need.updated_by = caller.actor_id();
    store::update(db, need)
}

/// Applies a JSON merge patch to fields.
fn merge(before: &Value, patch: &Value) -> Result<NeedFields> {
    let mut merged = before.clone();
    records::patch::merge(&mut merged, patch);
    crate::reading::from_value(merged)
}

/// Takes a step of the need's life.
///
/// # Errors
/// A conflict that lists the legal steps; [`Error::Forbidden`]; [`Error::Invalid`] when fields
/// are missing for the step.
pub fn take_step(
    app: &App,
    caller: &Caller,
    id: NeedId,
    step: &TakeNeedStep,
) -> Result<Written<NeedView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut need = find(db, caller, id)?.need;
        let standing = Standing::of(caller, need.org_id, &need.region_code);
        if !standing.owner && !standing.reviewer {
            return Err(Error::forbidden("error.not_your_record"));
        }
        check_step(need.status, step.to, standing)?;
        check_fields(app, db, &need, step)?;
        let before = serde_json::to_value(&need.doc.0)?;
        let from = need.status;
        enter(app, &mut need, step, now);
        save(db, caller, now, &mut need)?;
        let mut change = change(&need, "need.step", &before)?;
        change.step_from = Some(Some(from.to_string()));
        change.comment = step.comment.clone();
        let number = records::ops::trace(db, caller, now, &[change])?;
        let seen = find(db, caller, id)?;
        Ok(Written { value: view(app, caller, &seen)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

fn check_fields(app: &App, db: &mut Db, need: &Need, step: &TakeNeedStep) -> Result<()> {
    let blank = step.comment.as_deref().is_none_or(|comment| comment.trim().is_empty());
    match step.to {
        NeedStatus::Submitted => {
            organizations::ops::require_verified(db, need.org_id)?;
            rules::check(&need.doc.0, Stage::Submit, &app.reference)
        }
        NeedStatus::Published => {
            if let Some(day) = step.valid_until
                && day <= app.clock.today()
            {
                return Err(Error::field("/valid_until", "field.past_date"));
            }
            rules::check(&need.doc.0, Stage::Publish, &app.reference)
        }
        NeedStatus::Returned if blank => Err(Error::field("/comment", "field.required")),
        _ => Ok(()),
    }
}

/// Sets the state and what goes with it.
fn enter(app: &App, need: &mut Need, step: &TakeNeedStep, now: Timestamp) {
    need.status = step.to;
    if step.to != NeedStatus::Published {
        return;
    }
    need.published_at.get_or_insert(now);
    need.last_verified_at = Some(now);
    let today = app.clock.today();
    let days = chrono::Days::new(u64::from(app.config.records.need_valid_days));
    let current = need.valid_until.filter(|day| *day > today);
    let until = step.valid_until.or(current).or_else(|| today.checked_add_days(days));
    need.valid_until = until;
    need.doc.0.valid_until = until;
}

/// Lets published needs whose validity has ended expire; returns how many.
///
/// # Errors
/// Database faults.
pub fn expire(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let today = app.clock.today();
    let caller = Caller::system("expiry");
    let count = app.db.write(|db| {
        let rows = store::expired_unscoped(db, today, 200)?;
        let mut changes = Vec::with_capacity(rows.len());
        for mut need in rows {
            let before = serde_json::to_value(&need.doc.0)?;
            let from = std::mem::replace(&mut need.status, NeedStatus::Expired);
            save(db, &caller, now, &mut need)?;
            let mut change = change(&need, "need.expire", &before)?;
            change.step_from = Some(Some(from.to_string()));
            changes.push(change);
        }
        if !changes.is_empty() {
            records::ops::trace(db, &caller, now, &changes)?;
        }
        Ok(changes.len())
    })?;
    if count > 0 {
        app.feed.wake();
    }
    Ok(count)
}

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

fn require_full(seen: &SeenNeed) -> Result<()> {
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

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(app: &App, db: &mut Db, ids: &[String]) -> Result<Vec<search_index::Document>> {
    let ids: Vec<NeedId> = ids.iter().filter_map(|id| id.parse().ok()).collect();
    let rows = store::find_many_unscoped(db, &ids)?;
    let orgs: Vec<OrgId> = rows.iter().map(|need| need.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    Ok(rows
        .iter()
        .filter_map(|need| {
            Some(document::document(need, owners.get(&need.org_id)?, &app.reference))
        })
        .collect())
}

/// Ids after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    let after = after.and_then(|id| id.parse().ok());
    Ok(store::ids_unscoped(db, after, limit)?.iter().map(ToString::to_string).collect())
}
