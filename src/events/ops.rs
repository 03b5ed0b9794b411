//! Use cases of events: planning, changing, listing.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use super::guests;
use super::life::Standing;
use super::model::{Event, EventFields, EventId};
use super::views::EventView;
use super::{rules, store, telling};
use crate::accounts::principal::{Caller, OrgId, UserId};
use crate::app::App;
use crate::cases::model::Answer;
use crate::db::{Db, Timestamp, dialect};
use crate::disclosure::{Clearance, DisclosureLevel};
use crate::error::{Error, Result};
use crate::http::pagination::{Page, checked_limit};
use crate::records;
use crate::records::life::Life;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::records::page;
use crate::records::scope::Reach;
use crate::records::traced::{Insight, State, Traced};

/// Which events to list.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct ListEvents {
    /// Only those that have ended, the latest first; otherwise those that have not, the next first.
    #[serde(default)]
    pub past: bool,
    /// Only in these states, separated by commas.
    pub status: Option<String>,
    /// Only of this region, at any level of the code.
    pub region: Option<String>,
    /// Only of these kinds, separated by commas: codes of `event_kind`.
    pub kind: Option<String>,
    /// Only those that an organisation of the caller is on the list of.
    #[serde(default)]
    pub own: bool,
    /// Entries on the page, 1 to 100; 20 by default.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl Traced for Event {
    const KIND: RecordKind = RecordKind::Event;

    type Id = EventId;

    fn state(&self) -> Result<State> {
        State::of(self.id, self.version, self.status, &self.doc.0)
    }

    /// Its past is for those who run it and the officers above.
    fn insight(db: &mut Db, caller: &Caller, id: &EventId) -> Result<Insight> {
        let event = find(db, caller, *id)?;
        let reviews = Standing::of(caller, &event).reviews;
        let clearance = if reviews { Clearance::Full } else { Clearance::Public };
        Ok(Insight::new(DisclosureLevel::Public, clearance))
    }
}

/// Whether the caller knows of events that are open but not public.
pub(super) fn is_member(caller: &Caller) -> bool {
    caller.principal.as_ref().is_some_and(|one| one.is_member() || one.is_broker())
}

/// An event that the caller may know of.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or it is not for the caller.
pub fn find(db: &mut Db, caller: &Caller, id: EventId) -> Result<Event> {
    let event = store::find_unscoped(db, id)?.ok_or(Error::NotFound)?;
    let open = event.opened_at.is_some() && (event.public || is_member(caller));
    if open || Standing::of(caller, &event).reviews { Ok(event) } else { Err(Error::NotFound) }
}

/// An event of whose guests and meetings the caller may know.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for everybody but those who run it and officers above.
pub fn reviewed(db: &mut Db, caller: &Caller, id: EventId) -> Result<Event> {
    let event = find(db, caller, id)?;
    if Standing::of(caller, &event).reviews {
        Ok(event)
    } else {
        Err(Error::forbidden("error.not_your_event"))
    }
}

/// An event that the caller runs.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`].
pub fn run(db: &mut Db, caller: &Caller, id: EventId) -> Result<Event> {
    let event = find(db, caller, id)?;
    if Standing::of(caller, &event).runs {
        Ok(event)
    } else {
        Err(Error::forbidden("error.not_your_event"))
    }
}

/// Titles of the events among these that the caller may know of.
///
/// # Errors
/// Database faults.
pub fn title(db: &mut Db, caller: &Caller, id: EventId) -> Result<Option<String>> {
    Ok(Error::unless_absent(find(db, caller, id))?.map(|event| event.title))
}

/// What a person has said for guests: event, answer, when. For the export of personal data.
///
/// # Errors
/// Database faults.
pub fn answers_by(
    db: &mut Db,
    person: UserId,
) -> Result<Vec<(EventId, Answer, Option<Timestamp>)>> {
    store::answers_by(db, person)
}

/// What callers see of events, in their order.
pub(super) fn views(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    events: Vec<Event>,
) -> Result<Vec<EventView>> {
    let ids: Vec<EventId> = events.iter().map(|event| event.id).collect();
    let orgs: Vec<OrgId> = caller.principal.as_ref().map(|one| one.org_ids()).unwrap_or_default();
    let accepted: HashMap<EventId, i64> = store::accepted(db, &ids)?.into_iter().collect();
    let own = store::guests_of(db, &ids, &orgs)?;
    let mut shown = Vec::new();
    for event in events {
        let of_event = own.iter().filter(|guest| guest.event_id == event.id).cloned().collect();
        let own = guests::views(db, caller, &event, of_event)?;
        let count = accepted.get(&event.id).copied().unwrap_or(0);
        shown.push(shown_as(app, caller, event, own, count));
    }
    Ok(shown)
}

fn shown_as(
    app: &App,
    caller: &Caller,
    event: Event,
    own: Vec<super::views::GuestView>,
    accepted: i64,
) -> EventView {
    let standing = Standing::of(caller, &event);
    let comes = own.iter().any(|guest| guest.answer == Answer::Accepted);
    let mut fields = event.doc.0;
    if !standing.reviews && !comes {
        fields.online_url = None;
    }
    EventView {
        id: event.id,
        code: event.code,
        version: event.version,
        status: event.status,
        region_name: app.reference.region_name(&event.town_code, caller.language),
        accepted,
        has_room: fields.capacity.is_none_or(|most| accepted < i64::from(most)),
        own,
        runs: standing.runs,
        reviews: standing.reviews,
        editable: standing.runs && event.status.is_editable(),
        steps: event.status.steps_for(standing),
        fields,
        created_at: event.created_at,
        updated_at: event.updated_at,
    }
}

