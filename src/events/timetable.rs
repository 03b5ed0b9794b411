//! Who meets whom, when and at which table: what the caller sees of it, and giving times.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::json;

use super::guests::log;
use super::life::Standing;
use super::model::{Event, EventId, Guest, GuestId, Meeting, MeetingId};
use super::ops::{find, run};
use super::slots::{Placing, Taken, Wish, propose};
use super::views::{MeetingSide, MeetingView, SlotView, Timetable};
use super::{clashes, store, telling};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::model::CapabilityId;
use crate::cases::model::Answer;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Result};
use crate::needs::model::NeedId;
use crate::notices::model::NoticeKind;
use crate::records::ops::Written;
use crate::records::parts::OwnerView;
use crate::records::reviewed::{self, Reviewed, ReviewedId};
use crate::validation::Checker;

/// A time and a table for a pair.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BookMeeting {
    /// Which time, from 1.
    pub slot: i32,
    /// Which table, from 1; the first that is free by default.
    #[serde(default)]
    pub table: Option<i32>,
}

/// A whole timetable at once.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ProposeTimetable {
    /// Only show it; nothing is given away.
    pub dry_run: bool,
}

/// The numbers of all times of an event.
fn slot_count(event: &Event) -> i32 {
    i32::try_from(event.slot_times().len()).unwrap_or(0)
}

pub(super) fn slot_time(event: &Event, slot: Option<i32>) -> Option<(Timestamp, Timestamp)> {
    let at = usize::try_from(slot? - 1).ok()?;
    event.slot_times().get(at).copied()
}

/// What the pairs of an event have taken.
fn taken(meetings: &[Meeting]) -> Taken {
    let mut taken = Taken::default();
    for meeting in meetings {
        if let (Some(slot), Some(table)) = (meeting.slot, meeting.table_number) {
            taken.tables.insert((slot, table));
            taken.seats.insert((slot, meeting.need_guest_id));
            taken.seats.insert((slot, meeting.provider_guest_id));
        }
    }
    taken
}

/// A record as the caller sees it: its title, and whose it is.
type Sides = HashMap<String, (Option<String>, Option<OwnerView>)>;

fn sides<I: ReviewedId>(
    db: &mut Db,
    caller: &Caller,
    ids: Vec<I>,
    title: impl Fn(<I::Record as Reviewed>::Fields) -> Option<String>,
) -> Result<Sides> {
    let mut found = Sides::new();
    for seen in reviewed::find_many(db, caller, &ids)? {
        let org = seen.knows_owner().then(|| seen.owner.clone());
        found.insert(seen.row.id().to_string(), (title(seen.redacted()?.0), org));
    }
    Ok(found)
}

