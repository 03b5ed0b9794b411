//! Who comes to an event: invitations, registration, answers, attendance.

use serde::Deserialize;
use serde_json::{Value, json};

use super::life::Standing;
use super::model::{Event, EventId, EventStatus, Guest, GuestId, GuestOrigin, Meeting};
use super::ops::{find, run};
use super::views::GuestView;
use super::{store, telling};
use crate::accounts::principal::{Caller, OrgId};
use crate::app::App;
use crate::audit;
use crate::cases::model::Answer;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::idempotency;
use crate::idempotency::model::{Created, CreatedKind};
use crate::notices::model::NoticeKind;
use crate::organizations;
use crate::records;
use crate::records::model::RecordKind;
use crate::records::ops::Written;
use crate::validation::Checker;

/// Longest reason, in characters.
const LONGEST_REASON: usize = 200;

/// Who comes onto the list of an event.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AddGuest {
    /// The organisation: one's own to register it, any other for who runs the event to invite it.
    pub org_id: Option<OrgId>,
    /// Name of an organisation: for walk-ins. One that is registered under it is meant by it.
    pub org_name: Option<String>,
    /// Whether it is here and was not on the list: for who runs the event.
    pub walk_in: bool,
}

/// What a guest says.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AnswerInvitation {
    /// `accepted` or `declined`.
    pub answer: Answer,
    /// Why it does not come; up to 200 characters.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Whether a guest is here.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MarkAttendance {
    /// `true` checks it in, `false` takes that back.
    pub attended: bool,
}

/// What the caller sees of guests.
pub(super) fn views(
    db: &mut Db,
    caller: &Caller,
    event: &Event,
    guests: Vec<Guest>,
) -> Result<Vec<GuestView>> {
    let orgs: Vec<OrgId> = guests.iter().filter_map(|guest| guest.org_id).collect();
    let owners = organizations::ops::owners(db, &orgs)?;
    let shown = guests.into_iter().map(|guest| {
        let org = guest.org_id.and_then(|id| owners.get(&id).cloned());
        let name = org.as_ref().map(|org| org.name.clone()).or(guest.org_name.clone());
        GuestView {
            answerable: is_answerable(caller, event, &guest),
            id: guest.id,
            version: guest.version,
            name: name.unwrap_or_default(),
            org,
            origin: guest.origin,
            answer: guest.answer,
            reason: guest.reason,
            answered_at: guest.answered_at,
            attended_at: guest.attended_at,
        }
    });
    Ok(shown.collect())
}

fn speaks_for(caller: &Caller, event: &Event, guest: &Guest) -> bool {
    let own = |org| caller.principal.as_ref().is_some_and(|one| one.works_for(org));
    Standing::of(caller, event).runs || guest.org_id.is_some_and(own)
}

fn is_answerable(caller: &Caller, event: &Event, guest: &Guest) -> bool {
    event.status.is_answerable() && guest.attended_at.is_none() && speaks_for(caller, event, guest)
}

fn view(db: &mut Db, caller: &Caller, event: &Event, guest: Guest) -> Result<GuestView> {
    let mut all = views(db, caller, event, vec![guest])?;
    all.pop().ok_or_else(|| Error::internal("a guest was lost"))
}

/// The list of an event: everybody for those who run it and officers above, own ones for guests.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unauthenticated`].
pub fn list(app: &App, caller: &Caller, id: EventId) -> Result<Vec<GuestView>> {
    let orgs = caller.signed_in()?.org_ids();
    app.db.read(|db| {
        let event = find(db, caller, id)?;
        let all = Standing::of(caller, &event).reviews;
        let mut guests = store::guests(db, id)?;
        guests.retain(|guest| all || guest.org_id.is_some_and(|org| orgs.contains(&org)));
        views(db, caller, &event, guests)
    })
}

/// A guest, for the caller who has just put it onto the list.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show(app: &App, caller: &Caller, id: EventId, guest: GuestId) -> Result<GuestView> {
    let all = list(app, caller, id)?;
    all.into_iter().find(|one| one.id == guest).ok_or(Error::NotFound)
}

/// Refuses one more when all places are taken.
fn require_room(db: &mut Db, event: &Event) -> Result<()> {
    let Some(most) = event.doc.0.capacity else { return Ok(()) };
    let taken = store::accepted(db, &[event.id])?.first().map_or(0, |(_, count)| *count);
    if taken < i64::from(most) { Ok(()) } else { Err(Error::conflict("error.event_full")) }
}

