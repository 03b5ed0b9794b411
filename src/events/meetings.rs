//! Pairs: putting a need and a capability together for an event, and what came of their meeting.

use serde::Deserialize;
use serde_json::json;

use super::guests::{invited, log};
use super::life::Standing;
use super::model::{Event, EventId, EventStatus, Meeting, MeetingId, MeetingResult};
use super::ops::run;
use super::timetable::{changeable, save, view_of};
use super::views::MeetingView;
use super::{proposals, store};
use crate::accounts::principal::Caller;
use crate::app::App;
use crate::capabilities::life::CapabilityStatus;
use crate::capabilities::model::CapabilityId;
use crate::cases;
use crate::cases::commands::{AddCaseNote, AnswerCase, OpenCase, TakeCaseStep};
use crate::cases::model::{Answer, CaseId, Channel};
use crate::cases::ops::ListCases;
use crate::cases::stage::CaseStage;
use crate::cases::views::CaseView;
use crate::db::{Db, Timestamp, dialect};
use crate::error::{Error, Message, Result};
use crate::idempotency::model::{Created, CreatedKind};
use crate::needs::life::NeedStatus;
use crate::needs::model::NeedId;
use crate::organizations;
use crate::records::ops::Written;
use crate::records::reviewed;
use crate::validation::Checker;

/// Longest note, in characters.
const LONGEST_NOTE: usize = 2_000;
/// Most pairs that are invited at once.
pub const MOST_PAIRS: usize = 20;

/// A pair to be invited.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddMeeting {
    /// The need.
    pub need_id: NeedId,
    /// What may answer it.
    pub capability_id: CapabilityId,
}

/// What came of a meeting.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordResult {
    /// What came of it.
    pub result: MeetingResult,
    /// What was said; up to 2,000 characters.
    #[serde(default)]
    pub note: Option<String>,
    /// Whether a case is to carry it on.
    #[serde(default)]
    pub open_case: bool,
}

/// Invites a pair: both organisations come onto the list and are told, each once.
///
/// # Errors
/// Those of [`add_all`].
pub fn add(
    app: &App,
    caller: &Caller,
    id: EventId,
    command: &AddMeeting,
) -> Result<Written<MeetingView>> {
    let mut all = add_all(app, caller, id, std::slice::from_ref(command))?;
    all.pop().ok_or_else(|| Error::internal("a meeting was lost"))
}

/// Invites several pairs, all of them or none; [`MOST_PAIRS`] at most.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`] for who does not run the event, or does not review the
/// need; [`Error::Invalid`]; a conflict when a pair has been invited, the event is over, the records
/// are not open, or an organisation is not verified.
pub fn add_all(
    app: &App,
    caller: &Caller,
    id: EventId,
    commands: &[AddMeeting],
) -> Result<Vec<Written<MeetingView>>> {
    caller.signed_in()?;
    let mut checker = Checker::default();
    checker.count("/pair", commands, 1, MOST_PAIRS);
    checker.finish()?;
    // Before the index is asked: who may not know of the event learns nothing by it.
    app.db.read(|db| run(db, caller, id))?;
    let mut reasoned = Vec::new();
    for command in commands {
        let reasons = proposals::reasons(app, caller, command.need_id, command.capability_id);
        reasoned.push((command, Error::unless_absent(reasons)?.unwrap_or_default()));
    }
    let now = app.clock.now();
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let event = run(db, caller, id)?;
        if !event.status.invites() {
            return Err(Error::conflict("error.event_ended"));
        }
        let one = |(command, reasons): &(&AddMeeting, (i32, String))| {
            invite_pair(app, db, caller, (&event, now), (command, reasons))
        };
        reasoned.iter().map(one).collect::<Result<Vec<_>>>()
    })?;
    app.feed.wake();
    Ok(written)
}

