//! Use cases of platforms.

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;

use super::model::{Platform, PlatformFields, PlatformId, PlatformView};
use super::{rules, store};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::db::Db;
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::page;
use crate::records::traced::{Insight, State, Traced};

/// Which platforms to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListPlatforms {
    /// Only of these kinds, separated by commas: codes of `platform_kind`.
    pub kind: Option<String>,
    /// Only of these levels, separated by commas: codes of `platform_level`.
    pub level: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only those that count on this day.
    pub active_on: Option<NaiveDate>,
    /// Only with this text in the name.
    pub q: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Platform {
    const KIND: RecordKind = RecordKind::Platform;

    type Id = PlatformId;

    fn state(&self) -> Result<State> {
        let status = if self.closed_on.is_some() { "closed" } else { "open" };
        State::of(self.id, self.version, status, &self.doc.0)
    }

    /// Everybody sees a platform; who looks after its town also its past.
    fn insight(db: &mut Db, caller: &Caller, id: &PlatformId) -> Result<Insight> {
        let row = find(db, *id)?;
        let inside = may_change(caller, &row.town_code);
        let clearance = if inside { Clearance::Full } else { Clearance::Public };
        Ok(Insight::new(DisclosureLevel::Public, clearance))
    }
}

fn find(db: &mut Db, id: PlatformId) -> Result<Platform> {
    store::find(db, id)?.ok_or(Error::NotFound)
}

/// The liaison of the town, officers above and administrators keep its platforms.
fn may_change(caller: &Caller, town_code: &str) -> bool {
    let reviews = caller.principal.as_ref().is_some_and(|one| one.reviews(town_code));
    reviews || caller.is_admin()
}

fn require_change(caller: &Caller, town_code: &str) -> Result<()> {
    if may_change(caller, town_code) {
        Ok(())
    } else {
        Err(Error::forbidden("error.not_your_region"))
    }
}

fn view(app: &App, caller: &Caller, row: Platform) -> PlatformView {
    let today = app.clock.today_in_china();
    let housed = |one: &&super::model::FirmRow| {
        one.entered_on <= today && one.left_on.is_none_or(|end| today < end)
    };
    PlatformView {
        active: row.is_active(today),
        firms_housed: row.firm_rows().iter().filter(housed).count(),
        region_name: app.reference.region_name(&row.town_code, caller.language),
        editable: may_change(caller, &row.town_code),
        id: row.id,
        code: row.code,
        version: row.version,
        fields: row.doc.0,
        created_at: row.created_at,
        updated_at: row.updated_at,
    }
}

/// Shows a platform.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: PlatformId) -> Result<PlatformView> {
    app.db.read(|db| Ok(view(app, caller, find(db, id)?)))
}

/// A page of platforms, those last put on record first.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListPlatforms) -> Result<Page<PlatformView>> {
    let limit = checked_limit(query.limit)?;
    let codes = |text: &Option<String>| page::codes(text.as_deref()).map(str::to_owned).collect();
    let filter = store::PlatformFilter {
        kinds: codes(&query.kind),
        levels: codes(&query.level),
        region: page::region(query.region.as_deref())?,
        active_on: query.active_on,
        text: page::text("/q", query.q.as_deref())?,
    };
    let before = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    let rows = app.db.read(|db| store::list(db, &filter, before, wanted))?;
    let page = Page::cut(rows, limit, |last| page::cursor(last.created_at, last.id));
    Ok(page.map(|row| view(app, caller, row)))
}

/// Names founders and firms after their organisations where nothing is given; who is newly named must
/// be known to the caller.
fn complete(
    db: &mut Db,
    caller: &Caller,
    fields: &mut PlatformFields,
    before: &PlatformFields,
) -> Result<()> {
    let known: Vec<OrgId> = before
        .founders
        .iter()
        .filter_map(|one| one.org_id)
        .chain(before.firms.iter().filter_map(|one| one.org_id))
        .collect();
    let founders = fields.founders.iter_mut().enumerate();
    let founders = founders.map(|(at, one)| (format!("/founders/{at}"), one.org_id, &mut one.name));
    let firms = fields.firms.iter_mut().enumerate();
    let firms = firms.map(|(at, one)| (format!("/firms/{at}"), one.org_id, &mut one.name));
    for (pointer, org, name) in founders.chain(firms) {
        let Some(org) = org else { continue };
        if !known.contains(&org) {
            let found = organizations::ops::find(db, caller, org);
            Error::named_at(found, &format!("{pointer}/org_id"), "field.unknown_org")?;
        }
        if name.is_none() {
            *name = Some(organizations::ops::place(db, org)?.name);
        }
    }
    Ok(())
}

