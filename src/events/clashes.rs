//! Meetings of one organisation at two events at the same time. Nobody is kept from booking them, for an
//! organisation may send different people; who books is told.

use std::collections::HashMap;

use super::life::Standing;
use super::model::{Event, Guest, GuestId, Meeting, MeetingId};
use super::store;
use super::timetable::slot_time;
use crate::accounts::principal::{Caller, OrgId};
use crate::cases::model::Side;
use crate::db::{Db, Timestamp};
use crate::error::Result;

/// A time at which an organisation sits at another event.
type Busy = (OrgId, Timestamp, Timestamp);

/// Which sides of pairs have a meeting elsewhere at that time: all for those who run the event and
/// officers above, own ones for guests.
pub(super) fn of(
    db: &mut Db,
    caller: &Caller,
    event: &Event,
    (shown, guests): (&[Meeting], &[Guest]),
) -> Result<HashMap<MeetingId, Vec<Side>>> {
    let own = caller.principal.as_ref().map(|one| one.org_ids()).unwrap_or_default();
    let all = Standing::of(caller, event).reviews;
    let orgs: HashMap<GuestId, OrgId> = guests
        .iter()
        .filter_map(|guest| Some((guest.id, guest.org_id?)))
        .filter(|(_, org)| all || own.contains(org))
        .collect();
    let placed: Vec<&Meeting> = shown.iter().filter(|one| one.slot.is_some()).collect();
    let sides = |one: &Meeting| [one.need_guest_id, one.provider_guest_id];
    let mut asked: Vec<OrgId> =
        placed.iter().flat_map(|one| sides(one)).filter_map(|id| orgs.get(&id).copied()).collect();
    asked.sort_unstable();
    asked.dedup();
    let mut found = HashMap::new();
    if asked.is_empty() {
        return Ok(found);
    }
    let busy = elsewhere(db, event, &asked)?;
    for meeting in placed {
        let Some((from, to)) = slot_time(event, meeting.slot) else { continue };
        let sits = |guest: GuestId| {
            let org = orgs.get(&guest);
            busy.iter().any(|(other, start, end)| Some(other) == org && *start < to && from < *end)
        };
        let clashing =
            [(Side::Need, meeting.need_guest_id), (Side::Provider, meeting.provider_guest_id)];
        let clashing = clashing.into_iter().filter(|(_, guest)| sits(*guest));
        let clashing: Vec<Side> = clashing.map(|(side, _)| side).collect();
        if !clashing.is_empty() {
            found.insert(meeting.id, clashing);
        }
    }
    Ok(found)
}

/// When these organisations sit at other events that take place at the same time.
fn elsewhere(db: &mut Db, event: &Event, orgs: &[OrgId]) -> Result<Vec<Busy>> {
    let others = store::at_the_same_time(db, event, orgs)?;
    let mut busy = Vec::new();
    for other in others {
        let guests = store::guests_of(db, &[other.id], orgs)?;
        let orgs: HashMap<GuestId, OrgId> =
            guests.iter().filter_map(|guest| Some((guest.id, guest.org_id?))).collect();
        for meeting in store::meetings(db, other.id)? {
            let Some((from, to)) = slot_time(&other, meeting.slot) else { continue };
            let sides = [meeting.need_guest_id, meeting.provider_guest_id];
            let known = sides.iter().filter_map(|guest| orgs.get(guest));
            busy.extend(known.map(|org| (*org, from, to)));
        }
    }
    Ok(busy)
}
