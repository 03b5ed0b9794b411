//! Use cases of towns.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::model::{LiaisonView, Town, TownFields, TownStatus, TownView};
use super::{document, rules, store};
use crate::accounts::principal::{Caller, Language, Role};
use crate::app::App;
use crate::db::{Db, Json, Timestamp};
use crate::disclosure::{Clearance, DisclosureLevel, general_clearance};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::page;
use crate::records::traced::{Insight, State, Traced};

/// Which towns to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListTowns {
    /// Only of this region group: `prd`, `east`, `west` or `north`.
    pub region_group: Option<String>,
    /// Only of this city (4 digits).
    pub city: Option<String>,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Town {
    const KIND: RecordKind = RecordKind::Town;

    type Id = String;

    fn state(&self) -> Result<State> {
        State::of(&self.code, self.version, self.status, &self.doc.0)
    }

    /// Everybody sees a town; its liaisons, officers above and administrators also its past.
    fn insight(db: &mut Db, caller: &Caller, code: &String) -> Result<Insight> {
        let town = store::find(db, code)?.ok_or(Error::NotFound)?;
        let reviews = caller.principal.as_ref().is_some_and(|one| one.reviews(&town.code));
        let inside = reviews || caller.is_admin();
        let clearance = if inside { Clearance::Full } else { general_clearance(caller) };
        Ok(Insight::new(DisclosureLevel::Public, clearance))
    }
}

/// Whether the caller is an officer whose region contains the town, at most so many digits long.
fn is_officer_above(caller: &Caller, code: &str, digits: usize) -> bool {
    caller.principal.as_ref().is_some_and(|principal| {
        principal.roles.iter().filter(|binding| binding.role == Role::Officer).any(|binding| {
            let region = binding.region_code.as_deref();
            region.is_some_and(|region| region.len() <= digits && code.starts_with(region))
        })
    })
}

/// Administrators and officers of the province put towns on the list.
fn may_create(caller: &Caller, code: &str) -> bool {
    caller.is_admin() || is_officer_above(caller, code, 2)
}

/// Officers of the city may change a town, too.
fn may_update(caller: &Caller, code: &str) -> bool {
    caller.is_admin() || is_officer_above(caller, code, 6)
}

/// What callers see of towns, in the same order.
fn views(app: &App, db: &mut Db, caller: &Caller, towns: Vec<Town>) -> Result<Vec<TownView>> {
    let codes: Vec<String> = towns.iter().map(|town| town.code.clone()).collect();
    let knows_mails = general_clearance(caller) >= Clearance::Member || caller.is_admin();
    let mut liaisons: HashMap<String, Vec<LiaisonView>> = HashMap::new();
    for (code, name, mail) in store::liaisons(db, &codes)? {
        let view = LiaisonView { name, mail: knows_mails.then_some(mail) };
        liaisons.entry(code.unwrap_or_default()).or_default().push(view);
    }
    let needs: HashMap<String, i64> = store::open_needs(db, &codes)?.into_iter().collect();
    let capabilities: HashMap<String, i64> =
        store::open_capabilities(db, &codes)?.into_iter().collect();
    let language = caller.language;
    Ok(towns
        .into_iter()
        .map(|town| TownView {
            region_name: app.reference.region_name(&town.code, language),
            city_name: app.reference.region_name(&town.city_code, language),
            region_group_name: app.reference.code_name(
                "region_group",
                &town.region_group,
                language,
            ),
            liaisons: liaisons.remove(&town.code).unwrap_or_default(),
            open_needs: needs.get(&town.code).copied().unwrap_or(0),
            open_capabilities: capabilities.get(&town.code).copied().unwrap_or(0),
            editable: may_update(caller, &town.code),
            fields: town.doc.0,
            version: town.version,
            created_at: town.created_at,
            updated_at: town.updated_at,
        })
        .collect())
}

fn view(app: &App, db: &mut Db, caller: &Caller, town: Town) -> Result<TownView> {
    let mut views = views(app, db, caller, vec![town])?;
    views.pop().ok_or_else(|| Error::internal("a town was lost"))
}

/// Shows a town.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, code: &str) -> Result<TownView> {
    app.db.read(|db| {
        let town = store::find(db, code)?.ok_or(Error::NotFound)?;
        view(app, db, caller, town)
    })
}

/// A page of towns in the order of their codes.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be.
pub fn list(app: &App, caller: &Caller, query: &ListTowns) -> Result<Page<TownView>> {
    let limit = checked_limit(query.limit)?;
    let filter = store::TownFilter {
        region_group: query.region_group.clone(),
        city_code: query.city.clone(),
        statuses: page::statuses(query.status.as_deref())?,
    };
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &filter, query.after.as_deref(), wanted)?;
        let page = Page::cut(rows, limit, |last| last.code.clone());
        Ok(Page { items: views(app, db, caller, page.items)?, next: page.next })
    })
}