/// Notes in the log what was done about an event, and uses up the caller's key.
pub(super) fn log(
    db: &mut Db,
    caller: &Caller,
    now: Timestamp,
    (action, event): (&'static str, EventId),
    (changes, created): (Value, Option<Created>),
) -> Result<i64> {
    dialect::lock_logs(db)?;
    let (kind, id) = (RecordKind::Event, event.to_string());
    audit::ops::append(db, caller, now, &[audit::ops::Entry { action, kind, id: &id, changes }])?;
    let number = records::ops::touch(db, now, &[(kind, id.clone())])?;
    idempotency::ops::claim(db, caller, now, created.as_ref(), Some(number))?;
    Ok(number)
}

/// Puts an organisation onto the list: its own people register it, who runs the event invites it, or
/// checks in somebody who has just come.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::Invalid`]; a conflict when it is on the list,
/// registration is not open, no place is left, or the organisation is not verified.
pub fn add(
    app: &App,
    caller: &Caller,
    id: EventId,
    command: &AddGuest,
) -> Result<Written<GuestView>> {
    let principal = caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let event = find(db, caller, id)?;
        let runs = Standing::of(caller, &event).runs;
        let own = command.org_id.is_some_and(|org| principal.works_for(org));
        if !runs && (!own || command.walk_in) {
            return Err(Error::forbidden("error.not_your_event"));
        }
        let (org_id, org_name) = check_add(db, caller, &event, command)?;
        let origin = match (command.walk_in, own) {
            (true, _) => GuestOrigin::WalkIn,
            (false, true) => GuestOrigin::Own,
            (false, false) => GuestOrigin::Liaison,
        };
        let mut guest = Guest::new(id, org_id, origin, caller.actor_id(), now);
        guest.org_name = org_name;
        admit(db, caller, &event, &mut guest, now)?;
        store::insert_guest(db, &guest)?;
        telling::invite(app, db, &event, &guest)?;
        let created = Created::part(CreatedKind::EventGuest, id, guest.id);
        let changes = json!({ "guest": guest.id, "org_id": guest.org_id, "origin": origin });
        let entry = ("event.guest", id);
        let change = log(db, caller, now, entry, (changes, Some(created)))?;
        Ok(Written { value: view(db, caller, &event, guest)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Who is to come onto the list: an organisation that is registered, or a name. A name that is that
/// of an organisation which the caller may know of means it.
fn check_add(
    db: &mut Db,
    caller: &Caller,
    event: &Event,
    command: &AddGuest,
) -> Result<(Option<OrgId>, Option<String>)> {
    let mut checker = Checker::default();
    let name = command.org_name.as_deref();
    checker.line("/org_name", name, 2, 100);
    match command.org_id {
        Some(_) => checker.ensure(name.is_none(), "/org_name", "field.org_or_name"),
        None if command.walk_in => checker.name("/org_name", name),
        None => checker.fail("/org_id", "field.required"),
    }
    checker.finish()?;
    if let Some(org) = command.org_id {
        let found = organizations::ops::find(db, caller, org);
        Error::named_at(found, "/org_id", "field.unknown_org")?;
        // Who stands at the door is there, whatever has been checked of its papers.
        if !command.walk_in {
            organizations::ops::require_verified(db, org)?;
        }
        return Ok((Some(org), None));
    }
    let name = name.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(org) = organizations::ops::known_by_name(db, caller, &name)? {
        return Ok((Some(org), None));
    }
    let same = |guest: &Guest| {
        guest.org_name.as_ref().is_some_and(|known| known.to_lowercase() == name.to_lowercase())
    };
    if store::guests(db, event.id)?.iter().any(same) {
        return Err(Error::conflict("error.event_guest_exists"));
    }
    Ok((None, Some(name)))
}

/// Lets a guest onto the list in the state of the event.
fn admit(
    db: &mut Db,
    caller: &Caller,
    event: &Event,
    guest: &mut Guest,
    now: Timestamp,
) -> Result<()> {
    use EventStatus as S;
    let legal = match guest.origin {
        GuestOrigin::Own => event.status == S::Open,
        GuestOrigin::WalkIn => matches!(event.status, S::Open | S::Closed | S::Held),
        GuestOrigin::Liaison | GuestOrigin::Match => event.status.invites(),
    };
    if !legal {
        return Err(Error::conflict("error.event_not_open"));
    }
    match guest.origin {
        GuestOrigin::Own => {
            require_room(db, event)?;
            guest.say(Answer::Accepted, None, caller.actor_id(), now);
        }
        GuestOrigin::WalkIn => guest.attended_at = Some(now),
        GuestOrigin::Liaison | GuestOrigin::Match => {}
    }
    Ok(())
}

/// The guest that an organisation is, invited and told of it if it is none yet.
pub(super) fn invited(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (event, org): (&Event, OrgId),
    now: Timestamp,
) -> Result<Guest> {
    if let Some(guest) = store::guests_of(db, &[event.id], &[org])?.pop() {
        return Ok(guest);
    }
    let guest = Guest::new(event.id, Some(org), GuestOrigin::Match, caller.actor_id(), now);
    store::insert_guest(db, &guest)?;
    telling::invite(app, db, event, &guest)?;
    Ok(guest)
}

/// Says whether an organisation comes: by its people, or by who runs the event as told by them.
/// Who declines loses the times of its meetings.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`]; a conflict when it is not asked any more, or no place is
/// left.
pub fn answer(
    app: &App,
    caller: &Caller,
    (id, guest): (EventId, GuestId),
    command: &AnswerInvitation,
) -> Result<Written<GuestView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let declined = command.answer == Answer::Declined;
    let mut checker = Checker::default();
    checker.ensure(command.answer != Answer::Open, "/answer", "field.unknown_status");
    checker.ensure(declined || command.reason.is_none(), "/reason", "field.only_when_lost");
    checker.length("/reason", command.reason.as_deref(), 0, LONGEST_REASON);
    checker.finish()?;
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let event = find(db, caller, id)?;
        let mut guest = store::guest(db, id, guest)?.ok_or(Error::NotFound)?;
        if !speaks_for(caller, &event, &guest) {
            let seen = Standing::of(caller, &event).reviews;
            return Err(if seen {
                Error::forbidden("error.not_your_event")
            } else {
                Error::NotFound
            });
        }
        if !is_answerable(caller, &event, &guest) {
            return Err(Error::conflict("error.event_not_open"));
        }
        if !declined && guest.answer != Answer::Accepted {
            require_room(db, &event)?;
        }
        let reason = command.reason.as_deref().map(str::trim).filter(|text| !text.is_empty());
        guest.say(command.answer, reason.map(str::to_owned), caller.actor_id(), now);
        save(db, now, &mut guest)?;
        if declined {
            let freed = free_meetings(db, &guest, now)?;
            let mut others = store::guests(db, id)?;
            others.retain(|one| one.id != guest.id);
            let told = (&event, freed.as_slice(), others.as_slice());
            telling::sides(app, db, caller, NoticeKind::EventFreed, told)?;
        }
        let changes = json!({ "guest": guest.id, "answer": guest.answer });
        let change = log(db, caller, now, ("event.answer", id), (changes, None))?;
        Ok(Written { value: view(db, caller, &event, guest)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// Takes back the times of a guest's meetings; returns these.
fn free_meetings(db: &mut Db, guest: &Guest, now: Timestamp) -> Result<Vec<Meeting>> {
    let mut freed = Vec::new();
    for mut meeting in store::meetings(db, guest.event_id)? {
        let sits = [meeting.need_guest_id, meeting.provider_guest_id].contains(&guest.id);
        // What has taken place keeps its time.
        if sits && meeting.slot.is_some() && meeting.result.is_none() {
            (meeting.slot, meeting.table_number) = (None, None);
            meeting.version += 1;
            meeting.updated_at = now;
            store::update_meeting(db, &meeting)?;
            freed.push(meeting);
        }
    }
    Ok(freed)
}

fn save(db: &mut Db, now: Timestamp, guest: &mut Guest) -> Result<()> {
    guest.version += 1;
    guest.updated_at = now;
    store::update_guest(db, guest)
}

/// Checks a guest in, or takes that back: for who runs the event.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; a conflict for an event that has not been opened or was
/// cancelled.
pub fn attend(
    app: &App,
    caller: &Caller,
    (id, guest): (EventId, GuestId),
    command: &MarkAttendance,
) -> Result<Written<GuestView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let event = run(db, caller, id)?;
        if matches!(event.status, EventStatus::Planned | EventStatus::Cancelled) {
            return Err(Error::conflict("error.event_not_open"));
        }
        let mut guest = store::guest(db, id, guest)?.ok_or(Error::NotFound)?;
        guest.attended_at = command.attended.then(|| guest.attended_at.unwrap_or(now));
        save(db, now, &mut guest)?;
        let changes = json!({ "guest": guest.id, "attended": command.attended });
        let change = log(db, caller, now, ("event.attendance", id), (changes, None))?;
        Ok(Written { value: view(db, caller, &event, guest)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}