/// What the caller sees of pairs; `all` are all pairs of the event, by which times are free.
pub(super) fn views(
    db: &mut Db,
    caller: &Caller,
    (event, now): (&Event, Timestamp),
    (shown, all): (Vec<Meeting>, &[Meeting]),
    guests: &[Guest],
) -> Result<Vec<MeetingView>> {
    let needs: Vec<NeedId> = shown.iter().map(|one| one.need_id).collect();
    let capabilities: Vec<CapabilityId> = shown.iter().map(|one| one.capability_id).collect();
    let needs = sides(db, caller, needs, |fields| fields.title)?;
    let capabilities = sides(db, caller, capabilities, |fields| fields.title)?;
    let (standing, taken) = (Standing::of(caller, event), taken(all));
    let clashes = clashes::of(db, caller, event, (&shown, guests))?;
    let answers: HashMap<GuestId, Answer> =
        guests.iter().map(|guest| (guest.id, guest.answer)).collect();
    let side = |found: &Sides, id: String, guest: GuestId| {
        let (title, org) = found.get(&id).cloned().unwrap_or_default();
        let answer = answers.get(&guest).copied().unwrap_or(Answer::Open);
        MeetingSide { id, title, org, answer }
    };
    let view = |meeting: Meeting| {
        let pair = [meeting.need_guest_id, meeting.provider_guest_id];
        let bookable = may_book(caller, (event, now), &meeting, guests);
        let open = || {
            let free = taken.open_slots(slot_count(event), event.tables(), pair).into_iter();
            free.filter(|slot| standing.runs || !has_begun(event, Some(*slot), now)).collect()
        };
        let time = slot_time(event, meeting.slot);
        MeetingView {
            id: meeting.id,
            version: meeting.version,
            need: side(&needs, meeting.need_id.to_string(), pair[0]),
            capability: side(&capabilities, meeting.capability_id.to_string(), pair[1]),
            score: standing.reviews.then(|| f64::from(meeting.score) / 1_000.0),
            why: Some(meeting.why).filter(|text| standing.reviews && !text.is_empty()),
            slot: meeting.slot,
            table: meeting.table_number,
            starts_at: time.map(|(from, _)| from),
            ends_at: time.map(|(_, to)| to),
            open_slots: if bookable { open() } else { Vec::new() },
            bookable,
            clashes: clashes.get(&meeting.id).cloned().unwrap_or_default(),
            result: meeting.result.filter(|_| standing.reviews),
            note: meeting.note.filter(|_| standing.reviews),
            case_id: meeting.case_id.filter(|_| standing.reviews),
        }
    };
    Ok(shown.into_iter().map(view).collect())
}

/// Whether the caller may give a pair a time: who runs the event, and where guests choose for
/// themselves somebody of either side once both have said that they come, until its time has come.
fn may_book(
    caller: &Caller,
    (event, now): (&Event, Timestamp),
    meeting: &Meeting,
    guests: &[Guest],
) -> bool {
    let pair = [meeting.need_guest_id, meeting.provider_guest_id];
    let both: Vec<&Guest> = guests.iter().filter(|guest| pair.contains(&guest.id)).collect();
    if !event.status.is_editable() || meeting.result.is_some() {
        return false;
    }
    if Standing::of(caller, event).runs {
        return both.iter().all(|guest| guest.answer != Answer::Declined);
    }
    let chosen = event.doc.0.self_booking == Some(true) && event.status.is_answerable();
    let ahead = !has_begun(event, meeting.slot, now);
    chosen
        && ahead
        && both.iter().all(|guest| guest.answer == Answer::Accepted)
        && is_party(caller, &both)
}

/// Whether a time has begun; none has not.
fn has_begun(event: &Event, slot: Option<i32>, now: Timestamp) -> bool {
    slot_time(event, slot).is_some_and(|(from, _)| from <= now)
}

fn is_party(caller: &Caller, guests: &[&Guest]) -> bool {
    let orgs = caller.principal.as_ref().map(|one| one.org_ids()).unwrap_or_default();
    guests.iter().any(|guest| guest.org_id.is_some_and(|org| orgs.contains(&org)))
}

/// The pairs of an event that the caller may know of: all, or those of own organisations.
fn known(
    caller: &Caller,
    event: &Event,
    (meetings, guests): (&[Meeting], &[Guest]),
) -> Vec<Meeting> {
    let orgs = caller.principal.as_ref().map(|one| one.org_ids()).unwrap_or_default();
    let all = Standing::of(caller, event).reviews;
    let own: HashSet<GuestId> = guests
        .iter()
        .filter(|guest| guest.org_id.is_some_and(|org| orgs.contains(&org)))
        .map(|guest| guest.id)
        .collect();
    let knows = |one: &&Meeting| {
        all || own.contains(&one.need_guest_id) || own.contains(&one.provider_guest_id)
    };
    let mut found: Vec<Meeting> = meetings.iter().filter(knows).cloned().collect();
    found.sort_by_key(|one| (one.slot.unwrap_or(i32::MAX), one.table_number, one.id));
    found
}

