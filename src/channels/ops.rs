//! Use cases of endpoints.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::model::{
    Audience, CreateEndpoint, Endpoint, EndpointFields, EndpointId, EndpointKind, EndpointView,
    FreshSecret, ListEndpoints,
};
use super::rules::{self, Draft};
use super::signing;
use super::store::{self, Charge};
use crate::accounts::principal::{Caller, Language};
use crate::accounts::secrets;
use crate::app::App;
use crate::audit;
use crate::db::types::Json;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Message, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::organizations;
use crate::records::model::RecordKind;
use crate::records::patch;
use crate::validation::Checker;

/// Endpoints that one organisation or office may have.
const MOST: usize = 20;
/// Hours that messages are signed with the secret before as well.
const OLD_SECRET_HOURS: i64 = 24;
/// Random bytes of a secret.
const SECRET_BYTES: usize = 32;

/// Whose endpoints the caller looks after.
///
/// # Errors
/// [`Error::Unauthenticated`] for visitors.
pub(super) fn charge(caller: &Caller) -> Result<Charge> {
    let principal = caller.signed_in()?;
    let orgs = principal.org_ids().into_iter().filter(|org| principal.manages(*org)).collect();
    Ok(Charge { everything: principal.is_admin(), orgs, regions: principal.regions() })
}

/// Whether the caller looks after the endpoints of these.
pub(super) fn looks_after(caller: &Caller, audience: &Audience) -> Result<bool> {
    let charge = charge(caller)?;
    Ok(charge.everything
        || match audience {
            Audience::Org(org) => charge.orgs.contains(org),
            Audience::Region(code) => charge.regions.contains(code),
        })
}

pub(super) fn audience_of(row: &Endpoint) -> Result<Audience> {
    let region = || row.region_code.clone().map(Audience::Region);
    let found = row.org_id.map(Audience::Org).or_else(region);
    found.ok_or_else(|| Error::internal(format!("endpoint {} is nobody's", row.id)))
}

/// An endpoint that the caller looks after.
///
/// # Errors
/// [`Error::NotFound`] for everybody else.
pub fn find(db: &mut Db, caller: &Caller, id: EndpointId) -> Result<Endpoint> {
    let row = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    if looks_after(caller, &audience_of(&row)?)? { Ok(row) } else { Err(Error::NotFound) }
}

fn views(
    app: &App,
    db: &mut Db,
    language: Language,
    rows: Vec<Endpoint>,
) -> Result<Vec<EndpointView>> {
    let orgs: Vec<_> = rows.iter().filter_map(|row| row.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let now = app.clock.now();
    let one = |row: Endpoint| EndpointView {
        id: row.id,
        kind: row.kind,
        org: row.org_id.and_then(|id| owners.get(&id).cloned()),
        region_name: row.region_code.as_ref().map(|code| app.reference.region_name(code, language)),
        region_code: row.region_code,
        address: masked(&row.url),
        signed: row.secret.is_some(),
        old_secret_until: row.old_until.filter(|until| *until > now),
        events: row.events.0,
        name: row.name,
        language: row.language,
        active: row.active,
        failing_since: row.failing_since,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(one).collect())
}

/// What is shown of an address: it is a secret, because who knows it can speak to the group.
fn masked(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let end: Vec<char> = rest[host.len()..].chars().collect();
    let shown: String = end.iter().skip(end.len().saturating_sub(4)).collect();
    if end.len() > 12 { format!("{host}/…{shown}") } else { format!("{host}/…") }
}

fn view(app: &App, db: &mut Db, caller: &Caller, row: Endpoint) -> Result<EndpointView> {
    views(app, db, caller.language, vec![row])?.pop().ok_or(Error::NotFound)
}

/// A page of the endpoints that the caller looks after, newest first.
///
/// # Errors
/// [`Error::Invalid`].
pub fn list(app: &App, caller: &Caller, query: &ListEndpoints) -> Result<Page<EndpointView>> {
    let charge = charge(caller)?;
    let limit = checked_limit(query.limit)?;
    let bad = |_| Error::field("/after", "field.cursor");
    let before = query.after.as_deref().map(str::parse).transpose().map_err(bad)?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &charge, before, wanted)?;
        let page = Page::cut(rows, limit, |last| last.id.to_string());
        Ok(Page { items: views(app, db, caller.language, page.items)?, next: page.next })
    })
}