pub(super) fn view(app: &App, db: &mut Db, caller: &Caller, event: Event) -> Result<EventView> {
    let mut all = views(app, db, caller, vec![event])?;
    all.pop().ok_or_else(|| Error::internal("an event was lost"))
}

/// Shows an event.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: EventId) -> Result<EventView> {
    app.db.read(|db| {
        let event = find(db, caller, id)?;
        view(app, db, caller, event)
    })
}

/// A page of the events that the caller may know of.
///
/// # Errors
/// [`Error::Invalid`] for a filter that cannot be; [`Error::Unauthenticated`] for a visitor who asks
/// for own ones.
pub fn list(app: &App, caller: &Caller, query: &ListEvents) -> Result<Page<EventView>> {
    let limit = checked_limit(query.limit)?;
    let guests = if query.own { Some(caller.signed_in()?.org_ids()) } else { None };
    let filter = store::EventFilter {
        statuses: page::statuses(query.status.as_deref())?,
        region: page::region(query.region.as_deref())?,
        kinds: page::codes(query.kind.as_deref()).map(str::to_owned).collect(),
        guests,
        ended: query.past,
        now: app.clock.now(),
        member: is_member(caller),
    };
    let beyond = query.after.as_deref().map(page::parse).transpose()?;
    let wanted = i64::try_from(limit).unwrap_or(20) + 1;
    app.db.read(|db| {
        let rows = store::list(db, &Reach::of(caller), &filter, beyond, wanted)?;
        let page = Page::cut(rows, limit, |last| page::cursor(last.starts_at, last.id));
        Ok(Page { items: views(app, db, caller, page.items)?, next: page.next })
    })
}

/// Plans an event: for liaisons of the town and administrators.
///
/// # Errors
/// [`Error::Forbidden`] for everybody else; [`Error::Invalid`] with every field.
pub fn create(app: &App, caller: &Caller, fields: &EventFields) -> Result<Written<EventView>> {
    let principal = caller.signed_in()?;
    let mut fields = fields.clone();
    rules::complete(&mut fields, principal);
    if !principal.is_admin() && !principal.has(crate::accounts::principal::Role::Liaison) {
        return Err(Error::forbidden("error.town_liaisons_only"));
    }
    let now = app.clock.now();
    let written = app.db.write(|db| {
        check(app, caller, &fields)?;
        let row = Event::new(fields.clone(), caller.actor_id(), now);
        store::insert(db, &row)?;
        let change = records::ops::trace(db, caller, now, &[row.creation("event.create")?])?;
        Ok(Written { value: view(app, db, caller, row)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

fn check(app: &App, caller: &Caller, fields: &EventFields) -> Result<()> {
    rules::check(fields, &app.reference)?;
    if Standing::in_town(caller, fields.town_code.as_deref().unwrap_or_default()).runs {
        Ok(())
    } else {
        Err(Error::forbidden("error.not_your_region"))
    }
}

/// Changes fields by a JSON merge patch (RFC 7396). Guests are told of another time or place.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::PreconditionFailed`]; a conflict after its end,
/// or when tables and times are changed that pairs have been given; [`Error::Invalid`] with every field.
pub fn update(
    app: &App,
    caller: &Caller,
    id: EventId,
    version: i32,
    patch: &Value,
) -> Result<Written<EventView>> {
    let principal = caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let mut row = run(db, caller, id)?;
        if row.version != version {
            return Err(Error::PreconditionFailed);
        }
        if !row.status.is_editable() {
            return Err(Error::conflict("error.event_ended"));
        }
        let old = row.clone();
        let before = serde_json::to_value(&row.doc.0)?;
        let mut fields: EventFields = records::patch::merged(before.clone(), patch)?;
        rules::complete(&mut fields, principal);
        check(app, caller, &fields)?;
        let moves = fields.town_code.as_deref() != Some(row.town_code.as_str());
        if moves && !store::meetings(db, id)?.is_empty() {
            return Err(Error::field("/town_code", "field.town_with_pairs"));
        }
        row.set_fields(fields);
        keep_bookings(db, &old, &row)?;
        save(db, now, &mut row)?;
        telling::rescheduled(app, db, caller, &old, &row)?;
        let change = records::ops::trace(db, caller, now, &[row.change("event.update", &before)?])?;
        Ok(Written { value: view(app, db, caller, row)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Refuses other tables and times once pairs have been given some.
fn keep_bookings(db: &mut Db, old: &Event, new: &Event) -> Result<()> {
    if old.slot_times() == new.slot_times() && old.tables() <= new.tables() {
        return Ok(());
    }
    let booked = store::meetings(db, old.id)?.iter().any(|meeting| meeting.slot.is_some());
    if booked { Err(Error::conflict("error.event_has_bookings")) } else { Ok(()) }
}

/// Writes the row under the next version.
pub(super) fn save(db: &mut Db, now: Timestamp, row: &mut Event) -> Result<()> {
    row.version += 1;
    row.updated_at = now;
    store::update(db, row)
}