/// Puts a platform on record: for the liaison of the town, officers above and administrators.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else; [`Error::Invalid`] with every field.
pub fn create(
    app: &App,
    caller: &Caller,
    fields: &PlatformFields,
) -> Result<Written<PlatformView>> {
    let principal = caller.signed_in()?;
    if !principal.is_broker() && !principal.is_admin() {
        return Err(Error::forbidden("error.platform_keepers_only"));
    }
    let (now, today) = (app.clock.now(), app.clock.today_in_china());
    let written = app.db.write(|db| {
        let mut fields = fields.clone();
        rules::complete(&mut fields, principal);
        complete(db, caller, &mut fields, &PlatformFields::default())?;
        rules::check(&fields, &app.reference, today)?;
        require_change(caller, fields.town_code.as_deref().unwrap_or_default())?;
        let row = Platform::new(fields, caller.actor_id(), now);
        store::insert(db, &row)?;
        let change = records::ops::trace(db, caller, now, &[row.creation("platform.create")?])?;
        Ok(Written { value: view(app, caller, row), change })
    })?;
    app.feed.wake();
    Ok(written)
}

fn changeable(db: &mut Db, caller: &Caller, id: PlatformId, version: i32) -> Result<Platform> {
    let row = find(db, id)?;
    require_change(caller, &row.town_code)?;
    if row.version == version { Ok(row) } else { Err(Error::PreconditionFailed) }
}

/// Changes fields by a JSON merge patch (RFC 7396): closing it by date and opening it again come in
/// this way, too.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::PreconditionFailed`]; [`Error::Invalid`] with
/// every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: PlatformId,
    version: i32,
    patch: &Value,
) -> Result<Written<PlatformView>> {
    let principal = caller.signed_in()?;
    let (now, today) = (app.clock.now(), app.clock.today_in_china());
    let written = app.db.write(|db| {
        let mut row = changeable(db, caller, id, version)?;
        let before = serde_json::to_value(&row.doc.0)?;
        let mut fields: PlatformFields = records::patch::merged(before.clone(), patch)?;
        rules::complete(&mut fields, principal);
        complete(db, caller, &mut fields, &row.doc.0)?;
        rules::check(&fields, &app.reference, today)?;
        require_change(caller, fields.town_code.as_deref().unwrap_or_default())?;
        row.set_fields(fields);
        row.version += 1;
        row.updated_at = now;
        store::update(db, &row)?;
        let change = row.change("platform.update", &before)?;
        let change = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, caller, row), change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Deletes a platform that was put on record by mistake. Returns the number of the change.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::PreconditionFailed`].
pub fn delete(app: &App, caller: &Caller, id: PlatformId, version: i32) -> Result<i64> {
    caller.signed_in()?;
    let now = app.clock.now();
    let number = app.db.write(|db| {
        let row = changeable(db, caller, id, version)?;
        store::remove(db, &row)?;
        records::ops::trace_removal(db, caller, now, &row.removal("platform.delete")?)
    })?;
    app.feed.wake();
    Ok(number)
}

/// Platforms of a town that count today.
///
/// # Errors
/// Database faults.
pub fn active_in(app: &App, caller: &Caller, town: &str) -> Result<Vec<PlatformView>> {
    /// Platforms of one town that are shown at most.
    const MOST: i64 = 100;
    let filter = store::PlatformFilter {
        region: Some(town.to_owned()),
        active_on: Some(app.clock.today_in_china()),
        ..store::PlatformFilter::default()
    };
    let rows = app.db.read(|db| store::list(db, &filter, None, MOST))?;
    Ok(rows.into_iter().map(|row| view(app, caller, row)).collect())
}
