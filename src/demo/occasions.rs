//! Events and platforms of the demonstration: an event that was held, with what came of it, one that is
//! coming, and platforms of towns.

use chrono::{NaiveTime, TimeDelta};
use serde::Deserialize;

use super::accounts::People;
use super::faulty;
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::cases::model::Answer;
use crate::db::Timestamp;
use crate::error::Result;
use crate::events::guests::{self, AnswerInvitation, MarkAttendance};
use crate::events::meetings::{self, AddMeeting, RecordResult};
use crate::events::model::{EventFields, EventId, EventStatus, MeetingResult};
use crate::events::proposals::{self, ListProposals};
use crate::events::steps::{self, TakeEventStep};
use crate::events::timetable::{self, ProposeTimetable};
use crate::platforms;
use crate::platforms::model::PlatformFields;

/// Hours after midnight in UTC at which events begin, and how long they last: half past nine in China.
const BEGINS: (u32, u32) = (1, 30);
const HOURS: i64 = 3;
/// Pairs that are invited to an event that is coming.
const COMING: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Occasions {
    events: Vec<DemoEvent>,
    platforms: Vec<PlatformFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DemoEvent {
    /// Days from today.
    starts_in_days: i64,
    fields: EventFields,
    /// What came of its meetings, one each; none for one that is coming.
    results: Vec<MeetingResult>,
}

/// Writes events and platforms. The index must have the needs: pairs are those that matching proposes.
pub(super) fn enter(app: &App, people: &People) -> Result<()> {
    let all: Occasions = serde_json::from_str(include_str!("../../demo/occasions.json"))
        .map_err(|error| faulty("occasions", error.line(), error))?;
    for fields in &all.platforms {
        let keeper = people.reviewer(fields.town_code.as_deref().unwrap_or_default());
        platforms::ops::create(app, keeper, fields)?;
    }
    for event in all.events {
        enter_event(app, people, event)?;
    }
    Ok(())
}

fn enter_event(app: &App, people: &People, event: DemoEvent) -> Result<()> {
    let liaison = people.reviewer(event.fields.town_code.as_deref().unwrap_or_default());
    let day = app.clock.today_in_china() + TimeDelta::days(event.starts_in_days);
    let time = NaiveTime::from_hms_opt(BEGINS.0, BEGINS.1, 0).unwrap_or_default();
    let starts = day.and_time(time).and_utc();
    let fields = EventFields {
        starts_at: Some(Timestamp::new(starts)),
        ends_at: Some(Timestamp::new(starts + TimeDelta::hours(HOURS))),
        ..event.fields
    };
    let id = crate::events::ops::create(app, liaison, &fields)?.value.id;
    step(app, liaison, id, EventStatus::Open)?;
    let wanted = event.results.len().max(COMING);
    invite(app, liaison, id, wanted)?;
    if event.results.is_empty() {
        return Ok(());
    }
    let yes = AnswerInvitation { answer: Answer::Accepted, reason: None };
    let here = MarkAttendance { attended: true };
    for guest in guests::list(app, liaison, id)? {
        guests::answer(app, liaison, (id, guest.id), &yes)?;
        guests::attend(app, liaison, (id, guest.id), &here)?;
    }
    timetable::fill(app, liaison, id, &ProposeTimetable::default())?;
    step(app, liaison, id, EventStatus::Closed)?;
    step(app, liaison, id, EventStatus::Held)?;
    let meetings = timetable::show(app, liaison, id)?.meetings;
    for (meeting, result) in meetings.iter().zip(event.results) {
        let open_case = result == MeetingResult::Interested;
        let said = RecordResult { result, note: None, open_case };
        meetings::record(app, liaison, (id, meeting.id), meeting.version, &said)?;
    }
    Ok(())
}

fn step(app: &App, liaison: &Caller, id: EventId, to: EventStatus) -> Result<()> {
    steps::take_step(app, liaison, id, &TakeEventStep { to, comment: None }).map(drop)
}

/// Invites the best pair of so many needs.
fn invite(app: &App, liaison: &Caller, id: EventId, wanted: usize) -> Result<()> {
    let query = ListProposals { each: Some(1), limit: Some(20), after: None };
    let sought = proposals::sought(app, liaison, id, &query)?;
    let pairs = sought.needs.iter().map(|need| sought.pairs(app, liaison, need));
    let proposed: Vec<_> = pairs.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    for pair in proposed.iter().take(wanted) {
        let (Ok(need_id), Ok(capability_id)) = (pair.need.id.parse(), pair.capability.id.parse())
        else {
            continue;
        };
        meetings::add(app, liaison, id, &AddMeeting { need_id, capability_id })?;
    }
    Ok(())
}