/// Puts a town on the list.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but administrators and officers of the province;
/// [`Error::Invalid`] with every field; a conflict when it is there already.
pub fn create(app: &App, caller: &Caller, fields: &TownFields) -> Result<Written<TownView>> {
    caller.signed_in()?;
    if !may_create(caller, fields.code.as_deref().unwrap_or_default()) {
        return Err(Error::forbidden("error.province_only"));
    }
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let Written { mut value, change } = enter(app, db, caller, vec![fields.clone()], now)?;
        let town = value.pop().ok_or_else(|| Error::internal("no town was entered"))?;
        Ok(Written { value: view(app, db, caller, town)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Changes fields by a JSON merge patch (RFC 7396): what is absent stays, null removes.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but administrators and officers above
/// the town; [`Error::PreconditionFailed`] when the version is not the current one;
/// [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    code: &str,
    version: i32,
    patch: &Value,
) -> Result<Written<TownView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        let mut town = store::find(db, code)?.ok_or(Error::NotFound)?;
        if !may_update(caller, code) {
            return Err(Error::forbidden("error.not_your_region"));
        }
        if town.version != version {
            return Err(Error::PreconditionFailed);
        }
        let before = serde_json::to_value(&town.doc.0)?;
        let mut fields: TownFields = records::patch::merged(before.clone(), patch)?;
        if fields.code.as_deref() != Some(code) {
            return Err(Error::field("/code", "field.unchangeable"));
        }
        rules::complete(&mut fields, &app.reference);
        rules::check(&fields, &app.reference, app.clock.today())?;
        let from = town.status;
        town.set_fields(fields);
        town.version += 1;
        town.updated_at = now;
        store::update(db, &town)?;
        let mut change = town.change("town.update", &before)?;
        if from != town.status {
            change.step_from = Some(Some(from.to_string()));
        }
        let number = records::ops::trace(db, caller, now, &[change])?;
        Ok(Written { value: view(app, db, caller, town)?, change: number })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Brings towns in, traced in one go: for the API, import and the demo. Call it in a write
/// transaction; it takes the logs' lock.
///
/// # Errors
/// [`Error::Invalid`] with every wrong field of the first town that
/// has any; a conflict when a town is there already.
pub fn enter(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    towns: Vec<TownFields>,
    now: Timestamp,
) -> Result<Written<Vec<Town>>> {
    let mut rows = Vec::with_capacity(towns.len());
    let mut changes = Vec::with_capacity(towns.len());
    for mut fields in towns {
        rules::complete(&mut fields, &app.reference);
        rules::check(&fields, &app.reference, app.clock.today())?;
        let row = new_row(fields, now);
        changes.push(row.creation("town.create")?);
        rows.push(row);
    }
    store::insert(db, &rows)?;
    let change = records::ops::trace(db, caller, now, &changes)?;
    Ok(Written { value: rows, change })
}

fn new_row(fields: TownFields, now: Timestamp) -> Town {
    let mut row = Town {
        code: fields.code.clone().unwrap_or_default(),
        name: String::new(),
        city_code: String::new(),
        county_code: String::new(),
        region_group: String::new(),
        level: String::new(),
        status: TownStatus::Active,
        doc: Json(TownFields::default()),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    row.set_fields(fields);
    row
}

/// Towns by code, in no order: for search hits. Everything about a town is public.
///
/// # Errors
/// Database faults.
pub fn find_many(db: &mut Db, codes: &[String]) -> Result<Vec<Town>> {
    store::find_many(db, codes)
}

/// Documents for the index.
///
/// # Errors
/// Database faults.
pub fn documents(_: &App, db: &mut Db, codes: &[String]) -> Result<Vec<search_index::Document>> {
    Ok(store::find_many(db, codes)?.iter().map(document::document).collect())
}

/// Towns offered at most: a list of all towns would weigh more than the rest of a page.
const MOST_OFFERED: i64 = 400;

/// The specialised towns on record as they are offered in forms; others may be typed.
///
/// # Errors
/// Database faults.
pub fn offered(app: &App, language: Language) -> Result<Vec<String>> {
    let codes = app.db.read(|db| ids(db, None, MOST_OFFERED))?;
    Ok(codes.iter().map(|code| app.reference.region_label(code, language)).collect())
}

/// Codes after one, in order.
///
/// # Errors
/// Database faults.
pub fn ids(db: &mut Db, after: Option<&str>, limit: i64) -> Result<Vec<String>> {
    store::codes(db, after, limit)
}
