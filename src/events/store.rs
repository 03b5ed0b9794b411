//! Queries on events, guests, meetings and seats.

use diesel::prelude::*;

use super::model::{Event, EventId, EventStatus, Guest, GuestId, Meeting, MeetingId, Seat};
use crate::accounts::principal::{OrgId, UserId};
use crate::cases::model::Answer;
use crate::db::schema::{event_guests, event_meetings, event_seats, events};
use crate::db::{Db, Timestamp};
use crate::error::{Error, Result, is_unique_violation};
use crate::on;
use crate::records::scope::Reach;

/// What to list.
#[derive(Debug, Clone)]
pub struct EventFilter {
    /// Only in these states.
    pub statuses: Vec<EventStatus>,
    /// Only of towns with this prefix.
    pub region: Option<String>,
    /// Only of these kinds.
    pub kinds: Vec<String>,
    /// Only with these organisations on the list.
    pub guests: Option<Vec<OrgId>>,
    /// Only what has ended by this moment, the latest first; or what has not, the next first.
    pub ended: bool,
    /// That moment.
    pub now: Timestamp,
    /// Whether the caller, being a member, knows of open events that are not public.
    pub member: bool,
}

/// Inserts an event.
pub fn insert(db: &mut Db, row: &Event) -> Result<()> {
    on!(db, conn => diesel::insert_into(events::table).values(row).execute(conn))?;
    Ok(())
}

/// Replaces an event, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update(db: &mut Db, row: &Event) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        events::table.filter(events::id.eq(row.id)).filter(events::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// An event, whoever asks.
pub fn find_unscoped(db: &mut Db, id: EventId) -> Result<Option<Event>> {
    Ok(on!(db, conn => events::table.find(id).select(Event::as_select()).first(conn)).optional()?)
}