fn invite_pair(
    app: &App,
    db: &mut Db,
    caller: &Caller,
    (event, now): (&Event, Timestamp),
    (command, (score, why)): (&AddMeeting, &(i32, String)),
) -> Result<Written<MeetingView>> {
    let orgs = check_pair(db, caller, event, command)?;
    let need = invited(app, db, caller, (event, orgs.0), now)?;
    let provider = invited(app, db, caller, (event, orgs.1), now)?;
    let meeting = Meeting {
        id: MeetingId::new(),
        event_id: event.id,
        need_id: command.need_id,
        capability_id: command.capability_id,
        need_guest_id: need.id,
        provider_guest_id: provider.id,
        score: *score,
        why: why.clone(),
        slot: None,
        table_number: None,
        result: None,
        note: None,
        case_id: None,
        created_by: caller.actor_id(),
        version: 1,
        created_at: now,
        updated_at: now,
    };
    store::insert_meeting(db, &meeting)?;
    let created = Created::part(CreatedKind::EventMeeting, event.id, meeting.id);
    let changes = json!({
        "meeting": meeting.id, "need_id": meeting.need_id, "capability_id": meeting.capability_id
    });
    let change = log(db, caller, now, ("event.pair", event.id), (changes, Some(created)))?;
    let value = view_of(db, caller, (event, now), meeting, &[need, provider])?;
    Ok(Written { value, change })
}

/// The organisations of a pair that may be invited.
fn check_pair(
    db: &mut Db,
    caller: &Caller,
    event: &Event,
    command: &AddMeeting,
) -> Result<(crate::accounts::principal::OrgId, crate::accounts::principal::OrgId)> {
    let need = reviewed::find(db, caller, command.need_id);
    let need = need.map_err(|error| unknown(error, "/need_id"))?;
    let capability = reviewed::find(db, caller, command.capability_id);
    let capability = capability.map_err(|error| unknown(error, "/capability_id"))?;
    let reviews = Standing::in_town(caller, &need.row.region_code).reviews;
    if !reviews {
        return Err(Error::forbidden("error.not_your_region"));
    }
    let mut checker = Checker::default();
    // Those who run the event read why the pair fits: they must be those who review the need.
    let here = need.row.region_code == event.town_code;
    checker.ensure(here, "/need_id", "field.need_of_other_town");
    let same = need.row.org_id == capability.row.org_id;
    checker.ensure(!same, "/capability_id", "field.same_org");
    checker.finish()?;
    use NeedStatus as N;
    if !matches!(need.row.status, N::Published | N::Matching | N::Negotiating) {
        let message =
            Message::new("error.need_not_open").with_code("status", "need_status", need.row.status);
        return Err(Error::conflict(message));
    }
    if capability.row.status != CapabilityStatus::Published {
        let status = capability.row.status;
        return Err(Error::conflict(Message::new("error.capability_not_open").with_code(
            "status",
            "capability_status",
            status,
        )));
    }
    organizations::ops::require_verified(db, need.row.org_id)?;
    organizations::ops::require_verified(db, capability.row.org_id)?;
    Ok((need.row.org_id, capability.row.org_id))
}

fn unknown(error: Error, pointer: &str) -> Error {
    match error {
        Error::NotFound => Error::field(pointer, "field.unknown_record"),
        other => other,
    }
}

/// Records what came of a meeting, and opens a case for the pair where one is wanted: with what both
/// said where both are interested, so that the case stands at the meeting.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Forbidden`]; [`Error::PreconditionFailed`]; [`Error::Invalid`]; a
/// conflict before the event was opened, after it was cancelled, or when no case can be opened.
pub fn record(
    app: &App,
    caller: &Caller,
    ids: (EventId, MeetingId),
    version: i32,
    command: &RecordResult,
) -> Result<Written<MeetingView>> {
    caller.signed_in()?;
    let mut checker = Checker::default();
    checker.length("/note", command.note.as_deref(), 0, LONGEST_NOTE);
    let useless = command.open_case && !command.result.leads_on();
    checker.ensure(!useless, "/open_case", "field.only_when_met");
    checker.finish()?;
    let now = app.clock.now();
    // First of all: of two who record at a time, the slower opens no case.
    let (event, meeting, written) = app.db.write(|db| {
        dialect::lock_events(db)?;
        let (event, mut meeting) = checked(db, caller, ids, version)?;
        let note = command.note.as_deref().map(str::trim).filter(|text| !text.is_empty());
        meeting.result = Some(command.result);
        meeting.note = note.map(str::to_owned);
        save(db, now, &mut meeting)?;
        let changes = json!({ "meeting": meeting.id, "result": meeting.result });
        let change = log(db, caller, now, ("event.result", event.id), (changes, None))?;
        let guests = store::guests(db, event.id)?;
        let value = view_of(db, caller, (&event, now), meeting.clone(), &guests)?;
        Ok((event, meeting, Written { value, change }))
    })?;
    app.feed.wake();
    if !command.open_case {
        return Ok(written);
    }
    // A case has transactions of its own: what was done of it when one of them fails is found again.
    let case = carry_on(app, caller, (&event, &meeting), command)?;
    let written = app.db.write(|db| {
        dialect::lock_events(db)?;
        let (event, mut meeting) = checked(db, caller, ids, meeting.version)?;
        meeting.case_id = Some(case);
        save(db, now, &mut meeting)?;
        let changes = json!({ "meeting": meeting.id, "case_id": case });
        let change = log(db, caller, now, ("event.case", event.id), (changes, None))?;
        let guests = store::guests(db, event.id)?;
        Ok(Written { value: view_of(db, caller, (&event, now), meeting, &guests)?, change })
    })?;
    app.feed.wake();
    Ok(written)
}