pub(super) fn table(
    db: &mut Db,
    caller: &Caller,
    (event, now): (&Event, Timestamp),
) -> Result<Timetable> {
    let (meetings, guests) = (store::meetings(db, event.id)?, store::guests(db, event.id)?);
    let shown = known(caller, event, (&meetings, &guests));
    let slots = (1..).zip(event.slot_times());
    let slots = slots.map(|(slot, (starts_at, ends_at))| SlotView { slot, starts_at, ends_at });
    Ok(Timetable {
        tables: event.tables(),
        slots: slots.collect(),
        meetings: views(db, caller, (event, now), (shown, &meetings), &guests)?,
    })
}

/// The times of an event and the pairs that the caller may know of: everybody's for those who run it
/// and officers above, own ones for guests.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Unauthenticated`].
pub fn show(app: &App, caller: &Caller, id: EventId) -> Result<Timetable> {
    caller.signed_in()?;
    app.db.read(|db| {
        let event = find(db, caller, id)?;
        table(db, caller, (&event, app.clock.now()))
    })
}

/// One pair that the caller may know of.
///
/// # Errors
/// [`Error::NotFound`].
pub fn show_meeting(
    app: &App,
    caller: &Caller,
    id: EventId,
    meeting: MeetingId,
) -> Result<MeetingView> {
    let all = show(app, caller, id)?.meetings;
    all.into_iter().find(|one| one.id == meeting).ok_or(Error::NotFound)
}

/// A pair as it is to be changed, with its event and all guests; on the version that was read.
pub(super) fn changeable(
    db: &mut Db,
    caller: &Caller,
    (id, meeting): (EventId, MeetingId),
    version: i32,
) -> Result<(Event, Meeting, Vec<Guest>)> {
    let event = find(db, caller, id)?;
    let guests = store::guests(db, id)?;
    let found = store::meeting(db, id, meeting)?.ok_or(Error::NotFound)?;
    if known(caller, &event, (std::slice::from_ref(&found), &guests)).is_empty() {
        return Err(Error::NotFound);
    }
    if found.version != version {
        return Err(Error::PreconditionFailed);
    }
    Ok((event, found, guests))
}

/// What is left of a pair to be shown after a change.
pub(super) fn view_of(
    db: &mut Db,
    caller: &Caller,
    (event, now): (&Event, Timestamp),
    meeting: Meeting,
    guests: &[Guest],
) -> Result<MeetingView> {
    let all = store::meetings(db, event.id)?;
    let mut views = views(db, caller, (event, now), (vec![meeting], &all), guests)?;
    views.pop().ok_or_else(|| Error::internal("a meeting was lost"))
}