/// An endpoint.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: EndpointId) -> Result<EndpointView> {
    app.db.read(|db| {
        let row = find(db, caller, id)?;
        view(app, db, caller, row)
    })
}

/// For whom an endpoint is to be made.
fn wanted_audience(app: &App, db: &mut Db, command: &CreateEndpoint) -> Result<Audience> {
    match (command.org_id, &command.region_code) {
        (Some(id), None) => {
            let known = organizations::ops::owners(db, &[id])?.contains_key(&id);
            let audience = known.then_some(Audience::Org(id));
            audience.ok_or_else(|| Error::field("/org_id", "field.unknown_org"))
        }
        (None, Some(code)) => {
            let known = app.reference.region(code).is_some();
            let unknown = || Message::new("field.unknown_code").with("code", code);
            let audience = known.then(|| Audience::Region(code.clone()));
            audience.ok_or_else(|| Error::field("/region_code", unknown()))
        }
        (Some(_), Some(_)) => Err(Error::field("/region_code", "field.org_or_region")),
        (None, None) => Err(Error::field("/org_id", "field.required")),
    }
}

/// Makes an endpoint: for an organisation that the caller manages, or for the office of the caller's
/// own region.
///
/// # Errors
/// [`Error::Forbidden`] for those of others; [`Error::Invalid`]; a conflict when there are enough.
pub fn create(app: &App, caller: &Caller, command: &CreateEndpoint) -> Result<EndpointView> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let audience = wanted_audience(app, db, command)?;
        if !looks_after(caller, &audience)? {
            return Err(Error::forbidden("error.not_your_endpoint"));
        }
        if let Audience::Org(org) = audience {
            organizations::ops::require_verified(db, org)?;
        }
        let language = command.language.as_deref().unwrap_or(Language::Chinese.tag());
        let mut checker = Checker::default();
        let draft = Draft {
            kind: command.kind,
            name: &command.name,
            url: &command.url,
            secret: (command.secret.as_deref(), true),
            events: &command.events,
            language,
        };
        rules::check(&mut checker, app, &draft);
        checker.finish()?;
        dialect::lock_logs(db)?;
        if store::of_audience(db, &audience)?.len() >= MOST {
            return Err(Error::conflict("error.enough_endpoints"));
        }
        let row = new_endpoint(caller, command, language, now)?;
        store::insert(db, &row)?;
        let changes = json!({ "kind": row.kind, "name": row.name, "events": row.events.0 });
        let id = row.id.to_string();
        let kind = RecordKind::Endpoint;
        let entry = audit::ops::Entry { action: "endpoint.create", kind, id: &id, changes };
        audit::ops::append(db, caller, now, &[entry])?;
        let created = Created::record(CreatedKind::Endpoint, row.id);
        idempotency::ops::claim(db, caller, now, Some(&created), None)?;
        view(app, db, caller, row)
    })
}

fn new_endpoint(
    caller: &Caller,
    command: &CreateEndpoint,
    language: &str,
    now: Timestamp,
) -> Result<Endpoint> {
    let secret = match (command.kind, &command.secret) {
        (EndpointKind::Webhook, None) => Some(fresh_secret()?),
        (_, secret) => secret.clone(),
    };
    Ok(Endpoint {
        id: EndpointId::new(),
        kind: command.kind,
        name: command.name.trim().to_owned(),
        org_id: command.org_id,
        region_code: command.region_code.clone(),
        url: command.url.trim().to_owned(),
        secret,
        old_secret: None,
        old_until: None,
        failing_since: None,
        events: Json(command.events.clone()),
        language: language.to_owned(),
        active: true,
        created_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    })
}

fn fresh_secret() -> Result<String> {
    Ok(signing::webhook_secret(&secrets::bytes::<SECRET_BYTES>()?))
}