fn checked(
    db: &mut Db,
    caller: &Caller,
    ids: (EventId, MeetingId),
    version: i32,
) -> Result<(Event, Meeting)> {
    let (event, meeting, _) = changeable(db, caller, ids, version)?;
    run(db, caller, event.id)?;
    use EventStatus as S;
    if matches!(event.status, S::Planned | S::Cancelled) {
        return Err(Error::conflict("error.event_not_open"));
    }
    Ok((event, meeting))
}

/// The case of a pair, opened where there is none, and led to the meeting.
fn carry_on(
    app: &App,
    caller: &Caller,
    (event, meeting): (&Event, &Meeting),
    command: &RecordResult,
) -> Result<CaseId> {
    let channel = if event.is_online() { Channel::Online } else { Channel::Offline };
    let heard = command.note.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let note = [Some(format!("{} {}", event.code, event.title)), heard.map(str::to_owned)];
    let note = note.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let note: String = note.chars().take(LONGEST_NOTE).collect();
    // The key of the request is for the result; what it makes on the way has none of its own.
    let caller = &Caller { idempotency: None, ..caller.clone() };
    let query = ListCases {
        need_id: Some(meeting.need_id),
        capability_id: Some(meeting.capability_id),
        open: Some(true),
        ..ListCases::default()
    };
    let case = match cases::ops::list(app, caller, &query)?.items.into_iter().next() {
        Some(case) if meeting.case_id == Some(case.id) => case,
        Some(case) => {
            let said =
                AddCaseNote { channel: Some(channel), note: Some(note.clone()), ..silent_note() };
            cases::ops::add_note(app, caller, case.id, &said, &[])?;
            case
        }
        None => {
            let open = OpenCase {
                need_id: meeting.need_id,
                capability_id: meeting.capability_id,
                suggested: false,
                channel: Some(channel),
                note: Some(note.clone()),
                shared: false,
                next_action: None,
                due_on: None,
            };
            cases::ops::open(app, caller, &open)?.value
        }
    };
    let id = case.id;
    if command.result == MeetingResult::Interested {
        lead_to_meeting(app, caller, case, (channel, &note))?;
    }
    Ok(id)
}

fn silent_note() -> AddCaseNote {
    AddCaseNote { channel: None, note: None, shared: false, next_action: None, due_on: None }
}

/// Passes on that both said yes, and takes the steps to their meeting. A case that is further on stays
/// where it is.
fn lead_to_meeting(
    app: &App,
    caller: &Caller,
    mut case: CaseView,
    (channel, note): (Channel, &str),
) -> Result<()> {
    loop {
        let to = match case.stage {
            CaseStage::Mutual => CaseStage::Introduced,
            CaseStage::Introduced => CaseStage::Met,
            _ => {
                let Some(side) = case.answers.first().copied() else { return Ok(()) };
                let yes = AnswerCase {
                    answer: Answer::Accepted,
                    side: Some(side),
                    reason: None,
                    channel: Some(channel),
                    note: None,
                    shared: false,
                    next_action: None,
                    due_on: None,
                };
                case = cases::ops::answer(app, caller, case.id, &yes)?.value;
                continue;
            }
        };
        let met = to == CaseStage::Met;
        let step = TakeCaseStep {
            to,
            reason: None,
            channel: met.then_some(channel),
            note: met.then(|| note.to_owned()),
            shared: false,
            next_action: None,
            due_on: None,
        };
        case = cases::ops::take_step(app, caller, case.id, &step, &[])?.value;
    }
}