/// Gives a pair a time and a table, or takes them back: whom [`MeetingView::bookable`] tells of.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::PreconditionFailed`]; [`Error::Invalid`] for a
/// time or a table that does not exist; a conflict when the table is given away or one of the two sits
/// elsewhere at that time.
pub fn book(
    app: &App,
    caller: &Caller,
    ids: (EventId, MeetingId),
    version: i32,
    place: Option<&BookMeeting>,
) -> Result<Written<MeetingView>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let (event, mut meeting, guests) = changeable(db, caller, ids, version)?;
        if !may_book(caller, (&event, now), &meeting, &guests) {
            return Err(Error::forbidden("error.meeting_not_bookable"));
        }
        let all = store::meetings(db, event.id)?;
        let others: Vec<Meeting> = all.into_iter().filter(|one| one.id != meeting.id).collect();
        let placed = place.map(|place| chosen(&event, place, &taken(&others))).transpose()?;
        let over = placed.is_some_and(|(slot, _)| has_begun(&event, Some(slot), now));
        if over && !Standing::of(caller, &event).runs {
            return Err(Error::conflict("error.event_time_over"));
        }
        let had_time = meeting.slot.is_some();
        (meeting.slot, meeting.table_number) = placed.unzip();
        save(db, now, &mut meeting)?;
        let told = (&event, std::slice::from_ref(&meeting), guests.as_slice());
        if placed.is_some() {
            telling::sides(app, db, caller, NoticeKind::EventBooked, told)?;
        } else if had_time {
            telling::sides(app, db, caller, NoticeKind::EventFreed, told)?;
        }
        let changes =
            json!({ "meeting": meeting.id, "slot": meeting.slot, "table": meeting.table_number });
        let change = log(db, caller, now, ("event.booking", event.id), (changes, None))?;
        Ok(Written { value: view_of(db, caller, (&event, now), meeting, &guests)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

/// The time and table that are asked for.
fn chosen(event: &Event, place: &BookMeeting, taken: &Taken) -> Result<(i32, i32)> {
    let mut checker = Checker::default();
    let (slots, tables) = (slot_count(event), event.tables());
    checker.ensure((1..=slots).contains(&place.slot), "/slot", "field.no_such_slot");
    let known = place.table.is_none_or(|table| (1..=tables).contains(&table));
    checker.ensure(known, "/table", "field.no_such_table");
    checker.finish()?;
    let free = || taken.free_table(place.slot, tables);
    let table = place.table.or_else(free).ok_or_else(|| Error::conflict("error.event_table_taken"));
    Ok((place.slot, table?))
}

pub(super) fn save(db: &mut Db, now: Timestamp, meeting: &mut Meeting) -> Result<()> {
    meeting.version += 1;
    meeting.updated_at = now;
    store::update_meeting(db, meeting)
}

/// Gives times to all pairs of which both have said that they come and that have none: the best match
/// first. What has been given already stays.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; a conflict after the end.
pub fn fill(
    app: &App,
    caller: &Caller,
    id: EventId,
    command: &ProposeTimetable,
) -> Result<Written<Timetable>> {
    caller.signed_in()?;
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let event = run(db, caller, id)?;
        if !event.status.is_editable() {
            return Err(Error::conflict("error.event_ended"));
        }
        let (mut meetings, guests) = (store::meetings(db, id)?, store::guests(db, id)?);
        let placed = placings(&event, &meetings, &guests);
        let mut booked = Vec::new();
        for meeting in &mut meetings {
            let Some(place) = placed.iter().find(|one| one.meeting == meeting.id) else { continue };
            (meeting.slot, meeting.table_number) = (Some(place.slot), Some(place.table));
            if !command.dry_run {
                save(db, now, meeting)?;
                booked.push(meeting.clone());
            }
        }
        let mut change = 0;
        if !command.dry_run {
            let told = (&event, booked.as_slice(), guests.as_slice());
            telling::sides(app, db, caller, NoticeKind::EventBooked, told)?;
            let changes = json!({ "booked": booked.len() });
            change = log(db, caller, now, ("event.timetable", id), (changes, None))?;
        }
        let shown = known(caller, &event, (&meetings, &guests));
        let mut value = table(db, caller, (&event, now))?;
        value.meetings = views(db, caller, (&event, now), (shown, &meetings), &guests)?;
        Ok(Written { value, change })
    })?;
    app.feed.wake();
    Ok(written)
}

fn placings(event: &Event, meetings: &[Meeting], guests: &[Guest]) -> Vec<Placing> {
    let comes: HashSet<GuestId> =
        guests.iter().filter(|one| one.answer == Answer::Accepted).map(|one| one.id).collect();
    let wishes = meetings.iter().filter(|one| {
        let both = comes.contains(&one.need_guest_id) && comes.contains(&one.provider_guest_id);
        one.slot.is_none() && one.result.is_none() && both
    });
    let wishes = wishes.map(|one| Wish {
        meeting: one.id,
        need: one.need_guest_id,
        provider: one.provider_guest_id,
        score: one.score,
    });
    propose(wishes.collect(), (slot_count(event), event.tables()), taken(meetings))
}