/// Events that the caller may know of, as a member or not, and that take place between two moments, the
/// first ones first.
pub fn between(
    db: &mut Db,
    reach: &Reach,
    member: bool,
    (from, to): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<Event>> {
    use events::dsl as e;
    Ok(on!(db, conn => {
        let mut query = e::events.filter(e::starts_at.lt(to)).filter(e::ends_at.ge(from)).into_boxed();
        if !reach.everything {
            let shown: &[bool] = if member { &[true, false] } else { &[true] };
            let open = e::opened_at.is_not_null().and(e::public.eq_any(shown));
            query = query.filter(open.or(crate::in_regions!(e::town_code, reach)));
        }
        query
            .order((e::starts_at.asc(), e::id.asc()))
            .limit(limit)
            .select(Event::as_select())
            .load(conn)
    })?)
}

/// A page of events that the caller may know of.
pub fn list(
    db: &mut Db,
    reach: &Reach,
    filter: &EventFilter,
    beyond: Option<(Timestamp, EventId)>,
    limit: i64,
) -> Result<Vec<Event>> {
    use events::dsl as e;
    Ok(on!(db, conn => {
        let mut query = e::events.into_boxed();
        if !reach.everything {
            let shown: &[bool] = if filter.member { &[true, false] } else { &[true] };
            let open = e::opened_at.is_not_null().and(e::public.eq_any(shown));
            query = query.filter(open.or(crate::in_regions!(e::town_code, reach)));
        }
        if !filter.statuses.is_empty() {
            query = query.filter(e::status.eq_any(filter.statuses.clone()));
        }
        if let Some(region) = &filter.region {
            query = query.filter(e::town_code.like(format!("{region}%")));
        }
        if !filter.kinds.is_empty() {
            query = query.filter(e::kind.eq_any(filter.kinds.clone()));
        }
        if let Some(orgs) = &filter.guests {
            let theirs = event_guests::table
                .filter(event_guests::org_id.assume_not_null().eq_any(orgs))
                .select(event_guests::event_id);
            query = query.filter(e::id.eq_any(theirs));
        }
        if filter.ended {
            query = query.filter(e::ends_at.lt(filter.now));
            if let Some((at, id)) = beyond {
                query = query
                    .filter(e::starts_at.lt(at).or(e::starts_at.eq(at).and(e::id.lt(id))));
            }
            query = query.order((e::starts_at.desc(), e::id.desc()));
        } else {
            query = query.filter(e::ends_at.ge(filter.now));
            if let Some((at, id)) = beyond {
                query = query
                    .filter(e::starts_at.gt(at).or(e::starts_at.eq(at).and(e::id.gt(id))));
            }
            query = query.order((e::starts_at.asc(), e::id.asc()));
        }
        query.limit(limit).select(Event::as_select()).load(conn)
    })?)
}

/// How many organisations have said that they come to each of these events.
pub fn accepted(db: &mut Db, ids: &[EventId]) -> Result<Vec<(EventId, i64)>> {
    Ok(on!(db, conn => event_guests::table
        .filter(event_guests::event_id.eq_any(ids))
        .filter(event_guests::answer.eq(Answer::Accepted))
        .group_by(event_guests::event_id)
        .select((event_guests::event_id, diesel::dsl::count_star()))
        .load(conn))?)
}

/// Puts an organisation onto the list of an event.
///
/// # Errors
/// A conflict when it is there already.
pub fn insert_guest(db: &mut Db, row: &Guest) -> Result<()> {
    let inserted =
        on!(db, conn => diesel::insert_into(event_guests::table).values(row).execute(conn));
    taken(inserted, "error.event_guest_exists")
}

/// Replaces a guest, if it still has the version that was read; its own version is set already.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster.
pub fn update_guest(db: &mut Db, row: &Guest) -> Result<()> {
    let changed = on!(db, conn => diesel::update(
        event_guests::table
            .filter(event_guests::id.eq(row.id))
            .filter(event_guests::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn))?;
    if changed == 1 { Ok(()) } else { Err(Error::PreconditionFailed) }
}

/// The list of an event, in the order in which they came onto it.
pub fn guests(db: &mut Db, event: EventId) -> Result<Vec<Guest>> {
    Ok(on!(db, conn => event_guests::table
        .filter(event_guests::event_id.eq(event))
        .order(event_guests::id.asc())
        .select(Guest::as_select())
        .load(conn))?)
}

/// What these organisations are to these events.
pub fn guests_of(db: &mut Db, events: &[EventId], orgs: &[OrgId]) -> Result<Vec<Guest>> {
    Ok(on!(db, conn => event_guests::table
        .filter(event_guests::event_id.eq_any(events))
        .filter(event_guests::org_id.assume_not_null().eq_any(orgs))
        .order(event_guests::id.asc())
        .select(Guest::as_select())
        .load(conn))?)
}

/// Other events that overlap with one, were not cancelled, and have any of these organisations on their
/// list.
pub fn at_the_same_time(db: &mut Db, event: &Event, orgs: &[OrgId]) -> Result<Vec<Event>> {
    use events::dsl as e;
    Ok(on!(db, conn => {
        let theirs = event_guests::table
            .filter(event_guests::org_id.assume_not_null().eq_any(orgs))
            .select(event_guests::event_id);
        e::events
            .filter(e::id.ne(event.id))
            .filter(e::status.ne(EventStatus::Cancelled))
            .filter(e::starts_at.lt(event.ends_at).and(e::ends_at.gt(event.starts_at)))
            .filter(e::id.eq_any(theirs))
            .select(Event::as_select())
            .load(conn)
    })?)
}

/// What a person has said for guests: event, answer, when.
pub fn answers_by(db: &mut Db, user: UserId) -> Result<Vec<(EventId, Answer, Option<Timestamp>)>> {
    Ok(on!(db, conn => event_guests::table
        .filter(event_guests::answered_by.eq(user))
        .order(event_guests::id.asc())
        .select((event_guests::event_id, event_guests::answer, event_guests::answered_at))
        .load(conn))?)
}

/// A guest of an event.
pub fn guest(db: &mut Db, event: EventId, id: GuestId) -> Result<Option<Guest>> {
    Ok(on!(db, conn => event_guests::table
        .find(id)
        .filter(event_guests::event_id.eq(event))
        .select(Guest::as_select())
        .first(conn))
    .optional()?)
}

/// Puts two together.
///
/// # Errors
/// A conflict when they have been before.
pub fn insert_meeting(db: &mut Db, row: &Meeting) -> Result<()> {
    let inserted =
        on!(db, conn => diesel::insert_into(event_meetings::table).values(row).execute(conn));
    taken(inserted, "error.event_pair_exists")
}

/// The pairs of an event, in the order in which they were put together.
pub fn meetings(db: &mut Db, event: EventId) -> Result<Vec<Meeting>> {
    Ok(on!(db, conn => event_meetings::table
        .filter(event_meetings::event_id.eq(event))
        .order(event_meetings::id.asc())
        .select(Meeting::as_select())
        .load(conn))?)
}

/// A pair of an event.
pub fn meeting(db: &mut Db, event: EventId, id: MeetingId) -> Result<Option<Meeting>> {
    Ok(on!(db, conn => event_meetings::table
        .find(id)
        .filter(event_meetings::event_id.eq(event))
        .select(Meeting::as_select())
        .first(conn))
    .optional()?)
}

/// Replaces a pair, if it still has the version that was read, and with it the seats of both sides.
///
/// # Errors
/// [`Error::PreconditionFailed`] when somebody was faster; a conflict when the table is given away at
/// that time, or one of the two sits elsewhere.
pub fn update_meeting(db: &mut Db, row: &Meeting) -> Result<()> {
    on!(db, conn => diesel::delete(
        event_seats::table.filter(event_seats::meeting_id.eq(row.id)),
    )
    .execute(conn))?;
    let changed = on!(db, conn => diesel::update(
        event_meetings::table
            .filter(event_meetings::id.eq(row.id))
            .filter(event_meetings::version.eq(row.version - 1)),
    )
    .set(row)
    .execute(conn));
    match changed {
        Ok(1) => {}
        Ok(_) => return Err(Error::PreconditionFailed),
        Err(error) => return taken(Err(error), "error.event_table_taken"),
    }
    let Some(slot) = row.slot else { return Ok(()) };
    let seat = |guest_id| Seat { event_id: row.event_id, slot, guest_id, meeting_id: row.id };
    let seats = [seat(row.need_guest_id), seat(row.provider_guest_id)];
    for one in &seats {
        let sat =
            on!(db, conn => diesel::insert_into(event_seats::table).values(one).execute(conn));
        taken(sat, "error.event_guest_busy")?;
    }
    Ok(())
}

/// A row that another one has come before is a conflict.
fn taken(done: QueryResult<usize>, message: &'static str) -> Result<()> {
    done.map(drop).map_err(|error| {
        if is_unique_violation(&error) { Error::conflict(message) } else { error.into() }
    })
}