/// Writes a changed endpoint and logs it.
fn save(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    row: &mut Endpoint,
    (action, changes): (&'static str, Value),
) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    store::update(db, row)?;
    let id = row.id.to_string();
    let entry = audit::ops::Entry { action, kind: RecordKind::Endpoint, id: &id, changes };
    audit::ops::note(db, caller, now, entry)
}

/// Changes an endpoint by a JSON merge patch.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::PreconditionFailed`]; [`Error::Invalid`].
pub fn update(
    app: &App,
    caller: &Caller,
    id: EndpointId,
    version: i32,
    changes: &Value,
) -> Result<EndpointView> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        let before = json!({
            "name": row.name, "url": row.url, "events": row.events.0, "language": row.language,
            "active": row.active,
        });
        let fields: EndpointFields = patch::merged(before, changes)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        let mut checker = Checker::default();
        let draft = Draft {
            kind: row.kind,
            name: &fields.name,
            url: &fields.url,
            secret: (fields.secret.as_deref(), false),
            events: &fields.events,
            language: &fields.language,
        };
        rules::check(&mut checker, app, &draft);
        checker.finish()?;
        if fields.url != row.url || (fields.active && !row.active) {
            // Whether it can be reached is another question now.
            row.failing_since = None;
        }
        let logged = json!({
            "name": fields.name, "events": fields.events, "active": fields.active,
            "url_changed": fields.url != row.url, "secret_changed": fields.secret.is_some(),
        });
        row.name = fields.name.trim().to_owned();
        row.url = fields.url.trim().to_owned();
        row.events = Json(fields.events);
        row.language = fields.language;
        row.active = fields.active;
        if let Some(secret) = fields.secret {
            replace_secret(&mut row, secret, now)?;
        }
        save(db, caller, now, &mut row, ("endpoint.update", logged))?;
        view(app, db, caller, row)
    })
}

/// Removes an endpoint with all that is on its way to it.
///
/// # Errors
/// [`Error::NotFound`].
pub fn delete(app: &App, caller: &Caller, id: EndpointId) -> Result<()> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let row = find(db, caller, id)?;
        store::delete(db, id)?;
        let (kind, changes) = (RecordKind::Endpoint, json!({ "name": row.name }));
        let id = id.to_string();
        let entry = audit::ops::Entry { action: "endpoint.delete", kind, id: &id, changes };
        audit::ops::note(db, caller, now, entry)
    })
}

/// Makes a new secret for a webhook, shown this once; for a day messages are signed with the one
/// before as well.
///
/// # Errors
/// [`Error::NotFound`]; a conflict for a robot, whose secret its own platform makes, and while the
/// secret before the present one still signs.
pub fn change_secret(app: &App, caller: &Caller, id: EndpointId) -> Result<FreshSecret> {
    caller.signed_in()?;
    let now = app.clock.now();
    app.db.write(|db| {
        let mut row = find(db, caller, id)?;
        if row.kind.is_robot() {
            return Err(Error::conflict("error.robot_secret"));
        }
        let secret = fresh_secret()?;
        let until = replace_secret(&mut row, secret.clone(), now)?;
        save(db, caller, now, &mut row, ("endpoint.secret", json!({})))?;
        Ok(FreshSecret { secret, old_secret_until: until })
    })
}

/// Signs with another secret from now on; messages of a webhook for a day with the one before as well.
/// Returns until when.
fn replace_secret(row: &mut Endpoint, secret: String, now: Timestamp) -> Result<Timestamp> {
    let until = Timestamp::new(now.0 + TimeDelta::hours(OLD_SECRET_HOURS));
    let before = row.secret.replace(secret);
    if row.kind.is_robot() || before == row.secret {
        return Ok(until);
    }
    // The one before may be all that the receiver has: it is not thrown away by a second change.
    if row.old_until.is_some_and(|until| until > now) {
        return Err(Error::conflict("error.secret_changed_lately"));
    }
    row.old_secret = before;
    row.old_until = Some(until);
    Ok(until)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_no_secret_part_is_shown() {
        let url = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6-7xxx-4bc4";
        assert_eq!(masked(url), "qyapi.weixin.qq.com/…4bc4");
        assert_eq!(masked("https://a.example/hook"), "a.example/…");
        assert_eq!(masked("https://a.example"), "a.example/…");
    }
}
